/* Contract in answer_table.h. */
#include "answer_table.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/metrics_file.h"
#include "cassette/named_run.h"
#include "cassette/table.h"
#include "cassette/teacher_table.h"

#include <string.h>

cst_status answer_table_write(const cst_job *job, const char *relative, const uint32_t *clips,
                              size_t n, const double *p)
{
  const cst_names *scenes = &job->data->scenes;
  cst_text text = {0};
  cst_status st;
  cst_teacher_header(scenes, &text);
  for (size_t i = 0; i < n; i++) {
    cst_csv_add(&text, job->data->clip[clips[i]].id);
    for (size_t k = 0; k < scenes->n; k++) cst_text_add(&text, ",%.9g", p[i * scenes->n + k]);
    cst_text_add(&text, "\n");
  }
  st = cst_job_write_text(job, relative, &text);
  cst_text_reset(&text);
  return st;
}

char *answer_table_of_fold(const char *folder, const cst_fold *fold)
{
  char name[CST_SAFE_NAME_BYTES];
  cst_safe_name(fold->name, name);
  return cst_format("predictions/%s/%s.csv", folder, name);
}

cst_status answer_table_check(const cst_job *job, const char *name, const char *theirs,
                              const char *ours, bool transductive)
{
  if (strcmp(theirs, ours) != 0)
    return cst_raise(
        CST_ERR_DATA,
        "%s: was evaluated on other data than this run has; the runs of evaluate.with need the "
        "same clips, labels and usable audio",
        name);
  if (transductive && !job->config->split.spec.transductive)
    return cst_raise(
        CST_ERR_DATA,
        "%s: was trained on unlabelled clips of what is tested (split.transductive), and this "
        "run was not; let that one answer with this one",
        name);
  return CST_OK;
}

/* A run that was evaluated tells on what. */
static cst_status check_run(const cst_job *job, const char *dir, const char *digest)
{
  cst_status st = CST_OK;
  cst_json *document = NULL;
  cst_metrics metrics = {0};
  char *path = cst_path_join(dir, "metrics.json");
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  if (!cst_file_exists(path)) goto done;
  CST_TRY(cst_metrics_read(path, &document, &metrics));
  CST_TRY(answer_table_check(job, dir, metrics.digests.data ? metrics.digests.data : "", digest,
                             metrics.transductive));
done:
  cst_free(path);
  cst_rows_reset(&cst_metrics_shape, &metrics);
  cst_json_destroy(&document);
  return st;
}

/* The tables of this run and of the others: [runs], new. */
static cst_status list_tables(const cst_job *job, const char *relative, size_t runs, char **path)
{
  cst_status st = CST_OK;
  const cst_strings *with = &job->config->evaluate.with;
  char digest[CST_DIGEST_HEX], *dir = NULL;
  CST_TRY(cst_dataset_scored_digest(job->data, digest));
  for (size_t i = 0; i < runs; i++) {
    cst_free(dir);
    dir = NULL;
    CST_TRY(cst_named_run_dir(job, i == 0 ? job->dir : with->item[i - 1], &dir));
    if (!(path[i] = cst_path_join(dir, relative))) CST_TRY(cst_no_memory("a path", runs, 1));
    if (!cst_file_exists(path[i]))
      CST_FAIL(CST_ERR_DATA,
               "%s: no such table; the runs of evaluate.with need the same folds, and to be "
               "evaluated (`cassette evaluate`) or to have predicted (`cassette predict`) first",
               path[i]);
    if (i > 0) CST_TRY(check_run(job, dir, digest));
  }
done:
  cst_free(dir);
  return st;
}

static cst_status take(const cst_job *job, const cst_teacher *all, char *const *path, size_t runs,
                       const uint32_t *clips, size_t n, double *p)
{
  for (size_t i = 0; i < n; i++) {
    if (all->tables[clips[i]] != runs)
      return cst_raise(
          CST_ERR_DATA,
          "clip '%.200s' is in %u of %zu tables of answers, %s and others; the runs of "
          "evaluate.with need the same clips",
          job->data->clip[clips[i]].id, all->tables[clips[i]], runs, path[0]);
    memcpy(p + i * all->K, all->p + clips[i] * all->K, all->K * sizeof *p);
  }
  return CST_OK;
}

cst_status answer_table_pool(const cst_job *job, const char *relative, const uint32_t *clips,
                             size_t n, double *p)
{
  cst_status st = CST_OK;
  const size_t runs = 1 + job->config->evaluate.with.n;
  char **path = NULL;
  cst_teacher all = {0};
  CST_ALLOC(path, runs);
  CST_TRY(list_tables(job, relative, runs, path));
  CST_TRY(
      cst_teacher_read(runs, (const char *const *)path, CST_SCORES_PROBABILITIES, job->data, &all));
  CST_TRY(take(job, &all, path, runs, clips, n, p));
done:
  for (size_t i = 0; path && i < runs; i++) cst_free(path[i]);
  cst_free(path);
  cst_teacher_reset(&all);
  return st;
}
