#include "support/test_support.h"

#include "cassette/pseudo_label.h"

#include <stdio.h>

static void most_likely_class_wins_and_the_lowest_of_equals(void **state)
{
  (void)state;
  enum { CLIPS = 5, N = 3, K = 4 };
  const float p[N][K] = {
      {0.1f, 0.2f, 0.6f, 0.1f}, {0.4f, 0.1f, 0.4f, 0.1f}, {0.25f, 0.25f, 0.25f, 0.25f}};
  const uint32_t clips[N] = {4, 0, 2};
  int8_t label[CLIPS] = {-1, -1, -1, -1, -1};
  float confidence[CLIPS] = {0};
  cst_pseudo_label_one_shot(N, K, p[0], clips, label, confidence);
  assert_int_equal(label[4], 2);
  assert_int_equal(label[0], 0);
  assert_int_equal(label[2], 0);
  assert_int_equal(label[1], -1); /* not asked for: untouched */
  assert_int_equal(label[3], -1);
  assert_true(confidence[4] == 0.6f && confidence[0] == 0.4f && confidence[2] == 0.25f);
}

static void no_clips_no_labels(void **state)
{
  (void)state;
  int8_t label = -1;
  float confidence = 7.0f;
  cst_pseudo_label_one_shot(0, 4, NULL, NULL, &label, &confidence);
  assert_int_equal(label, -1);
  assert_true(confidence == 7.0f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(most_likely_class_wins_and_the_lowest_of_equals),
      cmocka_unit_test(no_clips_no_labels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
