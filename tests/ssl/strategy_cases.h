/* Steps of training for the tests of ssl: inputs and cases of tests/golden/strategies.h5, which
 * scripts/golden/strategies.py writes and describes. */
#ifndef CST_TEST_STRATEGY_CASES_H
#define CST_TEST_STRATEGY_CASES_H

#include "support/test_support.h"

#include "cassette/store.h"
#include "cassette/strategy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GOLDEN_FILE CST_TEST_DIR "/golden/strategies.h5"

enum { K = 5, B = 4, U = 7, STEPS = 4, SUMS = 64, PATH_BYTES = 256, PARAMS = 14 };
enum { L_ROWS = 2, U_ROWS = 6, MIXED = 3, GUESSES = 2 }; /* stored for a clip */

/* Inputs of a sequence of steps. */
typedef struct {
  size_t steps, unlabelled[STEPS], clip[STEPS][U];
  double progress[STEPS], target[STEPS][B][L_ROWS][K], mixed[STEPS][U][MIXED][K];
  double r[STEPS][B][L_ROWS][K], label[STEPS][B][L_ROWS][K], taught[STEPS][B][L_ROWS][K];
  float labelled[STEPS][B][L_ROWS][K], alone[STEPS][B][L_ROWS][K];
  float unlabelled_rows[STEPS][U][U_ROWS][K], guess[STEPS][U][GUESSES][K];
  float flips[STEPS][U][CST_FLIPS];
  uint64_t flip[STEPS][U];
} inputs;

/* One step as a strategy sees it. */
typedef struct {
  cst_ssl_step step;
  size_t n; /* samples: B labelled ones, then the unlabelled ones */
  cst_sample sample[B + U];
  double target[B + U][U_ROWS][K], taught[B][L_ROWS][K];
  float logits[B + U][U_ROWS][K], alone[B][L_ROWS][K], guess[U][GUESSES][K], flips[U][CST_FLIPS];
} batch;

typedef struct {
  double supervised, unsupervised, extra;
  float gradient[B + U][U_ROWS][K], alone[B][L_ROWS][K], flips[U][CST_FLIPS];
  cst_sample_loss part[B + U];
} outcome;

static inline cst_store *golden_open(void)
{
  cst_store *store = NULL;
  assert_ok(cst_store_open(GOLDEN_FILE, &store));
  return store;
}

static inline void golden_read(const cst_store *store, const char *group, const char *name,
                               cst_type type, size_t count, void *data)
{
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", group, name);
  assert_ok(cst_store_read(store, path, type, count, data));
}

static inline void read_inputs(const cst_store *store, const char *set, inputs *in)
{
  char group[PATH_BYTES / 2];
  size_t dims, shape[CST_STORE_MAX_DIMS];
  uint64_t counts[STEPS], clips[STEPS * U];
  snprintf(group, sizeof group, "inputs/%s/U", set);
  assert_ok(cst_store_shape(store, group, &dims, shape));
  *in = (inputs){.steps = shape[0]};
  const size_t S = in->steps;
  assert_true(S <= STEPS);
  snprintf(group, sizeof group, "inputs/%s", set);
  golden_read(store, group, "U", CST_U64, S, counts);
  golden_read(store, group, "clip", CST_U64, S * U, clips);
  golden_read(store, group, "progress", CST_F64, S, in->progress);
  golden_read(store, group, "target", CST_F64, S * B * L_ROWS * K, in->target);
  golden_read(store, group, "label", CST_F64, S * B * L_ROWS * K, in->label);
  golden_read(store, group, "taught", CST_F64, S * B * L_ROWS * K, in->taught);
  golden_read(store, group, "unlabelled_target", CST_F64, S * U * MIXED * K, in->mixed);
  golden_read(store, group, "r", CST_F64, S * B * L_ROWS * K, in->r);
  golden_read(store, group, "labelled", CST_F32, S * B * L_ROWS * K, in->labelled);
  golden_read(store, group, "alone", CST_F32, S * B * L_ROWS * K, in->alone);
  golden_read(store, group, "unlabelled", CST_F32, S * U * U_ROWS * K, in->unlabelled_rows);
  golden_read(store, group, "guess", CST_F32, S * U * GUESSES * K, in->guess);
  golden_read(store, group, "flips", CST_F32, S * U * CST_FLIPS, in->flips);
  golden_read(store, group, "flip", CST_U64, S * U, in->flip);
  for (size_t s = 0; s < S; s++) {
    in->unlabelled[s] = counts[s];
    for (size_t i = 0; i < U; i++) in->clip[s][i] = clips[s * U + i];
  }
}

static inline size_t golden_clips(const cst_store *store)
{
  double clips;
  assert_ok(cst_store_attribute(store, "clips", &clips));
  return (size_t)clips;
}

static inline cst_random_key golden_key(const cst_store *store, size_t step)
{
  double seed, stage, b;
  assert_ok(cst_store_attribute(store, "seed", &seed));
  assert_ok(cst_store_attribute(store, "stage", &stage));
  assert_ok(cst_store_attribute(store, "b", &b));
  return cst_random_key_make((uint64_t)seed, CST_RANDOM_STRATEGY, (uint32_t)stage, step,
                             (uint64_t)b);
}

/* In the order of the golden file. */
static inline void params_list(const cst_strategy_params *p, double list[PARAMS])
{
  const double values[PARAMS] = {
      p->threshold,      p->temperature, p->weight,       p->ramp,     p->momentum,
      p->fairness,       p->per_class,   (double)p->tsa,  p->mixup,    p->strong_views,
      p->unmixed_weight, p->flip_weight, p->label_weight, p->alignment};
  memcpy(list, values, sizeof values);
}

/* What a case asks for, and what its reference used (NaN: no parameter of the strategy's). */
static inline cst_strategy_params read_params(const cst_store *store, const char *group,
                                              double used[PARAMS])
{
  double p[2][PARAMS];
  golden_read(store, group, "params", CST_F64, sizeof p / sizeof **p, p);
  if (used) memcpy(used, p[1], sizeof p[1]);
  const double *asked = p[0];
  return (cst_strategy_params){.threshold = asked[0],
                               .temperature = asked[1],
                               .weight = asked[2],
                               .ramp = asked[3],
                               .momentum = asked[4],
                               .fairness = asked[5],
                               .per_class = asked[6],
                               .tsa = (cst_tsa)asked[7],
                               .mixup = asked[8],
                               .strong_views = asked[9],
                               .unmixed_weight = asked[10],
                               .flip_weight = asked[11],
                               .label_weight = asked[12],
                               .alignment = asked[13],
                               .ratio = NAN,
                               .rounds = NAN};
}

/* Row @p r of an unlabelled clip among those stored. */
static inline size_t stored_row(const cst_views *v, size_t r)
{
  enum { STRONG = 2, UNMIXED = 4, FLIPPED };
  if (r < (size_t)v->unlabelled_weak) return r;
  if (r < cst_views_mixed(v)) return STRONG + r - (size_t)v->unlabelled_weak;
  return v->flipped && r + 1 == cst_views_unlabelled(v) ? FLIPPED : UNMIXED;
}

/* What a strategy with a teacher beside the labels sees of a clip: both weighed. */
static inline void add_taught(const cst_strategy *self, const inputs *in, size_t s, size_t i,
                              batch *out)
{
  memcpy(out->target[i][0], in->label[s][i][0], sizeof in->label[s][i][0]);
  memcpy(out->taught[i][0], in->taught[s][i][0], sizeof in->taught[s][i][0]);
  cst_strategy_weigh(self, out->target[i][0], out->taught[i][0]);
  out->sample[i].taught = out->taught[i][0];
}

static inline void add_labelled(const cst_strategy *self, const inputs *in, size_t s, size_t i,
                                batch *out)
{
  const cst_views *v = cst_strategy_views(self);
  cst_sample *sample = &out->sample[out->n];
  const size_t first = v->labelled == CST_LABELLED_STRONG ? 1 : 0;
  for (size_t r = 0; r < cst_views_labelled(v); r++) {
    memcpy(out->logits[out->n][r], in->labelled[s][i][first + r], sizeof in->labelled[s][i][r]);
    memcpy(out->target[out->n][r], in->target[s][i][first + r], sizeof in->target[s][i][r]);
  }
  memcpy(out->alone[i], in->alone[s][i], sizeof in->alone[s][i]);
  *sample = (cst_sample){.labelled = true, .position = i, .logits = out->logits[out->n][0]};
  sample->target = out->target[out->n][0];
  if (v->labelled_alone) sample->alone = out->alone[i][0];
  if (v->taught) add_taught(self, in, s, i, out);
  out->n++;
}

static inline void add_unlabelled(const inputs *in, size_t s, const cst_views *v, size_t i,
                                  batch *out)
{
  cst_sample *sample = &out->sample[out->n];
  for (size_t r = 0; r < cst_views_unlabelled(v); r++)
    memcpy(out->logits[out->n][r], in->unlabelled_rows[s][i][stored_row(v, r)],
           sizeof in->unlabelled_rows[s][i][r]);
  memcpy(out->target[out->n], in->mixed[s][i], sizeof in->mixed[s][i]);
  memcpy(out->guess[i], in->guess[s][i], sizeof in->guess[s][i]);
  *sample = (cst_sample){.position = i, .clip = in->clip[s][i], .logits = out->logits[out->n][0]};
  if (v->mix) sample->target = out->target[out->n][0];
  if (v->guesses) sample->guess = out->guess[i][0];
  if (v->flipped) {
    memcpy(out->flips[i], in->flips[s][i], sizeof in->flips[s][i]);
    sample->flips = out->flips[i];
    sample->flip = (int)in->flip[s][i];
  }
  out->n++;
}

/* Step @p s with the rows that a strategy's views ask for. */
static inline void make_batch(const inputs *in, size_t s, const cst_strategy *self,
                              cst_random_key key, batch *out)
{
  const cst_views *v = cst_strategy_views(self);
  *out = (batch){.step = {.labelled = B,
                          .unlabelled = v->unlabelled ? in->unlabelled[s] : 0,
                          .progress = in->progress[s],
                          .key = key}};
  for (size_t i = 0; i < B; i++) add_labelled(self, in, s, i, out);
  for (size_t i = 0; i < out->step.unlabelled; i++) add_unlabelled(in, s, v, i, out);
}

/* Contributions of samples [first, last) to a phase, added to @p total. */
static inline void observe(const cst_strategy *self, const batch *in, int phase,
                           const size_t *order, size_t first, size_t last, double *total)
{
  const size_t n = cst_strategy_sums(self, &in->step, phase);
  assert_true(n <= SUMS);
  for (size_t i = first; i < last; i++) {
    double part[SUMS] = {0};
    cst_strategy_observe(self, &in->step, phase, &in->sample[order ? order[i] : i], part);
    for (size_t j = 0; j < n; j++) total[j] += part[j];
  }
}

/* Losses and gradients of samples [first, last), added to @p out. */
static inline void judge(const cst_strategy *self, const batch *in, size_t first, size_t last,
                         outcome *out)
{
  for (size_t i = first; i < last; i++) {
    cst_sample_loss *part = &out->part[i];
    const cst_sample *sample = &in->sample[i];
    const cst_gradient gradient = {out->gradient[i][0],
                                   sample->alone ? out->alone[sample->position][0] : NULL,
                                   sample->flips ? out->flips[sample->position] : NULL};
    cst_strategy_loss(self, &in->step, sample, &gradient, part);
    out->supervised += part->supervised;
    out->unsupervised += part->unsupervised;
    out->extra += part->extra;
  }
}

/* One whole step on one rank, samples observed in @p order (NULL: as they come). */
static inline void run_step(cst_strategy *self, const batch *in, const size_t *order, outcome *out)
{
  *out = (outcome){0};
  for (int phase = 0; cst_strategy_sums(self, &in->step, phase) > 0; phase++) {
    double total[SUMS] = {0};
    observe(self, in, phase, order, 0, in->n, total);
    cst_strategy_absorb(self, &in->step, phase, total);
  }
  judge(self, in, 0, in->n, out);
}

/* A case under test. */
typedef struct {
  const cst_store *store;
  char title[PATH_BYTES], group[PATH_BYTES / 2]; /* NAME/CASE, steps/NAME/CASE */
  const char *name;
  cst_strategy_params params;
  inputs in;
} test_case;

typedef void test_case_fn(const test_case *c);

typedef struct {
  const cst_store *store;
  const char *name;
  test_case_fn *run;
  size_t cases;
} case_visit;

static inline cst_strategy *make_strategy(const test_case *c)
{
  cst_strategy *self = NULL;
  assert_ok(cst_strategy_create(c->name, &c->params, K, golden_clips(c->store), &self));
  return self;
}

static inline cst_status visit_case(void *context, const char *name)
{
  case_visit *visit = context;
  test_case c = {.store = visit->store, .name = visit->name};
  snprintf(c.title, sizeof c.title, "%s/%s", visit->name, name);
  snprintf(c.group, sizeof c.group, "steps/%s/%s", visit->name, name);
  c.params = read_params(visit->store, c.group, NULL);
  read_inputs(visit->store, strcmp(name, "edge") == 0 ? "edge" : "random", &c.in);
  visit->run(&c);
  visit->cases++;
  return CST_OK;
}

/* Run @p test on all cases of all strategies in the table. */
static inline void for_every_case(test_case_fn *test)
{
  cst_store *store = golden_open();
  for (const char *const *name = cst_strategy_names(); *name; name++) {
    char group[PATH_BYTES / 2];
    case_visit visit = {.store = store, .name = *name, .run = test};
    snprintf(group, sizeof group, "steps/%s", *name);
    if (!cst_store_has(store, group))
      fail_msg("no reference for %s: add it to scripts/golden/strategy_definitions.py", *name);
    assert_ok(cst_store_list(store, group, visit_case, &visit));
    assert_true(visit.cases >= 2); /* own parameters on random and on degenerate steps */
  }
  cst_store_close(&store);
}

/* For cmocka: a test leaves no memory behind.  What a failed one left is not held against the next.
 */
static size_t blocks_before;

static inline int count_blocks(void **state)
{
  (void)state;
  blocks_before = cst_memory_blocks();
  return 0;
}

static inline int nothing_left(void **state)
{
  test_release(state);
  return cst_memory_blocks() != blocks_before;
}

#define BALANCED(test) cmocka_unit_test_setup_teardown(test, count_blocks, nothing_left)

#endif
