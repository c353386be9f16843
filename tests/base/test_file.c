#include "support/test_support.h"

#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void written_file_reads_back(void **state)
{
  (void)state;
  char *path = cst_path_join(test_temp_dir(), "a.bin"), *back;
  size_t n;
  assert_ok(cst_file_write(path, "x\0y", 3));
  assert_ok(cst_file_write(path, "longer\0text", 11)); /* replaces */
  assert_ok(cst_file_read(path, &back, &n));
  assert_int_equal(n, 11);
  assert_memory_equal(back, "longer\0text", 12);
  cst_free(back);
  cst_free(path);
}

/* Big enough that the reader's buffer must grow. */
static void large_file_reads_back(void **state)
{
  (void)state;
  enum { N = 300000 };
  char *path = cst_path_join(test_temp_dir(), "large"), *bytes = cst_alloc(N, 1), *back;
  size_t n;
  for (size_t i = 0; i < N; i++) bytes[i] = (char)(i * 7);
  assert_ok(cst_file_write(path, bytes, N));
  assert_ok(cst_file_read(path, &back, &n));
  assert_int_equal(n, N);
  assert_memory_equal(back, bytes, N);
  cst_free(back);
  cst_free(bytes);
  cst_free(path);
}

static cst_status collect(void *context, const char *relative)
{
  cst_text_add(context, "%s ", relative);
  return CST_OK;
}

static void failed_write_leaves_nothing(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  char *path = cst_format("%s/absent/a.bin", dir), *target = cst_format("%s/taken", dir);
  cst_text names = {0};
  assert_fails(cst_file_write(path, "x", 1), CST_ERR_DATA, "absent/a.bin");
  assert_ok(cst_make_dirs(target));
  assert_fails(cst_file_write(target, "x", 1), CST_ERR_DATA,
               "taken"); /* a directory stands there */
  assert_ok(cst_walk(dir, collect, &names));
  assert_int_equal(names.bytes, 0);
  cst_free(path);
  cst_free(target);
}

static void full_disk_is_named_and_leaves_the_old_file(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  char *path = cst_path_join(dir, "a"), *big = cst_alloc(1 << 20, 1), *back;
  size_t n;
  if (mount("tmpfs", dir, "tmpfs", 0, "size=64k") != 0) skip(); /* needs root */
  assert_ok(cst_file_write(path, "old", 3));
  const cst_status st = cst_file_write(path, big, 1 << 20);
  assert_ok(cst_file_read(path, &back, &n) == CST_OK ? CST_OK : CST_ERR_INTERNAL);
  umount(dir);
  assert_fails(st, CST_ERR_DATA, "No space left");
  assert_string_equal(back, "old");
  cst_free(back);
  cst_free(big);
  cst_free(path);
}

static void directories_are_made_and_judged(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  char *deep = cst_format("%s/a/b/c", dir), *file = cst_format("%s/f", dir);
  char *below = cst_format("%s/f/g", dir);
  assert_ok(cst_make_dirs(deep));
  assert_ok(cst_make_dirs(deep));
  assert_true(cst_dir_exists(deep));
  assert_ok(cst_dir_writable(deep));
  assert_ok(cst_file_write(file, "x", 1));
  assert_fails(cst_make_dirs(below), CST_ERR_DATA, "/f");
  assert_fails(cst_dir_writable(below), CST_ERR_DATA, below);
  cst_free(deep);
  cst_free(file);
  cst_free(below);
}

static void walk_is_in_byte_order_and_skips_hidden(void **state)
{
  (void)state;
  const char *dir = test_temp_dir(), *const names[] = {"b", "a/z", "a/B", "C", ".hidden"};
  cst_text got = {0};
  char *sub = cst_path_join(dir, "a");
  assert_ok(cst_make_dirs(sub));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = cst_path_join(dir, names[i]);
    assert_ok(cst_file_write(path, "x", 1));
    cst_free(path);
  }
  assert_ok(cst_walk(dir, collect, &got));
  assert_string_equal(got.data, "C a/B a/z b ");
  cst_text_reset(&got);
  cst_free(sub);
}

static void link_to_the_parent_ends(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  char *link = cst_path_join(dir, "self");
  cst_text got = {0};
  assert_int_equal(symlink(dir, link), 0);
  assert_fails(cst_walk(dir, collect, &got), CST_ERR_DATA, "link to a parent");
  cst_text_reset(&got);
  cst_free(link);
}

static void paths_join_and_split(void **state)
{
  (void)state;
  static const char *const cases[][3] = {
      {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"a", "/b", "/b"}, {"", "b", "b"}, {"a", "", "a"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *joined = cst_path_join(cases[i][0], cases[i][1]);
    assert_string_equal(joined, cases[i][2]);
    cst_free(joined);
  }
  assert_string_equal(cst_path_name("a/b.c"), "b.c");
  assert_string_equal(cst_path_name("b.c"), "b.c");
}

static void digest_tells_bytes_apart(void **state)
{
  (void)state;
  char a[CST_DIGEST_HEX], b[CST_DIGEST_HEX];
  cst_digest *digest;
  cst_digest_bytes("hello world", 11, a);
  assert_string_equal(a, "df8d09e93f874900a99b8775cc15b6c7"); /* xxhsum -H2 of the same bytes */
  assert_ok(cst_digest_create(&digest));
  cst_digest_add(digest, "hello ", 6);
  cst_digest_add(digest, "world", 5);
  cst_digest_hex(digest, b);
  assert_string_equal(a, b);
  cst_digest_add(digest, "!", 1);
  cst_digest_hex(digest, b);
  assert_string_not_equal(a, b);
  cst_digest_destroy(&digest);
}

static void json_round_trips(void **state)
{
  (void)state;
  char *path = cst_path_join(test_temp_dir(), "a.json"), *text;
  cst_json *json = cst_json_object(), *list = cst_json_array(), *back;
  const cst_json *value;
  cst_json_set_number(json, "third", 1.0 / 3.0);
  cst_json_set_number(json, "nan", NAN);
  cst_json_set_string(json, "city", "Xi'an \"x\" \xc3\xa9");
  cst_json_append_integer(list, INT64_MAX);
  cst_json_set(json, "list", list);
  assert_ok(cst_json_write(json, path));
  assert_ok(cst_json_read(path, &back));
  assert_true(cst_json_get_number(back, "third", 0) == 1.0 / 3.0);
  assert_true(isnan(cst_json_get_number(back, "nan", 0)));
  assert_true(cst_json_get_number(back, "absent", 7) == 7);
  assert_string_equal(cst_json_get_string(back, "city", ""), "Xi'an \"x\" \xc3\xa9");
  assert_string_equal(cst_json_member(back, 3, &value), "list");
  assert_null(cst_json_member(back, 4, &value));
  assert_int_equal(cst_json_size(cst_json_get(back, "list")), 1);
  assert_ok(cst_json_text(json, 0, &text));
  assert_null(strchr(text, '\n'));
  cst_free(text);
  cst_json_destroy(&back);
  cst_json_destroy(&json);
  cst_free(path);
}

static void bad_json_is_placed(void **state)
{
  (void)state;
  static const char *const bad[] = {"",     "{",   "{\"a\":1,\"a\":2}", "{\"a\":}", "[1,]", "nul",
                                    "{} x", "\xff"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cst_json *json;
    assert_fails(cst_json_parse(bad[i], strlen(bad[i]), "metrics.json", &json), CST_ERR_DATA,
                 "metrics.json:1:");
    assert_null(json);
  }
}

/* DIR may be reached by a link; what leads out of it by one is named, also where it leads nowhere.
 */
static void links_that_lead_out_are_named(void **state)
{
  (void)state;
  char *home = cst_strdup(test_temp_dir()), *away = cst_strdup(test_temp_dir());
  char *link = cst_path_join(away, "link"), *out = cst_path_join(home, "out"),
       *in = cst_path_join(home, "in"), *lost = cst_path_join(home, "lost"),
       *dir = cst_path_join(home, "dir"), *beside = cst_format("%s-beside", home);
  assert_ok(cst_make_dirs(dir));
  assert_ok(cst_make_dirs(beside));
  assert_int_equal(symlink(home, link), 0);
  assert_int_equal(symlink("dir", in), 0);
  assert_int_equal(symlink(beside, out), 0);
  assert_int_equal(symlink("../nowhere", lost), 0);
  assert_ok(cst_path_inside(home, dir));
  assert_ok(cst_path_inside(link, dir));
  assert_ok(cst_path_inside(home, in));
  cst_free(in);
  in = cst_path_join(home, "not/there");
  assert_ok(cst_path_inside(home, in));
  assert_fails(cst_path_inside(home, out), CST_ERR_DATA, out);
  assert_fails(cst_path_inside(link, out), CST_ERR_DATA, beside);
  assert_fails(cst_path_inside(home, lost), CST_ERR_DATA, "to nowhere");
  assert_true(cst_same_dir(home, link));
  assert_false(cst_same_dir(home, dir));
  assert_false(cst_same_dir(home, in));
  rmdir(beside);
  char *const all[] = {home, away, link, out, in, lost, dir, beside};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) cst_free(all[i]);
}

static int balanced(void **state)
{
  (void)state;
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(written_file_reads_back),
      cmocka_unit_test(large_file_reads_back),
      cmocka_unit_test(failed_write_leaves_nothing),
      cmocka_unit_test(full_disk_is_named_and_leaves_the_old_file),
      cmocka_unit_test(directories_are_made_and_judged),
      cmocka_unit_test(walk_is_in_byte_order_and_skips_hidden),
      cmocka_unit_test(link_to_the_parent_ends),
      cmocka_unit_test(links_that_lead_out_are_named),
      cmocka_unit_test(paths_join_and_split),
      cmocka_unit_test(digest_tells_bytes_apart),
      cmocka_unit_test(json_round_trips),
      cmocka_unit_test(bad_json_is_placed),
  };
  return cmocka_run_group_tests(tests, NULL, balanced);
}
