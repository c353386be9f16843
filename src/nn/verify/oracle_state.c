/* Contracts in oracle_state.h. */
#include "oracle_state.h"

#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

void cst_group_of(const char *half, size_t step, const char *part, cst_group out)
{
  const int n = snprintf(out, sizeof(cst_group), "%s/step%zu/%s", half, step, part);
  CST_ASSERT(n > 0 && n < (int)sizeof(cst_group));
}

/* Largest activation in the dump. */
static size_t widest_tap(const cst_model *model)
{
  size_t max = cst_model_get_spec(model)->classes;
  for (size_t k = 0; cst_model_tap_name(model, k); k++) {
    const size_t n = cst_model_tap(model, k, 0, NULL);
    max = n > max ? n : max;
  }
  return max;
}

static cst_status allocate(cst_oracle *o)
{
  cst_status st = CST_OK;
  const cst_model_spec *s = &o->dump.spec;
  const size_t n = o->mine.count, clip = s->frames * s->bins, floats = o->params->floats;

  CST_ALLOC(o->features, n * clip);
  CST_ALLOC(o->feature, n);
  CST_ALLOC(o->told, n);
  CST_ALLOC(o->label, n);
  CST_ALLOC(o->logits, n * s->classes);
  CST_ALLOC(o->dlogits, n * s->classes);
  CST_ALLOC(o->got, widest_tap(o->model));
  CST_ALLOC(o->want, n * widest_tap(o->model));
  CST_ALLOC(o->own, n * widest_tap(o->model));
  CST_ALLOC(o->rows, n * 2);
  CST_TRY(cst_exact_create(2, &o->pair));
  CST_TRY(cst_exact_create(floats, &o->gradient));
  CST_TRY(cst_weights_create(o->model, &o->weights));
  CST_ALLOC(o->m, floats);
  CST_ALLOC(o->v, floats);
  CST_ALLOC(o->given, floats);
  CST_ALLOC(o->grad64, floats);
  CST_ALLOC(o->grad32, floats);
  CST_ALLOC(o->total, floats);
  CST_ALLOC(o->opened, floats);
  CST_ALLOC(o->shut, floats);
  CST_ALLOC(o->after, floats);
  CST_ALLOC(o->after_m, floats);
  CST_ALLOC(o->after_v, floats);
  CST_ALLOC(o->after_stats, o->stats->floats);
  CST_ALLOC(o->own_stats, o->stats->floats);
  for (size_t i = 0; i < n; i++) o->feature[i] = o->features + i * clip;
done:
  return st;
}

cst_status cst_oracle_prepare(cst_oracle *o, const char *path, cst_conv_method convolution,
                              cst_products products, int threads)
{
  cst_status st = CST_OK;

  CST_TRY(cst_dump_open(path, convolution, products, &o->dump));
  o->mine = cst_slice_of(o->dump.clips, cst_comm_rank(o->comm), cst_comm_size(o->comm));
  if (cst_model_create(&o->dump.spec, o->comm, o->mine.count, threads, &o->model) != CST_OK) {
    char why[CST_MESSAGE_BYTES / 2];
    snprintf(why, sizeof why, "%s", cst_message());
    cst_clear();
    CST_FAIL(CST_ERR_DATA, "%s: the shapes of its arrays make no SE-Trans: %s", path, why);
  }
  o->params = cst_model_params(o->model);
  o->stats = cst_model_stats(o->model);
  CST_TRY(allocate(o));
  CST_TRY(cst_dump_clips(&o->dump, o->mine.first, o->mine.count, o->features, o->label));
  CST_TRY(cst_dump_told(&o->dump, o->mine.first, o->mine.count, o->told));
done:
  return st;
}

void cst_oracle_release(cst_oracle *o)
{
  void *const blocks[] = {o->features, (void *)o->feature,
                          o->label,    o->logits,
                          o->told,     o->dlogits,
                          o->got,      o->want,
                          o->own,      o->rows,
                          o->m,        o->v,
                          o->given,    o->grad64,
                          o->grad32,   o->total,
                          o->opened,   o->shut,
                          o->after,    o->after_m,
                          o->after_v,  o->after_stats,
                          o->own_stats};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cst_free(blocks[i]);
  if (o->pair) cst_exact_destroy(&o->pair);
  if (o->gradient) cst_exact_destroy(&o->gradient);
  cst_weights_reset(&o->weights);
  cst_model_destroy(&o->model);
  cst_dump_close(&o->dump);
}

cst_status cst_oracle_read_weights(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  cst_group prefix = "init/";
  if (step > 0) cst_group_of("f64", step - 1, "after/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->weights.params));
  CST_TRY(cst_dump_floats(&o->dump, o->stats, prefix, o->weights.stats));
done:
  return st;
}

static cst_status read_moments(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  cst_group prefix;
  if (step == 0) return CST_OK; /* zero, as allocated */
  cst_group_of("f64", step - 1, "adam_m/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->m));
  cst_group_of("f64", step - 1, "adam_v/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->v));
done:
  return st;
}

/* PyTorch's own statistics in float32; without them the float64 ones, so that they say nothing. */
static cst_status read_own_stats(cst_oracle *o, size_t step)
{
  cst_group prefix;
  char first[2 * CST_NAME_BYTES];
  cst_group_of("f32", step, "after/", prefix);
  snprintf(first, sizeof first, "%s%s", prefix, o->stats->list[0].name);
  if (cst_store_has(o->dump.store, first))
    return cst_dump_doubles(&o->dump, o->stats, prefix, o->own_stats);
  memcpy(o->own_stats, o->after_stats, o->stats->floats * sizeof *o->own_stats);
  return CST_OK;
}

static cst_status read_outcome(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  cst_group prefix;
  cst_group_of("f64", step, "grad/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->given));
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->grad64));
  cst_group_of("f32", step, "grad/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->grad32));
  cst_group_of("f64", step, "after/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->after));
  CST_TRY(cst_dump_doubles(&o->dump, o->stats, prefix, o->after_stats));
  CST_TRY(read_own_stats(o, step));
  cst_group_of("f64", step, "adam_m/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->after_m));
  cst_group_of("f64", step, "adam_v/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->after_v));
done:
  return st;
}

cst_status cst_oracle_read_step(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  CST_TRY(cst_oracle_read_weights(o, step));
  CST_TRY(read_moments(o, step));
  CST_TRY(read_outcome(o, step));
done:
  return st;
}
