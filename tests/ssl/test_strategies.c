/* What every strategy must keep, whatever it computes: gradients are slopes of the loss, constants
 * have none, nothing depends on order or ranks, a restored state goes on the same, nothing is NaN.
 */
#include "strategy_cases.h"

#include "cassette/file.h"

static double total_loss(const outcome *out)
{
  return out->supervised + out->unsupervised + out->extra;
}

/* ---- state ---- */

static double *copy_state(cst_strategy *self, size_t *n)
{
  const double *now = cst_strategy_state(self, n);
  double *copy = test_zeros_f64(*n ? *n : 1);
  for (size_t i = 0; i < *n; i++) copy[i] = now[i];
  return copy;
}

static void restore_state(cst_strategy *self, const double *saved, size_t n)
{
  size_t count;
  double *now = cst_strategy_state(self, &count);
  assert_int_equal(count, n);
  for (size_t i = 0; i < n; i++) now[i] = saved[i];
}

static void assert_same_state(const test_case *c, cst_strategy *a, cst_strategy *b)
{
  size_t n, m;
  const double *first = cst_strategy_state(a, &n), *second = cst_strategy_state(b, &m);
  assert_int_equal(n, m);
  if (n && memcmp(first, second, n * sizeof *first) != 0) fail_msg("%s: states differ", c->title);
}

static void step_batch(const test_case *c, const cst_strategy *self, size_t s, batch *in)
{
  make_batch(&c->in, s, self, golden_key(c->store, s), in);
}

/* ---- gradients ---- */

static double loss_from(cst_strategy *self, const double *saved, size_t n, const batch *in)
{
  outcome out;
  restore_state(self, saved, n);
  run_step(self, in, NULL, &out);
  return total_loss(&out);
}

/* Moves the logits that a gradient reaches by @p size along a random direction and returns the
 * change of the loss that the gradient foresees.  One kind of logits at a time. */
enum { MOVE_LABELLED, MOVE_ALONE, MOVE_UNLABELLED, MOVE_FLIPS, MOVES };

/* Weak views that the label is read from are constants; what is mixed has its label from a guess.
 */
static bool is_constant(const cst_views *v, size_t row)
{
  return v->unlabelled_strong && !v->mix && row < (size_t)v->unlabelled_weak;
}

static float *moved_row(batch *in, const cst_views *v, int kind, size_t i, size_t row)
{
  if (kind == MOVE_ALONE) return in->alone[i][row];
  if (kind == MOVE_LABELLED) return in->logits[i][row];
  if (kind == MOVE_FLIPS) return in->flips[i];
  return is_constant(v, row) ? NULL : in->logits[B + i][row];
}

static const float *gradient_row(const outcome *out, int kind, size_t i, size_t row)
{
  if (kind == MOVE_ALONE) return out->alone[i][row];
  if (kind == MOVE_FLIPS) return out->flips[i];
  return out->gradient[kind == MOVE_LABELLED ? i : B + i][row];
}

static double move(batch *in, const cst_views *v, const outcome *out, int kind, float size)
{
  const size_t rows = kind == MOVE_UNLABELLED ? cst_views_unlabelled(v)
                      : kind == MOVE_FLIPS    ? 1
                                              : cst_views_labelled(v);
  const size_t unlabelled = in->step.unlabelled, n = kind == MOVE_FLIPS ? CST_FLIPS : K;
  const size_t clips = kind == MOVE_UNLABELLED ? unlabelled
                       : kind == MOVE_FLIPS    ? v->flipped * unlabelled
                       : kind == MOVE_LABELLED ? B
                                               : v->labelled_alone * B;
  const float *direction = test_random((uint64_t)(kind + 1), U * U_ROWS * K);
  double foreseen = 0.0;
  for (size_t i = 0; i < clips; i++)
    for (size_t row = 0; row < rows; row++) {
      float *x = moved_row(in, v, kind, i, row);
      for (size_t k = 0; x && k < n; k++) {
        const float before = x[k];
        x[k] += size * direction[(i * rows + row) * K + k];
        foreseen += ((double)x[k] - (double)before) * (double)gradient_row(out, kind, i, row)[k];
      }
    }
  return foreseen;
}

/* Where all classes are equal, argmax jumps and the loss with it. */
static bool undecided(const batch *in)
{
  for (size_t k = 1; k < K; k++)
    if (in->logits[0][0][k] != in->logits[0][0][0]) return false;
  return true;
}

static void check_slopes(const test_case *c)
{
  const float size = 0x1p-12f;
  cst_strategy *self = make_strategy(c);
  const cst_views *v = cst_strategy_views(self);
  for (size_t s = 0; s < c->in.steps; s++) {
    size_t n;
    double *before = copy_state(self, &n), *after;
    batch in, up, down;
    outcome out;
    step_batch(c, self, s, &in);
    run_step(self, &in, NULL, &out);
    after = copy_state(self, &n);
    for (int kind = 0; kind < MOVES && !undecided(&in); kind++) {
      step_batch(c, self, s, &up);
      step_batch(c, self, s, &down);
      const double want = move(&up, v, &out, kind, size) - move(&down, v, &out, kind, -size);
      const double got = loss_from(self, before, n, &up) - loss_from(self, before, n, &down);
      if (!(fabs(got - want) <= 1e-4 * fabs(want) + 1e-10))
        fail_msg("%s, step %zu, logits %d: the loss moves by %.9g, its gradient says %.9g",
                 c->title, s, kind, got, want);
    }
    restore_state(self, after, n);
    test_release(NULL);
  }
  cst_strategy_destroy(&self);
}

static void gradients_are_slopes_of_the_loss(void **state)
{
  (void)state;
  for_every_case(check_slopes);
}

static void check_constants(const test_case *c)
{
  cst_strategy *self = make_strategy(c);
  const cst_views *v = cst_strategy_views(self);
  for (size_t s = 0; s < c->in.steps; s++) {
    batch in;
    outcome out;
    step_batch(c, self, s, &in);
    run_step(self, &in, NULL, &out);
    for (size_t i = B; i < in.n; i++)
      for (size_t row = 0; row < cst_views_unlabelled(v); row++)
        for (size_t k = 0; is_constant(v, row) && k < K; k++)
          if (out.gradient[i][row][k] != 0.0f)
            fail_msg("%s, step %zu: the weak view of clip %zu has a gradient", c->title, s, i - B);
  }
  cst_strategy_destroy(&self);
}

static void the_view_that_gives_the_label_learns_nothing(void **state)
{
  (void)state;
  for_every_case(check_constants);
}

/* ---- order and ranks ---- */

static void assert_same_outcome(const test_case *c, const outcome *a, const outcome *b, size_t n,
                                double tolerance)
{
  const double first[] = {a->supervised, a->unsupervised, a->extra};
  const double second[] = {b->supervised, b->unsupervised, b->extra};
  for (size_t i = 0; i < 3; i++)
    if (!(fabs(first[i] - second[i]) <= tolerance * fabs(first[i])))
      fail_msg("%s: loss %zu is %.17g or %.17g", c->title, i, first[i], second[i]);
  for (size_t i = 0; i < n; i++) {
    if (a->part[i].label != b->part[i].label) fail_msg("%s: label of sample %zu", c->title, i);
    const float *ga = (const float *)a->gradient[i], *gb = (const float *)b->gradient[i];
    for (size_t j = 0; j < U_ROWS * K; j++) {
      const double x = (double)ga[j], y = (double)gb[j];
      if (!(fabs(x - y) <= 1e-6 * fabs(x) * (tolerance > 0.0)))
        fail_msg("%s: gradient of sample %zu is %.9g or %.9g", c->title, i, x, y);
    }
  }
}

static void check_order(const test_case *c)
{
  cst_strategy *self = make_strategy(c), *shuffled = make_strategy(c);
  for (size_t s = 0; s < c->in.steps; s++) {
    const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 0, s, 0);
    batch in;
    outcome first, second;
    uint32_t permutation[B + U];
    size_t order[B + U];
    step_batch(c, self, s, &in);
    cst_random_permutation(&key, in.n, permutation);
    for (size_t i = 0; i < in.n; i++) order[i] = permutation[i];
    run_step(self, &in, NULL, &first);
    run_step(shuffled, &in, order, &second);
    assert_same_outcome(c, &first, &second, in.n, 1e-12);
  }
  cst_strategy_destroy(&self);
  cst_strategy_destroy(&shuffled);
}

static void samples_may_be_observed_in_any_order(void **state)
{
  (void)state;
  for_every_case(check_order);
}

/* Three ranks, one of them without a clip, that share sums alone. */
static void run_on_ranks(cst_strategy *rank[3], const batch *in, outcome *out)
{
  const size_t first[] = {0, in->n / 3, in->n / 3, in->n};
  *out = (outcome){0};
  for (int phase = 0; cst_strategy_sums(rank[0], &in->step, phase) > 0; phase++) {
    double total[SUMS] = {0};
    for (size_t r = 0; r < 3; r++) {
      assert_int_equal(cst_strategy_sums(rank[r], &in->step, phase),
                       cst_strategy_sums(rank[0], &in->step, phase));
      observe(rank[r], in, phase, NULL, first[r], first[r + 1], total);
    }
    for (size_t r = 0; r < 3; r++) cst_strategy_absorb(rank[r], &in->step, phase, total);
  }
  for (size_t r = 0; r < 3; r++) judge(rank[r], in, first[r], first[r + 1], out);
}

static void check_ranks(const test_case *c)
{
  cst_strategy *self = make_strategy(c), *rank[3];
  for (size_t r = 0; r < 3; r++) rank[r] = make_strategy(c);
  for (size_t s = 0; s < c->in.steps; s++) {
    batch in;
    outcome alone, together;
    step_batch(c, self, s, &in);
    run_step(self, &in, NULL, &alone);
    run_on_ranks(rank, &in, &together);
    assert_same_outcome(c, &alone, &together, in.n, 0.0); /* the same order: the same bits */
    for (size_t r = 0; r < 3; r++) assert_same_state(c, self, rank[r]);
  }
  for (size_t r = 0; r < 3; r++) cst_strategy_destroy(&rank[r]);
  cst_strategy_destroy(&self);
}

static void ranks_that_share_sums_agree(void **state)
{
  (void)state;
  for_every_case(check_ranks);
}

/* ---- resume ---- */

static void check_restored(const test_case *c)
{
  cst_strategy *self = make_strategy(c);
  for (size_t cut = 1; cut < c->in.steps; cut++) {
    size_t n;
    batch in;
    outcome first, second;
    step_batch(c, self, cut - 1, &in);
    run_step(self, &in, NULL, &first);
    double *saved = copy_state(self, &n);
    cst_strategy *restored = make_strategy(c);
    restore_state(restored, saved, n);
    for (size_t s = cut; s < c->in.steps; s++) {
      step_batch(c, self, s, &in);
      run_step(self, &in, NULL, &first);
      run_step(restored, &in, NULL, &second);
      assert_same_outcome(c, &first, &second, in.n, 0.0);
      assert_same_state(c, self, restored);
    }
    restore_state(self, saved, n);
    cst_strategy_destroy(&restored);
    test_release(NULL);
  }
  cst_strategy_destroy(&self);
}

static void a_restored_state_goes_on_the_same(void **state)
{
  (void)state;
  for_every_case(check_restored);
}

/* ---- numbers ---- */

static void assert_finite(const test_case *c, size_t s, const double *x, size_t n, const char *what)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite(x[i])) fail_msg("%s, step %zu: %s[%zu] is %g", c->title, s, what, i, x[i]);
}

static void check_finite(const test_case *c)
{
  test_case extreme = *c;
  float *logits[] = {(float *)extreme.in.labelled, (float *)extreme.in.alone,
                     (float *)extreme.in.unlabelled_rows, (float *)extreme.in.guess,
                     (float *)extreme.in.flips};
  const size_t n[] = {STEPS * B * L_ROWS * K, STEPS * B * L_ROWS * K, STEPS * U * U_ROWS * K,
                      STEPS * U * GUESSES * K, STEPS * U * CST_FLIPS};
  for (size_t a = 0; a < 5; a++)
    for (size_t i = 0; i < n[a]; i++) logits[a][i] *= 1e4f;
  cst_strategy *self = make_strategy(c);
  for (size_t s = 0; s < c->in.steps; s++) {
    batch in;
    outcome out;
    size_t count;
    double gradient[(B + U) * U_ROWS * K];
    step_batch(&extreme, self, s, &in);
    run_step(self, &in, NULL, &out);
    const double loss[] = {out.supervised, out.unsupervised, out.extra};
    for (size_t i = 0; i < sizeof gradient / sizeof *gradient; i++)
      gradient[i] = (double)((const float *)out.gradient)[i];
    const double *now = cst_strategy_state(self, &count);
    assert_finite(c, s, loss, 3, "loss");
    assert_finite(c, s, gradient, sizeof gradient / sizeof *gradient, "gradient");
    assert_finite(c, s, now, count, "state");
  }
  cst_strategy_destroy(&self);
}

/* Probabilities of exactly 0 and 1; on top of the reference's batches of one class, of no
 * confidence, and without unlabelled clips. */
static void logits_without_doubt_leave_everything_finite(void **state)
{
  (void)state;
  for_every_case(check_finite);
}

/* ---- the table ---- */

static void an_unknown_name_is_refused(void **state)
{
  cst_strategy *self = (cst_strategy *)1;
  const cst_strategy_params own = cst_strategy_own_params();
  (void)state;
  assert_fails(cst_strategy_create("fixmacth", &own, K, 3, &self), CST_ERR_USAGE, "fixmacth");
  assert_null(self);
  assert_int_equal(cst_strategy_tier("fixmacth"), CST_TIER_NONE);
}

static void tiers_are_what_strategies_know_of_sessions(void **state)
{
  (void)state;
  for (const char *const *name = cst_strategy_names(); *name; name++) {
    const cst_tier want = strcmp(*name, "session-consistent") == 0 ? CST_TIER_SESSION
                          : strcmp(*name, "session-oracle") == 0   ? CST_TIER_ORACLE
                                                                   : CST_TIER_NONE;
    assert_int_equal(cst_strategy_tier(*name), want);
  }
  assert_string_equal(cst_tier_text(CST_TIER_SESSION), "session");
}

static void annealing_is_refused_where_it_would_do_nothing(void **state)
{
  cst_strategy *self = NULL;
  cst_strategy_params annealed = cst_strategy_own_params();
  annealed.tsa = CST_TSA_EXP;
  (void)state;
  assert_fails(cst_strategy_create("fixmatch", &annealed, K, 3, &self), CST_ERR_USAGE, "uda");
  assert_null(self);
}

static cst_json *params_in_effect(const char *name, const cst_strategy_params *asked)
{
  cst_strategy *self = NULL;
  assert_ok(cst_strategy_create(name, asked, K, 3, &self));
  cst_json *json = cst_strategy_params_json(self);
  cst_strategy_destroy(&self);
  return json;
}

/* 0 is a value like any other: it is used, and it is what is recorded. */
static void zero_is_not_the_strategy_s_own(void **state)
{
  const cst_strategy_params own = cst_strategy_own_params(), zero = {0};
  (void)state;
  for (const char *const *name = cst_strategy_names(); *name; name++) {
    cst_json *with_own = params_in_effect(*name, &own), *with_zero = params_in_effect(*name, &zero);
    const cst_json *value;
    const char *key;
    for (size_t i = 0; (key = cst_json_member(with_own, i, &value)); i++) {
      if (strcmp(key, "tsa") == 0) continue;
      assert_true(cst_json_number(value, -1.0) >= 0.0);
      assert_near(cst_json_get_number(with_zero, key, NAN), 0.0, 0.0, key);
    }
    cst_json_destroy(&with_own);
    cst_json_destroy(&with_zero);
  }
}

static void assert_says(const char *document, const char *form, const char *name)
{
  char text[128];
  snprintf(text, sizeof text, form, name);
  if (!strstr(document, text)) fail_msg("docs/strategies.md does not have \"%s\"", text);
}

/* A row among the others, a definition, and what its parameters are. */
static void every_strategy_is_documented(void **state)
{
  const cst_strategy_params own = cst_strategy_own_params();
  char *document = NULL;
  size_t bytes;
  (void)state;
  assert_ok(cst_file_read(CST_TEST_DIR "/../docs/strategies.md", &document, &bytes));
  for (const char *const *name = cst_strategy_names(); *name; name++) {
    cst_json *params = params_in_effect(*name, &own);
    const cst_json *value;
    const char *key;
    assert_says(document, "\n| `%s` |", *name);
    assert_says(document, "\n**%s**: ", *name);
    for (size_t i = 0; (key = cst_json_member(params, i, &value)); i++)
      assert_says(document, "`strategy.%s`", key);
    cst_json_destroy(&params);
  }
  cst_free(document);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      BALANCED(gradients_are_slopes_of_the_loss),
      BALANCED(the_view_that_gives_the_label_learns_nothing),
      BALANCED(samples_may_be_observed_in_any_order),
      BALANCED(ranks_that_share_sums_agree),
      BALANCED(a_restored_state_goes_on_the_same),
      BALANCED(logits_without_doubt_leave_everything_finite),
      BALANCED(an_unknown_name_is_refused),
      BALANCED(tiers_are_what_strategies_know_of_sessions),
      BALANCED(annealing_is_refused_where_it_would_do_nothing),
      BALANCED(zero_is_not_the_strategy_s_own),
      BALANCED(every_strategy_is_documented),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
