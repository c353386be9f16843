/* Contract in teacher_run.h. */
#include "cassette/teacher_run.h"

#include "cassette/file.h"
#include "cassette/fold_knowledge.h"
#include "cassette/job_strategy.h"
#include "cassette/memory.h"
#include "cassette/named_run.h"

#include <string.h>

static const cst_json_row fold_rows[] = {
    CST_ROW(cst_teacher_run_fold, name, TEXT),
    CST_ROW(cst_teacher_run_fold, labels, TEXT),
    CST_ROW(cst_teacher_run_fold, table, TEXT),
};
static const cst_json_shape fold_shape = CST_SHAPE(cst_teacher_run_fold, fold_rows);

static const cst_json_row rows[] = {
    CST_ROW(cst_teacher_run_record, strategy, TEXT),
    CST_ROW(cst_teacher_run_record, tier, TEXT),
    CST_ROW(cst_teacher_run_record, seed, COUNT),
    CST_ROW(cst_teacher_run_record, data, TEXT),
    CST_ROW(cst_teacher_run_record, transductive, TRUTH),
    CST_ROW_WITH(cst_teacher_run_record, folds, LIST, .of = &fold_shape),
};
const cst_json_shape cst_teacher_run_shape = CST_SHAPE(cst_teacher_run_record, rows);

static const char *text(const char *value) { return value ? value : ""; }

char *cst_teacher_run_table(const cst_fold *fold)
{
  char name[CST_SAFE_NAME_BYTES];
  cst_safe_name(fold->name, name);
  return cst_format("teacher/%s.csv", name);
}

static const cst_teacher_run_fold *fold_record(const cst_teacher_run_record *record,
                                               const char *name)
{
  for (size_t i = 0; i < record->folds.n; i++)
    if (strcmp(text(record->folds.item[i].name), name) == 0) return &record->folds.item[i];
  return NULL;
}

/* What is missing or spoilt of the tables of @p run, at @p path, and how they are made again. */
static cst_status refuse(const char *run, const char *path, const char *what)
{
  if (cst_file_exists(run))
    return cst_raise(CST_ERR_DATA,
                     "%s: %s; remove it and what is beside it, and %s is asked again when training "
                     "begins",
                     path, what, run);
  return cst_raise(CST_ERR_DATA, "%s: %s; run `cassette teach %s/config.yaml --run %s`", path, what,
                   run, run);
}

/* Whether the table is the one that was noted with it. */
static cst_status check_run_table(const char *run, const char *dir,
                                  const cst_teacher_run_fold *theirs, const cst_fold *fold)
{
  cst_status st = CST_OK;
  char *relative = cst_teacher_run_table(fold), digest[CST_DIGEST_HEX];
  char *path = relative ? cst_path_join(dir, relative) : NULL;
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(cst_digest_file(path, digest));
  if (strcmp(text(theirs->table), digest) != 0)
    CST_TRY(refuse(run, path, "is not the table that was written there"));
done:
  cst_free(path);
  cst_free(relative);
  return st;
}

static cst_status check_fold(const cst_job *self, const char *run,
                             const cst_teacher_run_record *record, const cst_fold *fold)
{
  cst_status st = CST_OK;
  const cst_teacher_run_fold *theirs = fold_record(record, fold->name);
  char labels[CST_DIGEST_HEX];
  if (!theirs)
    CST_FAIL(
        CST_ERR_DATA,
        "%s: has no model that fold %s was held out of; a teacher that trained on what is held "
        "out tells of it",
        run, fold->name);
  CST_TRY(cst_fold_labels_digest(self, fold, labels));
  if (strcmp(text(theirs->labels), labels) != 0)
    CST_FAIL(
        CST_ERR_DATA,
        "%s: its models of fold %s know other labels than those of this run's training and "
        "validation clips; where dataset.hide_labels hides some, give both runs the same split.seed",
        run, fold->name);
done:
  return st;
}

cst_status cst_teacher_run_check_record(const cst_job *self, const char *run,
                                        const cst_teacher_run_record *record)
{
  cst_status st = CST_OK;
  const char *data = text(record->data), *tier = text(record->tier);
  if (strcmp(data, self->data_digest) != 0)
    CST_FAIL(
        CST_ERR_DATA,
        "%s: was trained on other data: the digest of tables and sound was %s, this run's is %s",
        run, data, self->data_digest);
  if (strcmp(tier, cst_tier_text(CST_TIER_NONE)) != 0)
    CST_FAIL(CST_ERR_DATA,
             "%s: is of tier %s, and its student would not be told apart; name tables of what it "
             "answers in teacher.files instead, as in teacher.files: [%s/teacher/{fold}.csv]",
             run, tier, cst_file_exists(run) ? "RUN" : run);
  if (record->transductive && !self->config->split.spec.transductive)
    CST_FAIL(
        CST_ERR_DATA,
        "%s: was trained on unlabelled clips of held-out cities (split.transductive), and this run "
        "is not to be",
        run);
  for (size_t f = 0; f < self->folds.n; f++)
    CST_TRY(check_fold(self, run, record, &self->folds.fold[f]));
done:
  return st;
}

cst_status cst_teacher_run_check(const cst_job *self, const char *run)
{
  cst_status st = CST_OK;
  cst_json *document = NULL;
  cst_teacher_run_record record = {0};
  char *dir = NULL, *path = NULL;
  CST_TRY(cst_named_run_dir(self, run, &dir));
  path = cst_path_join(dir, CST_TEACHER_RUN_RECORD);
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  if (!cst_file_exists(path)) CST_TRY(refuse(run, path, "not there"));
  CST_TRY(cst_json_read(path, &document));
  CST_TRY(cst_rows_read(&cst_teacher_run_shape, document, &record));
  CST_TRY(cst_teacher_run_check_record(self, run, &record));
  for (size_t f = 0; f < self->folds.n; f++) {
    const cst_fold *fold = &self->folds.fold[f];
    CST_TRY(check_run_table(run, dir, fold_record(&record, fold->name), fold));
  }
done:
  cst_rows_reset(&cst_teacher_run_shape, &record);
  cst_json_destroy(&document);
  cst_free(path);
  cst_free(dir);
  return st;
}

cst_status cst_teacher_runs_wait(const cst_job *self, bool *wait)
{
  cst_status st = CST_OK;
  const cst_strings *runs = &self->config->teacher.runs;
  uint8_t missing = 0;
  *wait = false;
  if (!cst_job_has_tables(self->config)) return CST_OK;
  for (size_t i = 0; i < runs->n && cst_job_root(self) && !missing && st == CST_OK; i++) {
    char *relative = NULL, *path = NULL;
    if (!cst_file_exists(runs->item[i])) continue;
    st = cst_named_run_relative(runs->item[i], CST_TEACHER_RUN_RECORD, &relative);
    path = relative ? cst_job_path(self, relative) : NULL;
    missing = path && !cst_file_exists(path);
    cst_free(path);
    cst_free(relative);
  }
  CST_TRY(cst_comm_agree(self->comm, st));
  cst_comm_broadcast(self->comm, &missing, sizeof missing);
  *wait = missing;
done:
  return st;
}
