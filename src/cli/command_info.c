#include "commands.h"
#include "info.h"

#include "cassette/environment.h"
#include "cassette/logmel.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

static const cli_option options[] = {
    {.name = "--keys",
     .kind = CLI_SWITCH,
     .help = "every configuration key with type, default, range and meaning, as Markdown"},
    {.name = "--get",
     .kind = CLI_TEXT,
     .value = "KEY",
     .help =
         "PATH is a configuration: print the value of KEY; or of `run`, the directory of its run"},
    CLI_OPTION_THREADS,
    CLI_OPTIONS_END};

static cst_status check(const cli_call *call)
{
  if (cli_given(call, "--keys") && call->words > 0)
    return cst_raise(CST_ERR_USAGE, "info: --keys goes without a PATH");
  if (cli_given(call, "--get") && call->words == 0)
    return cst_raise(CST_ERR_USAGE, "info: --get needs a configuration: info --get KEY CONFIG");
  if (!cli_given(call, "--get") && call->overrides > 0)
    return cst_raise(CST_ERR_USAGE, "info: '%.80s' goes with --get KEY only", call->override[0]);
  return CST_OK;
}

static cst_status print_keys(void)
{
  cst_text text = {0};
  const cst_status st = cst_config_reference(&text);

  if (st == CST_OK) fwrite(text.data, 1, text.bytes, stdout);
  cst_text_reset(&text);
  return st;
}

/* For scripts, which could only guess at what extends, overrides, quotes and defaults come to. */
static cst_status print_value(const cli_call *call)
{
  cst_status st = CST_OK;
  const char *key = cli_text(call, "--get");
  cst_config *config = NULL;
  cst_text text = {0};
  char *dir = NULL;

  CST_TRY(cli_config(call, 0, &config));
  if (strcmp(key, "run") == 0) {
    dir = cst_job_default_dir(config);
    if (!dir) CST_TRY(cst_no_memory("run directory", 1, 1));
    cst_text_add(&text, "%s", dir);
  } else {
    CST_TRY(cst_config_get(config, key, &text));
  }
  CST_TRY(cst_text_status(&text));
  if (cst_comm_rank(call->comm) == 0) printf("%s\n", text.data ? text.data : "");
done:
  cst_free(dir);
  cst_text_reset(&text);
  cst_config_destroy(&config);
  return st;
}

/* One "key: value" line a member; an object's members stand in its place. */
static void print_members(const cst_json *object)
{
  const cst_json *value = NULL;

  for (size_t i = 0; i < cst_json_size(object); i++) {
    const char *key = cst_json_member(object, i, &value);
    const char *text = cst_json_string(value, NULL);
    if (text)
      printf("%s: %s\n", key, text);
    else if (cst_json_size(value) > 0)
      print_members(value);
    else
      printf("%s: %.0f\n", key, cst_json_number(value, 0.0));
  }
}

static void print_environment(const cst_comm *comm, int threads)
{
  cst_json *facts = cst_environment(comm, threads);
  cst_logmel_spec spec;
  char fingerprint[1024];

  print_members(facts);
  if (cst_logmel_preset("icme2024", 500, &spec)) {
    cst_logmel_fingerprint(&spec, fingerprint, sizeof fingerprint);
    printf("features: %s\n", fingerprint);
  }
  cst_json_destroy(&facts);
}

static cst_status run(const cli_call *call)
{
  cst_status st;
  int threads;

  if (cli_given(call, "--get")) return print_value(call);
  if (cst_comm_rank(call->comm) != 0) return CST_OK;
  if (cli_given(call, "--keys")) return print_keys();
  if (call->words == 1) return cli_info_path(call->word[0]);
  if ((st = cli_threads(call, &threads)) == CST_OK) print_environment(call->comm, threads);
  return st;
}

const cli_command cli_info = {
    .name = "info",
    .synopsis = "[PATH] | --get KEY CONFIG [section.key=value ...]",
    .summary = "versions, CPU, binding; or what a run, model, checkpoint or feature store holds",
    .help =
        "Without PATH: versions of this build and its libraries, the CPU, its kernels, and the "
        "cores this\n"
        "process may use.  With PATH: what a run directory, a feature store, a checkpoint, an "
        "exported\n"
        "model or any other HDF5 file holds; for the first four with a digest that is equal where the content is.",
    .options = options,
    .max = 1,
    .takes_config = true,
    .check = check,
    .run = run,
};
