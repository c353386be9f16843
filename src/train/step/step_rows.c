/*
 * The rows of a step: views of clips, mixed or not, and their targets.
 *
 * A row has an address in the global batch: (labelled or not, position, view).  Everything random
 * about it is keyed by that address, so any rank can make any row, and the partner of a mixture is
 * made where it is needed.
 */
#include "step_rows.h"

#include "cassette/loss.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>

typedef struct {
  bool labelled;
  size_t position, view;
} address;

typedef struct {
  learner *self;
  cst_feature_source *source;
  const learner_batch *batch;
  const cst_views *views;
  size_t T, M, K;
  bool style[2]; /* the batch's coins: weak, strong views take part in MixStyle */
} maker;

/* Numbers that concern the batch as a whole. */
enum { BATCH_STYLE = 1, BATCH_STYLE_PARTNERS, BATCH_PARTNERS };
static const uint64_t WHOLE_BATCH = UINT64_C(3) << 62, MIXTURE = UINT64_C(1) << 61,
                      FLIP = UINT64_C(1) << 60;
enum { GUESS_VIEWS = 64, ALONE_VIEWS = 128 }; /* views of other passes, where they differ */

static cst_random_key batch_key(const maker *m, cst_random_purpose purpose, uint64_t what)
{
  const learner_batch *b = m->batch;
  return cst_random_key_make((uint64_t)m->self->job->config->seed, purpose, b->stage_key,
                             b->epoch << 32 | b->step, what);
}

static cst_random_key row_key(const maker *m, cst_random_purpose purpose, const address *a)
{
  return batch_key(m, purpose,
                   (uint64_t)a->labelled << 62 | (uint64_t)a->position << 8 | (uint64_t)a->view);
}

static uint32_t clip_of(const maker *m, const address *a)
{
  return (a->labelled ? m->batch->labelled : m->batch->unlabelled)[a->position];
}

/* Labelled clips as configured, but weak at least where unlabelled ones have weak views. Unlabelled
 * rows of strategies that do not tell weak from strong ones are as the labelled rows are: a network
 * could tell them apart by their views otherwise, and answer the unlabelled ones with one class. */
static cst_labelled_view kind_of(const maker *m, const address *a)
{
  const cst_views *v = m->views;
  const cst_labelled_view configured = m->self->job->config->augment.labelled;
  const cst_labelled_view row =
      configured == CST_VIEW_NONE && v->unlabelled ? CST_VIEW_WEAK : configured;
  if (a->labelled)
    return a->view == 1 || v->labelled == CST_LABELLED_STRONG ? CST_VIEW_STRONG : row;
  if (a->view >= GUESS_VIEWS) return CST_VIEW_WEAK;
  if (!v->unlabelled_strong) return row;
  return a->view >= (size_t)v->unlabelled_weak ? CST_VIEW_STRONG : CST_VIEW_WEAK;
}

static const cst_view_spec *view_spec(const maker *m, bool strong)
{
  const cst_config *c = m->self->job->config;
  return strong ? &c->augment.strong : &c->augment.weak;
}

/* Statistics of the clip that lends its style to @p a, in workspace.style. */
static cst_status borrow_style(const maker *m, const address *a)
{
  cst_status st = CST_OK;
  step_workspace *workspace = &m->self->workspace;
  const size_t B = m->batch->n.labelled;
  const size_t lender = workspace->style_partner[a->labelled ? a->position : B + a->position];
  const address other = {lender < B, lender < B ? lender : lender - B, 0};
  const float *raw;
  CST_TRY(cst_feature_source_clip(m->source, clip_of(m, &other), workspace->scratch + m->T * m->M,
                                  &raw));
  cst_augment_statistics(m->T, m->M, raw, workspace->style, workspace->style + m->M);
done:
  return st;
}

/* The clip behind view @p a, NULL: none; another one than the view's own, if there is any. */
static cst_status fetch_background(const maker *m, const address *a, const cst_view_spec *spec,
                                   const cst_random_key *key, const float **out)
{
  const learner_batch *b = m->batch;
  size_t at = cst_view_background(spec, key, b->n_background);
  *out = NULL;
  if (at == b->n_background) return CST_OK;
  if (b->background[at] == clip_of(m, a)) at = (at + 1) % b->n_background;
  return cst_feature_source_clip(m->source, b->background[at],
                                 m->self->workspace.scratch + m->T * m->M, out);
}

/* The view at @p a, in @p out or, unchanged, where the clip is. */
static cst_status make_view(const maker *m, const address *a, float *out, const float **row)
{
  cst_status st = CST_OK;
  step_workspace *workspace = &m->self->workspace;
  const cst_logmel_spec *features = &m->self->job->spec;
  const cst_labelled_view kind = kind_of(m, a);
  const bool strong = kind == CST_VIEW_STRONG, style = m->style[strong];
  const cst_random_key key = row_key(m, CST_RANDOM_AUGMENT, a);
  const cst_view_spec *spec = view_spec(m, strong);
  const float *raw, *background;
  *row = out;
  if (kind == CST_VIEW_NONE) {
    CST_TRY(cst_feature_source_clip(m->source, clip_of(m, a), out, row));
    goto done;
  }
  CST_TRY(cst_feature_source_clip(m->source, clip_of(m, a), workspace->scratch, &raw));
  if (style) CST_TRY(borrow_style(m, a));
  CST_TRY(fetch_background(m, a, spec, &key, &background));
  const cst_view_context with = {.T = m->T,
                                 .M = m->M,
                                 .silence_db = cst_logmel_silence_db(features),
                                 .top_db = features->top_db,
                                 .scratch = workspace->scratch + 3 * m->T * m->M,
                                 .style_mean = style ? workspace->style : NULL,
                                 .style_std = style ? workspace->style + m->M : NULL,
                                 .responses = m->batch->responses,
                                 .n_responses = m->batch->n_responses,
                                 .background = background};
  cst_view_make(spec, &key, &with, raw, out);
done:
  return st;
}

/* Class distribution of the row at @p a before any mixing; @p taught, where the teacher's stands beside
 * it: that, and both weighed. */
static void make_target(const maker *m, const address *a, double *out, double *taught)
{
  const size_t at = (size_t)clip_of(m, a) * m->K;
  if (!a->labelled)
    memcpy(out, step_guess(m->self, a->position), m->K * sizeof *out);
  else
    for (size_t k = 0; k < m->K; k++) out[k] = (double)m->batch->target[at + k];
  const double smoothing = m->batch->recipe->label_smoothing;
  if (a->labelled && smoothing > 0.0 && out[cst_argmax(m->K, out)] > 0.0)
    cst_smooth_target(&m->batch->groups, smoothing, m->K, out);
  if (!taught) return;
  for (size_t k = 0; k < m->K; k++) taught[k] = (double)m->batch->taught[at + k];
  cst_strategy_weigh(m->self->strategy, out, taught);
}

/* --- mixtures --- */

double *step_guess(const learner *self, size_t position)
{
  return self->workspace.guess + position * (cst_model_get_spec(self->network.model)->classes + 1);
}

static bool is_mixed(const maker *m, const address *a)
{
  if (m->self->mixup == 0.0) return false;
  return a->labelled || (m->views->mix && a->view < cst_views_mixed(m->views) &&
                         step_guess(m->self, a->position)[m->K] > 0.0);
}

/* Number of a row among those that could be mixed. */
static size_t mixing_number(const maker *m, const address *a)
{
  const size_t rl = cst_views_labelled(m->views), ru = cst_views_mixed(m->views);
  return a->labelled ? a->position * rl + a->view
                     : m->batch->n.labelled * rl + a->position * ru + a->view;
}

static address partner_of(const maker *m, const address *a)
{
  const size_t rl = cst_views_labelled(m->views), ru = cst_views_mixed(m->views);
  const size_t labelled = m->batch->n.labelled * rl;
  const size_t other = m->self->workspace.partner[mixing_number(m, a)];
  if (other < labelled) return (address){true, other / rl, other % rl};
  return (address){false, (other - labelled) / ru, (other - labelled) % ru};
}

/* Rows that are mixed with each other, in `mixing`; their number. */
static size_t list_mixing(const maker *m, uint32_t *mixing)
{
  const size_t ru = m->views->mix ? cst_views_mixed(m->views) : 0;
  size_t n = 0;
  for (size_t i = 0; i < m->batch->n.labelled * cst_views_labelled(m->views); i++)
    mixing[n++] = (uint32_t)i;
  for (size_t i = 0; i < m->batch->n.unlabelled; i++)
    for (size_t view = 0; view < ru; view++) {
      const address a = {false, i, view};
      if (is_mixed(m, &a)) mixing[n++] = (uint32_t)mixing_number(m, &a);
    }
  return n;
}

static void draw_mixing_partners(const maker *m)
{
  step_workspace *work = &m->self->workspace;
  const cst_random_key key = batch_key(m, CST_RANDOM_AUGMENT, WHOLE_BATCH | BATCH_PARTNERS);
  const size_t n = list_mixing(m, work->mixing);
  cst_random_permutation(&key, n, work->drawn);
  for (size_t i = 0; i < n; i++) work->partner[work->mixing[i]] = work->mixing[work->drawn[i]];
}

static void mix_numbers(size_t n, double lambda, const double *other, double *x)
{
  for (size_t i = 0; i < n; i++) x[i] = lambda * x[i] + (1.0 - lambda) * other[i];
}

static cst_status mix(const maker *m, const address *a, float *made, const float **row,
                      double *target, double *taught)
{
  cst_status st = CST_OK;
  step_workspace *workspace = &m->self->workspace;
  const address other = partner_of(m, a);
  const cst_random_key key = batch_key(m, CST_RANDOM_AUGMENT,
                                       MIXTURE | (uint64_t)a->labelled << 62 |
                                           (uint64_t)a->position << 8 | (uint64_t)a->view);
  const double lambda = cst_mixup_lambda(&key, m->self->mixup, m->views->mix);
  const size_t floats = m->T * m->M;
  double *other_target = workspace->partner_target;
  double *other_taught = taught ? other_target + m->K : NULL;
  const float *theirs;
  CST_TRY(make_view(m, &other, workspace->scratch + 2 * floats, &theirs));
  cst_mixup(lambda, floats, *row, theirs, made);
  *row = made;
  make_target(m, &other, other_target, other_taught);
  mix_numbers(m->K, lambda, other_target, target);
  if (taught) mix_numbers(m->K, lambda, other_taught, taught);
done:
  return st;
}

/* Of a mixture what both clips have: its sound is of two cities, or hours. */
static cst_told told_of(const maker *m, const address *a, const address *other)
{
  const cst_told one = cst_network_told(m->self->job, clip_of(m, a));
  const cst_told two = cst_network_told(m->self->job, clip_of(m, other));
  return (cst_told){one.city == two.city ? one.city : CST_NONE,
                    one.hour == two.hour ? one.hour : (double)NAN};
}

/* --- passes --- */

/* Which view of the clip a row is.  Behind the rows that may be mixed comes the first strong one
 * again.  A guess of MixMatch is made of the very view that is trained on; one of a strategy that
 * trains on no weak view, or Mean Teacher's, of another. */
static size_t view_of(const maker *m, const address *a, step_pass pass)
{
  const cst_views *v = m->views;
  const size_t weak = (size_t)v->unlabelled_weak, guesses = (size_t)v->guesses;
  if (a->labelled) return a->view;
  if (pass != PASS_GUESS) return a->view < cst_views_mixed(v) ? a->view : weak;
  if (a->view >= guesses) return weak + a->view - guesses;
  return v->mix && weak ? a->view : GUESS_VIEWS + a->view;
}

static bool is_flipped(const maker *m, const address *a)
{
  return m->views->flipped && !a->labelled && a->view + 1 == cst_views_unlabelled(m->views);
}

static int flip_of(const maker *m, const address *a)
{
  const cst_random_key key = batch_key(m, CST_RANDOM_AUGMENT, FLIP | (uint64_t)a->position);
  return cst_augment_draw_flip(&key);
}

static cst_status fill_row(const maker *m, const address *a, step_pass pass, size_t row)
{
  cst_status st = CST_OK;
  step_workspace *workspace = &m->self->workspace;
  float *made = workspace->made + row * m->T * m->M;
  double *target = workspace->target + row * m->K;
  double *taught = m->views->taught ? workspace->taught + row * m->K : NULL;
  const address seen = {a->labelled, a->position, view_of(m, a, pass)};
  CST_TRY(make_view(m, &seen, made, &workspace->feature[row]));
  workspace->told[row] = told_of(m, a, a);
  if (pass == PASS_JOINT && is_flipped(m, a)) {
    workspace->flip[row] = flip_of(m, a);
    cst_augment_flip(workspace->flip[row], m->T, m->M, made);
  }
  if (pass == PASS_GUESS || !(a->labelled || m->views->mix)) goto done;
  make_target(m, a, target, taught);
  if (!is_mixed(m, a)) goto done;
  const address other = partner_of(m, a);
  workspace->told[row] = told_of(m, a, &other);
  CST_TRY(mix(m, a, made, &workspace->feature[row], target, taught));
done:
  return st;
}

/* Passes over the same row hide other parts of it. */
static cst_status key_row(const maker *m, const address *a, step_pass pass, size_t row)
{
  static const size_t first_view[] = {
      [PASS_GUESS] = GUESS_VIEWS, [PASS_JOINT] = 0, [PASS_ALONE] = ALONE_VIEWS};
  const address masked = {a->labelled, a->position, a->view + first_view[pass]};
  m->self->workspace.dropout[row] = row_key(m, CST_RANDOM_DROPOUT, &masked);
  return CST_OK;
}

typedef cst_status (*row_fn)(const maker *m, const address *a, step_pass pass, size_t row);

/* This rank's rows of a pass in their order. */
static cst_status each_row(const maker *m, step_pass pass, row_fn work)
{
  cst_status st = CST_OK;
  const step_samples mine = step_samples_of(m->self, m->batch);
  const size_t rl = step_labelled_rows(m->views, pass), ru = step_unlabelled_rows(m->views, pass);
  size_t row = 0;
  for (size_t i = 0; i < mine.labelled.count; i++)
    for (size_t view = 0; view < rl; view++) {
      const address a = {true, mine.labelled.first + i, view};
      CST_TRY(work(m, &a, pass, row++));
    }
  for (size_t i = 0; i < mine.unlabelled.count; i++)
    for (size_t view = 0; view < ru; view++) {
      const address a = {false, mine.unlabelled.first + i, view};
      CST_TRY(work(m, &a, pass, row++));
    }
done:
  return st;
}

/* Who is mixed with whom, and who lends its style; the same on every rank. */
static void draw_partners(maker *m, step_pass pass)
{
  step_workspace *workspace = &m->self->workspace;
  const batch_size n = m->batch->n;
  const cst_random_key coin = batch_key(m, CST_RANDOM_AUGMENT, WHOLE_BATCH | BATCH_STYLE);
  const cst_random_key lenders =
      batch_key(m, CST_RANDOM_AUGMENT, WHOLE_BATCH | BATCH_STYLE_PARTNERS);
  for (int strong = 0; strong < 2; strong++)
    m->style[strong] = cst_view_style_coin(view_spec(m, strong), &coin);
  if (m->style[0] || m->style[1])
    cst_random_permutation(&lenders, n.labelled + n.unlabelled, workspace->style_partner);
  if (pass == PASS_JOINT && m->self->mixup > 0.0) draw_mixing_partners(m);
}

static maker make_maker(learner *self, cst_feature_source *source, const learner_batch *batch)
{
  const cst_model_spec *spec = cst_model_get_spec(self->network.model);
  return (maker){.self = self,
                 .source = source,
                 .batch = batch,
                 .views = cst_strategy_views(self->strategy),
                 .T = spec->frames,
                 .M = spec->bins,
                 .K = spec->classes};
}

cst_status step_rows_fill(learner *self, cst_feature_source *source, const learner_batch *batch,
                          step_pass pass)
{
  maker m = make_maker(self, source, batch);
  draw_partners(&m, pass);
  return each_row(&m, pass, fill_row);
}

static cst_status label_row(const maker *m, const address *a, step_pass pass, size_t row)
{
  (void)pass;
  if (a->labelled) make_target(m, a, m->self->workspace.target + row * m->K, NULL);
  return CST_OK;
}

void step_rows_label(learner *self, const learner_batch *batch)
{
  const maker m = make_maker(self, NULL, batch);
  each_row(&m, PASS_JOINT, label_row);
}

void step_rows_mask(learner *self, const learner_batch *batch, step_pass pass)
{
  const maker m = make_maker(self, NULL, batch);
  each_row(&m, pass, key_row);
}
