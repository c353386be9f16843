/* A training step on any number of ranks against the same step on one: every bit, for batches that
 * leave ranks with fewer clips than others, or with none. */
#include "cassette/memory.h"
#include "small_model.h"

static cst_comm *comm;

static void check_step(const small_step *got, const small_step *want, size_t clips)
{
  const cst_slice mine = cst_slice_of(clips, cst_comm_rank(comm), cst_comm_size(comm));
  assert_memory_equal(got->logits, want->logits + mine.first * SMALL_CLASSES,
                      mine.count * SMALL_CLASSES * sizeof(float));
  assert_string_equal(got->gradient_digest, want->gradient_digest);
  assert_string_equal(got->stats_digest, want->stats_digest);
}

/* Two steps, so that the second starts from statistics that the first left. */
static void check_member(size_t member, size_t clips, int threads)
{
  const small_data data = small_clips();
  cst_weights w[2];
  const cst_model_spec spec = small_member(member);
  cst_model *one = small_made(&spec, cst_comm_self(), SMALL_CLIPS, 1, &w[0]);
  cst_model *all = small_made(&spec, comm, SMALL_CLIPS, threads, &w[1]);
  for (int k = 0; k < 2; k++) {
    small_step want, got;
    small_train(one, cst_comm_self(), &w[0], &data, clips, true, &want);
    small_train(all, comm, &w[1], &data, clips, true, &got);
    check_step(&got, &want, clips);
  }
  for (int k = 0; k < 2; k++) cst_weights_reset(&w[k]);
  cst_model_destroy(&one);
  cst_model_destroy(&all);
}

static void check_batch(size_t clips, int threads)
{
  for (size_t member = 0; member < SMALL_MEMBERS; member++) check_member(member, clips, threads);
}

static void seven_clips(void **state)
{
  (void)state;
  check_batch(7, 1);
}

static void seven_clips_on_two_threads(void **state)
{
  (void)state;
  check_batch(7, 2);
}

static void fewer_clips_than_ranks(void **state)
{
  (void)state;
  check_batch(2, 1);
  check_batch(1, 2);
}

/* A clip that is not a number spoils the step of every rank alike. */
static void nan_is_seen_by_all_ranks(void **state)
{
  small_data data = small_clips();
  float *bad = test_random(1, SMALL_FRAMES * SMALL_BINS);
  cst_weights w;
  cst_model *model = small_model(comm, SMALL_CLIPS, 1, &w);
  small_step step;
  (void)state;
  bad[5] = NAN;
  data.features[0] = bad;
  small_train(model, comm, &w, &data, SMALL_CLIPS, false, &step);
  assert_true(isnan(step.gradient[0]));
  assert_true(isnan(w.stats[0]) || isnan(w.stats[5]));
  cst_weights_reset(&w);
  cst_model_destroy(&model);
}

static void nothing_is_left_in_memory(void **state)
{
  size_t *before = *state;
  assert_int_equal(cst_memory_blocks(), *before);
}

int main(int argc, char **argv)
{
  size_t blocks = 0;
  if (cst_comm_init(&argc, &argv, &comm) != CST_OK) return 1;
  blocks = cst_memory_blocks();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(seven_clips, test_release),
      cmocka_unit_test_teardown(seven_clips_on_two_threads, test_release),
      cmocka_unit_test_teardown(fewer_clips_than_ranks, test_release),
      cmocka_unit_test_teardown(nan_is_seen_by_all_ranks, test_release),
      cmocka_unit_test_prestate(nothing_is_left_in_memory, &blocks),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cst_comm_finalize(&comm);
  return failed != 0;
}
