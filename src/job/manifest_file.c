/* Contract in manifest_file.h. */
#include "cassette/manifest_file.h"

#include "cassette/clip.h"
#include "cassette/memory.h"

#include <string.h>

/* Raised where a file is judged by other rules than before. */
enum { RULES = 2 };

/* What statuses depend on, but for the files. */
static cst_status rules(const cst_job *self, char hex[CST_DIGEST_HEX])
{
  char *text = cst_format("%d %a %s", RULES, cst_logmel_seconds(&self->spec), cst_audio_versions());
  if (!text) return cst_no_memory("rules", 1, 1);
  cst_digest_bytes(text, strlen(text), hex);
  cst_free(text);
  return CST_OK;
}

/* Rank 0.  An empty text where there is none to be trusted. */
static cst_status read_valid(const cst_job *self, cst_text *manifest)
{
  cst_status st = CST_OK;
  cst_json *stamp = NULL;
  char *stamp_path = cst_job_path(self, "prepare.json"), *path = cst_job_path(self, "manifest.csv");
  char found[CST_DIGEST_HEX], judged_by[CST_DIGEST_HEX];
  if (!stamp_path || !path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(stamp_path) || !cst_file_exists(path)) goto done;
  if (cst_json_read(stamp_path, &stamp) != CST_OK) { /* made again by the caller */
    cst_clear();
    goto done;
  }
  CST_TRY(rules(self, judged_by));
  if (strcmp(cst_json_get_string(stamp, "rules", ""), judged_by) != 0) goto done;
  CST_TRY(cst_file_read(path, &manifest->data, &manifest->bytes));
  cst_digest_bytes(manifest->data, manifest->bytes, found);
  if (strcmp(cst_json_get_string(stamp, "manifest", ""), found) != 0) cst_text_reset(manifest);
done:
  cst_free(path);
  cst_free(stamp_path);
  cst_json_destroy(&stamp);
  return st;
}

cst_status cst_manifest_file_before(const cst_job *self, cst_dataset **out)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  *out = NULL;
  if (cst_job_root(self)) st = read_valid(self, &text);
  CST_TRY(cst_comm_share_text(self->comm, st, &text));
  if (text.bytes > 0) st = cst_dataset_parse(text.data, text.bytes, "manifest.csv", out);
  CST_TRY(cst_comm_agree(self->comm, st));
done:
  cst_text_reset(&text);
  return st;
}

static cst_status write(const cst_job *self)
{
  cst_status st = CST_OK;
  cst_text text = {0}, sets = {0};
  char hex[CST_DIGEST_HEX], *path = cst_job_path(self, "prepare.json");
  cst_json *stamp = cst_json_object();
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_dataset_text(self->data, &text));
  CST_TRY(cst_job_write_text(self, "manifest.csv", &text));
  cst_digest_bytes(text.data, text.bytes, hex);
  cst_json_set_string(stamp, "manifest", hex);
  CST_TRY(rules(self, hex));
  cst_json_set_string(stamp, "rules", hex);
  cst_json_set_string(stamp, "root", self->config->dataset.root);
  CST_TRY(cst_config_get(self->config, "dataset.pretrain", &sets));
  cst_json_set_string(stamp, "pretrain", sets.data);
  CST_TRY(cst_json_write(stamp, path)); /* last: it declares the manifest valid */
done:
  cst_json_destroy(&stamp);
  cst_text_reset(&sets);
  cst_text_reset(&text);
  cst_free(path);
  return st;
}

static cst_status check_root(const cst_job *self, const cst_json *stamp, const char *key,
                             const char *now)
{
  const char *before = cst_json_get_string(stamp, key, now);
  if (strcmp(before, now) == 0) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s/manifest.csv: was prepared with dataset.%s \"%s\", now it is \"%s\"; run "
                   "`cassette prepare` again",
                   self->dir, key, before, now);
}

cst_status cst_manifest_file_check_roots(const cst_job *self)
{
  cst_status st = CST_OK;
  cst_json *stamp = NULL;
  cst_text sets = {0};
  char *path = cst_job_path(self, "prepare.json");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(path)) goto done;       /* a manifest taken from elsewhere */
  if (cst_json_read(path, &stamp) != CST_OK) { /* vouches for nothing: `prepare` reads all again */
    cst_clear();
    goto done;
  }
  CST_TRY(check_root(self, stamp, "root", self->config->dataset.root));
  CST_TRY(cst_config_get(self->config, "dataset.pretrain", &sets));
  CST_TRY(check_root(self, stamp, "pretrain", sets.data));
done:
  cst_text_reset(&sets);
  cst_json_destroy(&stamp);
  cst_free(path);
  return st;
}

cst_status cst_manifest_file_write(const cst_job *self)
{
  return cst_comm_agree(self->comm, cst_job_root(self) ? write(self) : CST_OK);
}
