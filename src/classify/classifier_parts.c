/* What the two ways to a classifier share.  Contract in classifier_parts.h. */
#include "classifier_parts.h"

#include "cassette/memory.h"

#include <string.h>

bool classifier_defining(const char *section, const char *key)
{
  if (strcmp(section, "model") == 0) return true;
  if (strcmp(section, "features") == 0) return strcmp(key, "store") != 0;
  return strcmp(section, "evaluate") == 0 && strcmp(key, "crops") == 0;
}

cst_status classifier_define(cst_classifier *self, const char *path)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  cst_text_add(&text, "dataset: {root: .}\n"); /* required, and asked for nothing */
  cst_text_add_bytes(&text, self->definition.data, self->definition.bytes);
  CST_TRY(cst_text_status(&text));
  CST_TRY(cst_config_parse(text.data, text.bytes, path, &self->config));
  if (!cst_logmel_preset(cst_logmel_presets[self->config->features.preset],
                         (size_t)self->config->features.frames, &self->spec))
    CST_FAIL(CST_ERR_DATA, "%s: its features are unknown to this version", path);
done:
  cst_text_reset(&text);
  return st;
}

cst_job classifier_job(const cst_classifier *self)
{
  return (cst_job){
      .comm = self->comm, .config = self->config, .threads = self->threads, .spec = self->spec};
}

static void add_layout(cst_digest *digest, const cst_layout *layout, const float *values)
{
  for (size_t i = 0; i < layout->n; i++) {
    const cst_param *p = &layout->list[i];
    cst_digest_add(digest, p->name, strlen(p->name) + 1);
    cst_digest_add(digest, values + p->offset, p->count * sizeof *values);
  }
}

cst_status classifier_digest(const cst_classifier *self, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  CST_TRY(cst_digest_create(&digest));
  cst_digest_add(digest, self->definition.data, self->definition.bytes + 1);
  for (size_t k = 0; k < self->classes.n; k++)
    cst_digest_add(digest, self->classes.item[k], strlen(self->classes.item[k]) + 1);
  for (size_t i = 0; i < self->networks; i++) {
    const cst_network *net = &self->network[i];
    add_layout(digest, cst_model_params(net->model), net->weights.params);
    add_layout(digest, cst_model_stats(net->model), net->weights.stats);
  }
  if (self->temperature > 0.0) {
    cst_digest_add(digest, &self->temperature, sizeof self->temperature);
    cst_digest_add(digest, &self->unknown_below, sizeof self->unknown_below);
  }
  cst_digest_hex(digest, hex);
done:
  cst_digest_destroy(&digest);
  return st;
}

cst_status classifier_create(cst_comm *comm, int threads, cst_classifier **out)
{
  cst_status st = CST_OK;
  CST_ALLOC(*out, 1);
  **out = (cst_classifier){.comm = comm, .threads = threads};
  cst_rows_init(&cst_model_about_shape, &(*out)->facts);
done:
  return st;
}

void classifier_destroy(cst_classifier **pointer)
{
  cst_classifier *self = *pointer;
  if (!self) return;
  for (size_t i = 0; self->network && i < self->networks; i++) cst_network_reset(&self->network[i]);
  cst_free(self->network);
  cst_rows_reset(&cst_model_about_shape, &self->facts);
  cst_json_destroy(&self->about);
  cst_names_reset(&self->classes);
  cst_text_reset(&self->definition);
  cst_text_reset(&self->configuration);
  cst_config_destroy(&self->config);
  cst_free(self);
  *pointer = NULL;
}
