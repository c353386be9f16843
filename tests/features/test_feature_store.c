/* A store holds what the maker makes, however it is cut into shards. */
#include "cassette/digest.h"
#include "cassette/file.h"
#include "clip_fixture.h"

#include <float.h>
#include <string.h>
#include <unistd.h>

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

/* Beside another thread's failure: what is wrong with a recording is told in its status, and the
 * failure's text is left alone. */
static void an_overshoot_touches_no_message(void **state)
{
  (void)state;
  float x[1200], out[FLOATS];
  cst_feature_maker *maker = NULL;
  cst_audio_info info;
  for (size_t i = 0; i < 1200; i++) x[i] = i / 7 % 2 ? FLT_MAX : -FLT_MAX;
  assert_ok(cst_audio_write(clips[0].path, CST_WAVE_FLOAT, 2 * RATE_HZ, 1, x, 1200));
  assert_ok(cst_feature_maker_create(&spec, &maker));
  cst_raise(CST_ERR_DATA, "of another thread");
  assert_ok(cst_feature_make(maker, clips[0].path, out, &info));
  assert_int_equal(info.status, CST_AUDIO_NOT_FINITE);
  assert_fails(CST_ERR_DATA, CST_ERR_DATA, "of another thread");
  assert_ok(cst_feature_make(maker, clips[0].path, out, &info));
  assert_string_equal(cst_message(), "");
  for (size_t i = 0; i < FLOATS; i++) assert_true(out[i] == 0.0f);
  cst_feature_maker_destroy(&maker);
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
              found.rate_hz == RATE_HZ && found.bins == BANDS && found.amin == spec.amin);
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

/* The features of a sound are not kept under the digest of another. */
static void another_sound_is_refused(void **state)
{
  (void)state;
  cst_feature_store *store;
  char digest[CST_DIGEST_HEX];
  cst_feature_job mine[2] = {jobs[0], jobs[1]};
  assert_ok(cst_digest_file(clips[1].path, digest));
  mine[1].digest = digest;
  assert_ok(cst_shard_write(below("s"), "a", &spec, mine, 2, 1, NULL, NULL));
  make_audio(1, 99);
  assert_fails(cst_shard_write(below("s"), "b", &spec, mine, 2, 2, NULL, NULL), CST_ERR_DATA,
               "1.wav: has changed");
  assert_fails(cst_shard_write(below("s"), "b", &spec, mine, 2, 1, NULL, NULL), CST_ERR_DATA,
               digest);
  unlink(clips[1].path);
  assert_fails(cst_shard_write(below("s"), "b", &spec, mine, 2, 2, NULL, NULL), CST_ERR_DATA,
               "1.wav: no such file, and its features are not in the store");
  mine[1].path = NULL;
  assert_fails(cst_shard_write(below("s"), "b", &spec, mine, 2, 1, NULL, NULL), CST_ERR_DATA,
               "no audio file is known");
  assert_false(cst_file_exists(below("s/shard-b.h5")));
  store = open_store(below("s"), 1, 2);
  cst_feature_store_close(&store);
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

/* More shards than files are held open, read there and back; and one shard of several blocks. */
static void many_shards_are_read_in_any_order(void **state)
{
  (void)state;
  enum { MANY = 60 };
  static char ids[MANY][8];
  cst_feature_job all[MANY];
  float got[FLOATS], want[FLOATS];
  char each[CST_DIGEST_HEX], together[CST_DIGEST_HEX];
  for (int i = 0; i < MANY; i++) {
    snprintf(ids[i], sizeof ids[i], "%03d", i);
    all[i] = (cst_feature_job){.id = ids[i], .path = clips[i % 3].path};
    assert_ok(cst_shard_write(below("s"), ids[i], &spec, &all[i], 1, 1, NULL, NULL));
  }
  assert_ok(cst_shard_write(below("one"), "all", &spec, all, MANY, 2, NULL, NULL));
  store_digest(below("s"), 0, MANY, each);
  store_digest(below("one"), 1, MANY, together);
  assert_string_equal(each, together);
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
      TEST(an_overshoot_touches_no_message),
      TEST(sharding_and_threads_do_not_matter),
      TEST(the_digest_sees_every_part),
      TEST(another_fingerprint_is_refused),
      TEST(other_files_are_ignored),
      TEST(empty_and_impossible_places),
      TEST(another_sound_is_refused),
      TEST(progress_counts_clips),
      TEST(many_shards_are_read_in_any_order),
  };
  return cmocka_run_group_tests_name("feature store", tests, NULL, NULL);
}
