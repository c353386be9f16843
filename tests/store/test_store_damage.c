/* Damage is an error or harmless, never another value: cut files, flipped bits, foreign files,
 * disks that are full. */
#include "cassette/file.h"
#include "cassette/store.h"
#include "support/test_support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 3 * 10 * 16, TEXTS = 3 };
static const size_t shape[] = {3, 10, 16};
static const char *const ids[TEXTS] = {"bus-1", "bus-2", "airport-1"};
static const char *const fingerprint = "fft=2048 hop=882";

static char dir[256], path[512];
static float x[N];
static char *whole; /* the good file */
static size_t whole_bytes;

static cst_status write_sample(const char *to, const float *data, bool checksum)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  const double loss = 0.25;
  CST_TRY(cst_store_create(to, &store));
  CST_TRY(cst_store_write(store, "features", CST_F32, 3, shape, data, checksum));
  CST_TRY(cst_store_write(store, "step0/loss", CST_F64, 0, NULL, &loss, true));
  CST_TRY(cst_store_write_strings(store, "ids", TEXTS, ids));
  CST_TRY(cst_store_write_string(store, "fingerprint", fingerprint));
  CST_TRY(cst_store_commit(&store));
done:
  cst_store_close(&store);
  return st;
}

/* OK only if everything is there and as it was. */
static cst_status read_sample(const char *from)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  float got[N];
  double loss = 0.0;
  char **texts = NULL, *text = NULL;
  size_t n = 0;
  CST_TRY(cst_store_open(from, &store));
  CST_TRY(cst_store_read(store, "features", CST_F32, N, got));
  CST_TRY(cst_store_read(store, "step0/loss", CST_F64, 1, &loss));
  CST_TRY(cst_store_read_strings(store, "ids", &n, &texts));
  CST_TRY(cst_store_read_string(store, "fingerprint", &text));
  assert_memory_equal(got, x, sizeof x);
  assert_true(loss == 0.25);
  assert_int_equal(n, TEXTS);
  for (size_t i = 0; i < n; i++) assert_string_equal(texts[i], ids[i]);
  assert_string_equal(text, fingerprint);
done:
  cst_free(text);
  cst_free(texts);
  cst_store_close(&store);
  return st;
}

static int make_sample(void **state)
{
  snprintf(dir, sizeof dir, "%s", test_temp_dir());
  snprintf(path, sizeof path, "%s/a.h5", dir);
  memcpy(x, test_random(1, N), sizeof x);
  assert_ok(write_sample(path, x, true));
  assert_ok(cst_file_read(path, &whole, &whole_bytes));
  return test_release(state);
}

static int nothing_held(void **state)
{
  test_release(state);
  cst_free(whole);
  whole = NULL;
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

static void a_cut_file_is_refused(void **state)
{
  (void)state;
  for (size_t bytes = whole_bytes; bytes > 0;) {
    bytes -= bytes < 1024 || bytes == whole_bytes ? 1 : 37;
    assert_int_equal(truncate(path, (off_t)bytes), 0);
    assert_fails(read_sample(path), CST_ERR_DATA, "a.h5");
  }
}

/* No reserve is left at the end: the last byte is missed whatever the file holds. */
static void the_last_byte_counts(void **state)
{
  (void)state;
  for (size_t arrays = 0; arrays < 24; arrays += 4) {
    cst_store *store = NULL;
    char *bytes = NULL, name[32];
    size_t n = 0;
    assert_ok(cst_store_create(path, &store));
    for (size_t i = 0; i < arrays; i++) {
      snprintf(name, sizeof name, "group%zu/array%zu", i % 5, i);
      assert_ok(cst_store_write(store, name, CST_F32, i % 2 ? 3 : 0, shape, x, true));
    }
    assert_ok(cst_store_commit(&store));
    assert_ok(cst_file_read(path, &bytes, &n));
    test_write_file(path, bytes, n - 1);
    cst_free(bytes);
    assert_fails(cst_store_open(path, &store), CST_ERR_DATA, "truncated");
  }
}

/* Every byte, one bit of it (another one from byte to byte): no value may change unnoticed. */
static void a_flipped_bit_is_found(void **state)
{
  (void)state;
  size_t found = 0;
  const int file = open(path, O_RDWR);
  assert_true(file >= 0);
  for (size_t i = 0; i < whole_bytes; i++) {
    const char flipped = (char)(whole[i] ^ 1 << (i % 8));
    assert_int_equal(pwrite(file, &flipped, 1, (off_t)i), 1);
    const cst_status st = read_sample(path);
    assert_int_equal(pwrite(file, &whole[i], 1, (off_t)i), 1);
    if (st == CST_OK) continue;
    assert_fails(st, CST_ERR_DATA, "a.h5");
    found++;
  }
  close(file);
  assert_ok(read_sample(path));
  assert_true(found > sizeof x); /* the rest is padding */
}

static void a_damaged_array_is_named(void **state)
{
  (void)state;
  char *at = memmem(whole, whole_bytes, &x[200], 16);
  assert_non_null(at);
  *at ^= 4;
  test_write_file(path, whole, whole_bytes);
  assert_fails(read_sample(path), CST_ERR_DATA, "a.h5: array features: cannot be read (HDF5: ");
}

static void without_a_checksum_nobody_knows(void **state)
{
  (void)state;
  cst_store *store = NULL;
  float got[N];
  char *bytes = NULL;
  size_t n = 0;
  assert_ok(write_sample(path, x, false));
  assert_ok(cst_file_read(path, &bytes, &n));
  char *at = memmem(bytes, n, &x[200], 16);
  assert_non_null(at);
  *at ^= 4;
  test_write_file(path, bytes, n);
  cst_free(bytes);
  assert_ok(cst_store_open(path, &store));
  assert_ok(cst_store_read(store, "features", CST_F32, N, got));
  assert_memory_not_equal(got, x, sizeof x); /* so the test above is about the checksum */
  cst_store_close(&store);
}

static void foreign_files_are_named(void **state)
{
  (void)state;
  cst_store *store = NULL;
  char other[600];
  test_write_file(path, "scene,city\nbus,Xi'an\n", 21);
  assert_fails(cst_store_open(path, &store), CST_ERR_DATA, "not an HDF5 file");
  test_write_file(path, "", 0);
  assert_fails(cst_store_open(path, &store), CST_ERR_DATA, "is empty");
  assert_fails(cst_store_open(dir, &store), CST_ERR_DATA, "is a directory");
  snprintf(other, sizeof other, "%s/absent.h5", dir);
  assert_fails(cst_store_open(other, &store), CST_ERR_DATA, "No such file");
  snprintf(other, sizeof other, "%s/pipe", dir);
  assert_int_equal(mkfifo(other, 0600), 0);
  assert_fails(cst_store_open(other, &store), CST_ERR_DATA, "not a regular file");
  assert_null(store);
}

static void unreadable_and_unwritable_places(void **state)
{
  (void)state;
  cst_store *store = NULL;
  char other[600];
  snprintf(other, sizeof other, "%s/absent/b.h5", dir);
  assert_fails(cst_store_create(other, &store), CST_ERR_DATA, "absent");
  snprintf(other, sizeof other, "%s/b.h5", path); /* below a file */
  assert_fails(cst_store_create(other, &store), CST_ERR_DATA, "a.h5");
  assert_fails(cst_store_create(dir, &store), CST_ERR_DATA, "is a directory");
  assert_null(store);
  if (geteuid() == 0) return; /* root may do all that follows */
  assert_int_equal(chmod(path, 0), 0);
  assert_fails(cst_store_open(path, &store), CST_ERR_DATA, "Permission denied");
  assert_int_equal(chmod(dir, 0500), 0);
  snprintf(other, sizeof other, "%s/b.h5", dir);
  assert_fails(cst_store_create(other, &store), CST_ERR_DATA, "Permission denied");
  assert_int_equal(chmod(dir, 0700), 0);
}

static cst_status count(void *context, const char *relative)
{
  (void)relative;
  ++*(size_t *)context;
  return CST_OK;
}

static size_t files_below(const char *root)
{
  size_t n = 0;
  assert_ok(cst_walk(root, count, &n));
  return n;
}

/* Whatever the file in the way was, it is still there and whole. */
static void a_failed_write_leaves_the_old_file(void **state)
{
  (void)state;
  struct rlimit limit, small;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  small = limit;
  signal(SIGXFSZ, SIG_IGN);
  for (size_t bytes = 0; bytes < whole_bytes; bytes += whole_bytes / 7) {
    small.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const cst_status st = write_sample(path, test_random(2, N), true);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_fails(st, CST_ERR_DATA, "File too large");
    assert_int_equal(files_below(dir), 1);
    assert_ok(read_sample(path));
  }
  signal(SIGXFSZ, SIG_DFL);
}

static void a_full_disk_is_reported(void **state)
{
  (void)state;
  char disk[400], file[500];
  snprintf(disk, sizeof disk, "%s/disk", dir);
  assert_int_equal(mkdir(disk, 0700), 0);
  if (mount("tmpfs", disk, "tmpfs", 0, "size=4k") != 0) {
    print_message("full disk: skipped, cannot mount a tmpfs (%s)\n", strerror(errno));
    skip();
  }
  snprintf(file, sizeof file, "%s/filler", disk);
  test_write_file(file, whole, 1);
  snprintf(file, sizeof file, "%s/b.h5", disk);
  const cst_status st = write_sample(file, x, true);
  const size_t left = files_below(disk);
  umount2(disk, MNT_DETACH);
  assert_fails(st, CST_ERR_DATA, "No space left on device; free some space");
  assert_int_equal(left, 1); /* the filler */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_cut_file_is_refused, make_sample, nothing_held),
      cmocka_unit_test_setup_teardown(the_last_byte_counts, make_sample, nothing_held),
      cmocka_unit_test_setup_teardown(a_flipped_bit_is_found, make_sample, nothing_held),
      cmocka_unit_test_setup_teardown(a_damaged_array_is_named, make_sample, nothing_held),
      cmocka_unit_test_setup_teardown(without_a_checksum_nobody_knows, make_sample, nothing_held),
      cmocka_unit_test_setup_teardown(foreign_files_are_named, make_sample, nothing_held),
      cmocka_unit_test_setup_teardown(unreadable_and_unwritable_places, make_sample, nothing_held),
      cmocka_unit_test_setup_teardown(a_failed_write_leaves_the_old_file, make_sample,
                                      nothing_held),
      cmocka_unit_test_setup_teardown(a_full_disk_is_reported, make_sample, nothing_held),
  };
  return cmocka_run_group_tests_name("store damage", tests, NULL, NULL);
}
