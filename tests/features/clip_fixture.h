/* Small clips of every kind, and stores of them. */
#ifndef CST_CLIP_FIXTURE_H
#define CST_CLIP_FIXTURE_H

#include "cassette/feature_store.h"
#include "cassette/log.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
    jobs[i] = (cst_feature_job){.id = clips[i].id, .path = i == UNKNOWN ? NULL : clips[i].path};
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
static inline void write_store(const char *dir, size_t shards, int threads)
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

static inline cst_feature_store *open_store(const char *dir, int verify, size_t expected)
{
  cst_feature_store *store = NULL;
  assert_ok(cst_feature_store_open(dir, &spec, verify, &store));
  assert_int_equal(cst_feature_store_clips(store), expected);
  return store;
}

static inline void store_digest(const char *dir, int verify, size_t expected,
                                char hex[CST_DIGEST_HEX])
{
  cst_feature_store *store = open_store(dir, verify, expected);
  assert_ok(cst_feature_store_digest(store, hex));
  cst_feature_store_close(&store);
  assert_null(store);
}

#endif
