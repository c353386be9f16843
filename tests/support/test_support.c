#include "support/test_support.h"

#include "cassette/file.h"
#include "cassette/random.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_BUFFERS = 4096, MAX_DIRS = 64, PATH_BYTES = 512 };

static void *buffers[MAX_BUFFERS];
static size_t n_buffers;
static char dirs[MAX_DIRS][PATH_BYTES];
static size_t n_dirs;

static void *keep(void *p)
{
  assert_non_null(p);
  assert_true(n_buffers < MAX_BUFFERS);
  return buffers[n_buffers++] = p;
}

float *test_zeros(size_t n) { return keep(cst_alloc(n, sizeof(float))); }
double *test_zeros_f64(size_t n) { return keep(cst_alloc(n, sizeof(double))); }

float *test_random(uint64_t seed, size_t n)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_TEST, 0, 0, 0);
  float *x = test_zeros(n);
  cst_random_fill_uniform(&key, 0, n, x);
  for (size_t i = 0; i < n; i++) x[i] = 2.0f * x[i] - 1.0f;
  return x;
}

int test_release(void **state)
{
  (void)state;
  while (n_buffers) cst_free(buffers[--n_buffers]);
  return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
  (void)info, (void)kind, (void)at;
  return remove(path);
}

void test_remove_dirs(void)
{
  while (n_dirs) nftw(dirs[--n_dirs], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_temp_dir(void)
{
  const char *base = getenv("TMPDIR");
  if (n_dirs == 0) atexit(test_remove_dirs);
  assert_true(n_dirs < MAX_DIRS);
  snprintf(dirs[n_dirs], PATH_BYTES, "%s/cassette-test-XXXXXX", base ? base : "/tmp");
  assert_non_null(mkdtemp(dirs[n_dirs]));
  return dirs[n_dirs++];
}

void test_write_file(const char *path, const void *bytes, size_t n)
{
  FILE *file = fopen(path, "wb");
  if (!file) fail_msg("cannot write %s", path);
  assert_int_equal(fwrite(bytes, 1, n, file), n);
  assert_int_equal(fclose(file), 0);
}

void assert_near(double got, double want, double tolerance, const char *what)
{
  if (!(fabs(got - want) <= tolerance * (1.0 + fabs(want))))
    fail_msg("%s: got %.9g, want %.9g", what, got, want);
}

double test_relative_l2(const float *got, const double *want, size_t n)
{
  double difference = 0.0, norm = 0.0;
  for (size_t i = 0; i < n; i++) {
    difference += ((double)got[i] - want[i]) * ((double)got[i] - want[i]);
    norm += want[i] * want[i];
  }
  return norm > 0.0 ? sqrt(difference / norm) : sqrt(difference);
}

void assert_fails(cst_status got, cst_status code, const char *fragment)
{
  if (got != code) fail_msg("status %d, want %d; message: %s", (int)got, (int)code, cst_message());
  if (!strstr(cst_message(), fragment))
    fail_msg("message lacks \"%s\": %s", fragment, cst_message());
  assert_null(strchr(cst_message(), '\n'));
  cst_clear();
}

void assert_ok(cst_status got)
{
  if (got != CST_OK) fail_msg("status %d: %s", (int)got, cst_message());
}

const char *test_shared(const char *relative)
{
  static char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", CST_SHARED_DIR, relative);
  return access(path, R_OK) == 0 ? path : NULL;
}
