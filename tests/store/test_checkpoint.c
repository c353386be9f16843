#include "support/test_support.h"

#include "cassette/checkpoint.h"
#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 4, CLIPS = 5 };

/* A small state: two tensors of weights, an optimiser moment, a counter and labels. */
typedef struct {
  cst_layout layout;
  float *params, *m;
  int64_t step;
  int8_t label[CLIPS];
  cst_field field[FIELDS];
} state;

static state make(uint64_t seed)
{
  state s = {.step = (int64_t)seed, .label = {0, 1, -1, 3, (int8_t)seed}};
  assert_ok(cst_layout_add(&s.layout, "conv.weight", 0, 4, (size_t[]){2, 1, 3, 3}));
  assert_ok(cst_layout_add(&s.layout, "fc.bias", 0, 1, (size_t[]){3}));
  s.params = test_random(seed, s.layout.floats);
  s.m = test_random(seed + 100, s.layout.floats);
  return s;
}

static const cst_field *fields(state *s)
{
  s->field[0] = (cst_field){"params", CST_F32, s->layout.floats, &s->layout, s->params};
  s->field[1] = (cst_field){"adam_m", CST_F32, s->layout.floats, &s->layout, s->m};
  s->field[2] = (cst_field){"state/step", CST_I64, 1, NULL, &s->step};
  s->field[3] = (cst_field){"pseudo/label", CST_I8, CLIPS, NULL, s->label};
  return s->field;
}

static void assert_equal(const state *a, const state *b)
{
  for (size_t i = 0; i < a->layout.n; i++) {
    const cst_param *p = &a->layout.list[i];
    assert_memory_equal(a->params + p->offset, b->params + p->offset, p->count * sizeof(float));
    assert_memory_equal(a->m + p->offset, b->m + p->offset, p->count * sizeof(float));
  }
  assert_int_equal(a->step, b->step);
  assert_memory_equal(a->label, b->label, CLIPS);
}

/* DIR/last-NNNNNNNN.h5, saved. cst_free. */
static char *save(const char *dir, unsigned sequence, state *s)
{
  char *path = cst_format("%s/last-%08u.h5", dir, sequence);
  assert_ok(cst_checkpoint_save(path, fields(s), FIELDS, NULL));
  return path;
}

static char *manifest_of(const char *path)
{
  return cst_format("%.*s.json", (int)strlen(path) - 3, path);
}

static void state_reads_back(void **unused)
{
  (void)unused;
  state a = make(1), b = make(2);
  char *path = save(test_temp_dir(), 1, &a);
  assert_ok(cst_checkpoint_load(path, fields(&b), FIELDS));
  assert_equal(&a, &b);
  assert_int_equal(cst_checkpoint_sequence(path), 1);
  cst_free(path);
  cst_layout_reset(&a.layout);
  cst_layout_reset(&b.layout);
}

/* Equal weights and moments give the digest, whatever else the state holds and whenever it was
 * saved. */
static void digest_is_of_weights_and_moments(void **unused)
{
  (void)unused;
  const char *dir = test_temp_dir();
  state a = make(1), b = make(1);
  char one[CST_DIGEST_HEX], two[CST_DIGEST_HEX];
  char *first = save(dir, 1, &a), *second;
  b.step = 77;
  second = save(dir, 2, &b);
  assert_ok(cst_checkpoint_digest(first, one));
  assert_ok(cst_checkpoint_digest(second, two));
  assert_string_equal(one, two);
  b.m[b.layout.list[1].offset] += 1e-6f;
  cst_free(second);
  second = save(dir, 2, &b);
  assert_ok(cst_checkpoint_digest(second, two));
  assert_string_not_equal(one, two);
  cst_free(first);
  cst_free(second);
  cst_layout_reset(&a.layout);
  cst_layout_reset(&b.layout);
}

static void flip(const char *path, double where)
{
  char *bytes;
  size_t n;
  assert_ok(cst_file_read(path, &bytes, &n));
  bytes[(size_t)(where * (double)(n - 1))] ^= 0x10;
  test_write_file(path, bytes, n);
  cst_free(bytes);
}

static void cut(const char *path, double where)
{
  char *bytes;
  size_t n;
  assert_ok(cst_file_read(path, &bytes, &n));
  test_write_file(path, bytes, (size_t)(where * (double)n));
  cst_free(bytes);
}

/* Any damage to the newest leads to the one before it. */
static void damage_falls_back(void **unused)
{
  (void)unused;
  enum { WAYS = 7 };
  for (int way = 0; way < WAYS; way++) {
    const char *dir = test_temp_dir();
    state a = make(1), b = make(2), got = make(3);
    char *good = save(dir, 1, &a), *hurt = save(dir, 2, &b), *manifest = manifest_of(hurt), *latest;
    switch (way) {
    case 0:
      flip(hurt, 0.5);
      break;
    case 1:
      flip(hurt, 0.0);
      break;
    case 2:
      flip(hurt, 1.0);
      break;
    case 3:
      cut(hurt, 0.7);
      break;
    case 4:
      assert_ok(cst_file_remove(hurt));
      break;
    case 5:
      assert_ok(cst_file_remove(manifest));
      break;
    default:
      cut(manifest, 0.5);
      break;
    }
    assert_ok(cst_checkpoint_latest(dir, &latest));
    assert_non_null(latest);
    assert_string_equal(latest, good);
    assert_ok(cst_checkpoint_load(latest, fields(&got), FIELDS));
    assert_equal(&a, &got);
    cst_free(latest);
    cst_free(manifest);
    cst_free(good);
    cst_free(hurt);
    cst_layout_reset(&a.layout);
    cst_layout_reset(&b.layout);
    cst_layout_reset(&got.layout);
    test_release(NULL);
  }
}

static void nothing_left_is_no_checkpoint(void **unused)
{
  (void)unused;
  const char *dir = test_temp_dir();
  state a = make(1);
  char *path = save(dir, 1, &a), *latest = path;
  cut(path, 0.5);
  assert_ok(cst_checkpoint_latest(dir, &latest));
  assert_null(latest);
  assert_fails(cst_checkpoint_load(path, fields(&a), FIELDS), CST_ERR_DATA, path);
  assert_ok(cst_checkpoint_latest("/nonexistent", &latest));
  assert_null(latest);
  cst_free(path);
  cst_layout_reset(&a.layout);
}

static void pruning_keeps_the_newest(void **unused)
{
  (void)unused;
  const char *dir = test_temp_dir();
  state a = make(1);
  char *path[12], *latest;
  for (unsigned i = 0; i < 12; i++) path[i] = save(dir, i + 5, &a); /* past 9: order of numbers */
  assert_ok(cst_checkpoint_prune(dir, 2));
  for (unsigned i = 0; i < 12; i++) {
    char *manifest = manifest_of(path[i]);
    assert_int_equal(cst_file_exists(path[i]), i >= 10);
    assert_int_equal(cst_file_exists(manifest), i >= 10);
    cst_free(manifest);
  }
  assert_ok(cst_checkpoint_latest(dir, &latest));
  assert_string_equal(latest, path[11]);
  cst_free(latest);
  for (unsigned i = 0; i < 12; i++) cst_free(path[i]);
  cst_layout_reset(&a.layout);
}

static void description_ends_in_the_digest(void **unused)
{
  (void)unused;
  state a = make(1);
  cst_json *summary = cst_json_object();
  char *path = cst_format("%s/best-x.h5", test_temp_dir()), *text = NULL, hex[CST_DIGEST_HEX];
  size_t bytes = 0;
  FILE *out = open_memstream(&text, &bytes);
  cst_json_set_string(summary, "stage", "student");
  assert_ok(cst_checkpoint_save(path, fields(&a), FIELDS, summary));
  assert_ok(cst_checkpoint_digest(path, hex));
  assert_ok(cst_checkpoint_describe(path, out));
  fclose(out);
  assert_non_null(strstr(text, "stage: \"student\"\n"));
  assert_non_null(strstr(text, "digest: "));
  assert_memory_equal(strstr(text, "digest: ") + 8, hex, CST_DIGEST_HEX - 1);
  flip(path, 0.6);
  out = fopen("/dev/null", "w");
  assert_fails(cst_checkpoint_describe(path, out), CST_ERR_DATA, path);
  fclose(out);
  free(text);
  cst_free(path);
  cst_json_destroy(&summary);
  cst_layout_reset(&a.layout);
}

static int balanced(void **unused)
{
  (void)unused;
  return cst_memory_blocks() == 0 ? 0 : -1;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(state_reads_back, test_release),
      cmocka_unit_test_teardown(digest_is_of_weights_and_moments, test_release),
      cmocka_unit_test_teardown(damage_falls_back, test_release),
      cmocka_unit_test_teardown(nothing_left_is_no_checkpoint, test_release),
      cmocka_unit_test_teardown(pruning_keeps_the_newest, test_release),
      cmocka_unit_test_teardown(description_ends_in_the_digest, test_release),
  };
  cst_log_set_level(CST_LOG_ERROR); /* the warnings are meant */
  return cmocka_run_group_tests(tests, NULL, balanced);
}
