/* What steps report of labelled and unlabelled clips; and that the configuration knows every
 * strategy. */
#include "cassette/config.h"
#include "cassette/strategy.h"
#include "monitor.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { K = 3, N = TALLIES + 3 * K };

static const double one_hot[K] = {0, 1, 0};
static const float certain[K] = {-20, 20, -20}, even[K] = {0, 0, 0};
static char bar[] = "bar", bus[] = "bus", park[] = "park", *names[K] = {bar, bus, park};
static const cst_names classes = {.item = names, .n = K};

static void add(const cst_sample *sample, const cst_sample_loss *loss, int check, double *sums)
{
  double out[N] = {0};
  monitor_sample(K, sample, loss, check, out);
  for (size_t i = 0; i < N; i++) sums[i] += out[i];
}

/* Two labelled clips, one of them recognised; three unlabelled ones: kept and right, kept and
 * wrong, not kept. */
static void made_step(double *sums)
{
  const cst_sample right = {.labelled = true, .target = one_hot, .logits = certain};
  const cst_sample wrong = {.labelled = true, .target = one_hot, .logits = even};
  const cst_sample unlabelled = {.logits = certain};
  const cst_sample_loss supervised = {.supervised = 0.25};
  const cst_sample_loss kept = {.unsupervised = 0.5, .mask = 1.0, .label = 1};
  const cst_sample_loss dropped = {.label = 1};
  memset(sums, 0, N * sizeof *sums);
  add(&right, &supervised, CST_NONE, sums);
  add(&wrong, &supervised, CST_NONE, sums);
  add(&unlabelled, &kept, 1, sums);
  add(&unlabelled, &kept, 2, sums);
  add(&unlabelled, &dropped, 1, sums);
}

static void tallies_add_up(void **state)
{
  double sums[N];
  (void)state;
  assert_int_equal(monitor_tallies(K), N);
  made_step(sums);
  assert_near(monitor_loss(sums), 1.5, 1e-12, "loss");
  assert_near(sums[TALLY_CORRECT], 1.0, 0.0, "correct");
  assert_near(sums[TALLY_MASK], 2.0, 0.0, "mask");
  assert_near(sums[TALLY_KNOWN], 2.0, 0.0, "known");
  assert_near(sums[TALLY_RIGHT], 1.0, 0.0, "right");
  assert_near(sums[TALLIES + 1], 2.0, 0.0, "pseudo-labels of class 1");
}

static void events_have_rates(void **state)
{
  double sums[N];
  const monitor_sum sum = {sums, 1, 2, 3};
  cst_journal_event event;
  cst_json *counts = NULL;
  (void)state;
  made_step(sums);
  cst_journal_event_init(&event);
  monitor_epoch(&classes, &sum, &event, &counts);
  assert_near(event.mask_rate, 2.0 / 3.0, 1e-12, "mask rate");
  assert_near(event.pseudo_label_accuracy, 0.5, 1e-12, "accuracy");
  assert_int_equal(cst_json_get_integer(counts, "bus", -1), 2);
  /* p_l = (1/6, 2/3, 1/6), p_u = (0, 1, 0) but for 1e-12 */
  assert_near(event.kl, 2.0 / 6.0 * log(1.0 / 6.0 / 1e-12) + 2.0 / 3.0 * log(2.0 / 3.0), 1e-6,
              "KL");
  cst_json_destroy(&counts);
}

static void steps_without_unlabelled_clips_say_nothing_of_them(void **state)
{
  double sums[N] = {0};
  const monitor_sum sum = {sums, 1, 2, 0};
  cst_journal_event event;
  cst_json *counts = NULL, *json;
  (void)state;
  cst_journal_event_init(&event);
  monitor_epoch(&classes, &sum, &event, &counts);
  json = cst_rows_json(&cst_journal_event_shape, &event);
  assert_null(counts);
  assert_int_equal(cst_json_size(json), 0);
  cst_json_destroy(&json);
}

/* Whatever the strategy, the cure is another strategy or a parameter that it has. */
static void advice_is_for_the_strategy_at_hand(void **state)
{
  double sums[2][N] = {{[TALLY_MASK] = 0.0}, {[TALLY_MASK] = 3.0, [TALLIES] = 3.0}};
  const cst_strategy_params own = cst_strategy_own_params();
  (void)state;
  for (const char *const *name = cst_strategy_names(); *name; name++) {
    cst_strategy *strategy = NULL;
    assert_ok(cst_strategy_create(*name, &own, K, 3, &strategy));
    cst_json *parameters = cst_strategy_params_json(strategy);
    char self[64];
    snprintf(self, sizeof self, "strategy.name=%s", *name);
    for (int i = 0; i < 2; i++) {
      const monitor_sum sum = {sums[i], 1, 2, 3};
      cst_text text = {0};
      assert_true(monitor_trouble(K, &classes, &sum, *name, parameters, &text));
      assert_null(strstr(text.data, self));
      if (!cst_json_get(parameters, "threshold"))
        assert_null(strstr(text.data, "strategy.threshold"));
      cst_text_reset(&text);
    }
    cst_json_destroy(&parameters);
    cst_strategy_destroy(&strategy);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tallies_add_up),
      cmocka_unit_test(events_have_rates),
      cmocka_unit_test(steps_without_unlabelled_clips_say_nothing_of_them),
      cmocka_unit_test(advice_is_for_the_strategy_at_hand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
