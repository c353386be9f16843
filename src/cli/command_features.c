#include "commands.h"

#include "cassette/feature_stage.h"
#include "cassette/feature_store.h"
#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/store.h"

#include <string.h>

static const char *const presets[] = {"icme2024", "apsipa2025", NULL};

static const cli_option options[] = {
    CLI_OPTION_RUN,
    CLI_OPTION_THREADS,
    {.name = "--file",
     .kind = CLI_TEXT,
     .value = "AUDIO",
     .help = "one recording instead of a CONFIG"},
    {.name = "--out",
     .kind = CLI_TEXT,
     .value = "OUT.h5",
     .help = "with --file: write its dataset /logmel [frames][bands], dB, float32"},
    {.name = "--preset",
     .kind = CLI_CHOICE,
     .value = "NAME",
     .fallback = "icme2024",
     .names = presets,
     .help = "with --file: parameters of the spectrogram"},
    {.name = "--frames",
     .kind = CLI_COUNT,
     .value = "N",
     .fallback = "500",
     .min = 1,
     .max = 100000,
     .help = "with --file: frames of 20 ms that are kept"},
    CLI_OPTIONS_END};

/* Either a configuration, or a file and where to. */
static cst_status check(const cli_call *call)
{
  static const char *const single[] = {"--out", "--preset", "--frames"};
  const bool file = cli_given(call, "--file");

  if (file == (call->words == 1))
    return cst_raise(CST_ERR_USAGE, "features: give a CONFIG, or --file AUDIO --out OUT.h5%s",
                     file ? ", not both" : "");
  if (file && !cli_given(call, "--out"))
    return cst_raise(CST_ERR_USAGE, "features: --file needs --out OUT.h5");
  if (file && cli_given(call, "--run"))
    return cst_raise(CST_ERR_USAGE, "features: --run goes with a CONFIG, not with --file");
  for (size_t i = 0; i < 3 && !file; i++)
    if (cli_given(call, single[i]))
      return cst_raise(CST_ERR_USAGE,
                       "features: %s goes with --file; a CONFIG has features.preset"
                       " and features.frames",
                       single[i]);
  return CST_OK;
}

static cst_status write_logmel(const char *path, const cst_logmel_spec *spec, const float *logmel)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  const size_t shape[] = {spec->frames, spec->bins};
  char fingerprint[1024];

  cst_logmel_fingerprint(spec, fingerprint, sizeof fingerprint);
  CST_TRY(cst_store_create(path, &store));
  CST_TRY(cst_store_write(store, "logmel", CST_F32, 2, shape, logmel, true));
  CST_TRY(cst_store_write_string(store, "fingerprint", fingerprint));
  CST_TRY(cst_store_commit(&store));
done:
  cst_store_close(&store);
  return st;
}

/* An array of an earlier call may be made again; a slip of the pen must not cost a recording. */
static cst_status check_replaced(const char *path)
{
  if (!cst_file_exists(path) || cst_store_is_one(path)) return CST_OK;
  return cst_raise(CST_ERR_USAGE, "%s: is there and no HDF5 file; choose another --out", path);
}

static cst_status one_file(const cli_call *call)
{
  cst_status st = CST_OK;
  const char *path = cli_text(call, "--file");
  cst_logmel_spec spec;
  cst_feature_maker *maker = NULL;
  cst_audio_info info;
  float *logmel = NULL;

  cst_input_keep(path);
  CST_TRY(cst_target_check(cli_text(call, "--out")));
  CST_TRY(check_replaced(cli_text(call, "--out")));
  if (!cst_logmel_preset(cli_text(call, "--preset"), (size_t)cli_count(call, "--frames"), &spec))
    CST_FAIL(CST_ERR_USAGE, "features: --preset %s is unknown", cli_text(call, "--preset"));
  CST_ALLOC(logmel, spec.frames * spec.bins);
  CST_TRY(cst_feature_maker_create(&spec, &maker));
  CST_TRY(cst_feature_make(maker, path, logmel, &info));
  if (!cst_audio_usable(info.status))
    CST_FAIL(CST_ERR_DATA, "%s: %s%s%s", path, cst_audio_status_text(info.status),
             *info.detail ? ": " : "", info.detail);
  CST_TRY(write_logmel(cli_text(call, "--out"), &spec, logmel));
done:
  cst_feature_maker_destroy(&maker);
  cst_free(logmel);
  return st;
}

static cst_status run(const cli_call *call)
{
  static const cli_phase phases[] = {cst_job_features};

  if (call->words == 1) return cli_run_phases(call, phases, 1);
  return cst_comm_rank(call->comm) == 0 ? one_file(call) : CST_OK;
}

const cli_command cli_features = {
    .name = "features",
    .synopsis = "CONFIG [section.key=value ...] | --file AUDIO --out OUT.h5 [--preset NAME]",
    .summary = "audio to log-mel shards, or one file to one array",
    .help = "Computes the log-mel spectrogram of every usable clip of the manifest, as shard files "
            "that any\n"
            "number of ranks may write and read; shards that are there and whole are kept.  With "
            "--file,\n"
            "computes one recording's and writes it as an HDF5 array.",
    .options = options,
    .max = 1,
    .takes_config = true,
    .check = check,
    .run = run,
};
