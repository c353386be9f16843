/* Files of teacher.runs, asked what they think of the clips that a run learns from.  Contract in
 * cassette/teach.h. */
#include "cassette/teach.h"

#include "model_answers.h"
#include "teacher_tables.h"

#include "cassette/file.h"
#include "cassette/interrupt.h"
#include "cassette/job_data.h"
#include "cassette/job_strategy.h"
#include "cassette/memory.h"
#include "cassette/named_run.h"
#include "cassette/teacher_run.h"

#include <string.h>

/* What a file's models say of themselves, as a run that teaches does, but for the folds. */
static cst_teacher_run_record record_of(const cst_model_about *facts)
{
  return (cst_teacher_run_record){.strategy = facts->strategy,
                                  .tier = facts->tier,
                                  .seed = facts->seed,
                                  .data = facts->trained_on,
                                  .transductive = facts->transductive};
}

/* Rank 0. */
static cst_status check(const cst_job *job, const char *name, const cst_classifier *by)
{
  cst_status st = CST_OK;
  cst_teacher_run_fold *folds = NULL;
  cst_teacher_run_record record = record_of(&by->facts);
  CST_ALLOC(folds, by->networks);
  for (size_t i = 0; i < by->networks; i++) {
    const cst_model_network *network = &by->facts.networks.item[i];
    folds[i] = (cst_teacher_run_fold){network->fold, network->labels, ""};
  }
  record.folds.item = folds;
  record.folds.n = by->networks;
  st = cst_teacher_run_check_record(job, name, &record);
done:
  cst_free(folds);
  return st;
}

static cst_status open_teacher(const cst_job *job, const char *name, cst_classifier **out)
{
  cst_status st = model_answers_open(job, name, out);
  if (st == CST_OK)
    st = cst_comm_agree(job->comm, cst_job_root(job) ? check(job, name, *out) : CST_OK);
  if (st != CST_OK) cst_classifier_close(out);
  return st;
}

/* Its network of the fold: that there is one was checked. */
static size_t network_of(const cst_classifier *by, const cst_fold *fold)
{
  for (size_t i = 0; i < by->networks; i++) {
    const char *name = by->facts.networks.item[i].fold;
    if (name && strcmp(name, fold->name) == 0) return i;
  }
  return 0;
}

static cst_status ask_fold(const cst_job *job, const char *run, const cst_classifier *by,
                           size_t network, const cst_fold *fold, judgement_note *note)
{
  cst_status st = CST_OK;
  judgement j;
  CST_TRY(cst_comm_agree(job->comm, judgement_list(job, fold, &j)));
  CST_TRY(cst_interrupt_agree(job->comm, "exported models were asked"));
  CST_TRY(model_answers_of(job, by, network, j.clip, j.n, j.p));
  st = cst_comm_agree(job->comm,
                      cst_job_root(job) ? judgement_write(job, run, fold, &j, note) : CST_OK);
done:
  judgement_reset(&j);
  return st;
}

static cst_status ask(const cst_job *job, const char *name, const char *run)
{
  cst_status st = CST_OK;
  const size_t n = job->folds.n;
  cst_classifier *by = NULL;
  judgement_note *notes = cst_alloc(n, sizeof *notes);
  CST_TRY(cst_comm_agree(job->comm, notes ? CST_OK : cst_no_memory("folds", n, sizeof *notes)));
  CST_TRY(open_teacher(job, name, &by));
  for (size_t f = 0; f < n; f++) {
    const cst_fold *fold = &job->folds.fold[f];
    CST_TRY(ask_fold(job, run, by, network_of(by, fold), fold, &notes[f]));
  }
  const cst_teacher_run_record record = record_of(&by->facts);
  st = cst_comm_agree(
      job->comm, cst_job_root(job) ? judgement_write_record(job, run, &record, notes) : CST_OK);
done:
  cst_free(notes);
  cst_classifier_close(&by);
  return st;
}

/* The directory that stands for file @p name, "" on other ranks, and whether its tables are there. */
static cst_status locate(const cst_job *job, const char *name, char **run, uint8_t *there)
{
  cst_status st = CST_OK;
  char *record = NULL, *path = NULL;
  *there = 0;
  if (cst_job_root(job)) {
    CST_TRY(cst_named_run_relative(name, "", run));
    char *below = cst_format("%s/", *run);
    cst_free(*run);
    *run = below;
    record = below ? cst_format("%s%s", below, CST_TEACHER_RUN_RECORD) : NULL;
    path = record ? cst_job_path(job, record) : NULL;
    if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
    *there = cst_file_exists(path);
  }
done:
  cst_free(path);
  cst_free(record);
  st = cst_comm_agree(job->comm, st);
  if (st == CST_OK) cst_comm_broadcast(job->comm, there, sizeof *there);
  return st;
}

cst_status cst_job_check_teacher_files(cst_job *job)
{
  cst_status st = CST_OK;
  const cst_strings *runs = &job->config->teacher.runs;
  cst_classifier *by = NULL;
  if (!cst_job_has_tables(job->config)) return CST_OK;
  CST_TRY(cst_job_load_data(job));
  for (size_t i = 0; i < runs->n; i++) {
    if (!model_answers_is_file(job, runs->item[i])) continue;
    CST_TRY(open_teacher(job, runs->item[i], &by));
    cst_classifier_close(&by);
  }
done:
  return st;
}

cst_status cst_job_ask_teacher_files(cst_job *job)
{
  cst_status st = CST_OK;
  const cst_strings *runs = &job->config->teacher.runs;
  char *run = NULL;
  uint8_t there;
  if (!cst_job_has_tables(job->config)) return CST_OK;
  CST_TRY(cst_job_load_data(job));
  for (size_t i = 0; i < runs->n; i++) {
    if (!model_answers_is_file(job, runs->item[i])) continue;
    CST_TRY(locate(job, runs->item[i], &run, &there));
    if (!there) {
      CST_TRY(cst_job_open_features(job));
      CST_TRY(ask(job, runs->item[i], run));
    }
    cst_free(run);
    run = NULL;
  }
done:
  cst_free(run);
  return st;
}
