/* Contract in network.h. */
#include "cassette/network.h"

#include "cassette/memory.h"
#include "cassette/network_spec.h"
#include "cassette/store.h"

#include <string.h>

cst_status cst_network_create(const cst_job *job, const cst_network_use *use, cst_network *out)
{
  cst_status st = CST_OK;
  cst_model_spec spec;
  *out = (cst_network){0};
  cst_network_spec(job->config, job->spec.bins, use->classes,
                   use->told ? cst_dataset_cities(job->data) : 0, &spec);
  spec.aux_classes = use->aux_classes;
  spec.time = spec.time && use->told;
  CST_TRY(cst_model_create(&spec, job->comm, use->max_clips, job->threads, &out->model));
  CST_TRY(cst_weights_create(out->model, &out->weights));
done:
  if (st != CST_OK) cst_network_reset(out);
  return st;
}

void cst_network_reset(cst_network *self)
{
  cst_weights_reset(&self->weights);
  cst_model_destroy(&self->model);
}

/* --- weights in files --- */

static const struct {
  const char *params, *stats;
} weight_names[] = {{"params", "stats"},
                    {"best_params", "best_stats"},
                    {"average_params", "average_stats"},
                    {"best_raw_params", "best_raw_stats"},
                    {"raw_params", "raw_stats"}};

size_t cst_network_fields(const cst_model *model, cst_network_weights which, const cst_weights *w,
                          cst_field *fields)
{
  const cst_layout *params = cst_model_params(model), *stats = cst_model_stats(model);
  fields[0] = (cst_field){weight_names[which].params, CST_F32, params->floats, params, w->params};
  fields[1] = (cst_field){weight_names[which].stats, CST_F32, stats->floats, stats, w->stats};
  return CST_NETWORK_FIELDS;
}

cst_status cst_network_has_raw(const cst_job *job, const cst_trained *model, bool *has)
{
  cst_status st = CST_OK;
  int64_t found = 0;
  if (cst_job_root(job)) {
    char *path = cst_trained_path(job, model);
    cst_store *store = NULL;
    bool there = false;
    st = path ? cst_store_open(path, &store) : cst_no_memory("path", 1, 1);
    if (st == CST_OK) st = cst_store_look(store, weight_names[CST_NETWORK_RAW].params, &there);
    found = there;
    cst_store_close(&store);
    cst_free(path);
  }
  CST_TRY(cst_comm_agree(job->comm, st));
  cst_comm_broadcast(job->comm, &found, sizeof found);
  *has = found;
done:
  return st;
}

static cst_status load_weights(const cst_job *job, const cst_trained *name, bool raw,
                               const cst_network *out)
{
  cst_status st = CST_OK;
  cst_field fields[CST_NETWORK_FIELDS];
  if (cst_job_root(job)) {
    const size_t n = cst_network_fields(out->model, raw ? CST_NETWORK_RAW : CST_NETWORK_CURRENT,
                                        &out->weights, fields);
    char *path = cst_trained_path(job, name);
    st = path ? cst_checkpoint_load(path, fields, n) : cst_no_memory("path", 1, 1);
    cst_free(path);
  }
  CST_TRY(cst_comm_agree(job->comm, st));
  cst_comm_broadcast(job->comm, out->weights.params,
                     cst_model_params(out->model)->floats * sizeof(float));
  cst_comm_broadcast(job->comm, out->weights.stats,
                     cst_model_stats(out->model)->floats * sizeof(float));
done:
  return st;
}

cst_status cst_network_load(const cst_job *job, const cst_trained *name, bool raw, size_t classes,
                            cst_network *out)
{
  cst_status st = CST_OK;
  *out = (cst_network){0};
  const cst_network_use use = {.classes = classes, .told = name->stage != CST_STAGE_PRETRAIN};
  CST_TRY(cst_comm_agree(job->comm, cst_network_create(job, &use, out)));
  CST_TRY(load_weights(job, name, raw, out));
done:
  if (st != CST_OK) cst_network_reset(out);
  return st;
}

/* Tensors of the same name and shape. */
static void take_layout(const cst_layout *from_layout, const float *from,
                        const cst_layout *to_layout, bool with_head, float *to)
{
  for (size_t i = 0; i < from_layout->n; i++) {
    const cst_param *a = &from_layout->list[i], *b = cst_layout_find(to_layout, a->name);
    if (!b || b->count != a->count || (!with_head && a->roles & CST_ROLE_HEAD)) continue;
    memcpy(to + b->offset, from + a->offset, a->count * sizeof(float));
  }
}

cst_told cst_network_told(const cst_job *job, size_t i)
{
  const cst_clip *clip = &job->data->clip[i];
  return (cst_told){clip->city, cst_session_hour(job->data->sessions.item[clip->session])};
}

cst_status cst_network_forget(const cst_job *job, size_t classes, cst_network *self)
{
  cst_status st = CST_OK;
  cst_network plain = {0};
  const cst_network_use use = {.classes = classes};
  const cst_model_spec *spec = cst_model_get_spec(self->model);
  if (spec->cities == 0 && !spec->time) return CST_OK;
  CST_TRY(cst_network_create(job, &use, &plain));
  cst_network_take_over(self, true, &plain);
  const cst_param *bias = cst_layout_find(cst_model_params(plain.model), cst_model_head_bias);
  cst_model_untold_bias(self->model, &self->weights, plain.weights.params + bias->offset);
  cst_network_reset(self);
  *self = plain;
done:
  return st;
}

void cst_network_take_over(const cst_network *from, bool with_head, cst_network *to)
{
  take_layout(cst_model_params(from->model), from->weights.params, cst_model_params(to->model),
              with_head, to->weights.params);
  take_layout(cst_model_stats(from->model), from->weights.stats, cst_model_stats(to->model),
              with_head, to->weights.stats);
}
