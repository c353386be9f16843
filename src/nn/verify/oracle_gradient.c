/*
 * Gradients of a step against the dump.
 *
 * A gradient is not continuous: it jumps where a rectifier opens or where a maximum goes to another
 * frame.  A single rectifier near zero, one of some million, moves a gradient by 1e-4 to 1e-2 when
 * rounding carries it across, in any float32 program, and whether a dump has one is luck.  So where
 * an error exceeds the bound of rounding, the decisions that the activations' own error leaves open
 * are taken the other way, and what that moves is allowed besides.  In most dumps nothing is: all
 * that differs is a gradient that is wrong.
 */
#include "cassette/loss.h"
#include "model_parts.h"
#include "oracle_state.h"

#include <math.h>

static const double rounding = 1e-4;

static double distance(size_t n, const double *a, const double *b)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt(sum);
}

static double length(size_t n, const double *a)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += a[i] * a[i];
  return sqrt(sum);
}

void cst_oracle_losses(cst_oracle *o, double *loss)
{
  const size_t K = o->dump.spec.classes;
  for (size_t i = 0; i < o->mine.count; i++)
    loss[i] = cst_cross_entropy_hard(K, o->logits + i * K, (size_t)o->label[i],
                                     1.0 / (double)o->dump.clips, o->dlogits + i * K);
}

/* Collective: the gradients of all clips, with the decisions within `reach` taken otherwise. */
static void differentiate(cst_oracle *o, const cst_model_batch *batch, double reach, double *out)
{
  cst_model_forward(o->model, &o->weights, batch, o->logits);
  cst_oracle_losses(o, o->rows);
  if (reach != 0.0) cst_model_move_switches(o->model, o->weights.params, batch->clips, reach);
  cst_exact_clear(o->gradient);
  cst_model_backward(o->model, &o->weights, batch, o->dlogits, o->gradient);
  cst_exact_total(o->gradient, o->comm, out, NULL);
}

/* One tensor's distances: ours from the dump's float64 half, and what is allowed. */
typedef struct {
  double error, allowed, length;
} gradient_error;

static gradient_error measure(const cst_oracle *o, const cst_param *p)
{
  const double *want = o->grad64 + p->offset;
  const double size = length(p->count, want);
  const double own = distance(p->count, o->grad32 + p->offset, want);
  return (gradient_error){.error = distance(p->count, o->total + p->offset, want),
                          .allowed = fmax(rounding * size, CST_ORACLE_YARDSTICK * own),
                          .length = size};
}

/* Collective. */
static bool any_exceeds(const cst_oracle *o)
{
  uint8_t any = 0;
  for (size_t i = 0; i < o->params->n; i++) {
    const gradient_error e = measure(o, &o->params->list[i]);
    any |= !(e.error <= e.allowed);
  }
  cst_comm_or_u8(o->comm, &any, 1);
  return any;
}

void cst_oracle_check_gradients(cst_oracle *o, const cst_model_batch *batch, double reach,
                                const char *prefix)
{
  bool moved = false;

  differentiate(o, batch, 0.0, o->total);
  if (any_exceeds(o)) {
    differentiate(o, batch, reach, o->opened);
    differentiate(o, batch, -reach, o->shut);
    moved = true;
  }
  for (size_t i = 0; i < o->params->n; i++) {
    const cst_param *p = &o->params->list[i];
    gradient_error e = measure(o, p);
    if (moved)
      e.allowed += distance(p->count, o->opened + p->offset, o->total + p->offset) +
                   distance(p->count, o->shut + p->offset, o->total + p->offset);
    cst_oracle_report(o, e.error, e.allowed, e.length, prefix, p->name);
  }
}
