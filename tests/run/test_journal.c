/* metrics.jsonl and its file for TensorBoard.  tests/system/tensorboard.sh reads the latter by
 * other libraries; here are its bytes, and that both say the same after a cut. */
#include "support/test_support.h"

#include "journal_parts.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

static cst_status add_step(cst_journal *j, const char *stage, const char *fold, int64_t number)
{
  cst_journal_event event;
  cst_json *counts = cst_json_object();
  cst_journal_event_init(&event);
  event.event = CST_EVENT_STEP;
  event.stage = stage;
  event.fold = fold;
  event.step = number;
  event.loss = 1.0 / (double)(number + 1);
  cst_json_set_integer(counts, "Bus", number);
  event.counts = counts;
  const cst_status st = cst_journal_add(j, &event);
  cst_json_destroy(&counts);
  return st;
}

static cst_status find_events(void *context, const char *relative)
{
  char **found = context;
  if (strncmp(relative, "events.out.tfevents.", 20) != 0) return CST_OK;
  assert_null(*found); /* one only */
  *found = cst_strdup(relative);
  return CST_OK;
}

/* Content of the one file for TensorBoard; cst_free. */
static char *events(const char *dir, size_t *n)
{
  char *name = NULL, *bytes = NULL;
  assert_ok(cst_walk(dir, find_events, &name));
  assert_non_null(name);
  char *path = cst_path_join(dir, name);
  assert_ok(cst_file_read(path, &bytes, n));
  cst_free(path);
  cst_free(name);
  return bytes;
}

static void file_follows_the_journal(void **state)
{
  (void)state;
  char *dir = cst_strdup(test_temp_dir()), *before, *after;
  cst_journal *j;
  uint64_t kept, all;
  size_t n_before, n_after;

  assert_ok(cst_journal_open(dir, 0, &j));
  for (int64_t i = 0; i < 3; i++) assert_ok(add_step(j, "pretrain", NULL, i));
  assert_ok(add_step(j, "student", "Xi'an", 0));
  assert_ok(cst_journal_sync(j, &kept));
  before = events(dir, &n_before);
  for (int64_t i = 1; i < 5; i++) assert_ok(add_step(j, "student", "Xi'an", i));
  assert_ok(cst_journal_sync(j, &all));
  assert_true(all > kept);
  cst_journal_close(&j);

  /* resumed from a checkpoint: both are what they were then, byte for byte */
  assert_ok(cst_journal_open(dir, kept, &j));
  after = events(dir, &n_after);
  assert_int_equal(n_after, n_before);
  assert_memory_equal(after, before, n_before);
  cst_free(after);
  /* and go on from there */
  assert_ok(add_step(j, "student", "Xi'an", 1));
  cst_journal_close(&j);
  after = events(dir, &n_after);
  assert_true(n_after > n_before);
  assert_memory_equal(after, before, n_before);

  cst_free(after);
  cst_free(before);
  cst_free(dir);
  assert_int_equal(cst_memory_blocks(), 0);
}

/* A damaged line costs its own figures only. */
static void bad_lines_are_passed_over(void **state)
{
  (void)state;
  static const char text[] =
      "{\"event\":\"step\",\"stage\":\"pretrain\",\"loss\":2.5,\"time\":1.0}\n"
      "\x01{\n"
      "{\"event\":\"step\",\"stage\":\"pretrain\",\"lo";
  char *dir = cst_strdup(test_temp_dir()), *path = cst_path_join(dir, "metrics.jsonl"), *bytes;
  cst_journal *j;
  size_t n;
  assert_ok(cst_file_write(path, text, strlen(text)));
  assert_ok(cst_journal_open(dir, strlen(text), &j));
  cst_journal_close(&j);
  bytes = events(dir, &n);
  /* length, its checksum, then the event of the file's version */
  static const unsigned char front[] = {26,   0,    0, 0,  0,  0,   0,   0,   0x12, 0x9b,
                                        0xd8, 0x2d, 9, 0,  0,  0,   0,   0,   0,    0xf0,
                                        0x3f, 16,   0, 26, 13, 'b', 'r', 'a', 'i',  'n'};
  assert_memory_equal(bytes, front, sizeof front);
  assert_int_equal(n, 16 + 26 + 16 + 15 + 16 + 40);
  cst_free(bytes);
  cst_free(path);
  cst_free(dir);
  assert_int_equal(cst_memory_blocks(), 0);
}

/* Names may be as long as tables allow: each fold has curves of its own, from step 1. */
static void long_names_stay_apart(void **state)
{
  (void)state;
  char *dir = cst_strdup(test_temp_dir()), *bytes, tag[300];
  cst_journal *j;
  size_t n;
  assert_ok(cst_journal_open(dir, 0, &j));
  for (int fold = 1; fold <= 2; fold++) {
    char *name = cst_format("%0255d%d", 0, fold);
    assert_ok(add_step(j, "student", name, 0));
    assert_int_equal(j->tensorboard.updates, 1);
    snprintf(tag, sizeof tag, "student/%s/step/loss", name);
    bytes = events(dir, &n);
    assert_non_null(memmem(bytes, n, tag, strlen(tag)));
    cst_free(bytes);
    cst_free(name);
  }
  cst_journal_close(&j);
  cst_free(dir);
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(file_follows_the_journal),
                                     cmocka_unit_test(long_names_stay_apart),
                                     cmocka_unit_test(bad_lines_are_passed_over)};
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
