/*
 * What an SE-Trans consists of: the tensors with PyTorch's names in the order of its state_dict,
 * how each starts, and the sizes of every layer.
 */
#include "model_parts.h"

#include <math.h>
#include <stdio.h>

/* Every size below this: no product of the arena's overflows 64 bits. */
static cst_status check_sizes(const cst_model_spec *s)
{
  cst_status st = CST_OK;
  const struct {
    const char *name;
    size_t value, min, max;
  } sizes[] = {
      {"frames", s->frames, 4, 1 << 17},    {"bins", s->bins, 4, 4096},
      {"channels1", s->channels1, 1, 4096}, {"channels2", s->channels2, 1, 4096},
      {"reduction", s->reduction, 1, 4096}, {"pooled_frames", s->pooled_frames, 1, 4096},
      {"heads", s->heads, 1, 4096},         {"feedforward", s->feedforward, 1, 4096},
      {"classes", s->classes, 1, 4096},     {"aux_classes", s->aux_classes, 0, 4096},
  };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    if (sizes[i].value < sizes[i].min || sizes[i].value > sizes[i].max)
      CST_FAIL(CST_ERR_USAGE, "model %s = %zu: it must be between %zu and %zu", sizes[i].name,
               sizes[i].value, sizes[i].min, sizes[i].max);
done:
  return st;
}

static cst_status check_relations(const cst_model_spec *s)
{
  cst_status st = CST_OK;
  if (s->reduction > s->channels1 || s->reduction > s->channels2)
    CST_FAIL(CST_ERR_USAGE,
             "model reduction = %zu: it must not exceed channels1 = %zu or channels2 = %zu",
             s->reduction, s->channels1, s->channels2);
  if (s->channels2 % s->heads != 0)
    CST_FAIL(CST_ERR_USAGE, "model heads = %zu: it must divide channels2 = %zu", s->heads,
             s->channels2);
  if (!(s->dropout >= 0.0 && s->dropout < 1.0))
    CST_FAIL(CST_ERR_USAGE, "model dropout = %g: it must be at least 0 and below 1", s->dropout);
  if (!(s->bn_momentum >= 0.0 && s->bn_momentum <= 1.0))
    CST_FAIL(CST_ERR_USAGE, "model bn_momentum = %g: it must be between 0 and 1", s->bn_momentum);
  if (!(s->bn_eps > 0.0 && isfinite(s->bn_eps)))
    CST_FAIL(CST_ERR_USAGE, "model bn_eps = %g: it must be positive", s->bn_eps);
done:
  return st;
}

static const tensor_start ones = {.fill = 1.0f}, zeros = {.fill = 0.0f};

/* Glorot and Bengio, AISTATS 2010: uniform with variance 2 / (fan_in + fan_out). */
static tensor_start xavier(size_t fan_in, size_t fan_out)
{
  return (tensor_start){.bound = sqrt(6.0 / (double)(fan_in + fan_out))};
}

/* torch.nn.Linear's default for weights and biases. */
static tensor_start linear_default(size_t fan_in)
{
  return (tensor_start){.bound = 1.0 / sqrt((double)fan_in)};
}

static cst_status add(cst_model *self, tensor_start start, const char *name, size_t dims,
                      const size_t *shape, size_t *offset)
{
  const cst_status st = cst_layout_add(&self->params, name, dims, shape);
  if (st != CST_OK) return st;
  CST_ASSERT(self->params.n <= TENSORS);
  self->start[self->params.n - 1] = start;
  *offset = self->params.list[self->params.n - 1].offset;
  return CST_OK;
}

static cst_status add_vector(cst_model *self, tensor_start start, const char *name, size_t n,
                             size_t *offset)
{
  return add(self, start, name, 1, &n, offset);
}

static cst_status add_matrix(cst_model *self, tensor_start start, const char *name, size_t rows,
                             size_t columns, size_t *offset)
{
  return add(self, start, name, 2, (size_t[]){rows, columns}, offset);
}

static cst_status add_statistic(cst_model *self, const char *norm, const char *what, size_t dims,
                                size_t n, size_t *offset)
{
  char name[CST_NAME_BYTES];
  snprintf(name, sizeof name, "%s.%s", norm, what);
  *offset = self->stats.floats;
  return cst_layout_add(&self->stats, name, dims, &n);
}

static cst_status add_statistics(cst_model *self, const char *norm, size_t n, size_t *mean,
                                 size_t *var, size_t *batches)
{
  cst_status st = CST_OK;
  CST_TRY(add_statistic(self, norm, "running_mean", 1, n, mean));
  CST_TRY(add_statistic(self, norm, "running_var", 1, n, var));
  CST_TRY(add_statistic(self, norm, "num_batches_tracked", 0, 1, batches));
done:
  return st;
}

static cst_status add_input(cst_model *self)
{
  cst_status st = CST_OK;
  const size_t M = self->spec.bins;
  CST_TRY(add_vector(self, ones, "bn0.weight", M, &self->input_weight));
  CST_TRY(add_vector(self, zeros, "bn0.bias", M, &self->input_bias));
  CST_TRY(
      add_statistics(self, "bn0", M, &self->input_mean, &self->input_var, &self->input_batches));
done:
  return st;
}

/* Tensors of a unit: number `i` (1 or 2) of block `block` (1 or 2). */
static cst_status add_unit(cst_model *self, cst_unit *u, int block, int i)
{
  cst_status st = CST_OK;
  const size_t C = u->shape.C, R = u->R, from = u->from;
  char name[CST_NAME_BYTES], norm[CST_NAME_BYTES / 2];

  snprintf(name, sizeof name, "block%d.conv%d.weight", block, i);
  CST_TRY(add(self, xavier(9 * from, 9 * C), name, 4, (size_t[]){C, from, 3, 3}, &u->conv));
  snprintf(norm, sizeof norm, "block%d.bn%d", block, i);
  snprintf(name, sizeof name, "%s.weight", norm);
  CST_TRY(add_vector(self, ones, name, C, &u->bn_weight));
  snprintf(name, sizeof name, "%s.bias", norm);
  CST_TRY(add_vector(self, zeros, name, C, &u->bn_bias));
  CST_TRY(add_statistics(self, norm, C, &u->mean, &u->var, &u->batches));
  snprintf(name, sizeof name, "block%d.se%d.down.weight", block, i);
  CST_TRY(add_matrix(self, linear_default(C), name, R, C, &u->down));
  snprintf(name, sizeof name, "block%d.se%d.up.weight", block, i);
  CST_TRY(add_matrix(self, linear_default(R), name, C, R, &u->up));
done:
  return st;
}

static cst_status add_encoder(cst_model *self, cst_encoder *e)
{
  cst_status st = CST_OK;
  cst_attention *a = &e->attention;
  const size_t E = a->E, F = e->F;
#define NAME(suffix) "encoder." suffix
  CST_TRY(add_matrix(self, xavier(E, 3 * E), NAME("self_attn.in_proj_weight"), 3 * E, E,
                     &a->in_weight));
  CST_TRY(add_vector(self, zeros, NAME("self_attn.in_proj_bias"), 3 * E, &a->in_bias));
  CST_TRY(
      add_matrix(self, linear_default(E), NAME("self_attn.out_proj.weight"), E, E, &a->out_weight));
  CST_TRY(add_vector(self, zeros, NAME("self_attn.out_proj.bias"), E, &a->out_bias));
  CST_TRY(add_matrix(self, linear_default(E), NAME("linear1.weight"), F, E, &e->weight1));
  CST_TRY(add_vector(self, linear_default(E), NAME("linear1.bias"), F, &e->bias1));
  CST_TRY(add_matrix(self, linear_default(F), NAME("linear2.weight"), E, F, &e->weight2));
  CST_TRY(add_vector(self, linear_default(F), NAME("linear2.bias"), E, &e->bias2));
  CST_TRY(add_vector(self, ones, NAME("norm1.weight"), E, &e->norm1_weight));
  CST_TRY(add_vector(self, zeros, NAME("norm1.bias"), E, &e->norm1_bias));
  CST_TRY(add_vector(self, ones, NAME("norm2.weight"), E, &e->norm2_weight));
  CST_TRY(add_vector(self, zeros, NAME("norm2.bias"), E, &e->norm2_bias));
#undef NAME
done:
  return st;
}

/* Sizes of unit `i`; the units before it are known. */
static cst_unit unit_sizes(const cst_model_spec *s, size_t i)
{
  const size_t C = i < 2 ? s->channels1 : s->channels2;
  const size_t down = i < 2 ? 1 : 2; /* one 2x2 mean lies before the second block */
  return (cst_unit){
      .shape = {.H = s->frames / down, .W = s->bins / down, .C = C, .pooled = i % 2 == 1},
      .from = i == 0  ? 1
              : i < 3 ? s->channels1
                      : s->channels2,
      .R = C / s->reduction,
  };
}

static cst_head head_sizes(const cst_model_spec *s)
{
  return (cst_head){
      .pool = {.H = s->frames / 2 / 2,
               .W = s->bins / 2 / 2,
               .C = s->channels2,
               .P = s->pooled_frames},
      .encoder = {.attention = {.P = s->pooled_frames,
                                .E = s->channels2,
                                .heads = s->heads,
                                .dropout = s->dropout},
                  .F = s->feedforward},
      .K = s->classes,
      .A = s->aux_classes,
  };
}

cst_status cst_model_describe(cst_model *self)
{
  cst_status st = CST_OK;
  const cst_model_spec *s = &self->spec;

  CST_TRY(check_sizes(s));
  CST_TRY(check_relations(s));
  CST_TRY(add_input(self));
  for (size_t i = 0; i < UNITS; i++) {
    self->unit[i] = unit_sizes(s, i);
    CST_TRY(add_unit(self, &self->unit[i], (int)(i / 2) + 1, (int)(i % 2) + 1));
  }
  self->head = head_sizes(s);
  CST_TRY(add_encoder(self, &self->head.encoder));
  CST_TRY(add_matrix(self, xavier(s->channels2, s->classes), "fc.weight", s->classes, s->channels2,
                     &self->head.fc_weight));
  CST_TRY(add_vector(self, zeros, "fc.bias", s->classes, &self->head.fc_bias));
  if (s->aux_classes == 0) goto done;
  CST_TRY(add_matrix(self, xavier(s->channels2, s->aux_classes), "aux.weight", s->aux_classes,
                     s->channels2, &self->head.aux_weight));
  CST_TRY(add_vector(self, zeros, "aux.bias", s->aux_classes, &self->head.aux_bias));
done:
  return st;
}
