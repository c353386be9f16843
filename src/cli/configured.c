/*
 * What commands with a configuration, or with threads, have in common.
 */
#include "cli.h"

#include "cassette/job_open.h"
#include "cassette/json.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <stdlib.h>
#include <string.h>

static bool has_option(const cli_command *command, const char *name)
{
  for (const cli_option *o = command->options; o->name; o++)
    if (strcmp(o->name, name) == 0) return true;
  return false;
}

/* Options that stand for keys, after the overrides: the option wins. */
static cst_status add_options(const cli_call *self, const char **overrides, size_t *n, char **made)
{
  cst_status st = CST_OK;
  cst_json *list = cst_json_array();
  char *text = NULL;

  if (has_option(self->command, "--threads") && cli_given(self, "--threads")) {
    made[0] = cst_format("run.threads=%lld", (long long)cli_count(self, "--threads"));
    if (!made[0]) CST_TRY(cst_no_memory("an override", 1, 1));
    overrides[(*n)++] = made[0];
  }
  if (has_option(self->command, "--with") && self->n_listed > 0) {
    for (size_t i = 0; i < self->n_listed; i++) cst_json_append_string(list, self->listed[i]);
    CST_TRY(cst_json_text(list, 0, &text));
    made[1] = cst_format("evaluate.with=%s", text);
    if (!made[1]) CST_TRY(cst_no_memory("an override", 1, 1));
    overrides[(*n)++] = made[1];
  }
done:
  cst_free(text);
  cst_json_destroy(&list);
  return st;
}

/* The resolved text, on rank 0. */
static cst_status read_text(const cli_call *self, const char *path, cst_text *out)
{
  enum { OPTIONS = 2 };
  cst_status st = CST_OK;
  const char **overrides = NULL;
  size_t n = self->overrides;
  char *made[OPTIONS] = {NULL};
  cst_config *config = NULL;

  CST_ALLOC(overrides, n + OPTIONS);
  if (n > 0) memcpy(overrides, self->override, n * sizeof *overrides);
  CST_TRY(add_options(self, overrides, &n, made));
  CST_TRY(cst_config_read(path, n, overrides, &config));
  CST_TRY(cst_config_text(config, out));
done:
  cst_config_destroy(&config);
  for (size_t i = 0; i < OPTIONS; i++) cst_free(made[i]);
  cst_free(overrides);
  return st;
}

cst_status cli_config(const cli_call *self, size_t word, cst_config **out)
{
  cst_status st = CST_OK;
  cst_text text = {0};

  *out = NULL;
  if (cst_comm_rank(self->comm) == 0) st = read_text(self, self->word[word], &text);
  CST_TRY(cst_comm_share_text(self->comm, st, &text));
  st = cst_config_parse(text.data, text.bytes, self->word[word], out);
  CST_TRY(cst_comm_agree_alike(self->comm, st));
done:
  cst_text_reset(&text);
  return st;
}

cst_status cli_threads(const cli_call *self, int *out)
{
  const bool given = has_option(self->command, "--threads") && cli_given(self, "--threads");
  return cst_threads_choose(given ? cli_count(self, "--threads") : 0, out);
}

cst_status cli_run_phases(const cli_call *self, const cli_phase *phases, size_t n)
{
  cst_status st = CST_OK;
  cst_config *config = NULL;
  cst_job *job = NULL;

  CST_TRY(cli_config(self, 0, &config));
  CST_TRY(cst_job_open(self->comm, config, cli_text(self, "--run"), false, self->argc, self->argv,
                       &job));
  for (size_t i = 0; i < n; i++) CST_TRY(phases[i](job));
done:
  cst_job_close(&job);
  cst_config_destroy(&config);
  return st;
}
