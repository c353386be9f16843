/* Contract in cassette/network_spec.h. */
#include "cassette/network_spec.h"

#include <string.h>

static void set_blocks(const cst_config *c, cst_model_spec *out)
{
  const cst_integers *pool = &c->model.pool;
  out->stem = (cst_area){(size_t)c->model.stem.item[0], (size_t)c->model.stem.item[1]};
  out->blocks = c->model.blocks.n;
  for (size_t i = 0; i < out->blocks; i++) {
    const int64_t *pair = pool->item + (pool->n == 2 ? 0 : 2 * i);
    out->channels[i] = (size_t)c->model.blocks.item[i];
    out->pool[i] = (cst_area){(size_t)pair[0], (size_t)pair[1]};
  }
}

bool cst_network_is_told(const cst_config *c, const char *name)
{
  for (size_t i = 0; i < c->model.metadata.n; i++)
    if (strcmp(c->model.metadata.item[i], name) == 0) return true;
  return false;
}

void cst_network_spec(const cst_config *c, size_t bins, size_t classes, size_t cities,
                      cst_model_spec *out)
{
  *out = c->model.spec;
  out->frames = (size_t)c->features.frames;
  out->bins = bins;
  set_blocks(c, out);
  out->classes = classes;
  out->cities = cst_network_is_told(c, "city") ? cities : 0;
  out->time = cst_network_is_told(c, "time");
}
