/* Every strategy against its reference, step by step: loss, gradients, pseudo-labels, running
 * statistics.  Adding a strategy to the table makes this fail until the reference has it. */
#include "strategy_cases.h"

/* The reference is in double precision; gradients are float. */
static const double TOLERANCE = 1e-5, NOISE = 1e-9;

static void check(double got, double want, const test_case *c, size_t s, const char *what, size_t i)
{
  if (!(fabs(got - want) <= TOLERANCE * fabs(want) + NOISE))
    fail_msg("%s, step %zu, %s[%zu]: got %.12g, want %.12g", c->title, s, what, i, got, want);
}

/* Row @p s of dataset @p name, which has @p count numbers. */
static void read_step(const test_case *c, const char *name, size_t s, size_t count, double *data)
{
  char path[PATH_BYTES];
  size_t dims, shape[CST_STORE_MAX_DIMS], product = 1;
  snprintf(path, sizeof path, "%s/%s", c->group, name);
  assert_ok(cst_store_shape(c->store, path, &dims, shape));
  for (size_t d = 1; d < dims; d++) product *= shape[d];
  assert_int_equal(product, count);
  assert_int_equal(shape[0], c->in.steps);
  assert_ok(cst_store_read_rows(c->store, path, CST_F64, s, 1, count, data));
}

static bool has(const test_case *c, const char *name)
{
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", c->group, name);
  return cst_store_has(c->store, path);
}

/* Gradients of samples [first, first + n), rows each, against a dataset padded to @p stored. */
static void check_gradient(const test_case *c, size_t s, const char *name, const float *got,
                           size_t stride, size_t n, size_t stored, size_t rows)
{
  double want[U * U_ROWS * K];
  char path[PATH_BYTES];
  size_t dims, shape[CST_STORE_MAX_DIMS];
  snprintf(path, sizeof path, "%s/%s", c->group, name);
  assert_ok(cst_store_shape(c->store, path, &dims, shape));
  if (dims != 4 || shape[1] != stored || shape[2] != rows || shape[3] != K)
    fail_msg("%s: %s has %zu rows, the strategy %zu", c->title, name, shape[2], rows);
  read_step(c, name, s, stored * rows * K, want);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < rows * K; j++)
      check((double)got[i * stride + j], want[i * rows * K + j], c, s, name, i * rows * K + j);
}

static void check_flips(const test_case *c, const cst_views *v, size_t s, size_t unlabelled,
                        const outcome *out)
{
  double want[U][CST_FLIPS];
  assert_int_equal(has(c, "flips_gradient"), v->flipped);
  if (!v->flipped) return;
  read_step(c, "flips_gradient", s, U * CST_FLIPS, want[0]);
  for (size_t i = 0; i < unlabelled; i++)
    for (size_t f = 0; f < CST_FLIPS; f++)
      check((double)out->flips[i][f], want[i][f], c, s, "flips_gradient", i * CST_FLIPS + f);
}

static void check_gradients(const test_case *c, const cst_views *v, size_t s, const batch *in,
                            const outcome *out)
{
  const size_t stride = U_ROWS * K, unlabelled = in->step.unlabelled;
  check_gradient(c, s, "labelled_gradient", (const float *)out->gradient, stride, B, B,
                 cst_views_labelled(v));
  assert_int_equal(has(c, "unlabelled_gradient"), v->unlabelled);
  if (v->unlabelled)
    check_gradient(c, s, "unlabelled_gradient", (const float *)out->gradient[B], stride, unlabelled,
                   U, cst_views_unlabelled(v));
  assert_int_equal(has(c, "alone_gradient"), v->labelled_alone);
  if (v->labelled_alone)
    check_gradient(c, s, "alone_gradient", (const float *)out->alone, L_ROWS * K, B, B, L_ROWS);
  check_flips(c, v, s, unlabelled, out);
}

static void check_decisions(const test_case *c, size_t s, const batch *in, const outcome *out)
{
  double want[U][2];
  if (!has(c, "decision")) return;
  read_step(c, "decision", s, U * 2, (double *)want);
  for (size_t i = 0; i < in->step.unlabelled; i++) {
    check(out->part[B + i].mask, want[i][0], c, s, "mask", i);
    check(out->part[B + i].label, want[i][1], c, s, "label", i);
  }
}

static void check_guesses(const test_case *c, const cst_strategy *self, size_t s, const batch *in,
                          const outcome *out)
{
  double want[U][K], got[K];
  assert_int_equal(has(c, "guess_target"), cst_strategy_views(self)->mix);
  if (!has(c, "guess_target")) return;
  read_step(c, "guess_target", s, U * K, (double *)want);
  for (size_t i = 0; i < in->step.unlabelled; i++) {
    const bool mixed = cst_strategy_guess(self, in->guess[i][0], got);
    assert_int_equal(mixed,
                     out->part[B + i].mask > 0.0); /* what is not learned from is not mixed */
    for (size_t k = 0; k < K; k++) check(got[k], want[i][k], c, s, "guess_target", i * K + k);
  }
}

/* Thresholds are those of the last step that had unlabelled clips. */
static void check_thresholds(const test_case *c, const cst_strategy *self, size_t s,
                             const batch *in)
{
  double want[K] = {0};
  if (in->step.unlabelled == 0) return;
  if (has(c, "threshold")) read_step(c, "threshold", s, K, want);
  for (size_t k = 0; k < K; k++)
    check(cst_strategy_threshold(self, k), want[k], c, s, "threshold", k);
}

static bool contains(const double *state, size_t n, const double *want, size_t count)
{
  for (size_t first = 0; first + count <= n; first++) {
    size_t i = 0;
    while (i < count && fabs(state[first + i] - want[i]) <= NOISE) i++;
    if (i == count) return true;
  }
  return false;
}

typedef struct {
  const test_case *c;
  const double *state;
  size_t n, step;
} state_visit;

/* How a strategy lays out its state is its own affair: a statistic must be in it somewhere. */
static cst_status check_statistic(void *context, const char *name)
{
  const state_visit *v = context;
  size_t dims, shape[CST_STORE_MAX_DIMS];
  double want[U + K];
  char path[PATH_BYTES];
  if (strncmp(name, "state_", 6) != 0) return CST_OK;
  snprintf(path, sizeof path, "%s/%s", v->c->group, name);
  assert_ok(cst_store_shape(v->c->store, path, &dims, shape));
  const size_t count = dims == 1 ? 1 : shape[1];
  assert_true(count <= U + K);
  read_step(v->c, name, v->step, count, want);
  if (!contains(v->state, v->n, want, count))
    fail_msg("%s, step %zu: %s (%.9g, ...) is not in the state", v->c->title, v->step, name,
             want[0]);
  return CST_OK;
}

/* The steps that a case has behind it when its record begins. */
static void go_through_laps(const test_case *c, cst_strategy *self)
{
  uint64_t laps = 0;
  if (has(c, "laps")) golden_read(c->store, c->group, "laps", CST_U64, 1, &laps);
  for (size_t i = 0; i < laps * c->in.steps; i++) {
    batch in;
    outcome out;
    const size_t s = i % c->in.steps;
    make_batch(&c->in, s, self, golden_key(c->store, s), &in);
    run_step(self, &in, NULL, &out);
  }
}

static void check_case(const test_case *c)
{
  cst_strategy *self = make_strategy(c);
  const cst_views *views = cst_strategy_views(self);
  go_through_laps(c, self);
  for (size_t s = 0; s < c->in.steps; s++) {
    batch in;
    outcome out;
    double loss[3];
    make_batch(&c->in, s, self, golden_key(c->store, s), &in);
    run_step(self, &in, NULL, &out);
    read_step(c, "loss", s, 3, loss);
    check(out.supervised, loss[0], c, s, "supervised loss", 0);
    check(out.unsupervised, loss[1], c, s, "unsupervised loss", 0);
    check(out.extra, loss[2], c, s, "extra loss", 0);
    check_decisions(c, s, &in, &out);
    check_thresholds(c, self, s, &in);
    check_gradients(c, views, s, &in, &out);
    check_guesses(c, self, s, &in, &out);
    state_visit visit = {.c = c, .step = s};
    visit.state = cst_strategy_state(self, &visit.n);
    assert_ok(cst_store_list(c->store, c->group, check_statistic, &visit));
  }
  cst_strategy_destroy(&self);
}

static void steps_are_those_of_the_definition(void **state)
{
  (void)state;
  for_every_case(check_case);
}

static void check_own(const test_case *c)
{
  double used[PARAMS], got[PARAMS];
  cst_strategy *self = make_strategy(c);
  read_params(c->store, c->group, used);
  params_list(cst_strategy_get_params(self), got);
  for (size_t i = 0; i < PARAMS; i++)
    if (!isnan(used[i])) check(got[i], used[i], c, 0, "parameter", i);
  cst_strategy_destroy(&self);
}

static void zero_stands_for_the_paper_s_parameter(void **state)
{
  (void)state;
  for_every_case(check_own);
}

static cst_status check_known(void *context, const char *name)
{
  (void)context;
  for (const char *const *known = cst_strategy_names(); *known; known++)
    if (strcmp(name, *known) == 0) return CST_OK;
  fail_msg("the reference has %s, the table of strategies does not", name);
  return CST_OK;
}

static void no_strategy_of_the_reference_is_missing(void **state)
{
  cst_store *store = golden_open();
  (void)state;
  assert_ok(cst_store_list(store, "steps", check_known, NULL));
  cst_store_close(&store);
}

static void the_reference_draws_our_random_numbers(void **state)
{
  cst_store *store = golden_open();
  inputs in;
  (void)state;
  read_inputs(store, "random", &in);
  for (size_t s = 0; s < in.steps; s++) {
    const cst_random_key key = golden_key(store, s);
    const double *r = (const double *)in.r[s];
    for (size_t i = 0; i < B * L_ROWS * K; i++) assert_true(r[i] == cst_random_uniform(&key, i));
  }
  cst_store_close(&store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      BALANCED(steps_are_those_of_the_definition),
      BALANCED(zero_stands_for_the_paper_s_parameter),
      BALANCED(no_strategy_of_the_reference_is_missing),
      BALANCED(the_reference_draws_our_random_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
