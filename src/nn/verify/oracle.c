/*
 * Verification against a PyTorch dump, tensor by tensor.
 *
 * Errors are relative L2 distances to the float64 half of the dump.  Each may be as large as a
 * bound of its own, or three times the error of PyTorch's float32 half where the dump has it.  The
 * loss is one number, so PyTorch's own error in it may be nothing by luck, and it is near zero
 * where training has gone well: its bound is in parts of max(1, loss), and no less than what
 * rounding of the logits does to it: 3 x PyTorch's own error in them, times the gradient's length.
 * Of Adam the float32 half says nothing: it follows PyTorch's float32 gradients, ours the float64
 * ones.  Every step starts from the dump's state, so no error carries over.
 *
 * Activations, loss and logits are checked with the chosen convolution.  Gradients are checked with
 * its backward passes at a forward pass by the definition of the convolution, which leaves hardly a
 * rectifier's decision open (oracle_gradient.c), and those of the first step once more as they are
 * trained, forward by the chosen convolution.
 */
#include "cassette/oracle.h"

#include "cassette/memory.h"
#include "model_parts.h"
#include "oracle_state.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double loss_tolerance = 1e-6, adam_tolerance = 1e-6, logits_tolerance = 1e-4;
/* By arithmetic of the products. */
static const double activation_tolerance[] = {
    [CST_PRODUCTS_FP32] = 1e-5, [CST_PRODUCTS_BF16X3] = 5e-5};
/* A running statistic mixes the old one with a mean over convolution outputs: the tolerance of
 * activations. */
static const double statistic_tolerance = 1e-5;
/* Error of a rectifier's input: several times that of float32 after exact convolutions, and what is
 * allowed to any activation. */
static const double reach_by_definition = 1e-6, reach_as_trained = 1e-5;

/* ---- one line of the outcome ---- */

void cst_oracle_report(cst_oracle *o, double error, double tolerance, double size,
                       const char *prefix, const char *name)
{
  char full[2 * CST_NAME_BYTES];
  snprintf(full, sizeof full, "%s%s", prefix + strlen("f64/"), name);
  const double unit = size > 0.0 ? size : 1.0;
  const cst_oracle_line line = {.name = full,
                                .error = error / unit,
                                .tolerance = tolerance / unit,
                                .ok = error / unit <= tolerance / unit};
  const double share = tolerance > 0.0 ? error / tolerance : INFINITY;

  o->lines++;
  o->missed += !line.ok;
  if (!line.ok && !(share <= o->worst) && !isnan(o->worst)) {
    o->worst = share;
    snprintf(o->worst_name, sizeof o->worst_name, "%s", full);
  }
  if (o->visit && cst_comm_rank(o->comm) == 0) o->visit(o->context, &line);
}

/* Distance over length, from their squares; 0 / 0 is no error. */
static double relative(double distance, double length)
{
  return distance == 0.0 ? 0.0 : sqrt(distance) / sqrt(length);
}

static void row_of(size_t n, const float *got, const double *want, double row[2])
{
  row[0] = row[1] = 0.0;
  for (size_t i = 0; i < n; i++) {
    row[0] += ((double)got[i] - want[i]) * ((double)got[i] - want[i]);
    row[1] += want[i] * want[i];
  }
}

static void row_of_own(size_t n, const double *own, const double *want, double row[2])
{
  row[0] = row[1] = 0.0;
  for (size_t i = 0; i < n; i++) {
    row[0] += (own[i] - want[i]) * (own[i] - want[i]);
    row[1] += want[i] * want[i];
  }
}

static double allowed(double bound, double own) { return fmax(bound, CST_ORACLE_YARDSTICK * own); }

/* @p own: PyTorch's in float32, or NULL.  Floats near nothing, as second moments of gradients that
 * rounding alone made, are multiples of FLT_TRUE_MIN. */
static void report_tensors(cst_oracle *o, const cst_layout *layout, const float *got,
                           const double *want, const double *own, double bound, const char *prefix)
{
  for (size_t i = 0; i < layout->n; i++) {
    const cst_param *p = &layout->list[i];
    const double *target = want + p->offset, grain = sqrt((double)p->count) * FLT_TRUE_MIN;
    double row[2], own_row[2] = {0.0, 0.0};
    row_of(p->count, got + p->offset, target, row);
    if (own) row_of_own(p->count, own + p->offset, target, own_row);
    const double size = sqrt(row[1]);
    cst_oracle_report(o, sqrt(row[0]), allowed(bound * size, sqrt(own_row[0])) + grain, size,
                      prefix, p->name);
  }
}

/* Collective: error over all clips from the rows of the local ones. */
static double error_of_rows(cst_oracle *o)
{
  double total[2];
  cst_exact_sum_rows(o->pair, o->comm, o->rows, o->mine.count, 2, total);
  return relative(total[0], total[1]);
}

/* Collective: want and own of an array of the dump, and how far the one is from the other; 0 where
 * the dump has no float32 half of it. */
static cst_status read_rows(cst_oracle *o, const char *prefix, const char *name, size_t width,
                            double *own_error)
{
  cst_status st = CST_OK;
  char half[CST_NAME_BYTES], full[2 * CST_NAME_BYTES];
  const cst_slice mine = o->mine;
  const double *own = o->want;

  snprintf(half, sizeof half, "f32/%s", prefix + strlen("f64/"));
  snprintf(full, sizeof full, "%s%s", half, name);
  st = cst_dump_rows(&o->dump, prefix, name, mine.first, mine.count, width, o->want);
  if (st == CST_OK && cst_store_has(o->dump.store, full)) {
    own = o->own;
    st = cst_dump_rows(&o->dump, half, name, mine.first, mine.count, width, o->own);
  }
  CST_TRY(cst_comm_agree(o->comm, st));
  for (size_t i = 0; i < mine.count; i++)
    row_of_own(width, own + i * width, o->want + i * width, o->rows + 2 * i);
  *own_error = error_of_rows(o);
done:
  return st;
}

/* ---- checking ---- */

/* Collective. */
static cst_status check_activations(cst_oracle *o)
{
  static const char prefix[] = "f64/step0/act/";
  cst_status st = CST_OK;
  double own;

  const char *name;
  for (size_t k = 0; (name = cst_model_tap_name(o->model, k)); k++) {
    const size_t width = cst_model_tap(o->model, k, 0, NULL);
    CST_TRY(read_rows(o, prefix, name, width, &own));
    for (size_t i = 0; i < o->mine.count; i++) {
      cst_model_tap(o->model, k, i, o->got);
      row_of(width, o->got, o->want + i * width, o->rows + 2 * i);
    }
    cst_oracle_report(o, error_of_rows(o),
                      allowed(activation_tolerance[o->dump.spec.products], own), 1.0, prefix, name);
  }
done:
  return st;
}

/* Collective. */
static cst_status check_logits(cst_oracle *o, const char *prefix, const char *name, double bound)
{
  cst_status st = CST_OK;
  const size_t K = o->dump.spec.classes;
  CST_TRY(read_rows(o, prefix, name, K, &o->own_logits));
  for (size_t i = 0; i < o->mine.count; i++)
    row_of(K, o->logits + i * K, o->want + i * K, o->rows + 2 * i);
  cst_oracle_report(o, error_of_rows(o), allowed(bound, o->own_logits), 1.0, prefix, name);
done:
  return st;
}

/* PyTorch's own float32 loss; @p want, the float64 one, where the dump does not have it. */
static cst_status read_own_loss(const cst_oracle *o, size_t step, double want, double *out)
{
  cst_group prefix, full;
  cst_group_of("f32", step, "", prefix);
  cst_group_of("f32", step, "loss", full);
  *out = want;
  return cst_store_has(o->dump.store, full) ? cst_dump_number(&o->dump, prefix, "loss", out)
                                            : CST_OK;
}

/* Collective: length of the logits of all clips times that of the loss's gradient by them. */
static double loss_scale(cst_oracle *o)
{
  const size_t K = o->dump.spec.classes;
  double total[2];
  for (size_t i = 0; i < o->mine.count; i++) {
    double *row = o->rows + 2 * i;
    row[0] = row[1] = 0.0;
    for (size_t k = i * K; k < (i + 1) * K; k++) {
      row[0] += (double)o->logits[k] * (double)o->logits[k];
      row[1] += (double)o->dlogits[k] * (double)o->dlogits[k];
    }
  }
  cst_exact_sum_rows(o->pair, o->comm, o->rows, o->mine.count, 2, total);
  return sqrt(total[0] * total[1]);
}

/* Collective. */
static cst_status check_loss(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  double want = 0.0, total = 0.0, own = 0.0;
  cst_group prefix;

  cst_group_of("f64", step, "", prefix);
  st = cst_dump_number(&o->dump, prefix, "loss", &want);
  if (st == CST_OK) st = read_own_loss(o, step, want, &own);
  CST_TRY(cst_comm_agree(o->comm, st));
  cst_oracle_losses(o, o->rows);
  cst_exact_sum_rows(o->pair, o->comm, o->rows, o->mine.count, 1, &total);
  const double rounding = fmax(fabs(own - want), o->own_logits * loss_scale(o));
  cst_oracle_report(o, fabs(total / (double)o->dump.clips - want),
                    allowed(loss_tolerance * fmax(1.0, fabs(want)), rounding), fabs(want), prefix,
                    "loss");
done:
  return st;
}

/* Collective.  The statistics follow the forward; Adam overwrites the weights. */
static cst_status check_forward(cst_oracle *o, size_t step, const cst_model_batch *batch)
{
  cst_status st = CST_OK;
  cst_group prefix;

  cst_model_forward(o->model, &o->weights, batch, o->logits);
  if (step == 0) {
    CST_TRY(check_activations(o));
    CST_TRY(
        check_logits(o, "f64/step0/act/", "logits", activation_tolerance[o->dump.spec.products]));
  }
  CST_TRY(check_loss(o, step));
  cst_group_of("f64", step, "after/", prefix);
  report_tensors(o, o->stats, o->weights.stats, o->after_stats, o->own_stats, statistic_tolerance,
                 prefix);
done:
  return st;
}

/* Collective. */
static void check_gradients(cst_oracle *o, size_t step, const cst_model_batch *batch)
{
  cst_group prefix;

  if (step == 0)
    cst_oracle_check_gradients(o, batch, reach_as_trained, "f64/step0/grad_as_trained/");
  cst_group_of("f64", step, "grad/", prefix);
  cst_model_forward_by_definition(o->model, true);
  cst_oracle_check_gradients(o, batch, reach_by_definition, prefix);
  cst_model_forward_by_definition(o->model, false);
}

static void check_update(cst_oracle *o, size_t step)
{
  cst_group prefix;
  cst_adam_step(&o->dump.adam, step + 1, o->params->floats, o->given, o->weights.params, o->m,
                o->v);
  cst_group_of("f64", step, "after/", prefix);
  report_tensors(o, o->params, o->weights.params, o->after, NULL, adam_tolerance, prefix);
  cst_group_of("f64", step, "adam_m/", prefix);
  report_tensors(o, o->params, o->m, o->after_m, NULL, adam_tolerance, prefix);
  cst_group_of("f64", step, "adam_v/", prefix);
  report_tensors(o, o->params, o->v, o->after_v, NULL, adam_tolerance, prefix);
}

/* Collective. */
static cst_status check_step(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  const cst_model_batch batch = {.clips = o->mine.count,
                                 .global_clips = o->dump.clips,
                                 .features = o->feature,
                                 .told = o->told};

  CST_TRY(cst_comm_agree(o->comm, cst_oracle_read_step(o, step)));
  CST_TRY(check_forward(o, step, &batch));
  check_gradients(o, step, &batch);
  check_update(o, step);
done:
  return st;
}

/* Collective. */
static cst_status check_evaluation(cst_oracle *o)
{
  cst_status st = CST_OK;
  CST_TRY(cst_comm_agree(o->comm, cst_oracle_read_weights(o, o->dump.steps)));
  cst_model_predict(o->model, &o->weights, o->mine.count, o->feature, o->told, o->logits);
  CST_TRY(check_logits(o, "f64/", "eval_logits", logits_tolerance));
done:
  return st;
}

cst_status cst_oracle_verify(const cst_comm *comm, const char *path, cst_conv_method convolution,
                             cst_products products, int threads, cst_oracle_fn visit, void *context)
{
  cst_status st = CST_OK;
  cst_oracle o = {.comm = comm, .visit = visit, .context = context};

  CST_TRY(cst_comm_agree(comm, cst_oracle_prepare(&o, path, convolution, products, threads)));
  for (size_t step = 0; step < o.dump.steps; step++) CST_TRY(check_step(&o, step));
  CST_TRY(check_evaluation(&o));
  if (o.missed) /* on every rank alike: the sums are global */
    CST_FAIL(CST_ERR_NUMBERS, "%s: %zu of %zu tensors miss their tolerance, worst %s", path,
             o.missed, o.lines, o.worst_name);
done:
  cst_oracle_release(&o);
  return st;
}
