/* A store holds what the maker makes, however it is cut into shards; damage costs what it must. */
#include "cassette/digest.h"
#include "cassette/feature_store.h"
#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/store.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CLIPS = 20, FRAMES = 6, BANDS = 12, FLOATS = FRAMES * BANDS, RATE_HZ = 8000 };
static const cst_logmel_spec spec = {RATE_HZ, 256,    200,   100,  BANDS,
                                     50.0,    4000.0, 1e-10, 80.0, FRAMES};
enum {
  SILENT = 3,
  SHORT = 4,
  TEXT = 5,
  ABSENT = 6,
  UNKNOWN = 7,
  STEREO = 8,
  OTHER_RATE = 9,
  NAN_AT = 10
};

static char root[256]; /* of one test */
static struct {
  char id[16], path[300];
} clips[CLIPS];
static cst_feature_job jobs[CLIPS];

static const char *below(const char *name)
{
  static char paths[8][400];
  static int next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", root, name);
  return path;
}

static void make_audio(int i, uint64_t seed)
{
  const size_t n = i == SHORT ? 250 : i == OTHER_RATE ? 1200 : FRAMES * 100;
  const uint32_t rate_hz = i == OTHER_RATE ? 16000 : RATE_HZ;
  float *x = test_random(seed + (uint64_t)i, 2 * n);
  if (i == SILENT) memset(x, 0, n * sizeof *x);
  if (i == NAN_AT) x[17] = NAN;
  if (i == TEXT)
    test_write_file(clips[i].path, "not audio\n", 10);
  else
    assert_ok(cst_audio_write(clips[i].path, CST_WAVE_FLOAT, rate_hz, i == STEREO ? 2 : 1, x, n));
}

static int make_clips(void **state)
{
  snprintf(root, sizeof root, "%s", test_temp_dir());
  for (int i = 0; i < CLIPS; i++) {
    snprintf(clips[i].id, sizeof clips[i].id, "clip%d", (i * 7) % CLIPS); /* not in order */
    snprintf(clips[i].path, sizeof clips[i].path, "%s/%d.wav", root, i);
    jobs[i] = (cst_feature_job){clips[i].id, i == UNKNOWN ? NULL : clips[i].path};
    if (i != ABSENT && i != UNKNOWN) make_audio(i, 1);
  }
  cst_log_set_level(CST_LOG_ERROR); /* warnings are expected here */
  return test_release(state);
}

static int nothing_held(void **state)
{
  test_release(state);
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

/* Clip i goes into shard i % shards. */
static void write_store(const char *dir, size_t shards, int threads)
{
  for (size_t s = 0; s < shards; s++) {
    cst_feature_job mine[CLIPS];
    char name[32];
    size_t n = 0;
    for (size_t i = s; i < CLIPS; i += shards) mine[n++] = jobs[i];
    snprintf(name, sizeof name, "%02zu", s);
    assert_ok(cst_shard_write(dir, name, &spec, mine, n, threads, NULL, NULL));
  }
}

static cst_feature_store *open_store(const char *dir, int verify, size_t expected)
{
  cst_feature_store *store = NULL;
  assert_ok(cst_feature_store_open(dir, &spec, verify, &store));
  assert_int_equal(cst_feature_store_clips(store), expected);
  return store;
}

static void store_digest(const char *dir, int verify, size_t expected, char hex[CST_DIGEST_HEX])
{
  cst_feature_store *store = open_store(dir, verify, expected);
  assert_ok(cst_feature_store_digest(store, hex));
  cst_feature_store_close(&store);
  assert_null(store);
}

static void a_store_holds_what_the_maker_makes(void **state)
{
  (void)state;
  static const cst_audio_status expected[CLIPS] = {
      [SILENT] = CST_AUDIO_SILENT,  [SHORT] = CST_AUDIO_SHORT,     [TEXT] = CST_AUDIO_UNREADABLE,
      [ABSENT] = CST_AUDIO_MISSING, [UNKNOWN] = CST_AUDIO_MISSING, [NAN_AT] = CST_AUDIO_NOT_FINITE};
  float want[FLOATS], got[FLOATS];
  cst_feature_maker *maker = NULL;
  cst_audio_info info;
  write_store(below("store"), 3, 2);
  cst_feature_store *store = open_store(below("store"), 1, CLIPS);
  assert_ok(cst_feature_maker_create(&spec, &maker));
  for (int i = 0; i < CLIPS; i++) {
    const size_t at = cst_feature_store_find(store, clips[i].id);
    assert_true(at < CLIPS);
    assert_string_equal(cst_feature_store_id(store, at), clips[i].id);
    assert_ok(cst_feature_make(maker, jobs[i].path, want, &info));
    assert_int_equal(info.status, expected[i]);
    assert_int_equal(cst_feature_store_status(store, at), expected[i]);
    assert_ok(cst_feature_store_read(store, at, got));
    assert_memory_equal(got, want, sizeof got);
    assert_true(cst_audio_usable(info.status) == (got[0] != 0.0f)); /* zeros where not usable */
  }
  for (size_t at = 1; at < CLIPS; at++)
    assert_true(strcmp(cst_feature_store_id(store, at - 1), cst_feature_store_id(store, at)) < 0);
  assert_int_equal(cst_feature_store_find(store, "clip"), SIZE_MAX);
  assert_int_equal(cst_feature_store_find(store, "zebra"), SIZE_MAX);
  assert_int_equal(cst_feature_store_find(store, ""), SIZE_MAX);
  cst_feature_maker_destroy(&maker);
  cst_feature_store_close(&store);
}

static void sharding_and_threads_do_not_matter(void **state)
{
  (void)state;
  char want[CST_DIGEST_HEX], got[CST_DIGEST_HEX], one[CST_DIGEST_HEX], five[CST_DIGEST_HEX];
  write_store(below("one"), 1, 1);
  write_store(below("five"), 1, 5);
  write_store(below("three"), 3, 2);
  write_store(below("each"), CLIPS, 1);
  assert_ok(cst_digest_file(below("one/shard-00.h5"), one));
  assert_ok(cst_digest_file(below("five/shard-00.h5"), five));
  assert_string_equal(one, five); /* the very bytes */
  store_digest(below("one"), 0, CLIPS, want);
  store_digest(below("one"), 1, CLIPS, got);
  assert_string_equal(got, want);
  store_digest(below("three"), 0, CLIPS, got);
  assert_string_equal(got, want);
  store_digest(below("each"), 1, CLIPS, got);
  assert_string_equal(got, want);
}

static void the_digest_sees_every_part(void **state)
{
  (void)state;
  char base[CST_DIGEST_HEX], got[CST_DIGEST_HEX];
  write_store(below("base"), 2, 1);
  store_digest(below("base"), 0, CLIPS, base);

  make_audio(1, 99); /* other features */
  write_store(below("audio"), 2, 1);
  store_digest(below("audio"), 0, CLIPS, got);
  assert_string_not_equal(got, base);
  make_audio(1, 1);

  clips[1].id[0] = 'd'; /* another id */
  write_store(below("id"), 2, 1);
  store_digest(below("id"), 0, CLIPS, got);
  assert_string_not_equal(got, base);
  clips[1].id[0] = 'c';

  unlink(clips[TEXT].path); /* missing, no longer unreadable; zeros all the same */
  write_store(below("status"), 2, 1);
  store_digest(below("status"), 0, CLIPS, got);
  assert_string_not_equal(got, base);

  assert_int_equal(unlink(below("base/shard-01.h5")), 0);
  store_digest(below("base"), 0, CLIPS / 2, got);
  assert_string_not_equal(got, base);
}

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
  assert_fails(CST_ERR_DATA, CST_ERR_DATA, "Fletcher32");
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
  return cst_store_write(r->to, path, CST_F64, 0, NULL, &value, true);
}

/* A sound HDF5 file that is not a sound shard. */
static void rewrite(const char *from, const char *to, const char *skip, const char *replaced,
                    float gain)
{
  rewriting r = {.skip = skip, .replaced = replaced, .gain = gain};
  assert_ok(cst_store_open(from, &r.from));
  assert_ok(cst_store_create(to, &r.to));
  assert_ok(cst_store_list(r.from, "", copy_array, &r));
  assert_ok(cst_store_list(r.from, "spec", copy_spec, &r));
  assert_ok(cst_store_commit(&r.to));
  cst_store_close(&r.from);
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

static void another_fingerprint_is_refused(void **state)
{
  (void)state;
  cst_logmel_spec other = spec, found;
  cst_feature_store *store = NULL;
  char *fingerprint = NULL;
  size_t shards = 0, n = 0;
  write_store(below("s"), 2, 1);
  other.hop = 101;
  assert_int_equal(cst_feature_store_open(below("s"), &other, 0, &store), CST_ERR_DATA);
  assert_null(store);
  assert_non_null(strstr(cst_message(), "differ in hop=100 (wanted: hop=101)"));
  assert_non_null(strstr(cst_message(), "shard-00.h5"));
  assert_fails(CST_ERR_DATA, CST_ERR_DATA, "hop=101 bands=12"); /* the whole lines too */

  assert_ok(cst_feature_store_describe(below("s"), &found, &shards, &n, &fingerprint));
  assert_true(shards == 2 && n == CLIPS && found.hop == spec.hop && found.frames == FRAMES &&
              found.rate_hz == RATE_HZ && found.bands == BANDS && found.amin == spec.amin);
  assert_non_null(strstr(fingerprint, "hop=100"));
  cst_free(fingerprint);

  other = spec;
  other.low_hz = 51.0; /* a mixed store */
  assert_ok(cst_shard_write(below("s"), "zz", &other, jobs, 1, 1, NULL, NULL));
  assert_fails(cst_feature_store_open(below("s"), &spec, 0, &store), CST_ERR_DATA, "shard-zz.h5");
  assert_fails(cst_feature_store_describe(below("s"), &found, &shards, &n, &fingerprint),
               CST_ERR_DATA, "shard-zz.h5");
}

static void other_files_are_ignored(void **state)
{
  (void)state;
  char hex[2][CST_DIGEST_HEX];
  write_store(below("s"), 2, 1);
  store_digest(below("s"), 0, CLIPS, hex[0]);
  assert_ok(cst_make_dirs(below("s/shard-old.h5")));
  test_write_file(below("s/.shard-03.h5.123.tmp"), "half", 4);
  test_write_file(below("s/shard-03.h5.bak"), "half", 4);
  test_write_file(below("s/shard-old.h5/shard-00.h5"), "half", 4);
  test_write_file(below("s/notes.txt"), "", 0);
  store_digest(below("s"), 1, CLIPS, hex[1]);
  assert_string_equal(hex[0], hex[1]);
}

static void empty_and_impossible_places(void **state)
{
  (void)state;
  cst_feature_store *store = open_store(below("absent"), 1, 0);
  char hex[CST_DIGEST_HEX], *fingerprint = NULL;
  cst_logmel_spec found;
  size_t shards, n;
  assert_ok(cst_feature_store_digest(store, hex));
  assert_int_equal(cst_feature_store_find(store, "a"), SIZE_MAX);
  cst_feature_store_close(&store);
  assert_fails(cst_feature_store_describe(below("absent"), &found, &shards, &n, &fingerprint),
               CST_ERR_DATA, "no feature shards");
  assert_fails(cst_feature_store_open(clips[0].path, &spec, 0, &store), CST_ERR_DATA, "0.wav");
  assert_null(store);
  assert_fails(cst_shard_write(below("0.wav/s"), "a", &spec, jobs, 1, 1, NULL, NULL), CST_ERR_DATA,
               "0.wav");
}

static void count_done(void *context, size_t done) { *(size_t *)context += done; }

static void progress_counts_clips(void **state)
{
  (void)state;
  size_t done = 0;
  assert_ok(cst_shard_write(below("s"), "a", &spec, jobs, CLIPS, 3, count_done, &done));
  assert_int_equal(done, CLIPS);
  assert_ok(cst_shard_write(below("t"), "a", &spec, jobs, 0, 3, count_done, &done));
  assert_int_equal(done, CLIPS);
  assert_false(cst_file_exists(below("t/shard-a.h5")));
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

/* More shards than files are held open, read there and back. */
static void many_shards_are_read_in_any_order(void **state)
{
  (void)state;
  enum { MANY = 60 };
  static char ids[MANY][8];
  float got[FLOATS], want[FLOATS];
  for (int i = 0; i < MANY; i++) {
    snprintf(ids[i], sizeof ids[i], "%03d", i);
    const cst_feature_job job = {ids[i], clips[i % 3].path};
    assert_ok(cst_shard_write(below("s"), ids[i], &spec, &job, 1, 1, NULL, NULL));
  }
  cst_feature_store *store = open_store(below("s"), 0, MANY);
  for (size_t pass = 0; pass < 3; pass++)
    for (size_t i = 0; i < MANY; i++) {
      const size_t at = pass == 1 ? MANY - 1 - i : i * (pass == 2 ? 37 : 1) % MANY;
      assert_ok(cst_feature_store_read(store, at % 3, want));
      assert_ok(cst_feature_store_read(store, at, got));
      assert_memory_equal(got, want, sizeof got);
    }
  cst_feature_store_close(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_clips, nothing_held)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_store_holds_what_the_maker_makes),
      TEST(sharding_and_threads_do_not_matter),
      TEST(the_digest_sees_every_part),
      TEST(damaged_features_are_found_and_replaced),
      TEST(a_cut_shard_is_left_out),
      TEST(an_incomplete_shard_is_left_out),
      TEST(altered_features_are_found_by_verifying),
      TEST(another_fingerprint_is_refused),
      TEST(other_files_are_ignored),
      TEST(empty_and_impossible_places),
      TEST(progress_counts_clips),
      TEST(a_shard_replaced_in_use_is_noticed),
      TEST(many_shards_are_read_in_any_order),
  };
  return cmocka_run_group_tests_name("feature store", tests, NULL, NULL);
}
