/* Flips of a spectrogram against their definition, and how they are drawn. */
#include "cassette/augment.h"
#include "clip.h"

#include <string.h>

enum { FRAMES = 7, BINS = 6, FLOATS = FRAMES * BINS, DRAWS = 4000 };

static void a_flip_reverses_what_its_number_says(void **state)
{
  const float *x = test_random(1, FLOATS);
  (void)state;
  for (int flip = 0; flip < CST_FLIPS; flip++) {
    float y[FLOATS];
    memcpy(y, x, sizeof y);
    cst_augment_flip(flip, FRAMES, BINS, y);
    for (size_t t = 0; t < FRAMES; t++)
      for (size_t m = 0; m < BINS; m++) {
        const size_t from_t = flip % 2 ? FRAMES - 1 - t : t, from_m = flip / 2 ? BINS - 1 - m : m;
        assert_true(y[t * BINS + m] == x[from_t * BINS + from_m]);
      }
    cst_augment_flip(flip, FRAMES, BINS, y);
    assert_memory_equal(y, x, sizeof y);
  }
}

static void all_flips_are_equally_likely(void **state)
{
  size_t count[CST_FLIPS] = {0};
  (void)state;
  for (uint64_t i = 0; i < DRAWS; i++) {
    const cst_random_key key = view_key(i, 3);
    const int flip = cst_augment_draw_flip(&key);
    assert_in_range(flip, 0, CST_FLIPS - 1);
    count[flip]++;
  }
  for (size_t k = 0; k < CST_FLIPS; k++)
    assert_in_range(count[k], 1000 - 140, 1000 + 140); /* 5 s */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_flip_reverses_what_its_number_says, test_release),
      cmocka_unit_test_teardown(all_flips_are_equally_likely, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
