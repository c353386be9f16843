/*
 * Verification against a PyTorch dump, tensor by tensor.
 *
 * Errors are relative L2 distances to the float64 half of the dump.  Tolerances (DESIGN.md,
 * section 5): a gradient may be three times as far off as PyTorch's own float32 half, because the
 * maxima and rectifiers amplify rounding in any float32 program; everything else has a fixed one.
 * The loss is one number, so PyTorch's own error in it may be nothing by luck, and it is near zero
 * where training has gone well: its tolerance is in parts of max(1, loss), and no less than what
 * rounding of the logits does to it: 3 x PyTorch's own error in them, times the gradient's length.
 * Every step starts from the dump's state, so no error carries over.
 *
 * Activations, loss and logits are checked with the chosen convolution; gradients with its backward
 * passes at a forward pass by the definition of the convolution.  A value that rounding carries
 * across zero opens or shuts a rectifier and moves a gradient by 1e-3 at once.  How often that
 * happens in a dump is luck, for PyTorch's float32 half too; at a forward pass that is exact up to
 * the rounding of its results it hardly happens, and the comparison measures the gradient.  The
 * gradients of a step as it is trained, forward by the chosen convolution, are checked too, once
 * and with a tolerance that leaves room for such rectifiers: 1.7e-2 was seen in batches of four
 * clips.
 */
#include "cassette/oracle.h"

#include "cassette/loss.h"
#include "cassette/memory.h"
#include "model_parts.h"
#include "oracle_state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double activation_tolerance = 1e-5, loss_tolerance = 1e-6, gradient_floor = 1e-4,
                    yardstick_factor = 3.0, as_trained_tolerance = 3e-2, adam_tolerance = 1e-6,
                    logits_tolerance = 1e-4;
/* A running statistic mixes the old one with a mean over convolution outputs: the tolerance of
 * activations.  Most is needed by the first convolution's mean, which is small beside its spread.
 */
static const double statistic_tolerance = 1e-5;

/* ---- one line of the outcome ---- */

/* @p prefix: in the float64 half, which the line does not tell. */
static void report(cst_oracle *o, double error, double tolerance, const char *prefix,
                   const char *name)
{
  char full[2 * CST_NAME_BYTES];
  snprintf(full, sizeof full, "%s%s", prefix + strlen("f64/"), name);
  const cst_oracle_line line = {
      .name = full, .error = error, .tolerance = tolerance, .ok = error <= tolerance};
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

static double error_f64(size_t n, const double *got, const double *want)
{
  double distance = 0.0, length = 0.0;
  for (size_t i = 0; i < n; i++) {
    distance += (got[i] - want[i]) * (got[i] - want[i]);
    length += want[i] * want[i];
  }
  return relative(distance, length);
}

static void row_f32(size_t n, const float *got, const double *want, double row[2])
{
  row[0] = row[1] = 0.0;
  for (size_t i = 0; i < n; i++) {
    row[0] += ((double)got[i] - want[i]) * ((double)got[i] - want[i]);
    row[1] += want[i] * want[i];
  }
}

static double error_f32(size_t n, const float *got, const double *want)
{
  double row[2];
  row_f32(n, got, want, row);
  return relative(row[0], row[1]);
}

static void report_tensors(cst_oracle *o, const cst_layout *layout, const float *got,
                           const double *want, double tolerance, const char *prefix)
{
  for (size_t i = 0; i < layout->n; i++) {
    const cst_param *p = &layout->list[i];
    report(o, error_f32(p->count, got + p->offset, want + p->offset), tolerance, prefix, p->name);
  }
}

/* Collective: error over all clips from the rows of the local ones. */
static void report_rows(cst_oracle *o, double tolerance, const char *prefix, const char *name)
{
  double total[2];
  cst_exact_sum_rows(o->pair, o->comm, o->rows, o->mine.count, 2, total);
  report(o, relative(total[0], total[1]), tolerance, prefix, name);
}

/* ---- checking ---- */

/* Collective. */
static cst_status check_activations(cst_oracle *o)
{
  static const char prefix[] = "f64/step0/act/";
  cst_status st = CST_OK;

  for (const char *const *name = cst_oracle_taps; *name; name++) {
    const size_t width = cst_model_tap(o->model, *name, 0, NULL);
    CST_TRY(cst_comm_agree(o->comm, cst_dump_rows(&o->dump, prefix, *name, o->mine.first,
                                                  o->mine.count, width, o->want)));
    for (size_t i = 0; i < o->mine.count; i++) {
      cst_model_tap(o->model, *name, i, o->got);
      row_f32(width, o->got, o->want + i * width, o->rows + 2 * i);
    }
    report_rows(o, activation_tolerance, prefix, *name);
  }
done:
  return st;
}

/* Collective. */
static cst_status check_logits(cst_oracle *o, const char *prefix, const char *name,
                               double tolerance)
{
  cst_status st = CST_OK;
  const size_t K = o->dump.spec.classes;
  CST_TRY(cst_comm_agree(
      o->comm, cst_dump_rows(&o->dump, prefix, name, o->mine.first, o->mine.count, K, o->want)));
  for (size_t i = 0; i < o->mine.count; i++)
    row_f32(K, o->logits + i * K, o->want + i * K, o->rows + 2 * i);
  report_rows(o, tolerance, prefix, name);
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

/* How far off PyTorch's own float32 logits are, relative; 0 where the dump does not have them. */
static cst_status read_logits_error(const cst_oracle *o, double *out)
{
  cst_status st = CST_OK;
  const size_t K = o->dump.spec.classes, n = o->dump.clips;
  double *f32 = NULL, *f64 = NULL;
  *out = 0.0;
  if (!cst_store_has(o->dump.store, "f32/step0/act/logits")) goto done;
  CST_ALLOC(f32, n * K);
  CST_ALLOC(f64, n * K);
  CST_TRY(cst_dump_rows(&o->dump, "f32/step0/act/", "logits", 0, n, K, f32));
  CST_TRY(cst_dump_rows(&o->dump, "f64/step0/act/", "logits", 0, n, K, f64));
  *out = error_f64(n * K, f32, f64);
done:
  cst_free(f32);
  cst_free(f64);
  return st;
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

/* Each local clip's loss and, for the mean over all clips, its dlogits. */
static void losses(cst_oracle *o, double *loss)
{
  const size_t K = o->dump.spec.classes;
  for (size_t i = 0; i < o->mine.count; i++)
    loss[i] = cst_cross_entropy_hard(K, o->logits + i * K, (size_t)o->label[i],
                                     1.0 / (double)o->dump.clips, o->dlogits + i * K);
}

/* Collective. */
static cst_status check_loss(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  double want = 0.0, total = 0.0, off = 0.0, logits_error = 0.0;
  cst_group prefix;

  cst_group_of("f64", step, "", prefix);
  st = cst_dump_number(&o->dump, prefix, "loss", &want);
  if (st == CST_OK) st = read_own_loss(o, step, want, &off);
  if (st == CST_OK) st = read_logits_error(o, &logits_error);
  CST_TRY(cst_comm_agree(o->comm, st));
  losses(o, o->rows);
  cst_exact_sum_rows(o->pair, o->comm, o->rows, o->mine.count, 1, &total);
  const double rounding = yardstick_factor * fmax(fabs(off - want), logits_error * loss_scale(o));
  const double tolerance = fmax(rounding, loss_tolerance * fmax(1.0, fabs(want)));
  report(o, fabs(total / (double)o->dump.clips - want) / fabs(want), tolerance / fabs(want), prefix,
         "loss");
done:
  return st;
}

/* Collective: the gradients of the last forward, whose dlogits are there. */
static void report_gradients(cst_oracle *o, const cst_model_batch *batch, double tolerance,
                             const char *prefix)
{
  cst_exact_clear(o->gradient);
  cst_model_backward(o->model, &o->weights, batch, o->dlogits, o->gradient);
  cst_exact_total(o->gradient, o->comm, o->total, NULL);
  for (size_t i = 0; i < o->params->n; i++) {
    const cst_param *p = &o->params->list[i];
    const double *want = o->grad64 + p->offset;
    const double yardstick = yardstick_factor * error_f64(p->count, o->grad32 + p->offset, want);
    report(o, error_f64(p->count, o->total + p->offset, want), fmax(yardstick, tolerance), prefix,
           p->name);
  }
}

/* Collective.  The statistics follow the first forward; Adam overwrites the weights. */
static cst_status check_forward(cst_oracle *o, size_t step, const cst_model_batch *batch)
{
  cst_status st = CST_OK;
  cst_group prefix;

  cst_model_forward_by_definition(o->model, false);
  cst_model_forward(o->model, &o->weights, batch, o->logits);
  if (step == 0) {
    CST_TRY(check_activations(o));
    CST_TRY(check_logits(o, "f64/step0/act/", "logits", activation_tolerance));
  }
  CST_TRY(check_loss(o, step));
  cst_group_of("f64", step, "after/", prefix);
  report_tensors(o, o->stats, o->weights.stats, o->after_stats, statistic_tolerance, prefix);
  if (step == 0) report_gradients(o, batch, as_trained_tolerance, "f64/step0/grad_as_trained/");
done:
  return st;
}

/* Collective. */
static void check_gradients(cst_oracle *o, size_t step, const cst_model_batch *batch)
{
  cst_group prefix;

  cst_model_forward_by_definition(o->model, true);
  cst_model_forward(o->model, &o->weights, batch, o->logits);
  losses(o, o->rows);
  cst_group_of("f64", step, "grad/", prefix);
  report_gradients(o, batch, gradient_floor, prefix);
}

static void check_update(cst_oracle *o, size_t step)
{
  cst_group prefix;
  cst_adam_step(&o->dump.adam, step + 1, o->params->floats, o->given, o->weights.params, o->m,
                o->v);
  cst_group_of("f64", step, "after/", prefix);
  report_tensors(o, o->params, o->weights.params, o->after, adam_tolerance, prefix);
  cst_group_of("f64", step, "adam_m/", prefix);
  report_tensors(o, o->params, o->m, o->after_m, adam_tolerance, prefix);
  cst_group_of("f64", step, "adam_v/", prefix);
  report_tensors(o, o->params, o->v, o->after_v, adam_tolerance, prefix);
}

/* Collective. */
static cst_status check_step(cst_oracle *o, size_t step)
{
  cst_status st = CST_OK;
  const cst_model_batch batch = {
      .clips = o->mine.count, .global_clips = o->dump.clips, .features = o->feature};

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
  cst_model_predict(o->model, &o->weights, o->mine.count, o->feature, o->logits);
  CST_TRY(check_logits(o, "f64/", "eval_logits", logits_tolerance));
done:
  return st;
}

cst_status cst_oracle_verify(const cst_comm *comm, const char *path, cst_conv_method convolution,
                             int threads, cst_oracle_fn visit, void *context)
{
  cst_status st = CST_OK;
  cst_oracle o = {.comm = comm, .visit = visit, .context = context};

  CST_TRY(cst_comm_agree(comm, cst_oracle_prepare(&o, path, convolution, threads)));
  for (size_t step = 0; step < o.dump.steps; step++) CST_TRY(check_step(&o, step));
  CST_TRY(check_evaluation(&o));
  if (o.missed) /* on every rank alike: the sums are global */
    CST_FAIL(CST_ERR_NUMBERS, "%s: %zu of %zu tensors miss their tolerance, worst %s", path,
             o.missed, o.lines, o.worst_name);
done:
  cst_oracle_release(&o);
  return st;
}
