/* Contract in model_file.h. */
#include "cassette/model_file.h"

#include "classifier_parts.h"

#include "cassette/build_info.h"
#include "cassette/memory.h"
#include "cassette/store.h"

#include <stdio.h>
#include <string.h>

enum { FORMAT = 1, FIELD_BYTES = 64, FINGERPRINT_BYTES = 1024, MOST_NETWORKS = 10000 };

cst_status cst_model_file_is_one(const char *path, bool *is)
{
  return cst_store_file_has(path, "about", "definition", is);
}

/* --- weights --- */

typedef cst_status (*tensor_fn)(cst_store *store, const char *name, const cst_param *p,
                                float *data);

static cst_status write_tensor(cst_store *store, const char *name, const cst_param *p, float *data)
{
  return cst_store_write(store, name, CST_F32, p->dims, p->shape, data, true);
}

static cst_status read_tensor(cst_store *store, const char *name, const cst_param *p, float *data)
{
  return cst_store_read(store, name, CST_F32, p->count, data);
}

static cst_status visit_layout(cst_store *store, size_t network, const char *field,
                               const cst_layout *layout, float *data, tensor_fn each)
{
  cst_status st = CST_OK;
  char name[2 * FIELD_BYTES];
  for (size_t i = 0; i < layout->n && st == CST_OK; i++) {
    const cst_param *p = &layout->list[i];
    snprintf(name, sizeof name, "network-%zu/%s/%s", network + 1, field, p->name);
    st = each(store, name, p, data + p->offset);
  }
  return st;
}

static cst_status visit_weights(cst_store *store, const cst_classifier *self, tensor_fn each)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < self->networks; i++) {
    const cst_network *net = &self->network[i];
    CST_TRY(
        visit_layout(store, i, "params", cst_model_params(net->model), net->weights.params, each));
    CST_TRY(visit_layout(store, i, "stats", cst_model_stats(net->model), net->weights.stats, each));
  }
done:
  return st;
}

/* --- writing --- */

static cst_json *about(const cst_classifier *self)
{
  char fingerprint[FINGERPRINT_BYTES];
  cst_json *classes = cst_json_array();
  cst_model_about facts = self->facts;
  cst_logmel_fingerprint(&self->spec, fingerprint, sizeof fingerprint);
  for (size_t k = 0; k < self->classes.n; k++)
    cst_json_append_string(classes, self->classes.item[k]);
  facts.format = FORMAT;
  facts.exported_by = cst_build_version();
  facts.commit = cst_build_commit();
  facts.classes = classes;
  facts.features = fingerprint;
  facts.digest = self->digest;
  cst_json *json = cst_rows_json(&cst_model_about_shape, &facts);
  cst_json_destroy(&classes);
  return json;
}

cst_status cst_model_file_write(const cst_classifier *self, const char *path)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  cst_json *json = about(self);
  cst_text card = {0};
  char *text = NULL;
  model_card(self, &card);
  CST_TRY(cst_text_status(&card));
  CST_TRY(cst_json_text(json, 2, &text));
  CST_TRY(cst_store_create(path, &store));
  CST_TRY(cst_store_write_string(store, "about", text));
  CST_TRY(cst_store_write_string(store, "card", card.data));
  CST_TRY(cst_store_write_string(store, "definition", self->definition.data));
  CST_TRY(cst_store_write_string(store, "configuration", self->configuration.data));
  CST_TRY(visit_weights(store, self, write_tensor));
  CST_TRY(cst_store_commit(&store));
done:
  cst_store_close(&store);
  cst_free(text);
  cst_text_reset(&card);
  cst_json_destroy(&json);
  return st;
}

/* --- reading --- */

static cst_status refuse(const char *path)
{
  return cst_raise(CST_ERR_DATA, "%s: is no model; `cassette export RUN MODEL.cassette` makes one",
                   path);
}

static cst_status read_text(const cst_store *store, const char *name, cst_text *out)
{
  char *text = NULL;
  const cst_status st = cst_store_read_string(store, name, &text);
  if (st == CST_OK) cst_text_add(out, "%s", text);
  cst_free(text);
  return st == CST_OK ? cst_text_status(out) : st;
}

/* The texts, on rank 0. */
static cst_status open_texts(const char *path, cst_store **store, cst_text *json,
                             cst_text *definition, cst_text *configuration)
{
  cst_status st = CST_OK;
  bool is;
  const bool before = cst_store_distrust(true); /* who uses a model did not always make it */
  if (!cst_file_exists(path))
    CST_FAIL(CST_ERR_DATA, "%s: neither a model's file nor a run directory is there", path);
  if (!cst_store_is_one(path)) CST_TRY(refuse(path));
  CST_TRY(cst_model_file_is_one(path, &is));
  if (!is) CST_TRY(refuse(path));
  CST_TRY(cst_store_open(path, store));
  CST_TRY(read_text(*store, "about", json));
  CST_TRY(read_text(*store, "definition", definition));
  CST_TRY(read_text(*store, "configuration", configuration));
done:
  cst_store_distrust(before);
  return st;
}

/* What the texts say, on every rank. */
static cst_status adopt_texts(cst_classifier *self, const char *path, const cst_text *json)
{
  cst_status st = CST_OK;
  CST_TRY(cst_json_parse(json->data, json->bytes, path, &self->about));
  CST_TRY(cst_rows_read(&cst_model_about_shape, self->about, &self->facts));
  const int64_t format = self->facts.format;
  if (format != FORMAT)
    CST_FAIL(CST_ERR_DATA,
             "%s: format %lld, this version reads %d; use the version of Cassette "
             "that exported it",
             path, (long long)format, FORMAT);
  CST_TRY(classifier_define(self, path));
  const cst_json *classes = self->facts.classes;
  for (size_t k = 0; k < cst_json_size(classes); k++)
    if (cst_names_add(&self->classes, cst_json_string(cst_json_at(classes, k), "")) == CST_NONE)
      CST_TRY(cst_no_memory("classes", k, 1));
  self->networks = self->facts.networks.n;
  if (self->classes.n < 2 || self->classes.n > CST_MOST_CLASSES ||
      self->classes.n != cst_json_size(classes) || self->networks < 1 ||
      self->networks > MOST_NETWORKS)
    CST_FAIL(CST_ERR_DATA, "%s: its classes or networks make no sense: damaged; export it again",
             path);
done:
  return st;
}

static cst_status create_networks(cst_classifier *self)
{
  cst_status st = CST_OK;
  const cst_job job = classifier_job(self);
  const cst_network_use use = {.classes = self->classes.n};
  CST_ALLOC(self->network, self->networks);
  for (size_t i = 0; i < self->networks; i++)
    CST_TRY(cst_network_create(&job, &use, &self->network[i]));
done:
  return st;
}

static void broadcast_weights(const cst_classifier *self)
{
  for (size_t i = 0; i < self->networks; i++) {
    const cst_network *net = &self->network[i];
    cst_comm_broadcast(self->comm, net->weights.params,
                       cst_model_params(net->model)->floats * sizeof(float));
    cst_comm_broadcast(self->comm, net->weights.stats,
                       cst_model_stats(net->model)->floats * sizeof(float));
  }
}

static cst_status check_digest(cst_classifier *self, const char *path)
{
  const char *promised = self->facts.digest ? self->facts.digest : "";
  const cst_status st = classifier_digest(self, self->digest);
  if (st != CST_OK || strcmp(promised, self->digest) == 0) return st;
  return cst_raise(CST_ERR_DATA,
                   "%s: its content has digest %s, and %s was written: damaged; export it again",
                   path, self->digest, promised);
}

cst_status classifier_from_file(cst_classifier *self, const char *path)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  cst_text json = {0};
  const bool root = cst_comm_rank(self->comm) == 0;
  if (root) st = open_texts(path, &store, &json, &self->definition, &self->configuration);
  CST_TRY(cst_comm_share_text(self->comm, st, &json));
  CST_TRY(cst_comm_share_text(self->comm, st, &self->definition));
  CST_TRY(cst_comm_share_text(self->comm, st, &self->configuration));
  CST_TRY(cst_comm_agree_alike(self->comm, adopt_texts(self, path, &json)));
  CST_TRY(cst_comm_agree(self->comm, create_networks(self)));
  CST_TRY(cst_comm_agree(self->comm, root ? visit_weights(store, self, read_tensor) : CST_OK));
  broadcast_weights(self);
  CST_TRY(cst_comm_agree_alike(self->comm, classifier_calibrate(self, path)));
  CST_TRY(cst_comm_agree_alike(self->comm, check_digest(self, path)));
done:
  cst_store_close(&store);
  cst_text_reset(&json);
  return st;
}

cst_status cst_model_file_describe(const char *path, cst_text *out)
{
  cst_status st = CST_OK;
  cst_classifier *self = NULL;
  char *text = NULL;
  CST_TRY(classifier_create(cst_comm_self(), 1, &self));
  CST_TRY(classifier_from_file(self, path));
  cst_text_add(out, "model: %s\n\n", path);
  model_card(self, out);
  cst_text_add(out, "\n");
  const cst_json *value;
  const char *key;
  for (size_t i = 0; (key = cst_json_member(self->about, i, &value)) != NULL; i++) {
    if (strcmp(key, "digest") == 0) continue;
    CST_TRY(cst_json_text(value, 0, &text));
    const char *plain = cst_json_string(value, NULL);
    cst_text_add(out, "%s: %s\n", key, plain ? plain : text);
    cst_free(text);
    text = NULL;
  }
  cst_text_add(out, "digest: %s\n", self->digest);
  st = cst_text_status(out);
done:
  cst_free(text);
  classifier_destroy(&self);
  return st;
}
