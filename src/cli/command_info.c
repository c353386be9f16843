#include "commands.h"
#include "environment.h"
#include "info.h"

#include "cassette/logmel.h"

#include <stdio.h>
#include <string.h>

static const cli_option options[] = {CLI_OPTION_THREADS, CLI_OPTIONS_END};

static void print_environment(const cst_comm *comm, int threads)
{
  cst_json *facts = cli_environment(comm, threads);
  const cst_json *value = NULL;
  cst_logmel_spec spec;
  char fingerprint[1024];

  for (size_t i = 0; i < cst_json_size(facts); i++) {
    const char *key = cst_json_member(facts, i, &value);
    const char *text = cst_json_string(value, NULL);
    if (text)
      printf("%s: %s\n", key, text);
    else
      printf("%s: %.0f\n", key, cst_json_number(value, 0.0));
  }
  if (cst_logmel_preset("icme2024", 500, &spec)) {
    cst_logmel_fingerprint(&spec, fingerprint, sizeof fingerprint);
    printf("features: %s\n", fingerprint);
  }
  cst_json_destroy(&facts);
}

static cst_status run(const cli_call *call)
{
  if (cst_comm_rank(call->comm) != 0) return CST_OK;
  if (call->words == 1) return cli_info_path(call->word[0]);
  print_environment(call->comm, cli_threads(call));
  return CST_OK;
}

const cli_command cli_info = {
    .name = "info",
    .synopsis = "[PATH]",
    .summary = "versions, CPU, binding; or what a run, checkpoint or feature store holds",
    .help =
        "Without PATH: versions of this build and its libraries, the CPU, its kernels, and the "
        "cores this\n"
        "process may use.  With PATH: what a run directory, a feature store, a checkpoint or any "
        "other\n"
        "HDF5 file holds; for the first three with a digest that is equal where the content is.",
    .options = options,
    .most = 1,
    .run = run,
};
