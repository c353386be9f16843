/* The order of stages, for every kind of strategy: what comes first, what next, and when it ends. */
#include "stage_order.h"
#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

/* "pretrain finetune:0 pseudo-label:0.0 student:0.0 ... done" */
static void check(const stage_order *order, const char *want)
{
  char got[1024] = "";
  stage_position at = stage_order_first(order);
  for (int steps = 0; steps < 40; steps++) {
    const size_t n = strlen(got);
    snprintf(got + n, sizeof got - n,
             at.stage == CST_STAGE_PRETRAIN || at.stage == CST_STAGE_DONE ? "%s " : "%s:%d.%d ",
             cst_stage_name(at.stage), (int)at.fold, (int)at.round);
    if (at.stage == CST_STAGE_DONE) break;
    at = stage_order_next(order, at);
  }
  assert_int_equal(at.stage, CST_STAGE_DONE);
  assert_int_equal(at.fold, order->folds);
  assert_string_equal(got, want);
}

static void rounds_of_a_teacher(void **state)
{
  (void)state;
  const cst_fold_stages folds[] = {{true, true}, {true, true}};
  check(&(stage_order){.pretrain = true, .teacher = true, .rounds = 2, .folds = 2, .fold = folds},
        "pretrain finetune:0.0 pseudo-label:0.0 student:0.0 pseudo-label:0.1 student:0.1 "
        "finetune:1.0 pseudo-label:1.0 student:1.0 pseudo-label:1.1 student:1.1 done ");
}

static void without_a_teacher(void **state)
{
  (void)state;
  const cst_fold_stages alone[] = {{false, true}}, tuned[] = {{true, true}};
  check(&(stage_order){.rounds = 1, .folds = 1, .fold = alone}, "student:0.0 done ");
  check(&(stage_order){.pretrain = true, .rounds = 1, .folds = 1, .fold = tuned},
        "pretrain finetune:0.0 student:0.0 done ");
}

/* A fold whose clips are all labelled has no student; its neighbours have. */
static void folds_differ(void **state)
{
  (void)state;
  const cst_fold_stages folds[] = {{true, true}, {true, false}, {true, true}};
  check(&(stage_order){.teacher = true, .rounds = 1, .folds = 3, .fold = folds},
        "finetune:0.0 pseudo-label:0.0 student:0.0 finetune:1.0 finetune:2.0 pseudo-label:2.0 "
        "student:2.0 done ");
}

static void the_end_stays(void **state)
{
  (void)state;
  const stage_order none = {.rounds = 1};
  const stage_position end = stage_order_first(&none), next = stage_order_next(&none, end);
  assert_int_equal(end.stage, CST_STAGE_DONE);
  assert_int_equal(next.stage, CST_STAGE_DONE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rounds_of_a_teacher), cmocka_unit_test(without_a_teacher),
      cmocka_unit_test(folds_differ), cmocka_unit_test(the_end_stays)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
