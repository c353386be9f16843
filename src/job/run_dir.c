/* Contract in run_dir.h. */
#include "cassette/run_dir.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/run_lock.h"

#include <stdio.h>
#include <string.h>

/* The configuration that is in @p dir; one that this version cannot read is another one. */
static cst_status read_config(const char *path, cst_config **out)
{
  cst_status st = CST_OK;
  char *text = NULL;
  size_t n = 0;
  *out = NULL;
  CST_TRY(cst_file_read(path, &text, &n));
  CST_TRY(cst_config_parse(text, n, path, out));
done:
  cst_free(text);
  return st;
}

cst_status cst_run_dir_same_config(const char *dir, const cst_config *config, bool *same)
{
  cst_status st = CST_OK;
  cst_text was = {0}, is = {0};
  cst_config *before = NULL;
  char *path = cst_path_join(dir, "config.yaml");
  *same = false;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(path)) goto done;
  st = read_config(path, &before);
  if (st == CST_ERR_USAGE) {
    cst_clear();
    st = CST_OK;
    goto done;
  }
  CST_TRY(st);
  CST_TRY(cst_config_difference(before, config, &was, &is));
  *same = was.bytes == 0;
done:
  cst_config_destroy(&before);
  cst_text_reset(&was);
  cst_text_reset(&is);
  cst_free(path);
  return st;
}

static cst_status refuse(const char *run, cst_status st)
{
  char cause[CST_MESSAGE_BYTES];
  snprintf(cause, sizeof cause, "%s", cst_message());
  cst_clear();
  return cst_raise(st,
                   "%.1800s: what this run was trained under; use --run for another directory, or "
                   "remove %.200s",
                   cause, run);
}

/* *trained: whether there is what another configuration would spoil. */
static cst_status check_config(const char *run, const char *path, const cst_config *config,
                               bool *trained)
{
  cst_status st = CST_OK;
  cst_text was = {0}, is = {0};
  cst_config *before = NULL;
  char *dir = cst_path_join(run, "checkpoints");
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  *trained = cst_dir_exists(dir) && cst_file_exists(path);
  if (!*trained) goto done;
  st = read_config(path, &before);
  if (st == CST_ERR_USAGE) st = refuse(run, st);
  CST_TRY(st);
  CST_TRY(cst_config_difference(before, config, &was, &is));
  if (was.bytes > 0)
    CST_FAIL(CST_ERR_USAGE,
             "%s: this run was trained with \"%s\", now it is \"%s\"; use --run for another "
             "directory, or remove this one",
             run, was.data, is.data);
done:
  cst_config_destroy(&before);
  cst_text_reset(&was);
  cst_text_reset(&is);
  cst_free(dir);
  return st;
}

/* Its tables would be taken for the data set's. */
static cst_status check_not_data(const char *dir, const cst_config *config)
{
  const cst_pretrain_sets *sets = &config->dataset.pretrain;
  const char *key = cst_same_dir(dir, config->dataset.root) ? "dataset.root" : NULL;
  for (size_t i = 0; !key && i < sets->n; i++)
    if (cst_same_dir(dir, sets->item[i].root)) key = "in dataset.pretrain";
  if (!key) return CST_OK;
  return cst_raise(CST_ERR_USAGE,
                   "%s: is %s, and a run needs a directory of its own; name another with --run",
                   dir, key);
}

/* What is written in place, and directories in which files are replaced and removed, belong to this
 * run alone.  Features may be kept elsewhere: a store is added to, and checked. */
static cst_status check_links(const char *dir)
{
  static const char *const own[] = {"checkpoints", "pseudo_labels", "predictions", "report",
                                    "teacher",     "metrics.jsonl", "lock",        "heartbeat"};
  cst_status st = CST_OK;
  for (size_t i = 0; i < sizeof own / sizeof *own && st == CST_OK; i++) {
    char *path = cst_path_join(dir, own[i]);
    st = path ? cst_path_inside(dir, path) : cst_no_memory("path", 1, 1);
    cst_free(path);
  }
  char *features = cst_path_join(dir, "features");
  if (st == CST_OK && features && cst_path_inside(dir, features) != CST_OK) {
    cst_clear();
    cst_log(CST_LOG_INFO, "%s: a link; features are kept where it leads", features);
  }
  cst_free(features);
  return st;
}

cst_status cst_run_dir_make(const char *dir, const cst_config *config, bool patient, bool *trained)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, "config.yaml");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(check_not_data(dir, config));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(check_links(dir));
  CST_TRY(cst_dir_writable(dir));
  CST_TRY(cst_run_lock_take(dir, patient));
  cst_remove_stale_temps(dir);
  CST_TRY(check_config(dir, path, config, trained));
done:
  cst_free(path);
  return st;
}

cst_status cst_run_dir_write_config(const char *dir, const cst_config *config)
{
  cst_text text = {0};
  cst_status st = cst_config_text(config, &text);
  if (st == CST_OK) st = cst_run_dir_write(dir, "config.yaml", &text);
  cst_text_reset(&text);
  return st;
}

cst_status cst_run_dir_write(const char *dir, const char *relative, const cst_text *text)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, relative), *parent = path ? cst_path_dir(path) : NULL;
  if (!parent) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_text_status(text));
  if (strchr(relative, '/')) CST_TRY(cst_path_inside(dir, parent));
  CST_TRY(cst_make_dirs(parent));
  CST_TRY(cst_file_write(path, text->data ? text->data : "", text->bytes));
done:
  cst_free(parent);
  cst_free(path);
  return st;
}
