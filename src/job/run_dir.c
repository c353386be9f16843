/* Contract in run_dir.h. */
#include "cassette/run_dir.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/run_lock.h"

#include <stdio.h>
#include <string.h>

/* Settings that may change between starts of one run: they do not change the bits of its training.
 * Data and features are known by their content, wherever they lie. */
static bool is_free_setting(const char *section, const char *line, size_t n)
{
  static const char *const sections[] = {"run", "evaluate", "ablation"};
  static const char *const keys[] = {
      "  cache_gib:", "  truth:", "  root:", "  pretrain_root:", "  store:"};
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    if (strcmp(section, sections[i]) == 0) return true;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (n >= strlen(keys[i]) && strncmp(line, keys[i], strlen(keys[i])) == 0) return true;
  return false;
}

enum { SECTION_BYTES = 64 };

/* The section that a line of a resolved configuration begins. */
static void note_section(const char *line, size_t n, char section[SECTION_BYTES])
{
  if (n && line[0] != ' ') snprintf(section, SECTION_BYTES, "%.*s", (int)strcspn(line, ":"), line);
}

cst_status cst_run_dir_config_digest(const cst_config *config, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_text text = {0};
  cst_digest *digest = NULL;
  char section[SECTION_BYTES] = "";
  CST_TRY(cst_config_text(config, &text));
  CST_TRY(cst_digest_create(&digest));
  for (const char *line = text.data; *line;) {
    const size_t n = strcspn(line, "\n");
    note_section(line, n, section);
    if (!is_free_setting(section, line, n)) cst_digest_add(digest, line, n + 1);
    line += n + (line[n] == '\n');
  }
  cst_digest_hex(digest, hex);
done:
  cst_digest_destroy(&digest);
  cst_text_reset(&text);
  return st;
}

/* First line of @p now that differs from @p before and matters, and its section; NULL if there is
 * none.  Both are resolved configurations: the same keys in the same order, one per line. */
static const char *first_difference(const char *before, const char *now, const char **was,
                                    char section[SECTION_BYTES])
{
  section[0] = '\0';
  while (*before && *now) {
    const size_t a = strcspn(before, "\n"), b = strcspn(now, "\n");
    note_section(now, b, section);
    if ((a != b || strncmp(before, now, a) != 0) && !is_free_setting(section, now, b)) {
      *was = before;
      return now;
    }
    before += a + (before[a] == '\n');
    now += b + (now[b] == '\n');
  }
  *was = before;
  return *before || *now ? now : NULL;
}

cst_status cst_run_dir_same_config(const char *dir, const cst_config *config, bool *same)
{
  cst_status st = CST_OK;
  cst_text now = {0};
  char *path = cst_path_join(dir, "config.yaml"), *before = NULL;
  char section[SECTION_BYTES];
  const char *was;
  size_t n;
  *same = false;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(path)) goto done;
  CST_TRY(cst_file_read(path, &before, &n));
  CST_TRY(cst_config_text(config, &now));
  *same = !first_difference(before, now.data, &was, section);
done:
  cst_text_reset(&now);
  cst_free(before);
  cst_free(path);
  return st;
}

/* "train.batch: 8" of a line "  batch: 8". */
static char *setting(const char *section, const char *line)
{
  const size_t indent = strspn(line, " ");
  return cst_format("%s%s%.*s", indent ? section : "", indent ? "." : "",
                    (int)(strcspn(line, "\n") - indent), line + indent);
}

/* *trained: whether there is what another configuration would spoil. */
static cst_status check_config(const char *run, const char *path, const char *text, bool *trained)
{
  cst_status st = CST_OK;
  char *before = NULL, *dir = cst_path_join(run, "checkpoints"), *old = NULL, *new = NULL;
  char section[SECTION_BYTES];
  const char *was = NULL;
  size_t n;
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  *trained = cst_dir_exists(dir) && cst_file_exists(path);
  if (!*trained) goto done;
  CST_TRY(cst_file_read(path, &before, &n));
  const char *now = first_difference(before, text, &was, section);
  if (!now) goto done;
  old = setting(section, was);
  new = setting(section, now);
  if (!old || !new) CST_TRY(cst_no_memory("a message", 1, 1));
  st = cst_raise(CST_ERR_USAGE,
                 "%s: this run was trained with \"%s\", now it is \"%s\"; use --run for another "
                 "directory, or remove this one",
                 run, old, new);
done:
  cst_free(old);
  cst_free(new);
  cst_free(before);
  cst_free(dir);
  return st;
}

/* Its tables would be taken for the data set's. */
static cst_status check_not_data(const char *dir, const cst_config *config)
{
  const struct {
    const char *dir, *key;
  } data[] = {{config->dataset.root, "dataset.root"},
              {config->dataset.pretrain_root, "dataset.pretrain_root"}};
  for (size_t i = 0; i < sizeof data / sizeof *data; i++)
    if (cst_same_dir(dir, data[i].dir))
      return cst_raise(CST_ERR_USAGE,
                       "%s: is %s, and a run needs a directory of its own; name another with --run",
                       dir, data[i].key);
  return CST_OK;
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
  cst_text text = {0};
  char *path = cst_path_join(dir, "config.yaml");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(check_not_data(dir, config));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(check_links(dir));
  CST_TRY(cst_dir_writable(dir));
  CST_TRY(cst_run_lock_take(dir, patient));
  cst_remove_stale_temps(dir);
  CST_TRY(cst_config_text(config, &text));
  CST_TRY(check_config(dir, path, text.data, trained));
done:
  cst_text_reset(&text);
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
