/* The network that a configuration asks for. */
#include "cassette/network_spec.h"
#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

static cst_model_spec spec_of(const char *model)
{
  cst_config *config = NULL;
  cst_model_spec spec;
  cst_text text = {0};
  cst_text_add(&text, "dataset: {root: d}\nmodel: {%s}\n", model);
  assert_ok(cst_config_parse(text.data, text.bytes, "test.yaml", &config));
  cst_network_spec(config, 64, 10, 3, &spec);
  cst_config_destroy(&config);
  cst_text_reset(&text);
  return spec;
}

static void assert_equal_specs(const cst_model_spec *a, const cst_model_spec *b)
{
  assert_int_equal(a->frames, b->frames);
  assert_int_equal(a->bins, b->bins);
  assert_memory_equal(&a->stem, &b->stem, sizeof a->stem);
  assert_int_equal(a->blocks, b->blocks);
  assert_memory_equal(a->channels, b->channels, a->blocks * sizeof *a->channels);
  assert_memory_equal(a->pool, b->pool, a->blocks * sizeof *a->pool);
  assert_int_equal(a->residual, b->residual);
  assert_int_equal(a->squeeze_excite, b->squeeze_excite);
  assert_int_equal(a->reduction, b->reduction);
  assert_int_equal(a->pooled_frames, b->pooled_frames);
  assert_int_equal(a->encoder_layers, b->encoder_layers);
  assert_int_equal(a->heads, b->heads);
  assert_int_equal(a->feedforward, b->feedforward);
  assert_int_equal(a->aggregate, b->aggregate);
  assert_int_equal(a->classes, b->classes);
  assert_int_equal(a->aux_classes, b->aux_classes);
  assert_true(a->dropout == b->dropout && a->head_dropout == b->head_dropout);
  assert_true(a->bn_momentum == b->bn_momentum && a->bn_eps == b->bn_eps);
  assert_int_equal(a->convolution, b->convolution);
  assert_int_equal(a->products, b->products);
}

/* The defaults of the keys are texts in the table of keys, those of the model are in nn. */
static void an_empty_section_is_the_papers_network(void **state)
{
  cst_model_spec paper;
  const cst_model_spec spec = spec_of("");
  (void)state;
  cst_model_defaults(&paper);
  assert_equal_specs(&spec, &paper);
}

static void what_is_written_is_what_is_made(void **state)
{
  (void)state;
  const cst_model_spec spec =
      spec_of("stem: [5, 2], blocks: [8, 16, 24], pool: [[1, 2], [2, 1], [3, 3]], residual: true, "
              "squeeze_excite: false, reduction: 4, pooled_frames: 7, encoder_layers: 2, heads: 3, "
              "feedforward: 11, aggregate: mean, dropout: 0.25, head_dropout: 0.5, "
              "convolution: plain, products: bf16x3");
  const cst_model_spec want = {.frames = 500,
                               .bins = 64,
                               .stem = {5, 2},
                               .blocks = 3,
                               .channels = {8, 16, 24},
                               .pool = {{1, 2}, {2, 1}, {3, 3}},
                               .residual = true,
                               .reduction = 4,
                               .pooled_frames = 7,
                               .encoder_layers = 2,
                               .heads = 3,
                               .feedforward = 11,
                               .aggregate = CST_AGGREGATE_MEAN,
                               .classes = 10,
                               .dropout = 0.25,
                               .head_dropout = 0.5,
                               .bn_momentum = 0.1,
                               .bn_eps = 1e-5,
                               .convolution = CST_CONV_BY_LOOPS,
                               .products = CST_PRODUCTS_BF16X3};
  assert_equal_specs(&spec, &want);
}

static void one_pair_serves_every_block(void **state)
{
  (void)state;
  const cst_model_spec spec = spec_of("blocks: [16, 32, 64], pool: [[1, 2]]");
  for (size_t i = 0; i < 3; i++) assert_true(spec.pool[i].frames == 1 && spec.pool[i].bins == 2);
}

/* Told of nothing unless the configuration says so. */
static void metadata_are_asked_for(void **state)
{
  static const struct {
    const char *list;
    size_t cities;
    bool time;
  } cases[] = {
      {"[]", 0, false}, {"[city]", 3, false}, {"[time]", 0, true}, {"[time, city]", 3, true}};
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    char model[64];
    snprintf(model, sizeof model, "metadata: %s", cases[i].list);
    const cst_model_spec spec = spec_of(model);
    assert_int_equal(spec.cities, cases[i].cities);
    assert_int_equal(spec.time, cases[i].time);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_section_is_the_papers_network),
      cmocka_unit_test(what_is_written_is_what_is_made),
      cmocka_unit_test(one_pair_serves_every_block),
      cmocka_unit_test(metadata_are_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
