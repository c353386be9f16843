/*
 * SE-Trans, training pass.
 *
 *   log-mel [T][M] -> BatchNorm per mel bin
 *     -> 2 blocks of: 2 x (conv 3x3, BatchNorm, squeeze-excite, ReLU), 2x2 mean
 *     -> adaptive mean over frames -> Transformer encoder layer -> max over frames -> linear
 *
 * Clips, and strips of rows of each clip's images, go through in parallel up to each BatchNorm,
 * where the exact sums of the global batch join them; a gradient is added to the exact sum of its
 * tensor as soon as it is made.
 *
 * Source: arXiv 2402.02694, section 3.2, and the class published with it.
 */
#include "cassette/model.h"

#include "cassette/memory.h"
#include "model_parts.h"

#include <omp.h>
#include <string.h>

void cst_model_defaults(cst_model_spec *out)
{
  *out = (cst_model_spec){.frames = 500,
                          .bins = 64,
                          .channels1 = 64,
                          .channels2 = 128,
                          .reduction = 16,
                          .pooled_frames = 16,
                          .heads = 8,
                          .feedforward = 32,
                          .classes = 10,
                          .dropout = 0.1,
                          .bn_momentum = 0.1,
                          .bn_eps = 1e-5,
                          .convolution = CST_CONV_BY_DEFAULT};
}

cst_status cst_model_create(const cst_model_spec *spec, const cst_comm *comm, size_t max_clips,
                            int threads, cst_model **out)
{
  cst_status st = CST_OK;
  cst_model *self = NULL;

  *out = NULL;
  if (max_clips > CST_EXACT_MAX_TERMS || threads < 1 || threads > 1024)
    CST_FAIL(CST_ERR_USAGE,
             "model for %zu clips and %d threads: at most %d clips a rank, and 1 to 1024 threads",
             max_clips, threads, CST_EXACT_MAX_TERMS);
  CST_ALLOC(self, 1);
  self->spec = *spec;
  self->comm = comm;
  self->max_clips = max_clips;
  self->threads = threads;
  CST_TRY(cst_model_describe(self));
  CST_TRY(cst_model_allocate(self));
  *out = self;
  self = NULL;
done:
  cst_model_destroy(&self);
  return st;
}

void cst_model_destroy(cst_model **self)
{
  if (!*self) return;
  for (size_t i = 0; i < UNITS; i++) {
    if ((*self)->unit[i].plan) cst_conv_destroy(&(*self)->unit[i].plan);
    if ((*self)->unit[i].definition) cst_conv_destroy(&(*self)->unit[i].definition);
  }
  if ((*self)->exact) cst_exact_destroy(&(*self)->exact);
  cst_stripes_reset(&(*self)->stripes);
  cst_layout_reset(&(*self)->params);
  cst_layout_reset(&(*self)->stats);
  cst_free((*self)->clips);
  cst_free((*self)->thread);
  cst_free((*self)->arena);
  cst_free(*self);
  *self = NULL;
}

const cst_model_spec *cst_model_get_spec(const cst_model *self) { return &self->spec; }
const cst_layout *cst_model_params(const cst_model *self) { return &self->params; }
cst_layout cst_model_final_params(const cst_model *self)
{
  cst_layout kept = self->params;
  if (self->head.A == 0) return kept;
  while (kept.list[kept.n - 1].offset >= self->head.aux_weight) kept.n--;
  kept.floats = self->head.aux_weight;
  return kept;
}
const cst_layout *cst_model_stats(const cst_model *self) { return &self->stats; }

/* One pass over the local clips: what all of them see, and where their results go. */
typedef struct {
  const float *params;
  const cst_model_batch *batch;
  size_t unit;
  float *logits;
  const float *dlogits;
  cst_exact *gradient;
} step;

typedef void (*clip_fn)(cst_model *self, const step *s, size_t i, thread_state *thread);

static void each_clip(cst_model *self, const step *s, clip_fn work)
{
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t i = 0; i < s->batch->clips; i++)
    work(self, s, i, &self->thread[omp_get_thread_num()]);
}

/* Strips of a unit's images.  Each costs about 1 % of a clip, so large batches have one.  The float
 * sums of a clip's gradient end with a strip, so bits depend on this number: it depends on the
 * global batch alone. */
static size_t strips_of(const cst_model *self, const step *s, size_t unit)
{
  const size_t wanted = (TASKS + s->batch->global_clips - 1) / s->batch->global_clips;
  return cst_conv_strips(self->unit[unit].plan, wanted < STRIPS ? wanted : STRIPS);
}

/* Strip b of `strips` of each clip's image. */
typedef struct {
  size_t i, b, strips;
} task;

typedef void (*strip_fn)(cst_model *self, const step *s, const task *t, thread_state *thread);

static void each_strip(cst_model *self, const step *s, size_t strips, strip_fn work)
{
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t n = 0; n < s->batch->clips * strips; n++)
    work(self, s, &(task){n / strips, n % strips, strips}, &self->thread[omp_get_thread_num()]);
}

/* A clip's sums [2][C] for the next collective sum, and what a strip of it gives. */
static double *row_of(const cst_model *self, size_t i, size_t C) { return self->rows + i * 2 * C; }

static double *strip_row(const cst_model *self, const task *t, size_t C)
{
  return self->strips + (t->i * t->strips + t->b) * 2 * C;
}

static void join_strips(const cst_model *self, size_t i, size_t strips, size_t C)
{
  double *row = row_of(self, i, C);
  memcpy(row, strip_row(self, &(task){i, 0, strips}, C), 2 * C * sizeof *row);
  for (size_t b = 1; b < strips; b++) {
    const double *more = strip_row(self, &(task){i, b, strips}, C);
    for (size_t c = 0; c < 2 * C; c++) row[c] += more[c];
  }
}

static void sum_rows(cst_model *self, const cst_model_batch *batch, size_t C)
{
  cst_exact_sum_rows(self->exact, self->comm, self->rows, batch->clips, 2 * C, self->totals);
}

static const cst_random_key *dropout_key(const cst_model_batch *batch, size_t i)
{
  return batch->dropout ? &batch->dropout[i] : NULL;
}

/* ---- forward ---- */

void cst_model_forward_by_definition(cst_model *self, bool on) { self->forward_by_definition = on; }

static const cst_conv *forward_plan(const cst_model *self, const cst_unit *u)
{
  return self->forward_by_definition ? u->definition : u->plan;
}

static void sum_input(cst_model *self, const step *s, size_t i, thread_state *thread)
{
  (void)thread;
  cst_batchnorm_sums(self->spec.frames, self->spec.bins, s->batch->features[i],
                     row_of(self, i, self->spec.bins));
}

static void normalise_input(cst_model *self, const step *s, size_t i, thread_state *thread)
{
  (void)thread;
  cst_batchnorm_apply(self->spec.frames, self->spec.bins, &self->train.input,
                      s->params + self->input_weight, s->params + self->input_bias,
                      s->batch->features[i], self->clips[i].normalised);
}

/* Statistics of a BatchNorm from the rows of all clips of all ranks; the running ones follow. */
static void meet(cst_model *self, cst_weights *w, const cst_model_batch *batch, size_t C,
                 size_t pixels, const cst_batchnorm *bn, const size_t at[3])
{
  const double count = (double)batch->global_clips * (double)pixels;
  const double momentum = batch->momentum ? *batch->momentum : self->spec.bn_momentum;
  sum_rows(self, batch, C);
  cst_batchnorm_statistics(C, count, self->totals, self->spec.bn_eps, bn, self->var);
  if (momentum > 0.0)
    cst_batchnorm_track(C, count, bn, self->var, momentum, w->stats + at[0], w->stats + at[1],
                        w->stats + at[2]);
}

/* Input of unit `k`: the output of the unit before, a row at a time. */
static cst_conv_source unit_input(const clip_state *clip, size_t k, const cst_unit_reading *before)
{
  return k == 0 ? (cst_conv_source){.image = clip->normalised} : cst_unit_read_output(before);
}

static cst_unit_reading unit_before(const cst_model *self, const clip_state *clip, size_t k)
{
  if (k == 0) return (cst_unit_reading){0};
  return (cst_unit_reading){&self->unit[k - 1], &clip->unit[k - 1]};
}

static size_t forward_strips(const cst_model *self, const step *s)
{
  return self->forward_by_definition ? 1 : strips_of(self, s, s->unit);
}

/* The definition wants its input whole. */
static void convolve_by_definition(cst_model *self, const step *s, const clip_state *clip,
                                   thread_state *thread, const cst_conv_target *y)
{
  const cst_unit *u = &self->unit[s->unit];
  const float *x = s->unit == 0 ? clip->normalised : thread->a;

  if (s->unit > 0) cst_unit_output(u - 1, &clip->unit[s->unit - 1], thread->a);
  cst_conv_forward(u->definition, self->train.unit[s->unit].prepared, x, y->image, thread->work);
  for (size_t i = 0; i < u->shape.H; i++)
    y->seen(y->context, i, y->image + i * u->shape.W * u->shape.C);
}

static void convolve(cst_model *self, const step *s, const task *t, thread_state *thread)
{
  const cst_unit *u = &self->unit[s->unit];
  const clip_state *clip = &self->clips[t->i];
  const cst_unit_reading before = unit_before(self, clip, s->unit);
  const cst_conv_source x = unit_input(clip, s->unit, &before);
  cst_unit_summing sums = {u, strip_row(self, t, u->shape.C)};
  const cst_conv_target y = cst_unit_sum_output(&sums, clip->unit[s->unit].y);

  if (self->forward_by_definition)
    convolve_by_definition(self, s, clip, thread, &y);
  else
    cst_conv_forward_rows(u->plan, self->train.unit[s->unit].prepared,
                          cst_conv_strip_of(u->plan, t->b, t->strips), &x, &y, thread->work);
}

static void open_gate(cst_model *self, const step *s, size_t i, thread_state *thread)
{
  const cst_unit *u = &self->unit[s->unit];
  (void)thread;
  cst_unit_gate(u, &self->train.unit[s->unit], s->params, row_of(self, i, u->shape.C),
                &self->clips[i].unit[s->unit]);
}

static void classify(cst_model *self, const step *s, size_t i, thread_state *thread)
{
  const clip_state *clip = &self->clips[i];
  cst_unit_output(&self->unit[UNITS - 1], &clip->unit[UNITS - 1], thread->a);
  cst_head_forward(&self->head, s->params, dropout_key(s->batch, i), thread->a, &clip->head,
                   s->logits + i * self->spec.classes,
                   s->batch->aux ? s->batch->aux + i * self->head.A : NULL, thread->work);
}

/* All units at once, the large ones first. */
static void prepare_weights(cst_model *self, const float *params)
{
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t i = 0; i < UNITS; i++) {
    const size_t k = UNITS - 1 - i;
    const cst_unit *u = &self->unit[k];
    cst_conv_prepare(forward_plan(self, u), params + u->conv, self->train.unit[k].prepared);
  }
}

void cst_model_forward(cst_model *self, cst_weights *w, const cst_model_batch *batch, float *logits)
{
  step s = {.params = w->params, .batch = batch, .logits = logits};
  const size_t input_at[] = {self->input_mean, self->input_var, self->input_batches};

  CST_ASSERT(batch->clips <= self->max_clips && batch->clips <= batch->global_clips);
  CST_ASSERT(batch->global_clips > 0);
  each_clip(self, &s, sum_input);
  meet(self, w, batch, self->spec.bins, self->spec.frames, &self->train.input, input_at);
  each_clip(self, &s, normalise_input);
  prepare_weights(self, w->params);

  for (s.unit = 0; s.unit < UNITS; s.unit++) {
    const cst_unit *u = &self->unit[s.unit];
    cst_unit_pass *pass = &self->train.unit[s.unit];
    each_strip(self, &s, forward_strips(self, &s), convolve);
    for (size_t i = 0; i < batch->clips; i++)
      join_strips(self, i, forward_strips(self, &s), u->shape.C);
    meet(self, w, batch, u->shape.C, cst_unit_pixels(u), &pass->bn,
         (size_t[]){u->mean, u->var, u->batches});
    each_clip(self, &s, open_gate);
  }
  each_clip(self, &s, classify);
}

/* ---- backward ---- */

/* Tensors between two offsets, of one clip or strip. */
static void add_tensors(const cst_model *self, const step *s, const thread_state *thread,
                        size_t first, size_t end)
{
  cst_stripes_add_f32(&self->stripes, s->gradient, first, end - first, thread->gradient + first);
}

/* A BatchNorm's gradient in a clip is what its sums [2][C] of dy and dy xhat say. */
static void add_norm(const cst_model *self, const step *s, size_t bias, size_t weight, size_t C,
                     const double *sums)
{
  cst_stripes_add_f64(&self->stripes, s->gradient, bias, C, sums);
  cst_stripes_add_f64(&self->stripes, s->gradient, weight, C, sums + C);
}

/* From the sums over dz of unit `k`, in the clip's row, to those of its BatchNorm. */
static void finish_sums(cst_model *self, const step *s, size_t k, size_t i, thread_state *thread)
{
  const cst_unit *u = &self->unit[k];
  const size_t C = u->shape.C;
  double *sums = row_of(self, i, C);

  cst_unit_backward_sums(u, &self->train.unit[k], s->params, &self->clips[i].unit[k],
                         thread->gradient, sums, thread->unit_work);
  add_norm(self, s, u->bn_bias, u->bn_weight, C, sums);
  add_tensors(self, s, thread, u->down, u->up + C * u->R);
}

static void classify_back(cst_model *self, const step *s, size_t i, thread_state *thread)
{
  const cst_head *head = &self->head;
  const cst_unit *last = &self->unit[UNITS - 1];
  const clip_state *clip = &self->clips[i];
  const cst_unit_clip *y = &clip->unit[UNITS - 1];

  const float *daux = s->batch->daux ? s->batch->daux + i * head->A : NULL;

  cst_head_backward(head, s->params, s->dlogits + i * head->K, daux, &clip->head, thread->gradient,
                    thread->work);
  add_tensors(self, s, thread, head->encoder.attention.in_weight, head->fc_bias + head->K);
  if (daux) add_tensors(self, s, thread, head->aux_weight, head->aux_bias + head->A);
  cst_pool_backward(&head->pool, clip->head.dpooled, clip->dx[UNITS]);
  cst_rectify_backward_sums(&last->shape, y->y, y->a, y->b, clip->dx[UNITS],
                            row_of(self, i, last->shape.C));
  finish_sums(self, s, UNITS - 1, i, thread);
}

/* One pass over y and dz of the unit, and over y of the unit before: dw, dx, and the sums over dx
 * that the unit before waits for. */
static void convolve_back(cst_model *self, const step *s, const task *t, thread_state *thread)
{
  const size_t k = s->unit;
  const cst_unit *u = &self->unit[k];
  const cst_unit_pass *pass = &self->train.unit[k];
  const clip_state *clip = &self->clips[t->i];
  const cst_unit_unwinding unwinding = {u, &clip->unit[k], clip->dx[k + 1], thread->lines};
  const cst_unit_reading before = unit_before(self, clip, k);
  const cst_conv_source x = unit_input(clip, k, &before), dy = cst_unit_read_gradient(&unwinding);
  cst_unit_gathering gathering = {before.unit, before.clip, NULL};
  cst_conv_target dx = {.image = clip->dx[k]};

  cst_unit_backward_lines(u, pass, s->params, &clip->unit[k], self->totals,
                          (double)s->batch->global_clips * (double)cst_unit_pixels(u),
                          thread->lines);
  if (k > 0) {
    gathering.sums = strip_row(self, t, before.unit->shape.C);
    dx = cst_unit_sum_gradient(&gathering, dx.image);
  }
  cst_conv_backward_rows(u->plan, pass->prepared, cst_conv_strip_of(u->plan, t->b, t->strips), &x,
                         &dy, thread->gradient + u->conv, &dx, thread->work);
  add_tensors(self, s, thread, u->conv, u->conv + u->shape.C * u->from * 9);
}

/* The sums over dz of the unit before are whole once all strips are. */
static void finish_before(cst_model *self, const step *s, size_t i, thread_state *thread)
{
  const cst_unit *before = &self->unit[s->unit - 1];
  join_strips(self, i, strips_of(self, s, s->unit), before->shape.C);
  cst_rectify_finish_sums(&before->shape, row_of(self, i, before->shape.C));
  finish_sums(self, s, s->unit - 1, i, thread);
}

/* The input's gradient is needed for its BatchNorm's weight and bias alone. */
static void input_back(cst_model *self, const step *s, size_t i, thread_state *thread)
{
  cst_batchnorm_backward_sums(self->spec.frames, self->spec.bins, &self->train.input,
                              s->batch->features[i], self->clips[i].dx[0], thread->sums);
  add_norm(self, s, self->input_bias, self->input_weight, self->spec.bins, thread->sums);
}

void cst_model_backward(cst_model *self, const cst_weights *w, const cst_model_batch *batch,
                        const float *dlogits, cst_exact *gradient)
{
  step s = {.params = w->params, .batch = batch, .dlogits = dlogits, .gradient = gradient};

  each_clip(self, &s, classify_back);
  for (size_t k = UNITS; k-- > 0;) {
    const cst_unit *u = &self->unit[k];
    s.unit = k;
    if (self->forward_by_definition)
      cst_conv_prepare(u->plan, w->params + u->conv, self->train.unit[k].prepared);
    sum_rows(self, batch, u->shape.C);
    each_strip(self, &s, strips_of(self, &s, k), convolve_back);
    if (k > 0) each_clip(self, &s, finish_before);
  }
  each_clip(self, &s, input_back);
}
