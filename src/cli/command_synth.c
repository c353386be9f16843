#include "commands.h"

#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/slice.h"
#include "cassette/synth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

static const char *const presets[] = {"tiny", "demo", "cas", NULL};
static const char *const layouts[] = {"cas", "tau", NULL};

static const cli_option options[] = {
    {.name = "--preset",
     .kind = CLI_CHOICE,
     .value = "NAME",
     .fallback = "demo",
     .names = presets,
     .help = "size of the data set"},
    {.name = "--layout",
     .kind = CLI_CHOICE,
     .value = "NAME",
     .fallback = "cas",
     .names = layouts,
     .help = "tables and names of CAS, or of TAU for pre-training"},
    {.name = "--metadata",
     .kind = CLI_TEXT,
     .value = "CSV",
     .help = "a real CAS table whose rows are to get audio"},
    {.name = "--seconds",
     .kind = CLI_TEXT,
     .value = "S",
     .help = "length of a clip, 0.1 to 600 (default: the preset's)"},
    {.name = "--seed",
     .kind = CLI_COUNT,
     .value = "N",
     .fallback = "1",
     .min = 0,
     .max = INT64_MAX,
     .help = "another seed, other scenes"},
    {.name = "--out", .kind = CLI_TEXT, .value = "DIR", .help = "where to (required)"},
    CLI_OPTIONS_END};

/* 0: not given. */
static cst_status read_seconds(const cli_call *call, double *out)
{
  static const double longest = 600.0;
  const char *text = cli_text(call, "--seconds");
  char *end = NULL;
  *out = text ? strtod(text, &end) : 0.0;
  if (!text || (end != text && !*end && *out >= CST_SYNTH_SHORTEST_S && *out <= longest))
    return CST_OK;
  return cst_raise(CST_ERR_USAGE, "synth: --seconds '%.40s' is no length of %g to %g seconds", text,
                   CST_SYNTH_SHORTEST_S, longest);
}

static cst_status check(const cli_call *call)
{
  if (!cli_given(call, "--out") || !*cli_text(call, "--out"))
    return cst_raise(CST_ERR_USAGE, "synth: --out DIR is required");
  if (cli_given(call, "--metadata") && cli_choice(call, "--layout") != 0)
    return cst_raise(CST_ERR_USAGE, "synth: --metadata is a CAS table; it goes with --layout cas");
  return read_seconds(call, &(double){0.0});
}

typedef struct {
  const char *root;
  uint64_t bytes;
} present;

static cst_status add_bytes(void *context, const char *relative)
{
  present *p = context;
  char *path = cst_path_join(p->root, relative);
  uint64_t bytes = 0;
  const cst_status st =
      path ? cst_file_bytes(path, &bytes) : cst_no_memory("a path", strlen(relative), 1);

  p->bytes += bytes;
  cst_free(path);
  return st;
}

/* What is already there from an earlier start needs no more room. */
static cst_status check_space(const char *out, uint64_t needed)
{
  cst_status st = CST_OK;
  present there = {.root = out};
  struct statvfs disk;

  CST_TRY(cst_make_dirs(out));
  CST_TRY(cst_dir_writable(out));
  CST_TRY(cst_walk(out, add_bytes, &there));
  needed -= there.bytes < needed ? there.bytes : needed;
  if (statvfs(out, &disk) == 0) {
    const double available = (double)disk.f_bavail * (double)disk.f_frsize;
    if (available < (double)needed)
      CST_FAIL(CST_ERR_DATA,
               "%s: %.1f GB needed, %.1f GB free; choose another --out or a smaller"
               " --preset",
               out, (double)needed / 1e9, available / 1e9);
  }
done:
  return st;
}

static cst_status write_share(const cli_call *call, const cst_synth *synth, const char *out)
{
  cst_status st = CST_OK;
  const cst_slice mine =
      cst_slice_of(cst_synth_clips(synth), cst_comm_rank(call->comm), cst_comm_size(call->comm));

  for (size_t i = 0; i < mine.count; i++) {
    CST_TRY(cst_synth_write_clip(synth, mine.first + i, out));
    cst_progress("synth", (double)(i + 1), (double)mine.count, "");
  }
done:
  return st;
}

static cst_status run(const cli_call *call)
{
  static const cst_synth_preset preset[] = {CST_SYNTH_TINY, CST_SYNTH_DEMO, CST_SYNTH_CAS};
  static const cst_synth_layout layout[] = {CST_SYNTH_LAYOUT_CAS, CST_SYNTH_LAYOUT_TAU};
  cst_status st = CST_OK;
  cst_synth *synth = NULL;
  double seconds;
  const char *out = cli_text(call, "--out");

  CST_TRY(read_seconds(call, &seconds));
  st = cst_synth_create(preset[cli_choice(call, "--preset")], layout[cli_choice(call, "--layout")],
                        cli_text(call, "--metadata"), (uint64_t)cli_count(call, "--seed"), &synth);
  if (st == CST_OK && seconds > 0.0) cst_synth_set_seconds(synth, seconds);
  if (st == CST_OK && cst_comm_rank(call->comm) == 0) {
    st = check_space(out, cst_synth_bytes(synth));
    if (st == CST_OK) st = cst_synth_write_tables(synth, out);
  }
  CST_TRY(cst_comm_agree(call->comm, st));
  CST_TRY(cst_comm_agree(call->comm, write_share(call, synth, out)));
  if (cst_comm_rank(call->comm) == 0) printf("%zu clips in %s\n", cst_synth_clips(synth), out);
done:
  cst_synth_destroy(&synth);
  return st;
}

const cli_command cli_synth = {
    .name = "synth",
    .synopsis = "--out DIR [--preset NAME] [--layout NAME] [--metadata CSV] [--seconds S]"
                " [--seed N]",
    .summary = "synthetic city-labelled scenes, to try everything without data",
    .help =
        "Generates acoustic scenes with classes, cities, sessions and devices, and their metadata\n"
        "tables.  A clip depends on the seed and its number only: any number of ranks writes the "
        "same\n"
        "files, and a second start writes what is missing.",
    .options = options,
    .check = check,
    .run = run,
};
