/* Contract in teacher_tables.h. */
#include "teacher_tables.h"

#include "cassette/fold_knowledge.h"
#include "cassette/memory.h"
#include "cassette/teacher_run.h"
#include "cassette/teacher_table.h"

#include <stdio.h>

cst_status judgement_list(const cst_job *job, const cst_fold *fold, judgement *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = job->data;
  *out = (judgement){0};
  CST_ALLOC(out->clip, data->n);
  for (size_t i = 0; i < data->n; i++)
    if (data->clip[i].set != CST_SET_PRETRAIN && cst_audio_usable(data->clip[i].status) &&
        fold->role[i] != CST_ROLE_TEST && fold->role[i] != CST_ROLE_NONE)
      out->clip[out->n++] = (uint32_t)i;
  CST_ALLOC(out->p, out->n * data->scenes.n);
done:
  return st;
}

void judgement_reset(judgement *self)
{
  cst_free(self->clip);
  cst_free(self->p);
}

cst_status judgement_write(const cst_job *job, const char *run, const cst_fold *fold,
                           const judgement *j, judgement_note *note)
{
  cst_status st = CST_OK;
  const cst_names *classes = &job->data->scenes;
  cst_text text = {0};
  char *table = cst_teacher_run_table(fold), *relative = cst_format("%s%s", run, table);
  if (!table || !relative) CST_TRY(cst_no_memory("a path", 1, 1));
  cst_teacher_header(classes, &text);
  for (size_t i = 0; i < j->n; i++)
    cst_teacher_row(job->data->clip[j->clip[i]].id, classes->n, j->p + i * classes->n, &text);
  CST_TRY(cst_job_write_text(job, relative, &text));
  CST_TRY(cst_fold_labels_digest(job, fold, note->labels));
  cst_digest_bytes(text.data, text.bytes, note->table);
  printf("teacher: fold %s, %zu clips in %s/%s\n", fold->name, j->n, job->dir, relative);
done:
  cst_free(relative);
  cst_free(table);
  cst_text_reset(&text);
  return st;
}

cst_status judgement_write_record(const cst_job *job, const char *run,
                                  const cst_teacher_run_record *record, const judgement_note *notes)
{
  cst_status st = CST_OK;
  cst_teacher_run_record whole = *record;
  cst_teacher_run_fold *folds = NULL;
  cst_json *json = NULL;
  char *relative = cst_format("%s%s", run, CST_TEACHER_RUN_RECORD);
  char *path = relative ? cst_job_path(job, relative) : NULL;
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_ALLOC(folds, job->folds.n);
  for (size_t f = 0; f < job->folds.n; f++)
    folds[f] = (cst_teacher_run_fold){job->folds.fold[f].name, notes[f].labels, notes[f].table};
  whole.folds.item = folds;
  whole.folds.n = job->folds.n;
  json = cst_rows_json(&cst_teacher_run_shape, &whole);
  CST_TRY(cst_json_write(json, path));
done:
  cst_json_destroy(&json);
  cst_free(folds);
  cst_free(path);
  cst_free(relative);
  return st;
}
