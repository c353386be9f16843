/* Networks as a whole, on one rank. */
#include "small_model.h"

typedef struct {
  cst_model *model;
  cst_weights w;
  small_data data;
} fixture;

static fixture make(const cst_model_spec *spec, size_t max_clips, int threads)
{
  fixture f = {.data = small_clips()};
  assert_ok(cst_model_create(spec, cst_comm_self(), max_clips, threads, &f.model));
  assert_ok(cst_weights_create(f.model, &f.w));
  small_init(f.model, &f.w);
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
  return cst_memory_blocks() != 0; /* nothing of a test is left */
}

static void train(fixture *f, bool dropout, small_step *out)
{
  small_train(f->model, cst_comm_self(), &f->w, &f->data, SMALL_CLIPS, dropout, out);
}

/* ---- what it is made of ---- */

static void the_paper_s_network_has_340842_parameters(void **state)
{
  cst_model_spec spec;
  cst_model *model = NULL;
  size_t count = 0;
  (void)state;
  cst_model_defaults(&spec);
  spec.frames = 8; /* weights do not depend on it; activations do */
  assert_ok(cst_model_create(&spec, cst_comm_self(), 0, 1, &model));
  const cst_layout *params = cst_model_params(model);
  for (size_t i = 0; i < params->n; i++) {
    count += params->list[i].count;
    assert_int_equal(params->list[i].offset % 16, 0);
  }
  assert_int_equal(count, 340842);
  assert_int_equal(params->n, 36);
  assert_int_equal(cst_model_stats(model)->n, 15);
  assert_string_equal(params->list[0].name, "bn0.weight");
  assert_string_equal(params->list[4].name, "block1.bn1.bias");
  assert_string_equal(params->list[35].name, "fc.bias");
  assert_non_null(cst_layout_find(params, "encoder.self_attn.in_proj_weight"));
  cst_model_destroy(&model);
}

/* Convolutions by hand; gates, encoder and final layer are the small rest. */
static void costs_are_counted(void **state)
{
  cst_model_spec spec = small_member(2); /* no gates, no encoder */
  cst_model_cost cost;
  const size_t pixels = (50 / 3) * (16 / 2), half = (50 / 3 / 2) * (16 / 2 / 2);
  (void)state;
  spec.aux_classes = 0;
  assert_ok(cst_model_count(&spec, &cost));
  assert_near(cost.multiply_adds,
              (double)(pixels * (9 * 6 * 8 + 9 * 8 * 8 + 6 * 8) +
                       half * (9 * 8 * 16 + 9 * 16 * 16 + 8 * 16) + 16 * 5),
              0.0, "multiply-adds");
  assert_int_equal(cost.parameters, 2 * 16 + 9 * 6 * 8 + 9 * 8 * 8 + 6 * 8 + 4 * 8 + 9 * 8 * 16 +
                                        9 * 16 * 16 + 8 * 16 + 4 * 16 + 16 * 5 + 5);
  cst_model_defaults(&spec);
  assert_ok(cst_model_count(&spec, &cost));
  assert_int_equal(cost.parameters, 340842);
  spec.channels[0] = 0;
  assert_fails(cst_model_count(&spec, &cost), CST_ERR_USAGE, "channels of block 1");
}

static void bad_sizes_are_refused_by_name(void **state)
{
  static const struct {
    const char *name;
    size_t offset, value;
  } bad[] = {
      {"frames", offsetof(cst_model_spec, frames), 3},
      {"frames", offsetof(cst_model_spec, frames), (size_t)1 << 40},
      {"bins", offsetof(cst_model_spec, bins), 0},
      {"stem bins", offsetof(cst_model_spec, stem.bins), 0},
      {"stem of", offsetof(cst_model_spec, stem.bins), 17},
      {"blocks", offsetof(cst_model_spec, blocks), CST_MAX_BLOCKS + 1},
      {"channels of block 1", offsetof(cst_model_spec, channels[0]), 0},
      {"channels of block 2", offsetof(cst_model_spec, channels[1]), 4097},
      {"pool frames", offsetof(cst_model_spec, pool[0].frames), 0},
      {"pool of block 2", offsetof(cst_model_spec, pool[1].bins), 9},
      {"reduction", offsetof(cst_model_spec, reduction), 9},
      {"pooled_frames", offsetof(cst_model_spec, pooled_frames), 0},
      {"heads", offsetof(cst_model_spec, heads), 3},
      {"feedforward", offsetof(cst_model_spec, feedforward), 0},
      {"classes", offsetof(cst_model_spec, classes), 0},
  };
  cst_model *model = NULL;
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cst_model_spec spec = small_spec();
    memcpy((char *)&spec + bad[i].offset, &bad[i].value, sizeof bad[i].value);
    assert_fails(cst_model_create(&spec, cst_comm_self(), 1, 1, &model), CST_ERR_USAGE,
                 bad[i].name);
    assert_null(model);
  }
}

static void bad_rates_are_refused_by_name(void **state)
{
  static const double values[] = {-0.1, 1.5, NAN, INFINITY};
  cst_model *model = NULL;
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    cst_model_spec dropout = small_spec(), momentum = dropout, eps = dropout;
    dropout.dropout = momentum.bn_momentum = values[i];
    eps.bn_eps = i == 1 ? 0.0 : values[i];
    assert_fails(cst_model_create(&dropout, cst_comm_self(), 1, 1, &model), CST_ERR_USAGE,
                 "dropout");
    assert_fails(cst_model_create(&momentum, cst_comm_self(), 1, 1, &model), CST_ERR_USAGE,
                 "bn_momentum");
    assert_fails(cst_model_create(&eps, cst_comm_self(), 1, 1, &model), CST_ERR_USAGE, "bn_eps");
  }
  const cst_model_spec spec = small_spec();
  assert_fails(cst_model_create(&spec, cst_comm_self(), 1, 0, &model), CST_ERR_USAGE, "threads");
  assert_fails(cst_model_create(&spec, cst_comm_self(), CST_EXACT_MAX_TERMS + 1, 1, &model),
               CST_ERR_USAGE, "at most 1048576 clips");
}

/* ---- how it starts ---- */

/* Uniform within +-bound: never outside, and its extremes and variance say that it fills it. */
static void check_uniform(const fixture *f, const char *name, double bound)
{
  const cst_param *p = cst_layout_find(cst_model_params(f->model), name);
  const float *x = f->w.params + p->offset;
  double max = 0.0, square = 0.0;
  for (size_t i = 0; i < p->count; i++) {
    max = fmax(max, fabs((double)x[i]));
    square += (double)x[i] * (double)x[i] / (double)p->count;
  }
  if (!(max <= bound && max > 0.9 * bound)) fail_msg("%s: extreme %g of %g", name, max, bound);
  assert_near(square / (bound * bound / 3.0), 1.0, 0.15, name);
}

static void check_constant(const fixture *f, const char *name, float value)
{
  const cst_param *p = cst_layout_find(cst_model_params(f->model), name);
  for (size_t i = 0; i < p->count; i++) assert_true(f->w.params[p->offset + i] == value);
}

static void weights_start_as_published(void **state)
{
  cst_model_spec spec;
  (void)state;
  cst_model_defaults(&spec);
  spec.frames = 8;
  fixture f = make(&spec, 0, 1);
  check_uniform(&f, "block1.conv1.weight", sqrt(6.0 / (9 * 1 + 9 * 64)));
  check_uniform(&f, "block2.conv1.weight", sqrt(6.0 / (9 * 64 + 9 * 128)));
  check_uniform(&f, "block2.se1.down.weight", 1.0 / sqrt(128.0));
  check_uniform(&f, "block2.se1.up.weight", 1.0 / sqrt(8.0));
  check_uniform(&f, "encoder.self_attn.in_proj_weight", sqrt(6.0 / (128 + 384)));
  check_uniform(&f, "encoder.self_attn.out_proj.weight", 1.0 / sqrt(128.0));
  check_uniform(&f, "encoder.linear1.weight", 1.0 / sqrt(128.0));
  check_uniform(&f, "encoder.linear2.bias", 1.0 / sqrt(32.0));
  check_uniform(&f, "fc.weight", sqrt(6.0 / (128 + 10)));
  check_constant(&f, "fc.bias", 0.0f);
  check_constant(&f, "bn0.weight", 1.0f);
  check_constant(&f, "block2.bn2.bias", 0.0f);
  check_constant(&f, "encoder.self_attn.in_proj_bias", 0.0f);
  check_constant(&f, "encoder.self_attn.out_proj.bias", 0.0f);
  check_constant(&f, "encoder.norm2.weight", 1.0f);
  const cst_param *var = cst_layout_find(cst_model_stats(f.model), "block2.bn1.running_var");
  for (size_t i = 0; i < var->count; i++) assert_true(f.w.stats[var->offset + i] == 1.0f);
  drop(&f);
}

static bool in_head(const cst_layout *layout, size_t at)
{
  return at >= cst_layout_find(layout, "fc.weight")->offset;
}

static void a_new_head_changes_the_head_only(void **state)
{
  const cst_model_spec spec = small_spec();
  fixture f = make(&spec, 0, 1);
  const cst_layout *layout = cst_model_params(f.model);
  cst_weights other;
  size_t changed = 0;
  (void)state;
  assert_ok(cst_weights_create(f.model, &other));
  cst_weights_copy(f.model, &f.w, &other);
  cst_model_init_head(f.model, 1, 2, &other);
  for (size_t i = 0; i < layout->floats; i++) {
    assert_true(in_head(layout, i) || other.params[i] == f.w.params[i]);
    changed += other.params[i] != f.w.params[i];
  }
  assert_in_range(changed, 70, 80); /* fc.weight [5][16] */
  cst_weights_reset(&other);
  drop(&f);
}

/* The largest batch that the configuration allows, on one rank, of one-view rows. */
static void the_largest_batch_has_a_model(void **state)
{
  cst_model_spec spec = small_spec();
  cst_model *model = NULL;
  (void)state;
  spec.frames = 8, spec.bins = 4, spec.pooled_frames = 1;
  spec.channels[0] = spec.channels[1] = 4;
  assert_ok(cst_model_create(&spec, cst_comm_self(), 65536 + 1, 1, &model));
  cst_model_destroy(&model);
}

/* Nothing is ever written between tensors: digests and averages run over whole buffers. */
static void check_padding(const cst_model_spec *spec)
{
  fixture f = make(spec, SMALL_CLIPS, 1);
  const cst_layout *layout = cst_model_params(f.model);
  small_step step;
  train(&f, true, &step);
  for (size_t i = 0; i < layout->n; i++) {
    const cst_param *p = &layout->list[i];
    const size_t end = i + 1 < layout->n ? p[1].offset : layout->floats;
    for (size_t at = p->offset + p->count; at < end; at++)
      assert_true(step.gradient[at] == 0.0 && f.w.params[at] == 0.0f);
  }
  drop(&f);
}

static void padding_stays_zero(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_MEMBERS; i++) {
    const cst_model_spec spec = small_member(i);
    check_padding(&spec);
  }
}

/* ---- gradient ---- */

static double mean_loss(fixture *f, const float *params)
{
  float logits[SMALL_CLIPS * SMALL_CLASSES], aux[SMALL_CLIPS * SMALL_AUX];
  const bool two_heads = cst_model_get_spec(f->model)->aux_classes > 0;
  const cst_model_batch batch = {.clips = SMALL_CLIPS,
                                 .global_clips = SMALL_CLIPS,
                                 .features = f->data.features,
                                 .told = f->data.told,
                                 .dropout = f->data.dropout,
                                 .aux = two_heads ? aux : NULL};
  cst_weights moved = {.params = (float *)params, .stats = f->w.stats};
  double loss = 0.0;
  cst_model_forward(f->model, &moved, &batch, logits);
  for (size_t i = 0; i < SMALL_CLIPS; i++)
    loss += cst_cross_entropy_hard(SMALL_CLASSES, logits + i * SMALL_CLASSES, f->data.label[i], 1.0,
                                   NULL) /
            SMALL_CLIPS;
  for (size_t i = 0; two_heads && i < SMALL_CLIPS; i++)
    loss += small_aux_loss(i, aux + i * SMALL_AUX, 1.0, NULL) / SMALL_CLIPS;
  return loss;
}

static double slope_along(fixture *f, const cst_param *p, const double *direction, double h)
{
  const size_t n = cst_model_params(f->model)->floats;
  double loss[2];
  float *params = test_zeros(n);
  for (int side = 0; side < 2; side++) {
    memcpy(params, f->w.params, n * sizeof *params);
    for (size_t i = 0; i < p->count; i++)
      params[p->offset + i] += (float)((side ? -h : h) * direction[i]);
    loss[side] = mean_loss(f, params);
  }
  return (loss[0] - loss[1]) / (2.0 * h);
}

/* Slope of the loss along the gradient's own direction in one tensor, where it is the gradient's
 * length.  The step is short, so that few rectifiers and maxima change sides, and yet changes the
 * loss by a thousand times its rounding where the tensor allows it; shorter where some do.
 * `farther`: by how much the loss is rounded more than in floats. */
static void check_slope(fixture *f, const small_step *step, const cst_param *p, double farther)
{
  double *direction = cst_alloc(p->count, sizeof *direction);
  const double *g = step->gradient + p->offset;
  double length = 0.0, slope = 0.0;
  bool right = false;

  for (size_t i = 0; i < p->count; i++) length += g[i] * g[i];
  length = sqrt(length);
  for (size_t i = 0; i < p->count; i++) direction[i] = g[i] / length;
  for (int i = 0; i < 3 && !right; i++) {
    slope = slope_along(f, p, direction, ldexp(farther * fmin(1e-3, 5e-4 / length), -i));
    right = fabs(slope - length) <= 0.02 * length + 5e-4;
  }
  if (!right) fail_msg("%s: slope %g, gradient's length %g", p->name, slope, length);
  cst_free(direction);
}

static void check_slopes(const cst_model_spec *spec)
{
  fixture f = make(spec, SMALL_CLIPS, 1);
  const cst_layout *layout = cst_model_params(f.model);
  small_step step;
  train(&f, true, &step);
  for (size_t i = 0; i < layout->n; i++) check_slope(&f, &step, &layout->list[i], 1.0);
  drop(&f);
}

/* Products in parts round the loss too much for tensors that hardly move it. */
static void gradient_in_parts_is_the_slope_of_the_loss(void **state)
{
  const cst_model_spec spec = small_member(SMALL_IN_PARTS);
  fixture f = make(&spec, SMALL_CLIPS, 1);
  const cst_layout *layout = cst_model_params(f.model);
  small_step step;
  (void)state;
  train(&f, true, &step);
  for (size_t i = 0; i < layout->n; i++)
    if (strstr(layout->list[i].name, ".conv")) check_slope(&f, &step, &layout->list[i], 10.0);
  check_slope(&f, &step, &(cst_param){.name = "all", .count = layout->floats}, 10.0);
  drop(&f);
}

static void gradient_of_every_tensor_is_the_slope_of_the_loss(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_IN_FLOATS; i++) {
    const cst_model_spec spec = small_member(i);
    check_slopes(&spec);
  }
}

static cst_model_spec two_headed(void)
{
  cst_model_spec spec = small_spec();
  spec.aux_classes = SMALL_AUX;
  return spec;
}

static void a_second_head_s_gradient_is_a_slope_too(void **state)
{
  const cst_model_spec spec = two_headed();
  (void)state;
  check_slopes(&spec);
}

/* It starts nothing else anew, a finished model is without it, and who does not ask for it has the
 * model without. */
static void a_second_head_leaves_the_rest_alone(void **state)
{
  const cst_model_spec one = small_spec(), two = two_headed();
  fixture a = make(&one, SMALL_CLIPS, 1), b = make(&two, SMALL_CLIPS, 1);
  const cst_layout *params = cst_model_params(a.model), kept = cst_model_final_params(b.model);
  const cst_model_batch batch = {
      .clips = SMALL_CLIPS, .global_clips = SMALL_CLIPS, .features = a.data.features};
  float logits[2][SMALL_CLIPS * SMALL_CLASSES];
  (void)state;
  assert_int_equal(kept.n, params->n);
  assert_int_equal(kept.floats, params->floats);
  assert_int_equal(cst_model_params(b.model)->n, params->n + 2);
  assert_non_null(cst_layout_find(cst_model_params(b.model), "aux.weight"));
  assert_null(cst_layout_find(&kept, "aux.weight"));
  assert_int_equal(cst_model_final_params(a.model).floats, params->floats);
  assert_memory_equal(a.w.params, b.w.params, params->floats * sizeof(float));
  cst_model_forward(a.model, &a.w, &batch, logits[0]);
  cst_model_forward(b.model, &b.w, &batch, logits[1]);
  assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
  drop(&a);
  drop(&b);
}

/* dx of the third convolution is larger than the y whose place it takes. */
static void channels_may_become_fewer(void **state)
{
  cst_model_spec spec = small_spec();
  (void)state;
  spec.channels[0] = 16;
  spec.channels[1] = 8;
  check_slopes(&spec);
}

/* im2col makes whole images of what Winograd takes row by row. */
static void check_methods(cst_model_spec spec)
{
  small_step step[2];
  size_t n = 0;
  for (int i = 0; i < 2; i++) {
    spec.convolution = i ? CST_CONV_BY_IM2COL : CST_CONV_BY_DEFAULT;
    fixture f = make(&spec, SMALL_CLIPS, 1);
    n = cst_model_params(f.model)->floats;
    train(&f, true, &step[i]);
    drop(&f);
  }
  for (size_t i = 0; i < SMALL_CLIPS * SMALL_CLASSES; i++)
    assert_near((double)step[0].logits[i], (double)step[1].logits[i], 1e-5, "logit");
  double error = 0.0, norm = 0.0;
  for (size_t i = 0; i < n; i++) {
    const double d = step[0].gradient[i] - step[1].gradient[i];
    error += d * d;
    norm += step[1].gradient[i] * step[1].gradient[i];
  }
  assert_true(norm > 0.0);
  assert_near(sqrt(error / norm), 0.0, 1e-3, "gradient"); /* a rectifier may open: see oracle.c */
}

static void methods_agree(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_IN_FLOATS; i++) check_methods(small_member(i));
}

/* ---- what must not matter ---- */

static void check_threads(const cst_model_spec *spec)
{
  static const int threads[] = {1, 2, 3, 3 * SMALL_CLIPS}; /* the last: several share a clip */
  small_step want, got;
  for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
    fixture f = make(spec, SMALL_CLIPS, threads[i]);
    train(&f, true, i == 0 ? &want : &got);
    drop(&f);
    if (i == 0) continue;
    assert_memory_equal(got.logits, want.logits, sizeof want.logits);
    assert_string_equal(got.gradient_digest, want.gradient_digest);
    assert_string_equal(got.stats_digest, want.stats_digest);
  }
}

static void threads_do_not_change_a_bit(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_MEMBERS; i++) {
    const cst_model_spec spec = small_member(i);
    check_threads(&spec);
  }
}

static void check_inference_between(const cst_model_spec *spec)
{
  fixture f = make(spec, SMALL_CLIPS, 1);
  const size_t n = cst_model_params(f.model)->floats;
  const cst_model_batch batch = {
      .clips = SMALL_CLIPS, .global_clips = SMALL_CLIPS, .features = f.data.features};
  float logits[SMALL_CLIPS * SMALL_CLASSES], other[SMALL_CLIPS * SMALL_CLASSES];
  double *gradient[2] = {test_zeros_f64(n), test_zeros_f64(n)};
  cst_exact *sum = NULL;
  cst_weights teacher;
  assert_ok(cst_exact_create(n, &sum));
  assert_ok(cst_weights_create(f.model, &teacher));
  cst_model_init(f.model, 2, 0, &teacher);
  for (int with = 0; with < 2; with++) {
    cst_model_forward(f.model, &f.w, &batch, logits);
    if (with) cst_model_predict(f.model, &teacher, SMALL_CLIPS, f.data.features, NULL, other);
    cst_model_backward(f.model, &f.w, &batch, logits, sum);
    cst_exact_total(sum, cst_comm_self(), gradient[with], NULL);
  }
  assert_memory_equal(gradient[0], gradient[1], n * sizeof(double));
  cst_exact_destroy(&sum);
  cst_weights_reset(&teacher);
  drop(&f);
}

static void inference_between_forward_and_backward_changes_nothing(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_MEMBERS; i++) {
    const cst_model_spec spec = small_member(i);
    check_inference_between(&spec);
  }
}

static void check_dropout(const cst_model_spec *spec)
{
  fixture f = make(spec, SMALL_CLIPS, 1);
  small_step first, again, without, rekeyed;
  train(&f, true, &first);
  train(&f, true, &again);
  train(&f, false, &without);
  f.data.dropout[0].high[0] += 100;
  train(&f, true, &rekeyed);
  assert_memory_equal(first.logits, again.logits, sizeof first.logits);
  for (size_t i = 0; i < SMALL_CLIPS; i++) {
    const size_t at = i * SMALL_CLASSES, bytes = SMALL_CLASSES * sizeof(float);
    assert_memory_not_equal(first.logits + at, without.logits + at, bytes);
    assert_int_equal(memcmp(first.logits + at, rekeyed.logits + at, bytes) != 0, i == 0);
  }
  drop(&f);
}

static void dropout_depends_on_the_clip_s_key_alone(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_MEMBERS; i++) {
    const cst_model_spec spec = small_member(i);
    check_dropout(&spec);
  }
}

/* ---- inference ---- */

static void check_predictions(const cst_model_spec *spec)
{
  fixture f = make(spec, 0, 2); /* no room for training clips */
  float all[SMALL_CLIPS * SMALL_CLASSES], one[SMALL_CLASSES];
  cst_model_predict(f.model, &f.w, SMALL_CLIPS, f.data.features, f.data.told, all);
  for (size_t i = 0; i < SMALL_CLIPS; i++) {
    cst_model_predict(f.model, &f.w, 1, &f.data.features[i], &f.data.told[i], one);
    assert_memory_equal(one, all + i * SMALL_CLASSES, sizeof one);
  }
  cst_model_predict(f.model, &f.w, 0, NULL, NULL, NULL);
  drop(&f);
}

static void a_clip_s_prediction_depends_on_no_other(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_MEMBERS; i++) {
    const cst_model_spec spec = small_member(i);
    check_predictions(&spec);
  }
}

static void who_is_told_nothing_answers_as_a_plain_network(void **state)
{
  const cst_model_spec spec = small_member(4), plain_spec = small_spec();
  fixture told = make(&spec, 0, 1), plain = make(&plain_spec, 0, 1);
  float with[SMALL_CLIPS * SMALL_CLASSES], without[SMALL_CLIPS * SMALL_CLASSES],
      known[SMALL_CLIPS * SMALL_CLASSES];
  (void)state;
  for (size_t i = 0; i < cst_model_params(plain.model)->n; i++) {
    const cst_param *to = &cst_model_params(plain.model)->list[i];
    const cst_param *from = cst_layout_find(cst_model_params(told.model), to->name);
    memcpy(plain.w.params + to->offset, told.w.params + from->offset, to->count * sizeof(float));
  }
  const cst_param *bias = cst_layout_find(cst_model_params(plain.model), cst_model_head_bias);
  cst_model_untold_bias(told.model, &told.w, plain.w.params + bias->offset);
  cst_model_predict(told.model, &told.w, SMALL_CLIPS, told.data.features, NULL, with);
  cst_model_predict(plain.model, &plain.w, SMALL_CLIPS, plain.data.features, NULL, without);
  assert_memory_equal(with, without, sizeof with);
  cst_model_predict(told.model, &told.w, SMALL_CLIPS, told.data.features, told.data.told, known);
  assert_memory_not_equal(with, known, sizeof with);
  drop(&told);
  drop(&plain);
}

/* The biased variance, of a layer with @p pixels a clip. */
static void make_biased(fixture *f, const char *norm, double pixels)
{
  char name[2 * CST_NAME_BYTES];
  snprintf(name, sizeof name, "%s.running_var", norm);
  const cst_param *p = cst_layout_find(cst_model_stats(f->model), name);
  const double n = SMALL_CLIPS * pixels;
  for (size_t i = 0; i < p->count; i++)
    f->w.stats[p->offset + i] = (float)((double)f->w.stats[p->offset + i] * (n - 1.0) / n);
}

/* With momentum 1 the running statistics are those of the last batch, but for n / (n - 1). */
static void check_inference(cst_model_spec spec)
{
  float logits[SMALL_CLIPS * SMALL_CLASSES];
  cst_model_conv conv[CST_MAX_CONVS];
  size_t n;
  small_step step;
  spec.bn_momentum = 1.0;
  assert_ok(cst_model_convs(&spec, conv, &n));
  fixture f = make(&spec, SMALL_CLIPS, 1);
  train(&f, false, &step);
  make_biased(&f, "bn0", SMALL_FRAMES);
  for (size_t k = 0; k < n; k++) {
    char norm[CST_NAME_BYTES];
    snprintf(norm, sizeof norm, "block%zu.bn%zu", k / 2 + 1, k % 2 + 1);
    make_biased(&f, norm, (double)(conv[k].H * conv[k].W));
  }
  cst_model_predict(f.model, &f.w, SMALL_CLIPS, f.data.features, f.data.told, logits);
  for (size_t i = 0; i < SMALL_CLIPS * SMALL_CLASSES; i++)
    assert_near((double)logits[i], (double)step.logits[i], 1e-5, "logit");
  drop(&f);
}

static void inference_agrees_with_training_on_equal_statistics(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_IN_FLOATS; i++) check_inference(small_member(i));
}

static void check_nan(const cst_model_spec *spec)
{
  fixture f = make(spec, SMALL_CLIPS, 1);
  float *bad = test_random(1, SMALL_FRAMES * SMALL_BINS), logits[SMALL_CLASSES];
  const float *const clip = bad;
  small_step step;
  bad[123] = NAN;
  cst_model_predict(f.model, &f.w, 1, &clip, NULL, logits);
  assert_true(isnan(logits[0]));
  f.data.features[3] = bad;
  train(&f, false, &step);
  for (size_t i = 0; i < SMALL_CLIPS; i++) assert_true(isnan(step.logits[i * SMALL_CLASSES]));
  drop(&f);
}

static void nan_in_a_clip_reaches_the_logits(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_MEMBERS; i++) {
    const cst_model_spec spec = small_member(i);
    check_nan(&spec);
  }
}

static void check_memory(const cst_model_spec *spec)
{
  fixture f = make(spec, SMALL_CLIPS, 2);
  const size_t blocks = cst_memory_blocks(), bytes = cst_memory_bytes();
  const cst_model_batch batch = {
      .clips = SMALL_CLIPS, .global_clips = SMALL_CLIPS, .features = f.data.features};
  float logits[SMALL_CLIPS * SMALL_CLASSES];
  assert_true(cst_model_bytes(f.model) <= bytes);
  cst_model_forward(f.model, &f.w, &batch, logits);
  cst_model_predict(f.model, &f.w, SMALL_CLIPS, f.data.features, f.data.told, logits);
  assert_int_equal(cst_memory_blocks(), blocks);
  drop(&f);
}

static void memory_is_one_arena_made_at_create(void **state)
{
  (void)state;
  for (size_t i = 0; i < SMALL_MEMBERS; i++) {
    const cst_model_spec spec = small_member(i);
    check_memory(&spec);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(the_paper_s_network_has_340842_parameters, teardown),
      cmocka_unit_test_teardown(costs_are_counted, teardown),
      cmocka_unit_test_teardown(bad_sizes_are_refused_by_name, teardown),
      cmocka_unit_test_teardown(bad_rates_are_refused_by_name, teardown),
      cmocka_unit_test_teardown(weights_start_as_published, teardown),
      cmocka_unit_test_teardown(a_new_head_changes_the_head_only, teardown),
      cmocka_unit_test_teardown(the_largest_batch_has_a_model, teardown),
      cmocka_unit_test_teardown(padding_stays_zero, teardown),
      cmocka_unit_test_teardown(gradient_in_parts_is_the_slope_of_the_loss, teardown),
      cmocka_unit_test_teardown(gradient_of_every_tensor_is_the_slope_of_the_loss, teardown),
      cmocka_unit_test_teardown(a_second_head_s_gradient_is_a_slope_too, teardown),
      cmocka_unit_test_teardown(a_second_head_leaves_the_rest_alone, teardown),
      cmocka_unit_test_teardown(channels_may_become_fewer, teardown),
      cmocka_unit_test_teardown(methods_agree, teardown),
      cmocka_unit_test_teardown(threads_do_not_change_a_bit, teardown),
      cmocka_unit_test_teardown(inference_between_forward_and_backward_changes_nothing, teardown),
      cmocka_unit_test_teardown(dropout_depends_on_the_clip_s_key_alone, teardown),
      cmocka_unit_test_teardown(who_is_told_nothing_answers_as_a_plain_network, teardown),
      cmocka_unit_test_teardown(a_clip_s_prediction_depends_on_no_other, teardown),
      cmocka_unit_test_teardown(inference_agrees_with_training_on_equal_statistics, teardown),
      cmocka_unit_test_teardown(nan_in_a_clip_reaches_the_logits, teardown),
      cmocka_unit_test_teardown(memory_is_one_arena_made_at_create, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
