/*
 * What a network consists of: the tensors with PyTorch's names in the order of its state_dict,
 * how each starts, and the sizes of every layer.
 */
#include "model_parts.h"

#include <math.h>
#include <stdio.h>

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

static cst_status add(cst_model *self, tensor_start start, unsigned roles, const char *name,
                      size_t dims, const size_t *shape, size_t *offset)
{
  const cst_status st = cst_layout_add(&self->params, name, roles, dims, shape);
  if (st != CST_OK) return st;
  CST_ASSERT(self->params.n <= MAX_TENSORS);
  self->start[self->params.n - 1] = start;
  *offset = self->params.list[self->params.n - 1].offset;
  return CST_OK;
}

/* Vectors do not decay; matrices do. */
static cst_status add_vector(cst_model *self, tensor_start start, unsigned roles, const char *name,
                             size_t n, size_t *offset)
{
  return add(self, start, roles, name, 1, &n, offset);
}

static cst_status add_matrix(cst_model *self, tensor_start start, unsigned roles, const char *name,
                             size_t rows, size_t columns, size_t *offset)
{
  return add(self, start, roles | CST_ROLE_DECAYS, name, 2, (size_t[]){rows, columns}, offset);
}

/* w [C][from][side][side] of a convolution. */
static cst_status add_kernel(cst_model *self, const char *name, size_t C, size_t from, size_t side,
                             size_t *offset)
{
  const size_t taps = side * side;
  return add(self, xavier(taps * from, taps * C), CST_ROLE_DECAYS, name, 4,
             (size_t[]){C, from, side, side}, offset);
}

static cst_status add_statistic(cst_model *self, const char *norm, const char *what, size_t dims,
                                size_t n, size_t *offset)
{
  char name[CST_NAME_BYTES];
  snprintf(name, sizeof name, "%s.%s", norm, what);
  *offset = self->stats.floats;
  return cst_layout_add(&self->stats, name, CST_ROLE_NORM, dims, &n);
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
  CST_TRY(add_vector(self, ones, CST_ROLE_NORM, "bn0.weight", M, &self->input_weight));
  CST_TRY(add_vector(self, zeros, CST_ROLE_NORM, "bn0.bias", M, &self->input_bias));
  CST_TRY(
      add_statistics(self, "bn0", M, &self->input_mean, &self->input_var, &self->input_batches));
done:
  return st;
}

/* Tensors of a unit: number `i` (1 or 2) of block `block`, which count from 1. */
static cst_status add_unit(cst_model *self, cst_unit *u, size_t block, size_t i)
{
  cst_status st = CST_OK;
  const size_t C = u->shape.C, R = u->R;
  char name[CST_NAME_BYTES], norm[CST_NAME_BYTES / 2];

  snprintf(name, sizeof name, "block%zu.conv%zu.weight", block, i);
  CST_TRY(add_kernel(self, name, C, u->from, 3, &u->conv));
  snprintf(norm, sizeof norm, "block%zu.bn%zu", block, i);
  snprintf(name, sizeof name, "%s.weight", norm);
  CST_TRY(add_vector(self, ones, CST_ROLE_NORM, name, C, &u->bn_weight));
  snprintf(name, sizeof name, "%s.bias", norm);
  CST_TRY(add_vector(self, zeros, CST_ROLE_NORM, name, C, &u->bn_bias));
  CST_TRY(add_statistics(self, norm, C, &u->mean, &u->var, &u->batches));
  if (R == 0) goto done;
  snprintf(name, sizeof name, "block%zu.se%zu.down.weight", block, i);
  CST_TRY(add_matrix(self, linear_default(C), 0, name, R, C, &u->down));
  snprintf(name, sizeof name, "block%zu.se%zu.up.weight", block, i);
  CST_TRY(add_matrix(self, linear_default(R), 0, name, C, R, &u->up));
done:
  return st;
}

static cst_status add_shortcut(cst_model *self, cst_shortcut *shortcut, size_t block)
{
  char name[CST_NAME_BYTES];
  if (!shortcut->projects) return CST_OK;
  snprintf(name, sizeof name, "block%zu.shortcut.weight", block);
  return add_kernel(self, name, shortcut->C, shortcut->from, 1, &shortcut->weight);
}

/* "encoder.linear1.weight"; where there are several, "encoder.layers.0.linear1.weight". */
static const char *encoder_name(const cst_model *self, size_t layer, const char *tensor,
                                char out[CST_NAME_BYTES])
{
  if (self->head.layers == 1)
    snprintf(out, CST_NAME_BYTES, "encoder.%s", tensor);
  else
    snprintf(out, CST_NAME_BYTES, "encoder.layers.%zu.%s", layer, tensor);
  return out;
}

static cst_status add_encoder(cst_model *self, size_t layer)
{
  cst_status st = CST_OK;
  cst_encoder *e = &self->head.encoder[layer];
  cst_attention *a = &e->attention;
  const size_t E = a->E, F = e->F;
  char name[CST_NAME_BYTES];
#define NAME(tensor) encoder_name(self, layer, tensor, name)
  CST_TRY(add_matrix(self, xavier(E, 3 * E), 0, NAME("self_attn.in_proj_weight"), 3 * E, E,
                     &a->in_weight));
  CST_TRY(add_vector(self, zeros, 0, NAME("self_attn.in_proj_bias"), 3 * E, &a->in_bias));
  CST_TRY(add_matrix(self, linear_default(E), 0, NAME("self_attn.out_proj.weight"), E, E,
                     &a->out_weight));
  CST_TRY(add_vector(self, zeros, 0, NAME("self_attn.out_proj.bias"), E, &a->out_bias));
  CST_TRY(add_matrix(self, linear_default(E), 0, NAME("linear1.weight"), F, E, &e->weight1));
  CST_TRY(add_vector(self, linear_default(E), 0, NAME("linear1.bias"), F, &e->bias1));
  CST_TRY(add_matrix(self, linear_default(F), 0, NAME("linear2.weight"), E, F, &e->weight2));
  CST_TRY(add_vector(self, linear_default(F), 0, NAME("linear2.bias"), E, &e->bias2));
  CST_TRY(add_vector(self, ones, 0, NAME("norm1.weight"), E, &e->norm1_weight));
  CST_TRY(add_vector(self, zeros, 0, NAME("norm1.bias"), E, &e->norm1_bias));
  CST_TRY(add_vector(self, ones, 0, NAME("norm2.weight"), E, &e->norm2_weight));
  CST_TRY(add_vector(self, zeros, 0, NAME("norm2.bias"), E, &e->norm2_bias));
#undef NAME
done:
  return st;
}

/* torch.nn.Embedding's default, N(0, 1), is large beside a clip's vector: uniform in [-1/4, 1/4) as a
 * linear layer of as many inputs. */
static cst_status add_metadata(cst_model *self, tensor_start fc)
{
  cst_status st = CST_OK;
  cst_metadata *m = &self->head.metadata;
  const size_t W = CST_METADATA_WIDTH, H = CST_METADATA_HOUR, width = cst_metadata_width(m);
  if (m->cities > 0) {
    CST_TRY(add_matrix(self, linear_default(W), 0, "meta.city.weight", m->cities, W, &m->city));
    CST_TRY(add_statistic(self, "meta.city", "known", 1, m->cities, &m->known));
  }
  if (m->time) {
    CST_TRY(add_matrix(self, linear_default(H), 0, "meta.time1.weight", W, H, &m->weight1));
    CST_TRY(add_vector(self, linear_default(H), 0, "meta.time1.bias", W, &m->bias1));
    CST_TRY(add_matrix(self, linear_default(W), 0, "meta.time2.weight", W, W, &m->weight2));
    CST_TRY(add_vector(self, linear_default(W), 0, "meta.time2.bias", W, &m->bias2));
  }
  if (width > 0)
    CST_TRY(add_matrix(self, fc, CST_ROLE_HEAD, "meta.fc.weight", m->K, width, &m->fc));
done:
  return st;
}

static cst_status add_head(cst_model *self)
{
  cst_status st = CST_OK;
  cst_head *head = &self->head;
  const size_t E = head->pool.C, K = head->K, width = cst_metadata_width(&head->metadata);
  const tensor_start fc = xavier(E + width, K);

  for (size_t l = 0; l < head->layers; l++) CST_TRY(add_encoder(self, l));
  CST_TRY(add_matrix(self, fc, CST_ROLE_HEAD, "fc.weight", K, E, &head->fc_weight));
  CST_TRY(add_vector(self, zeros, CST_ROLE_HEAD, cst_model_head_bias, K, &head->fc_bias));
  head->begin = head->layers ? head->encoder[0].attention.in_weight : head->fc_weight;
  CST_TRY(add_metadata(self, fc));
  head->end = width > 0 ? head->metadata.fc + K * width : head->fc_bias + K;
  if (head->A == 0) goto done;
  CST_TRY(add_matrix(self, xavier(E, head->A), CST_ROLE_AUX, "aux.weight", head->A, E,
                     &head->aux_weight));
  CST_TRY(add_vector(self, zeros, CST_ROLE_AUX, "aux.bias", head->A, &head->aux_bias));
done:
  return st;
}

const char cst_model_head_bias[] = "fc.bias";

/* Both units of a block that reads `from` channels of `size` pixels. */
static void block_sizes(const cst_model_spec *s, size_t block, cst_area size, size_t from,
                        cst_unit unit[2], cst_shortcut *shortcut)
{
  const size_t C = s->channels[block];
  for (size_t i = 0; i < 2; i++)
    unit[i] = (cst_unit){
        .shape = {.H = size.frames,
                  .W = size.bins,
                  .C = C,
                  .down = i ? s->pool[block].frames : 1,
                  .across = i ? s->pool[block].bins : 1},
        .from = i ? C : from,
        .R = s->squeeze_excite ? C / s->reduction : 0,
        .joins = i && s->residual,
    };
  *shortcut = (cst_shortcut){.W = size.bins, .C = C, .from = from, .projects = from != C};
}

static cst_head head_sizes(const cst_model_spec *s, cst_area size)
{
  const size_t E = s->channels[s->blocks - 1];
  cst_head head = {
      .pool = {.H = size.frames, .W = size.bins, .C = E, .P = s->pooled_frames},
      .layers = s->encoder_layers,
      .aggregate = s->aggregate,
      .dropout = s->head_dropout,
      .metadata = {.cities = s->cities, .time = s->time, .K = s->classes},
      .K = s->classes,
      .A = s->aux_classes,
  };
  for (size_t l = 0; l < head.layers; l++)
    head.encoder[l] = (cst_encoder){.attention = {.P = s->pooled_frames,
                                                  .E = E,
                                                  .heads = s->heads,
                                                  .dropout = s->dropout,
                                                  .sites = (unsigned)l * CST_DROP_LAYER},
                                    .F = s->feedforward};
  return head;
}

cst_status cst_model_describe(cst_model *self)
{
  cst_status st = CST_OK;
  const cst_model_spec *s = &self->spec;
  cst_area size = {s->frames / s->stem.frames, s->bins / s->stem.bins};
  size_t from = s->stem.frames * s->stem.bins;

  CST_TRY(add_input(self));
  self->units = 2 * s->blocks;
  for (size_t b = 0; b < s->blocks; b++) {
    cst_unit *unit = &self->unit[2 * b];
    block_sizes(s, b, size, from, unit, &self->shortcut[b]);
    for (size_t i = 0; i < 2; i++) CST_TRY(add_unit(self, &unit[i], b + 1, i + 1));
    if (s->residual) CST_TRY(add_shortcut(self, &self->shortcut[b], b + 1));
    size = (cst_area){size.frames / s->pool[b].frames, size.bins / s->pool[b].bins};
    from = s->channels[b];
  }
  self->head = head_sizes(s, size);
  CST_TRY(add_head(self));
done:
  return st;
}
