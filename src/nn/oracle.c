/*
 * Verification against a PyTorch dump, tensor by tensor.
 *
 * Errors are relative L2 distances to the float64 half of the dump.  Tolerances (DESIGN.md,
 * section 5): a gradient may be three times as far off as PyTorch's own float32 half, because the
 * maxima and rectifiers amplify rounding in any float32 program; everything else has a fixed one.
 * Every step starts from the dump's state, so no error carries over.
 */
#include "cassette/oracle.h"

#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/slice.h"
#include "oracle_dump.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double activation_tolerance = 1e-5, loss_tolerance = 1e-6, gradient_floor = 1e-4,
                    gradient_factor = 3.0, adam_tolerance = 1e-6, logits_tolerance = 1e-4;
/* A running statistic is one float32 away from a batch statistic of float32 convolution outputs,
 * which are activations: their tolerance. */
static const double statistic_tolerance = 1e-5;

typedef struct {
  const cst_comm *comm;
  cst_dump dump;
  cst_model *model;
  const cst_layout *params, *stats;
  cst_slice mine; /* of the dump's clips */
  /* Local clips. */
  float *features;         /* [mine][T][M] */
  const float **feature;   /* [mine] */
  int64_t *label;          /* [mine] */
  float *logits, *dlogits; /* [mine][K] */
  float *got;              /* one activation of one clip */
  double *want;            /* the same, of all local clips */
  double *rows;            /* [mine][2] */
  cst_exact *pair, *gradient;
  /* State before a step, and what the dump says about it: flat. */
  cst_weights weights;
  float *m, *v, *given;            /* moments, gradient */
  double *grad64, *grad32, *total; /* total: ours */
  double *after, *after_m, *after_v, *after_stats;
  /* Outcome. */
  cst_oracle_fn visit;
  void *context;
  size_t lines, missed;
  double worst; /* error over tolerance */
  char worst_name[2 * CST_NAME_BYTES];
} oracle;

/* "f64/step0/grad/": where the dump keeps a part of a step; steps count from 0. */
typedef char group[CST_NAME_BYTES];

static void group_of(const char *half, size_t step, const char *part, group out)
{
  const int n = snprintf(out, sizeof(group), "%s/step%zu/%s", half, step, part);
  CST_ASSERT(n > 0 && n < (int)sizeof(group));
}

/* ---- one line of the outcome ---- */

/* @p prefix: in the float64 half, which the line does not tell. */
static void report(oracle *o, double error, double tolerance, const char *prefix, const char *name)
{
  char full[2 * CST_NAME_BYTES];
  snprintf(full, sizeof full, "%s%s", prefix + strlen("f64/"), name);
  const cst_oracle_line line = {
      .name = full, .error = error, .tolerance = tolerance, .ok = error <= tolerance};
  const double share = tolerance > 0.0 ? error / tolerance : INFINITY;

  o->lines++;
  if (!line.ok) {
    if (o->missed++ == 0 || !(share <= o->worst)) {
      o->worst = share;
      snprintf(o->worst_name, sizeof o->worst_name, "%s", full);
    }
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

static void report_tensors(oracle *o, const cst_layout *layout, const float *got,
                           const double *want, double tolerance, const char *prefix)
{
  for (size_t i = 0; i < layout->n; i++) {
    const cst_param *p = &layout->list[i];
    report(o, error_f32(p->count, got + p->offset, want + p->offset), tolerance, prefix, p->name);
  }
}

/* Collective: error over all clips from the rows of the local ones. */
static void report_rows(oracle *o, double tolerance, const char *prefix, const char *name)
{
  double total[2];
  cst_exact_sum_rows(o->pair, o->comm, o->rows, o->mine.count, 2, total);
  report(o, relative(total[0], total[1]), tolerance, prefix, name);
}

/* ---- setting up ---- */

/* Largest activation in the dump: block1's or the input. */
static size_t widest_tap(const cst_model *model)
{
  static const char *const names[] = {"bn0", "block1", "block2", "pooled", "encoded", "maxed"};
  size_t most = cst_model_get_spec(model)->classes;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const size_t n = cst_model_tap(model, names[i], 0, NULL);
    most = n > most ? n : most;
  }
  return most;
}

static cst_status allocate(oracle *o)
{
  cst_status st = CST_OK;
  const cst_model_spec *s = &o->dump.spec;
  const size_t n = o->mine.count, clip = s->frames * s->bins, floats = o->params->floats;

  CST_ALLOC(o->features, n * clip);
  CST_ALLOC(o->feature, n);
  CST_ALLOC(o->label, n);
  CST_ALLOC(o->logits, n * s->classes);
  CST_ALLOC(o->dlogits, n * s->classes);
  CST_ALLOC(o->got, widest_tap(o->model));
  CST_ALLOC(o->want, n * widest_tap(o->model));
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
  CST_ALLOC(o->after, floats);
  CST_ALLOC(o->after_m, floats);
  CST_ALLOC(o->after_v, floats);
  CST_ALLOC(o->after_stats, o->stats->floats);
  for (size_t i = 0; i < n; i++) o->feature[i] = o->features + i * clip;
done:
  return st;
}

static cst_status prepare(oracle *o, const char *path, cst_conv_method convolution, int threads)
{
  cst_status st = CST_OK;

  CST_TRY(cst_dump_open(path, convolution, &o->dump));
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
done:
  return st;
}

static void release(oracle *o)
{
  void *const blocks[] = {o->features, (void *)o->feature,
                          o->label,    o->logits,
                          o->dlogits,  o->got,
                          o->want,     o->rows,
                          o->m,        o->v,
                          o->given,    o->grad64,
                          o->grad32,   o->total,
                          o->after,    o->after_m,
                          o->after_v,  o->after_stats};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cst_free(blocks[i]);
  if (o->pair) cst_exact_destroy(&o->pair);
  if (o->gradient) cst_exact_destroy(&o->gradient);
  cst_weights_reset(&o->weights);
  cst_model_destroy(&o->model);
  cst_dump_close(&o->dump);
}

/* Weights and statistics before step `step` (or after the last one). */
static cst_status read_weights(oracle *o, size_t step)
{
  cst_status st = CST_OK;
  group prefix = "init/";
  if (step > 0) group_of("f64", step - 1, "after/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->weights.params));
  CST_TRY(cst_dump_floats(&o->dump, o->stats, prefix, o->weights.stats));
done:
  return st;
}

static cst_status read_moments(oracle *o, size_t step)
{
  cst_status st = CST_OK;
  group prefix;
  if (step == 0) return CST_OK; /* zero, as allocated */
  group_of("f64", step - 1, "adam_m/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->m));
  group_of("f64", step - 1, "adam_v/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->v));
done:
  return st;
}

static cst_status read_outcome(oracle *o, size_t step)
{
  cst_status st = CST_OK;
  group prefix;
  group_of("f64", step, "grad/", prefix);
  CST_TRY(cst_dump_floats(&o->dump, o->params, prefix, o->given));
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->grad64));
  group_of("f32", step, "grad/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->grad32));
  group_of("f64", step, "after/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->after));
  CST_TRY(cst_dump_doubles(&o->dump, o->stats, prefix, o->after_stats));
  group_of("f64", step, "adam_m/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->after_m));
  group_of("f64", step, "adam_v/", prefix);
  CST_TRY(cst_dump_doubles(&o->dump, o->params, prefix, o->after_v));
done:
  return st;
}

/* ---- checking ---- */

/* Collective. */
static cst_status check_activations(oracle *o)
{
  static const char *const names[] = {"bn0", "block1", "block2", "pooled", "encoded", "maxed"};
  static const char prefix[] = "f64/step0/act/";
  cst_status st = CST_OK;

  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    const size_t width = cst_model_tap(o->model, names[k], 0, NULL);
    CST_TRY(cst_comm_agree(o->comm, cst_dump_rows(&o->dump, prefix, names[k], o->mine.first,
                                                  o->mine.count, width, o->want)));
    for (size_t i = 0; i < o->mine.count; i++) {
      cst_model_tap(o->model, names[k], i, o->got);
      row_f32(width, o->got, o->want + i * width, o->rows + 2 * i);
    }
    report_rows(o, activation_tolerance, prefix, names[k]);
  }
done:
  return st;
}

/* Collective. */
static cst_status check_logits(oracle *o, const char *prefix, const char *name, double tolerance)
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

/* Collective. */
static cst_status check_loss(oracle *o, size_t step)
{
  cst_status st = CST_OK;
  const size_t K = o->dump.spec.classes;
  const double share = 1.0 / (double)o->dump.clips;
  double want = 0.0, total = 0.0;
  group prefix;

  group_of("f64", step, "", prefix);
  CST_TRY(cst_comm_agree(o->comm, cst_dump_number(&o->dump, prefix, "loss", &want)));
  for (size_t i = 0; i < o->mine.count; i++)
    o->rows[i] = cst_cross_entropy_hard(K, o->logits + i * K, (size_t)o->label[i], share,
                                        o->dlogits + i * K);
  cst_exact_sum_rows(o->pair, o->comm, o->rows, o->mine.count, 1, &total);
  report(o, fabs(total * share - want) / fabs(want), loss_tolerance, prefix, "loss");
done:
  return st;
}

static void check_gradients(oracle *o, size_t step)
{
  group prefix;
  group_of("f64", step, "grad/", prefix);
  for (size_t i = 0; i < o->params->n; i++) {
    const cst_param *p = &o->params->list[i];
    const double *want = o->grad64 + p->offset;
    const double yardstick = gradient_factor * error_f64(p->count, o->grad32 + p->offset, want);
    report(o, error_f64(p->count, o->total + p->offset, want), fmax(yardstick, gradient_floor),
           prefix, p->name);
  }
}

static void check_update(oracle *o, size_t step)
{
  group prefix;
  cst_adam_step(&o->dump.adam, step + 1, o->params->floats, o->given, o->weights.params, o->m,
                o->v);
  group_of("f64", step, "after/", prefix);
  report_tensors(o, o->params, o->weights.params, o->after, adam_tolerance, prefix);
  report_tensors(o, o->stats, o->weights.stats, o->after_stats, statistic_tolerance, prefix);
  group_of("f64", step, "adam_m/", prefix);
  report_tensors(o, o->params, o->m, o->after_m, adam_tolerance, prefix);
  group_of("f64", step, "adam_v/", prefix);
  report_tensors(o, o->params, o->v, o->after_v, adam_tolerance, prefix);
}

/* Collective. */
static cst_status check_step(oracle *o, size_t step)
{
  cst_status st = CST_OK;
  const cst_model_batch batch = {
      .clips = o->mine.count, .global_clips = o->dump.clips, .features = o->feature};

  if ((st = read_weights(o, step)) == CST_OK && (st = read_moments(o, step)) == CST_OK)
    st = read_outcome(o, step);
  CST_TRY(cst_comm_agree(o->comm, st));

  cst_model_forward(o->model, &o->weights, &batch, o->logits);
  if (step == 0) {
    CST_TRY(check_activations(o));
    CST_TRY(check_logits(o, "f64/step0/act/", "logits", activation_tolerance));
  }
  CST_TRY(check_loss(o, step));
  cst_exact_clear(o->gradient);
  cst_model_backward(o->model, &o->weights, &batch, o->dlogits, o->gradient);
  cst_exact_total(o->gradient, o->comm, o->total, NULL);
  check_gradients(o, step);
  check_update(o, step);
done:
  return st;
}

/* Collective. */
static cst_status check_evaluation(oracle *o)
{
  cst_status st = CST_OK;
  CST_TRY(cst_comm_agree(o->comm, read_weights(o, o->dump.steps)));
  cst_model_predict(o->model, &o->weights, o->mine.count, o->feature, o->logits);
  CST_TRY(check_logits(o, "f64/", "eval_logits", logits_tolerance));
done:
  return st;
}

cst_status cst_oracle_verify(const cst_comm *comm, const char *path, cst_conv_method convolution,
                             int threads, cst_oracle_fn visit, void *context)
{
  cst_status st = CST_OK;
  oracle o = {.comm = comm, .visit = visit, .context = context};

  CST_TRY(cst_comm_agree(comm, prepare(&o, path, convolution, threads)));
  for (size_t step = 0; step < o.dump.steps; step++) CST_TRY(check_step(&o, step));
  CST_TRY(check_evaluation(&o));
  if (o.missed) /* on every rank alike: the sums are global */
    CST_FAIL(CST_ERR_NUMBERS, "%s: %zu of %zu tensors miss their tolerance, worst %s", path,
             o.missed, o.lines, o.worst_name);
done:
  release(&o);
  return st;
}
