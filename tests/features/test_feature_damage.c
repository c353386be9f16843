/* Damage costs the clips it hits, and nobody is told other numbers. */
#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/store.h"
#include "clip_fixture.h"

#include <string.h>

static void flip_bit(const char *path, const void *bytes, size_t n)
{
  char *content = NULL;
  size_t size = 0;
  assert_ok(cst_file_read(path, &content, &size));
  char *at = memmem(content, size, bytes, n);
  assert_non_null(at);
  *at ^= 1;
  test_write_file(path, content, size);
  cst_free(content);
}

static void damaged_features_are_found_and_replaced(void **state)
{
  (void)state;
  float want[FLOATS], got[FLOATS];
  char before[CST_DIGEST_HEX], after[CST_DIGEST_HEX];
  write_store(below("s"), 4, 1);
  store_digest(below("s"), 0, CLIPS, before);
  cst_feature_store *store = open_store(below("s"), 0, CLIPS);
  const size_t at = cst_feature_store_find(store, clips[2].id);
  assert_ok(cst_feature_store_read(store, at, want));
  cst_feature_store_close(&store);
  flip_bit(below("s/shard-02.h5"), want, sizeof want);

  store = open_store(below("s"), 0, CLIPS); /* the structure is sound */
  assert_fails(cst_feature_store_read(store, at, got), CST_ERR_DATA, clips[2].id);
  assert_int_not_equal(cst_feature_store_read(store, at, got), CST_OK);
  assert_non_null(strstr(cst_message(), "shard-02.h5"));
  assert_fails(CST_ERR_DATA, CST_ERR_DATA, "features: cannot be read (HDF5: ");
  assert_fails(cst_feature_store_digest(store, after), CST_ERR_DATA, "shard-02.h5");
  cst_feature_store_close(&store);
  store = open_store(below("s"), 1, CLIPS - 5); /* verifying leaves its clips out */
  assert_int_equal(cst_feature_store_find(store, clips[2].id), SIZE_MAX);
  cst_feature_store_close(&store);

  for (size_t i = 2; i < CLIPS; i += 4) { /* computed again, under other names */
    char name[16];
    snprintf(name, sizeof name, "again-%zu", i);
    assert_ok(cst_shard_write(below("s"), name, &spec, &jobs[i], 1, 1, NULL, NULL));
  }
  for (int verify = 0; verify < 2; verify++) {
    store = open_store(below("s"), verify, CLIPS);
    assert_ok(cst_feature_store_read(store, at, got));
    assert_memory_equal(got, want, sizeof got);
    cst_feature_store_close(&store);
    store_digest(below("s"), verify, CLIPS, after);
    assert_string_equal(before, after);
  }
}

static void a_cut_shard_is_left_out(void **state)
{
  (void)state;
  char *content = NULL;
  size_t size = 0;
  write_store(below("s"), 2, 1);
  assert_ok(cst_file_read(below("s/shard-01.h5"), &content, &size));
  for (size_t bytes = 0; bytes < size; bytes += size / 23) {
    test_write_file(below("s/shard-01.h5"), content, bytes);
    cst_feature_store *store = open_store(below("s"), 0, CLIPS / 2);
    assert_string_equal(cst_message(), ""); /* dealt with */
    cst_feature_store_close(&store);
  }
  cst_free(content);
}

typedef struct {
  cst_store *from, *to;
  const char *skip, *replaced;
  float gain;
  size_t frames; /* not 0: what the spec and the shape of the features say */
} rewriting;

static cst_status copy_text(rewriting *r, const char *name)
{
  char **texts = NULL;
  size_t n = 0;
  cst_status st = cst_store_read_strings(r->from, name, &n, &texts);
  if (st == CST_OK && (strcmp(name, "ids") == 0 || strcmp(name, "digests") == 0))
    st = cst_store_write_strings(r->to, name, n, (const char *const *)texts);
  else if (st == CST_OK)
    st = cst_store_write_string(r->to, name, texts[0]);
  cst_free(texts);
  return st;
}

static cst_status copy_array(void *context, const char *name)
{
  rewriting *r = context;
  size_t dims = 0, shape[CST_STORE_MAX_DIMS], count = 1;
  if (strcmp(name, "spec") == 0 || strcmp(name, r->skip) == 0) return CST_OK;
  if (strcmp(name, "features") != 0 && strcmp(name, "status") != 0) return copy_text(r, name);
  assert_ok(cst_store_shape(r->from, name, &dims, shape));
  for (size_t d = 0; d < dims; d++) count *= shape[d];
  float *x = test_zeros(count);
  assert_ok(cst_store_read(r->from, name, CST_F32, count, x));
  for (size_t i = 0; i < count; i++) x[i] *= dims == 3 ? r->gain : 1.0f;
  if (strcmp(name, r->replaced) == 0) shape[0]--;
  if (dims == 3 && r->frames) {
    x = test_zeros(shape[0] * r->frames * shape[2]);
    shape[1] = r->frames;
  }
  return cst_store_write(r->to, name, CST_F32, dims, shape, x, true);
}

static cst_status copy_spec(void *context, const char *name)
{
  rewriting *r = context;
  char path[64];
  double value = 0.0;
  snprintf(path, sizeof path, "spec/%s", name);
  if (strcmp(path, r->skip) == 0) return CST_OK;
  assert_ok(cst_store_read(r->from, path, CST_F64, 1, &value));
  if (strcmp(name, "frames") == 0 && r->frames) value = (double)r->frames;
  return cst_store_write(r->to, path, CST_F64, 0, NULL, &value, true);
}

/* A sound HDF5 file that is not a sound shard. */
static void rewrite_as(rewriting r, const char *from, const char *to)
{
  assert_ok(cst_store_open(from, &r.from));
  assert_ok(cst_store_create(to, &r.to));
  assert_ok(cst_store_list(r.from, "", copy_array, &r));
  assert_ok(cst_store_list(r.from, "spec", copy_spec, &r));
  assert_ok(cst_store_commit(&r.to));
  cst_store_close(&r.from);
}

static void rewrite(const char *from, const char *to, const char *skip, const char *replaced,
                    float gain)
{
  rewrite_as((rewriting){.skip = skip, .replaced = replaced, .gain = gain}, from, to);
}

static void an_incomplete_shard_is_left_out(void **state)
{
  (void)state;
  static const char *const arrays[] = {"ids",    "status",      "features", "digests",
                                       "digest", "fingerprint", "spec/hop"};
  write_store(below("whole"), 1, 1);
  assert_ok(cst_make_dirs(below("s")));
  rewrite(below("whole/shard-00.h5"), below("s/shard-00.h5"), "", "", 1.0f);
  cst_feature_store *store = open_store(below("s"), 1, CLIPS); /* rewriting itself is sound */
  cst_feature_store_close(&store);
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    rewrite(below("whole/shard-00.h5"), below("s/shard-00.h5"), arrays[i], "", 1.0f);
    store = open_store(below("s"), 0, 0);
    cst_feature_store_close(&store);
  }
  for (size_t i = 1; i < 3; i++) { /* status or features shorter than the ids */
    rewrite(below("whole/shard-00.h5"), below("s/shard-00.h5"), "", arrays[i], 1.0f);
    store = open_store(below("s"), 0, 0);
    cst_feature_store_close(&store);
  }
}

/* Checksums of the file cannot tell; the digest can. */
static void altered_features_are_found_by_verifying(void **state)
{
  (void)state;
  write_store(below("whole"), 1, 1);
  assert_ok(cst_make_dirs(below("s")));
  rewrite(below("whole/shard-00.h5"), below("s/shard-00.h5"), "", "", 1.0f + 0x1p-20f);
  cst_feature_store *store = open_store(below("s"), 0, CLIPS);
  cst_feature_store_close(&store);
  store = open_store(below("s"), 1, 0);
  cst_feature_store_close(&store);
}

static void a_shard_replaced_in_use_is_noticed(void **state)
{
  (void)state;
  float got[FLOATS];
  write_store(below("s"), 1, 1);
  cst_feature_store *store = open_store(below("s"), 0, CLIPS);
  assert_ok(cst_shard_write(below("s"), "00", &spec, jobs, CLIPS - 1, 1, NULL, NULL));
  assert_fails(cst_feature_store_read(store, 0, got), CST_ERR_DATA, "was replaced while in use");
  cst_feature_store_close(&store);
}

/* A valid fingerprint beside longer rows than it tells of. */
static void a_shard_that_contradicts_its_fingerprint_is_left_out(void **state)
{
  (void)state;
  const rewriting longer = {.skip = "", .replaced = "", .gain = 1.0f, .frames = 40 * spec.frames};
  write_store(below("whole"), 1, 1);
  assert_ok(cst_make_dirs(below("s")));
  rewrite_as(longer, below("whole/shard-00.h5"), below("s/shard-00.h5"));
  for (int verify = 0; verify < 2; verify++) {
    cst_feature_store *store = open_store(below("s"), verify, 0);
    cst_feature_store_close(&store);
  }
}

/* The same digest over features of another shape. */
static void a_shard_replaced_by_a_longer_one_is_noticed(void **state)
{
  (void)state;
  const rewriting longer = {.skip = "", .replaced = "", .gain = 1.0f, .frames = 40 * spec.frames};
  float got[FLOATS];
  write_store(below("s"), 1, 1);
  cst_feature_store *store = open_store(below("s"), 0, CLIPS);
  rewrite_as(longer, below("s/shard-00.h5"), below("s/shard-00.h5"));
  assert_fails(cst_feature_store_read(store, 0, got), CST_ERR_DATA, "rows of");
  cst_feature_store_close(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_clips, nothing_held)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(damaged_features_are_found_and_replaced),
      TEST(a_cut_shard_is_left_out),
      TEST(an_incomplete_shard_is_left_out),
      TEST(altered_features_are_found_by_verifying),
      TEST(a_shard_replaced_in_use_is_noticed),
      TEST(a_shard_that_contradicts_its_fingerprint_is_left_out),
      TEST(a_shard_replaced_by_a_longer_one_is_noticed),
  };
  return cmocka_run_group_tests_name("feature damage", tests, NULL, NULL);
}
