/* The pieces' places in a key's sequence. */
#include "draw.h"

#include "clip.h"

/* Were two pieces to share numbers, then a clip's gain would follow from its roll. */
static void no_two_places_share_a_number(void **state)
{
  (void)state;
  enum { PLACES = DRAW_PLACES, EACH = 100 };
  const cst_random_key key = view_key(1, 1);
  double u[PLACES][EACH];
  for (size_t p = 0; p < PLACES; p++) {
    draws d = draws_at(&key, (draw_place)p);
    for (size_t i = 0; i < EACH; i++) u[p][i] = draw_uniform(&d);
  }
  for (size_t i = 0; i < PLACES * EACH; i++)
    for (size_t k = 0; k < i; k++) assert_true(u[i / EACH][i % EACH] != u[k / EACH][k % EACH]);
}

static void all_up_to_n_are_drawn(void **state)
{
  (void)state;
  const cst_random_key key = view_key(1, 2);
  draws d = draws_at(&key, DRAW_ROLL);
  size_t count[4] = {0};
  for (size_t i = 0; i < 4000; i++) {
    const size_t k = draw_up_to(&d, 3);
    assert_true(k <= 3);
    count[k]++;
    assert_int_equal(draw_up_to(&d, 0), 0);
  }
  for (size_t k = 0; k < 4; k++) assert_near((double)count[k] / 4000.0, 0.25, 0.03, "share");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_two_places_share_a_number),
      cmocka_unit_test(all_up_to_n_are_drawn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
