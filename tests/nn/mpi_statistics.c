/* BatchNorm statistics of given clips against their definition over all clips at once, layer by
 * layer in double; the same bits on any number of ranks and threads. */
#include "cassette/memory.h"
#include "small_model.h"

static cst_comm *comm;
static const cst_comm *self;

/* ---- the definition ---- */

enum { MOST_CHANNELS = 16, PIXELS = SMALL_FRAMES * SMALL_BINS };

/* An image [H][W][C] of each clip. */
typedef struct {
  size_t H, W, C;
  double *x[SMALL_CLIPS];
} images;

static images make_images(size_t H, size_t W, size_t C)
{
  images im = {H, W, C, {NULL}};
  for (size_t i = 0; i < SMALL_CLIPS; i++) im.x[i] = test_zeros_f64(H * W * C);
  return im;
}

/* Mean and variance of each channel over the pixels of the first n clips, by two passes;
 * channel of pixel value j: j % C. */
static void define_statistics(const images *y, size_t n, double *mean, double *var)
{
  const double count = (double)(n * y->H * y->W);
  for (size_t c = 0; c < y->C; c++) {
    mean[c] = var[c] = 0.0;
    for (size_t i = 0; i < n; i++)
      for (size_t j = c; j < y->H * y->W * y->C; j += y->C) mean[c] += y->x[i][j] / count;
    for (size_t i = 0; i < n; i++)
      for (size_t j = c; j < y->H * y->W * y->C; j += y->C)
        var[c] += (y->x[i][j] - mean[c]) * (y->x[i][j] - mean[c]) / count;
  }
}

static const float *param(const cst_model *m, const cst_weights *w, const char *name)
{
  const cst_param *p = cst_layout_find(cst_model_params(m), name);
  assert_non_null(p);
  return w->params + p->offset;
}

static void define_norm(const images *y, const double *mean, const double *var, const float *weight,
                        const float *bias)
{
  for (size_t i = 0; i < SMALL_CLIPS; i++)
    for (size_t j = 0; j < y->H * y->W * y->C; j++) {
      const size_t c = j % y->C;
      y->x[i][j] =
          (double)weight[c] * (y->x[i][j] - mean[c]) / sqrt(var[c] + 1e-5) + (double)bias[c];
    }
}

/* 3x3, zeros around; weight [K][C][3][3]. */
static images define_conv(const images *x, size_t K, const float *weight)
{
  const images y = make_images(x->H, x->W, K);
  for (size_t i = 0; i < SMALL_CLIPS; i++)
    for (size_t r = 0; r < x->H; r++)
      for (size_t s = 0; s < x->W; s++)
        for (size_t k = 0; k < K; k++)
          for (size_t t = 0; t < 9; t++) {
            const size_t u = r + t / 3, v = s + t % 3; /* one too far */
            if (u < 1 || v < 1 || u > x->H || v > x->W) continue;
            for (size_t c = 0; c < x->C; c++)
              y.x[i][(r * x->W + s) * K + k] += (double)weight[(k * x->C + c) * 9 + t] *
                                                x->x[i][((u - 1) * x->W + v - 1) * x->C + c];
          }
  return y;
}

/* The squeeze-excite gate, then the rectifier. */
static void define_gate(const images *u, const float *down, const float *up)
{
  const size_t C = u->C, R = C / 4, n = u->H * u->W;
  for (size_t i = 0; i < SMALL_CLIPS; i++) {
    double s[MOST_CHANNELS] = {0.0}, hidden[MOST_CHANNELS] = {0.0};
    for (size_t j = 0; j < n * C; j++) s[j % C] += u->x[i][j] / (double)n;
    for (size_t r = 0; r < R; r++) {
      for (size_t c = 0; c < C; c++) hidden[r] += (double)down[r * C + c] * s[c];
      hidden[r] = fmax(hidden[r], 0.0);
    }
    for (size_t c = 0; c < C; c++) {
      double sum = 0.0;
      for (size_t r = 0; r < R; r++) sum += (double)up[c * R + r] * hidden[r];
      for (size_t j = c; j < n * C; j += C) u->x[i][j] = fmax(u->x[i][j] / (1.0 + exp(-sum)), 0.0);
    }
  }
}

static images define_pool(const images *z)
{
  const images p = make_images(z->H / 2, z->W / 2, z->C);
  for (size_t i = 0; i < SMALL_CLIPS; i++)
    for (size_t r = 0; r < p.H * 2; r++)
      for (size_t s = 0; s < p.W * 2; s++)
        for (size_t c = 0; c < z->C; c++)
          p.x[i][((r / 2) * p.W + s / 2) * z->C + c] += z->x[i][(r * z->W + s) * z->C + c] / 4.0;
  return p;
}

static void compare(const cst_model *m, const cst_weights *got, const char *norm, const char *what,
                    size_t C, const double *want)
{
  char name[64];
  snprintf(name, sizeof name, "%s.%s", norm, what);
  const cst_param *p = cst_layout_find(cst_model_stats(m), name);
  assert_non_null(p);
  for (size_t c = 0; c < C; c++)
    assert_near((double)got->stats[p->offset + c], want[c], 2e-5, name);
}

/* Statistics of @p y over the first n clips against the model's; then y is normalised by them. */
static void check_norm(const cst_model *m, const cst_weights *w, size_t n, const char *norm,
                       const images *y)
{
  double mean[MOST_CHANNELS], var[MOST_CHANNELS];
  char weight[64], bias[64];
  snprintf(weight, sizeof weight, "%s.weight", norm);
  snprintf(bias, sizeof bias, "%s.bias", norm);
  define_statistics(y, n, mean, var);
  compare(m, w, norm, "running_mean", y->C, mean);
  compare(m, w, norm, "running_var", y->C, var);
  define_norm(y, mean, var, param(m, w, weight), param(m, w, bias));
}

static const float *unit_param(const cst_model *m, const cst_weights *w, int unit, const char *form)
{
  char name[64];
  snprintf(name, sizeof name, form, unit / 2 + 1, unit % 2 + 1);
  return param(m, w, name);
}

static void check_definition(const cst_model *m, const cst_weights *w, const small_data *data,
                             size_t n)
{
  images x = make_images(SMALL_FRAMES, 1, SMALL_BINS); /* channels are the mel bins */
  for (size_t i = 0; i < SMALL_CLIPS; i++)
    for (size_t j = 0; j < PIXELS; j++) x.x[i][j] = (double)data->features[i][j];
  check_norm(m, w, n, "bn0", &x);
  x.W = SMALL_BINS, x.C = 1;
  for (int k = 0; k < 4; k++) {
    char norm[32];
    snprintf(norm, sizeof norm, "block%d.bn%d", k / 2 + 1, k % 2 + 1);
    const images y = define_conv(&x, k < 2 ? 8 : 16, unit_param(m, w, k, "block%d.conv%d.weight"));
    check_norm(m, w, n, norm, &y);
    define_gate(&y, unit_param(m, w, k, "block%d.se%d.down.weight"),
                unit_param(m, w, k, "block%d.se%d.up.weight"));
    x = k % 2 ? define_pool(&y) : y;
  }
}

/* ---- the model ---- */

typedef struct {
  const small_data *data;
  size_t first;
} reader;

static cst_status read_few(void *context, size_t first, size_t n, const float **rows)
{
  const reader *r = context;
  for (size_t i = 0; i < n; i++) rows[i] = r->data->features[r->first + first + i];
  return CST_OK;
}

static cst_status take(cst_model *model, const cst_comm *on, cst_weights *w, const small_data *data,
                       size_t n)
{
  const cst_slice mine = cst_slice_of(n, cst_comm_rank(on), cst_comm_size(on));
  reader r = {data, mine.first};
  return cst_model_take_statistics(model, w, &(cst_model_clips){read_few, &r, mine.count, n});
}

static void check(size_t n, int threads)
{
  const small_data data = small_clips();
  cst_weights w[2];
  cst_model *one = small_model(self, 0, 1, &w[0]), *all = small_model(comm, 0, threads, &w[1]);
  const size_t floats = cst_model_stats(one)->floats;
  assert_ok(take(one, self, &w[0], &data, n));
  check_definition(one, &w[0], &data, n);
  assert_ok(take(all, comm, &w[1], &data, n));
  assert_memory_equal(w[0].stats, w[1].stats, floats * sizeof(float));
  /* and once more: they depend on nothing that was there */
  assert_ok(take(all, comm, &w[1], &data, n));
  assert_memory_equal(w[0].stats, w[1].stats, floats * sizeof(float));
  for (int k = 0; k < 2; k++) cst_weights_reset(&w[k]);
  cst_model_destroy(&one);
  cst_model_destroy(&all);
}

static void statistics_are_those_of_all_clips_at_once(void **state)
{
  (void)state;
  check(SMALL_CLIPS, 1);
}

static void threads_and_idle_ranks_do_not_show(void **state)
{
  (void)state;
  check(SMALL_CLIPS, 2);
  check(2, 1);
}

/* Predictions are those of one training batch of all clips. */
static void one_batch_of_all_says_the_same(void **state)
{
  const small_data data = small_clips();
  const double keep = 0.0;
  float want[SMALL_CLIPS * SMALL_CLASSES], got[SMALL_CLIPS * SMALL_CLASSES];
  cst_weights w;
  cst_model *model = small_model(self, SMALL_CLIPS, 1, &w);
  (void)state;
  const cst_model_batch batch = {.clips = SMALL_CLIPS,
                                 .global_clips = SMALL_CLIPS,
                                 .features = data.features,
                                 .momentum = &keep};
  cst_model_forward(model, &w, &batch, want);
  assert_ok(take(model, self, &w, &data, SMALL_CLIPS));
  cst_model_predict(model, &w, SMALL_CLIPS, data.features, NULL, got);
  for (size_t i = 0; i < SMALL_CLIPS * SMALL_CLASSES; i++)
    assert_near((double)got[i], (double)want[i], 1e-5, "logit");
  cst_weights_reset(&w);
  cst_model_destroy(&model);
}

static void what_is_not_finite_fails_on_all_ranks(void **state)
{
  small_data data = small_clips();
  float *bad = test_random(1, PIXELS);
  cst_weights w;
  cst_model *model = small_model(comm, 0, 1, &w);
  (void)state;
  bad[5] = INFINITY;
  data.features[0] = bad;
  assert_fails(take(model, comm, &w, &data, SMALL_CLIPS), CST_ERR_NUMBERS, "not finite");
  data = small_clips();
  assert_ok(take(model, comm, &w, &data, SMALL_CLIPS)); /* nothing is left behind */
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
  self = cst_comm_self();
  blocks = cst_memory_blocks();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(statistics_are_those_of_all_clips_at_once, test_release),
      cmocka_unit_test_teardown(threads_and_idle_ranks_do_not_show, test_release),
      cmocka_unit_test_teardown(one_batch_of_all_says_the_same, test_release),
      cmocka_unit_test_teardown(what_is_not_finite_fails_on_all_ranks, test_release),
      cmocka_unit_test_prestate(nothing_is_left_in_memory, &blocks),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cst_comm_finalize(&comm);
  return failed != 0;
}
