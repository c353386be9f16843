/* What models teach: a table a fold, and the record that says of whom.  Private to score. */
#ifndef CST_SCORE_TEACHER_TABLES_H
#define CST_SCORE_TEACHER_TABLES_H

#include "cassette/teacher_run.h"

/* What one fold's model says of the clips that it may teach: those that are not held out from it. */
typedef struct {
  uint32_t *clip; /* [n] */
  size_t n;
  float *p; /* [n][K] */
} judgement;

cst_status judgement_list(const cst_job *job, const cst_fold *fold, judgement *out);
void judgement_reset(judgement *self);
/* Of a fold: whose labels its model knows, and which table is its. */
typedef struct {
  char labels[CST_DIGEST_HEX], table[CST_DIGEST_HEX];
} judgement_note;
/* teacher/FOLD.csv in @p run, "" or a directory below the job's that ends in '/'.  Rank 0. */
cst_status judgement_write(const cst_job *job, const char *run, const cst_fold *fold,
                           const judgement *j, judgement_note *note);
/* teacher/teacher.json, last: it says that the tables are whole.  @p record: what the models say of
 * themselves, but for the folds, which @p notes [folds] tell.  Rank 0. */
cst_status judgement_write_record(const cst_job *job, const char *run,
                                  const cst_teacher_run_record *record,
                                  const judgement_note *notes);

#endif
