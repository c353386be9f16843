/* What a network costs, from its description alone. */
#include "cassette/memory.h"
#include "model_parts.h"

/* A model that is described and has no memory. */
static cst_status describe(const cst_model_spec *spec, cst_model **out)
{
  cst_status st = CST_OK;
  *out = NULL;
  CST_TRY(cst_model_check(spec));
  CST_ALLOC(*out, 1);
  (*out)->spec = *spec;
  CST_TRY(cst_model_describe(*out));
done:
  if (st != CST_OK) cst_model_destroy(out);
  return st;
}

static double unit_multiply_adds(const cst_unit *u)
{
  const size_t C = u->shape.C;
  return (double)cst_unit_pixels(u) * (double)(9 * u->from * C) + (double)(2 * u->R * C);
}

static double encoder_multiply_adds(const cst_encoder *e)
{
  const size_t P = e->attention.P, E = e->attention.E;
  return (double)P * (double)(4 * E * E + 2 * P * E + 2 * E * e->F);
}

cst_status cst_model_count(const cst_model_spec *spec, cst_model_cost *out)
{
  cst_status st = CST_OK;
  cst_model *m = NULL;

  *out = (cst_model_cost){0};
  CST_TRY(describe(spec, &m));
  for (size_t i = 0; i < m->params.n; i++) out->parameters += m->params.list[i].count;
  for (size_t k = 0; k < m->units; k++) out->multiply_adds += unit_multiply_adds(&m->unit[k]);
  for (size_t b = 0; spec->residual && b < spec->blocks; b++)
    if (m->shortcut[b].projects)
      out->multiply_adds += (double)cst_unit_pixels(&m->unit[2 * b]) *
                            (double)(m->shortcut[b].from * m->shortcut[b].C);
  for (size_t l = 0; l < m->head.layers; l++)
    out->multiply_adds += encoder_multiply_adds(&m->head.encoder[l]);
  out->multiply_adds += (double)(m->head.pool.C * m->head.K);
  out->multiply_adds += (double)(cst_metadata_width(&m->head.metadata) * m->head.K);
  if (spec->time)
    out->multiply_adds += (double)(CST_METADATA_WIDTH * (CST_METADATA_HOUR + CST_METADATA_WIDTH));
done:
  cst_model_destroy(&m);
  return st;
}

cst_status cst_model_convs(const cst_model_spec *spec, cst_model_conv out[CST_MAX_CONVS], size_t *n)
{
  cst_status st = CST_OK;
  cst_model *m = NULL;

  *n = 0;
  CST_TRY(describe(spec, &m));
  *n = m->units;
  for (size_t k = 0; k < *n; k++) {
    const cst_unit *u = &m->unit[k];
    out[k] = (cst_model_conv){u->shape.H, u->shape.W, u->from, u->shape.C};
  }
done:
  cst_model_destroy(&m);
  return st;
}
