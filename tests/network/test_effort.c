/* How much training a model had, from a journal: of a stage, of a fold over its rounds, of all
 * folds, and unknown where the journal does not tell. */
#include "cassette/effort.h"

#include "support/test_support.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

static const char journal_text[] =
    "{\"event\":\"epoch\",\"stage\":\"pretrain\",\"updates\":7,\"clips\":70,\"rows\":71}\n"
    "{\"event\":\"step\",\"stage\":\"finetune\",\"fold\":\"Xi'an\",\"updates\":1000}\n"
    "{\"event\":\"epoch\",\"stage\":\"finetune\",\"fold\":\"Xi'an\",\"updates\":5,\"clips\":20,"
    "\"rows\":21}\n"
    "\x01 damaged\n"
    "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Xi'an\",\"round\":1,\"updates\":11,"
    "\"clips\":40,\"rows\":80}\n"
    "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Xi'an\",\"round\":2,\"updates\":13,"
    "\"clips\":44,\"rows\":88}\n"
    "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Harbin\",\"updates\":17,\"clips\":50,"
    "\"rows\":100}\n"
    "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Luoyang\",\"loss\":1}\n"
    "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Luoyang\",\"updates\":1}\n"
    "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Xi'an\",\"updates\":900";

static char xian[] = "Xi'an", luoyang[] = "Luoyang", none[] = "Wuhan";

static void check(const cst_job *job, char *fold, cst_stage s, int64_t updates, int64_t clips,
                  int64_t rows)
{
  const cst_fold named = {.name = fold};
  cst_effort effort;
  assert_ok(cst_effort_read(job, fold ? &named : NULL, s, &effort));
  assert_int_equal(effort.updates, updates);
  assert_int_equal(effort.clips_seen, clips);
  assert_int_equal(effort.rows_seen, rows);
}

static void stages_and_rounds_add_up(void **state)
{
  char *dir = cst_strdup(test_temp_dir()), *path = cst_path_join(dir, "metrics.jsonl");
  cst_job job = {.dir = dir};
  job.comm = *state;
  check(&job, xian, CST_STAGE_DONE, -1, -1, -1); /* no journal */
  test_write_file(path, journal_text, strlen(journal_text));
  check(&job, NULL, CST_STAGE_PRETRAIN, 7, 70, 71);
  check(&job, xian, CST_STAGE_FINETUNE, 5, 20, 21);
  check(&job, xian, CST_STAGE_STUDENT, 24, 84, 168);
  check(&job, xian, CST_STAGE_DONE, 29, 104, 189);
  check(&job, none, CST_STAGE_DONE, -1, -1, -1);
  check(&job, luoyang, CST_STAGE_DONE, -1, -1, -1); /* one epoch does not tell */
  check(&job, NULL, CST_STAGE_DONE, -1, -1, -1);
  cst_free(path);
  cst_free(dir);
}

int main(int argc, char **argv)
{
  cst_comm *comm;
  if (cst_comm_init(&argc, &argv, &comm) != CST_OK) return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(stages_and_rounds_add_up, comm)};
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cst_comm_finalize(&comm);
  return failed != 0;
}
