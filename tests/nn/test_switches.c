/* Decisions of a forward pass that rounding leaves open, taken the other way: those, and no others.
 */
#include "model_parts.h"
#include "small_model.h"

typedef struct {
  cst_model *model;
  cst_weights w;
  small_data data;
} fixture;

static const double reach = 1e-3; /* wide, so that a small model has some within */

static cst_model_batch batch_of(const fixture *f)
{
  return (cst_model_batch){
      .clips = SMALL_CLIPS, .global_clips = SMALL_CLIPS, .features = f->data.features};
}

static void forward(fixture *f)
{
  float logits[SMALL_CLIPS * SMALL_CLASSES];
  const cst_model_batch batch = batch_of(f);
  cst_model_forward(f->model, &f->w, &batch, logits);
}

static fixture make(void)
{
  const cst_model_spec spec = small_spec();
  fixture f = {.data = small_clips()};
  assert_ok(cst_model_create(&spec, cst_comm_self(), SMALL_CLIPS, 1, &f.model));
  assert_ok(cst_weights_create(f.model, &f.w));
  cst_model_init(f.model, 1, 0, &f.w);
  forward(&f);
  return f;
}

static void drop(fixture *f)
{
  cst_weights_reset(&f->w);
  cst_model_destroy(&f->model);
}

static int teardown(void **state)
{
  test_release(state);
  return cst_memory_blocks() != 0;
}

static void move(fixture *f, double by)
{
  cst_model_move_switches(f->model, f->w.params, SMALL_CLIPS, by);
}

/* ---- the rectifiers of a unit ---- */

/* v = a y + b of pixel `i` and channel `c`. */
static double input_of(const cst_unit *u, const cst_unit_clip *clip, size_t i, size_t c)
{
  return (double)clip->a[c] * (double)clip->y[i * u->shape.C + c] + (double)clip->b[c];
}

static double root_mean_square(const cst_unit *u, const cst_unit_clip *clip, size_t c)
{
  double sum = 0.0;
  for (size_t i = 0; i < cst_unit_pixels(u); i++)
    sum += input_of(u, clip, i, c) * input_of(u, clip, i, c);
  return sqrt(sum / (double)cst_unit_pixels(u));
}

/* Of one channel, with its b before the move: how many went over, all of them from within reach and
 * in the right direction; well within reach none stayed. */
static size_t check_channel(const cst_unit *u, const cst_unit_clip *clip, size_t c, float before,
                            double by)
{
  const double size = root_mean_square(u, clip, c), shift = (double)clip->b[c] - (double)before;
  size_t crossed = 0;
  for (size_t i = 0; i < cst_unit_pixels(u); i++) {
    const double after = input_of(u, clip, i, c), v = after - shift;
    const bool over = (v > 0.0) != (after > 0.0), other_side = (v > 0.0) != (by > 0.0);
    assert_true(!over || (other_side && fabs(v) < 4.0 * fabs(by) * size));
    assert_true(over || !other_side || fabs(v) > 0.25 * fabs(by) * size);
    crossed += over;
  }
  return crossed;
}

static void check_rectifiers(double by)
{
  fixture f = make();
  for (size_t k = 0; k < f.model->units; k++) {
    const cst_unit *u = &f.model->unit[k];
    const size_t C = u->shape.C;
    float *before = test_zeros(SMALL_CLIPS * C);
    size_t crossed = 0;
    forward(&f);
    for (size_t n = 0; n < SMALL_CLIPS; n++)
      memcpy(before + n * C, f.model->clips[n].unit[k].b, C * sizeof *before);
    move(&f, by);
    for (size_t n = 0; n < SMALL_CLIPS; n++)
      for (size_t c = 0; c < C; c++)
        crossed += check_channel(u, &f.model->clips[n].unit[k], c, before[n * C + c], by);
    assert_in_range(crossed, 1, SMALL_CLIPS * C * cst_unit_pixels(u) / 100);
  }
  drop(&f);
}

static void a_rectifier_near_zero_opens(void **state)
{
  (void)state;
  check_rectifiers(reach);
}

static void a_rectifier_near_zero_shuts(void **state)
{
  (void)state;
  check_rectifiers(-reach);
}

/* ---- the rectifier of a squeeze, and of the feed-forward part ---- */

/* Exactly zero, as in a batch of one clip, is open to either side. */
static void a_squeeze_near_zero_opens_and_shuts(void **state)
{
  fixture f = make();
  cst_unit_clip *clip = &f.model->clips[0].unit[1];
  (void)state;
  for (size_t c = 0; c < f.model->unit[1].shape.C; c++) clip->squeezed[c] = 0.0;
  clip->hidden[0] = clip->hidden[1] = 0.0;
  move(&f, reach);
  assert_true(clip->hidden[0] > 0.0 && clip->hidden[0] < 1e-300 && clip->hidden[1] > 0.0);
  drop(&f);
}

/* The bias of feed-forward unit 3 leaves frame 2 of the first clip at `at`; hidden there, moved. */
static float moved_hidden(double at, double by)
{
  enum { UNIT = 3, FRAME = 2 };
  fixture f = make();
  const cst_encoder *e = &f.model->head.encoder[0];
  const size_t E = e->attention.E;
  float *bias = f.w.params + e->bias1 + UNIT;
  const float *w = f.w.params + e->weight1 + UNIT * E;
  const float *x = f.model->clips[0].head.encoder[0].x1 + FRAME * E;
  double v = 0.0;
  for (size_t i = 0; i < E; i++) v += (double)w[i] * (double)x[i];
  *bias = (float)(at - v);
  forward(&f);
  const float *hidden = &f.model->clips[0].head.encoder[0].hidden[FRAME * e->F + UNIT];
  assert_true(at > 0.0 ? *hidden > 0.0f : *hidden == 0.0f);
  move(&f, by);
  const float result = *hidden;
  drop(&f);
  return result;
}

static void a_fed_unit_near_zero_opens_and_shuts(void **state)
{
  (void)state;
  assert_true(moved_hidden(-1e-5, reach) > 0.0f);
  assert_true(moved_hidden(-1e-5, reach) < 1e-30f);
  assert_true(moved_hidden(-1e-5, -reach) == 0.0f);
  assert_true(moved_hidden(1e-5, -reach) == 0.0f);
  assert_true(moved_hidden(1e-5, reach) > 1e-6f);
  assert_true(moved_hidden(-1e-1, reach) == 0.0f);
  assert_true(moved_hidden(1e-1, -reach) > 1e-2f);
}

/* ---- the maximum over frames ---- */

/* Encoded channel 0 of the first clip is given; the frame that is largest after the move. */
static size_t moved_maximum(const float *frames, double by)
{
  fixture f = make();
  const size_t P = f.model->head.pool.P, E = f.model->head.pool.C;
  const cst_head_clip *clip = &f.model->clips[0].head;
  size_t best = 0;
  clip->maxed[0] = 0.0f;
  for (size_t p = 0; p < P; p++) {
    clip->frames[1][p * E] = frames[p];
    clip->maxed[0] = fmaxf(clip->maxed[0], frames[p]);
  }
  move(&f, by);
  for (size_t p = 0; p < P; p++)
    if (clip->frames[1][p * E] > clip->frames[1][best * E]) best = p;
  drop(&f);
  return best;
}

static void a_maximum_goes_to_another_frame_within_reach(void **state)
{
  const float near[] = {0.5f, 1.2f, 1.3f, 1.2995f, 0.1f}, far[] = {0.5f, 1.2f, 1.3f, 1.29f, 0.1f};
  const float twin[] = {1.3f, 1.3f, 0.2f, 0.3f, 1.2995f};
  (void)state;
  assert_int_equal(moved_maximum(near, reach), 3);
  assert_int_equal(moved_maximum(near, -reach), 2);
  assert_int_equal(moved_maximum(far, reach), 2);
  assert_int_equal(moved_maximum(twin, reach), 4);
}

/* ---- nothing else ---- */

static void nothing_within_reach_changes_nothing(void **state)
{
  fixture f = make();
  const size_t n = cst_model_params(f.model)->floats;
  const cst_model_batch batch = batch_of(&f);
  double *gradient[2] = {test_zeros_f64(n), test_zeros_f64(n)};
  float *dlogits = test_random(7, SMALL_CLIPS * SMALL_CLASSES);
  cst_exact *sum = NULL;
  (void)state;
  assert_ok(cst_exact_create(n, &sum));
  for (int k = 0; k < 2; k++) {
    forward(&f);
    if (k == 1) move(&f, 1e-12);
    cst_exact_clear(sum);
    cst_model_backward(f.model, &f.w, &batch, dlogits, sum);
    cst_exact_total(sum, cst_comm_self(), gradient[k], NULL);
  }
  assert_memory_equal(gradient[0], gradient[1], n * sizeof *gradient[0]);
  cst_exact_destroy(&sum);
  drop(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_rectifier_near_zero_opens, teardown),
      cmocka_unit_test_teardown(a_rectifier_near_zero_shuts, teardown),
      cmocka_unit_test_teardown(a_squeeze_near_zero_opens_and_shuts, teardown),
      cmocka_unit_test_teardown(a_fed_unit_near_zero_opens_and_shuts, teardown),
      cmocka_unit_test_teardown(a_maximum_goes_to_another_frame_within_reach, teardown),
      cmocka_unit_test_teardown(nothing_within_reach_changes_nothing, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
