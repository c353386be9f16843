/* Contract in manifest_file.h. */
#include "cassette/manifest_file.h"

#include "cassette/clip.h"
#include "cassette/json_rows.h"
#include "cassette/memory.h"

#include <string.h>

/* Raised where a file is judged by other rules than before. */
enum { RULES = 2 };

/* prepare.json: what the manifest beside it was made of, and its digest. */
typedef struct {
  const char *manifest, *rules; /* digests */
  const char *root, *pretrain;  /* of the configuration */
} prepared;

static const cst_json_row rows[] = {
    CST_ROW(prepared, manifest, TEXT),
    CST_ROW(prepared, rules, TEXT),
    CST_ROW(prepared, root, TEXT),
    CST_ROW(prepared, pretrain, TEXT),
};
static const cst_json_shape shape = CST_SHAPE(prepared, rows);

/* Where it cannot be read it vouches for nothing, and `prepare` reads all again.  Texts are borrowed from
 * *document, new. */
static cst_status read_prepared(const char *path, cst_json **document, prepared *out)
{
  cst_rows_init(&shape, out);
  if (cst_json_read(path, document) == CST_OK) return cst_rows_read(&shape, *document, out);
  cst_clear();
  return CST_OK;
}

static bool same(const char *before, const char *now) { return before && !strcmp(before, now); }

/* What statuses depend on, but for the files. */
static cst_status find_rules(const cst_job *self, char hex[CST_DIGEST_HEX])
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
  cst_json *document = NULL;
  prepared stamp;
  char *stamp_path = cst_job_path(self, "prepare.json"), *path = cst_job_path(self, "manifest.csv");
  char found[CST_DIGEST_HEX], judged_by[CST_DIGEST_HEX];
  if (!stamp_path || !path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(stamp_path) || !cst_file_exists(path)) goto done;
  CST_TRY(read_prepared(stamp_path, &document, &stamp));
  CST_TRY(find_rules(self, judged_by));
  if (!same(stamp.rules, judged_by)) goto done; /* made again by the caller */
  CST_TRY(cst_file_read(path, &manifest->data, &manifest->bytes));
  cst_digest_bytes(manifest->data, manifest->bytes, found);
  if (!same(stamp.manifest, found)) cst_text_reset(manifest);
done:
  cst_free(path);
  cst_free(stamp_path);
  cst_json_destroy(&document);
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
  char manifest[CST_DIGEST_HEX], judged_by[CST_DIGEST_HEX];
  char *path = cst_job_path(self, "prepare.json");
  cst_json *json = NULL;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_dataset_text(self->data, &text));
  CST_TRY(cst_job_write_text(self, "manifest.csv", &text));
  cst_digest_bytes(text.data, text.bytes, manifest);
  CST_TRY(find_rules(self, judged_by));
  CST_TRY(cst_config_get(self->config, "dataset.pretrain", &sets));
  const prepared stamp = {manifest, judged_by, self->config->dataset.root, sets.data};
  json = cst_rows_json(&shape, &stamp);
  CST_TRY(cst_json_write(json, path)); /* last: it declares the manifest valid */
done:
  if (json) cst_json_destroy(&json);
  cst_text_reset(&sets);
  cst_text_reset(&text);
  cst_free(path);
  return st;
}

static cst_status check_root(const cst_job *self, const char *before, const char *key,
                             const char *now)
{
  if (!before || strcmp(before, now) == 0) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s/manifest.csv: was prepared with dataset.%s \"%s\", now it is \"%s\"; run "
                   "`cassette prepare` again",
                   self->dir, key, before, now);
}

cst_status cst_manifest_file_check_roots(const cst_job *self)
{
  cst_status st = CST_OK;
  cst_json *document = NULL;
  prepared stamp;
  cst_text sets = {0};
  char *path = cst_job_path(self, "prepare.json");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(path)) goto done; /* a manifest taken from elsewhere */
  CST_TRY(read_prepared(path, &document, &stamp));
  CST_TRY(check_root(self, stamp.root, "root", self->config->dataset.root));
  CST_TRY(cst_config_get(self->config, "dataset.pretrain", &sets));
  CST_TRY(check_root(self, stamp.pretrain, "pretrain", sets.data));
done:
  cst_text_reset(&sets);
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}

cst_status cst_manifest_file_write(const cst_job *self)
{
  return cst_comm_agree(self->comm, cst_job_root(self) ? write(self) : CST_OK);
}
