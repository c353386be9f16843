/* Contract in cassette/checkpoint.h. */
#include "cassette/checkpoint.h"

#include "cassette/delay.h"
#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/json_rows.h"
#include "cassette/memory.h"

#include <string.h>

enum { PATH_NAME_BYTES = 128 };

/* What a manifest promises of its payload. */
typedef struct {
  const char *payload; /* name of the file */
  int64_t bytes;
  const char *xxh3;   /* digest of its bytes */
  const char *digest; /* of its numbers */
} promise;

static const cst_json_row promise_rows[] = {
    CST_ROW(promise, payload, TEXT),
    CST_ROW(promise, bytes, COUNT),
    CST_ROW(promise, xxh3, TEXT),
    CST_ROW(promise, digest, TEXT),
};
static const cst_json_shape promise_shape = CST_SHAPE(promise, promise_rows);

char *cst_checkpoint_manifest_path(const char *payload)
{
  const size_t n = strlen(payload);
  CST_ASSERT(n > 3 && strcmp(payload + n - 3, ".h5") == 0);
  return cst_format("%.*s.json", (int)(n - 3), payload);
}

typedef cst_status (*array_fn)(cst_store *store, const char *name, cst_type type, size_t dims,
                               const size_t *shape, void *data);

static cst_status write_array(cst_store *store, const char *name, cst_type type, size_t dims,
                              const size_t *shape, void *data)
{
  return cst_store_write(store, name, type, dims, shape, data, false);
}

static cst_status read_array(cst_store *store, const char *name, cst_type type, size_t dims,
                             const size_t *shape, void *data)
{
  size_t count = 1;
  for (size_t d = 0; d < dims; d++) count = cst_product(count, shape[d]);
  return cst_store_read(store, name, type, count, data);
}

/* Call @p each for every array of a field: one, or one per tensor of its layout. */
static cst_status visit_field(cst_store *store, const cst_field *field, array_fn each)
{
  cst_status st = CST_OK;
  if (!field->layout)
    return field->count == 0 ? CST_OK
                             : each(store, field->name, field->type, 1, &field->count, field->data);
  CST_ASSERT(field->type == CST_F32 && field->count == field->layout->floats);
  for (size_t i = 0; i < field->layout->n && st == CST_OK; i++) {
    const cst_param *p = &field->layout->list[i];
    char name[PATH_NAME_BYTES];
    snprintf(name, sizeof name, "%s/%s", field->name, p->name);
    st = each(store, name, CST_F32, p->dims, p->shape, (float *)field->data + p->offset);
  }
  return st;
}

static cst_status write_payload(const char *path, const cst_field *fields, size_t n)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  CST_TRY(cst_store_create(path, &store));
  for (size_t i = 0; i < n; i++) CST_TRY(visit_field(store, &fields[i], write_array));
  CST_TRY(cst_store_commit(&store));
done:
  cst_store_close(&store);
  return st;
}

cst_status cst_checkpoint_save(const char *path, const cst_field *fields, size_t n,
                               const cst_json *summary)
{
  cst_status st = CST_OK;
  char xxh3[CST_DIGEST_HEX], digest[CST_DIGEST_HEX];
  char *manifest = cst_checkpoint_manifest_path(path);
  uint64_t bytes;
  cst_json *json = NULL;
  if (!manifest) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_file_remove(manifest)); /* an older manifest must never meet the new payload */
  cst_delay_point("checkpoint-begun");
  CST_TRY(write_payload(path, fields, n));
  cst_delay_point("checkpoint-payload-written");
  CST_TRY(cst_digest_file(path, xxh3));
  CST_TRY(cst_file_bytes(path, &bytes));
  CST_TRY(cst_checkpoint_digest(path, digest));
  const promise made = {cst_path_name(path), (int64_t)bytes, xxh3, digest};
  json = cst_rows_json(&promise_shape, &made);
  cst_json_merge(json, summary);
  CST_TRY(cst_json_write(json, manifest));
done:
  cst_json_destroy(&json);
  cst_free(manifest);
  return st;
}

cst_status cst_checkpoint_verify(const char *path)
{
  cst_status st = CST_OK;
  char hex[CST_DIGEST_HEX], *manifest = cst_checkpoint_manifest_path(path);
  cst_json *json = NULL;
  promise made;
  uint64_t bytes;
  if (!manifest) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_json_read(manifest, &json));
  CST_TRY(cst_rows_read(&promise_shape, json, &made));
  CST_TRY(cst_file_bytes(path, &bytes));
  if ((int64_t)bytes != made.bytes)
    CST_FAIL(CST_ERR_DATA, "%s: %llu bytes, its manifest says %lld: it is damaged", path,
             (unsigned long long)bytes, (long long)made.bytes);
  CST_TRY(cst_digest_file(path, hex));
  if (!made.xxh3 || strcmp(hex, made.xxh3) != 0)
    CST_FAIL(CST_ERR_DATA, "%s: its checksum differs from its manifest's: it is damaged", path);
done:
  cst_json_destroy(&json);
  cst_free(manifest);
  return st;
}

/* Verify, and say what to do about damage. */
static cst_status insist(const char *path)
{
  char cause[CST_MESSAGE_BYTES];
  const cst_status st = cst_checkpoint_verify(path);
  if (st != CST_ERR_DATA) return st;
  snprintf(cause, sizeof cause, "%s", cst_message());
  cst_clear();
  return cst_raise(st, "%.1900s; `cassette train` goes back and makes it again", cause);
}

cst_status cst_checkpoint_load(const char *path, const cst_field *fields, size_t n)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  CST_TRY(insist(path));
  CST_TRY(cst_store_open(path, &store));
  for (size_t i = 0; i < n; i++) CST_TRY(visit_field(store, &fields[i], read_array));
done:
  cst_store_close(&store);
  return st;
}

typedef struct {
  const cst_store *store;
  const char *group;
  cst_digest *digest;
  size_t tensors;
} digest_walk;

static cst_status digest_tensor(void *context, const char *name)
{
  cst_status st = CST_OK;
  digest_walk *w = context;
  char path[PATH_NAME_BYTES];
  size_t dims, shape[CST_STORE_MAX_DIMS], count = 1;
  float *data = NULL;
  snprintf(path, sizeof path, "%s/%s", w->group, name);
  CST_TRY(cst_store_shape(w->store, path, &dims, shape));
  for (size_t d = 0; d < dims; d++) count = cst_product(count, shape[d]);
  CST_ALLOC(data, count);
  CST_TRY(cst_store_read(w->store, path, CST_F32, count, data));
  cst_digest_add(w->digest, path, strlen(path) + 1);
  cst_digest_add(w->digest, data, count * sizeof *data);
  w->tensors++;
done:
  cst_free(data);
  return st;
}

cst_status cst_checkpoint_digest(const char *path, char *hex)
{
  static const char *const groups[] = {"params",     "stats",          "adam_m",
                                       "adam_v",     "average_params", "average_stats",
                                       "raw_params", "raw_stats"};
  cst_status st = CST_OK;
  cst_store *store = NULL;
  digest_walk walk = {0};
  bool there = false;
  CST_TRY(cst_store_open(path, &store));
  CST_TRY(cst_digest_create(&walk.digest));
  walk.store = store;
  for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
    walk.group = groups[g];
    CST_TRY(cst_store_look(store, groups[g], &there));
    if (there) CST_TRY(cst_store_list(store, groups[g], digest_tensor, &walk));
  }
  if (walk.tensors == 0)
    CST_FAIL(CST_ERR_DATA, "%s: no model parameters in it: not a checkpoint", path);
  cst_digest_hex(walk.digest, hex);
done:
  cst_digest_destroy(&walk.digest);
  cst_store_close(&store);
  return st;
}

cst_status cst_checkpoint_is_one(const char *path, bool *is)
{
  return cst_store_file_has(path, "params", "stats", is);
}

cst_status cst_checkpoint_describe(const char *path, FILE *out)
{
  cst_status st = CST_OK;
  char hex[CST_DIGEST_HEX], *manifest = cst_checkpoint_manifest_path(path), *text = NULL;
  cst_json *json = NULL;
  if (!manifest) CST_TRY(cst_no_memory("path", 1, 1));
  const bool promised = cst_file_exists(manifest);
  if (promised) CST_TRY(cst_checkpoint_verify(path));
  CST_TRY(cst_checkpoint_digest(path, hex));
  fprintf(out, "checkpoint: %s\n", path);
  if (promised) {
    CST_TRY(cst_json_read(manifest, &json));
    const cst_json *value;
    const char *key;
    for (size_t i = 0; (key = cst_json_member(json, i, &value)) != NULL; i++) {
      if (strcmp(key, "digest") == 0) continue;
      CST_TRY(cst_json_text(value, 0, &text));
      fprintf(out, "%s: %s\n", key, text);
      cst_free(text);
      text = NULL;
    }
  } else {
    fprintf(out, "manifest: none; this payload would not be resumed from\n");
  }
  fprintf(out, "digest: %s\n", hex);
done:
  cst_free(text);
  cst_json_destroy(&json);
  cst_free(manifest);
  return st;
}
