/* Metadata to manifest: rank 0 reads the tables, all ranks judge a share of the audio each. */
#include "cassette/prepare.h"

#include "cassette/clock.h"
#include "cassette/job_data.h"
#include "cassette/job_open.h"
#include "cassette/job_teachers.h"
#include "cassette/log.h"
#include "cassette/manifest_file.h"
#include "cassette/memory.h"
#include "cassette/metadata.h"
#include "cassette/recordings.h"
#include "cassette/rejected.h"
#include "cassette/run_record.h"
#include "cassette/teacher_run.h"
#include "cassette/trained_on.h"
#include "cassette/truth_file.h"
#include "cassette/watchdog.h"

#include <stdio.h>
#include <string.h>

/* Append to the report and show it.  What the data are is shown even where no split is possible. */
static cst_status show(cst_status made, cst_text *report, size_t from)
{
  if (made != CST_OK) return made;
  fputs(report->data + from, stdout);
  fflush(stdout);
  return CST_OK;
}

static const char *formula(const char *name)
{
  return name && name[0] && strchr("=+-@", name[0]) ? name : NULL;
}

/* Names go into predictions exactly as they are in the tables, because others look them up there;
 * who opens those in a spreadsheet should know. */
static void warn_of_formulas(const cst_dataset *data)
{
  const char *first = NULL;
  for (size_t k = 0; k < data->scenes.n && !first; k++) first = formula(data->scenes.item[k]);
  for (size_t c = 0; c < data->cities.n && !first; c++) first = formula(data->cities.item[c]);
  for (size_t i = 0; i < data->n && !first; i++) first = formula(data->clip[i].id);
  if (first)
    cst_log(CST_LOG_WARN,
            "names that begin with =, +, - or @, such as '%.200s': spreadsheets take them for "
            "formulas; import predictions/*.csv as text",
            first);
}

/* The audit, the judgement on the audio, and the folds: split.txt. */
static cst_status plan(cst_job *self)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  const bool root = cst_job_root(self);
  bool wait;
  if (root) warn_of_formulas(self->data);
  if (root) st = show(cst_dataset_audit(self->data, &text), &text, 0);
  CST_TRY(cst_comm_agree(self->comm, st));
  CST_TRY(cst_comm_agree(self->comm, cst_job_judge_audio(self, true)));
  CST_TRY(cst_comm_agree(self->comm, cst_job_make_folds(self)));
  size_t shown = text.bytes;
  if (root) st = show(cst_folds_report(self->data, &self->folds, &text), &text, shown);
  CST_TRY(cst_comm_agree(self->comm, st));
  shown = text.bytes;
  CST_TRY(cst_teacher_runs_wait(self, &wait));
  if (!wait) CST_TRY(cst_job_check_teachers(self, &text));
  if (root) st = show(cst_job_write_text(self, "split.txt", &text), &text, shown);
  CST_TRY(cst_comm_agree(self->comm, st));
done:
  cst_text_reset(&text);
  return st;
}

/* The status and the sound of every clip, on every rank; the manifest of before is not asked about
 * more than files that are still as they were. */
static cst_status judge_all(cst_job *self)
{
  cst_status st = CST_OK;
  cst_dataset *before = NULL;
  cst_text text = {0};
  CST_TRY(cst_manifest_file_before(self, &before));
  CST_TRY(cst_recordings_read(self->comm, self->threads, cst_logmel_seconds(&self->spec), before,
                              self->data));
  CST_TRY(cst_comm_agree(self->comm, cst_dataset_text(self->data, &text)));
  CST_TRY(cst_comm_agree(self->comm, cst_job_parse_data(self, &text)));
  if (!self->adopted && cst_job_root(self)) {
    st = cst_job_check_trained(self);
    if (st == CST_OK) st = cst_job_check_truth(self);
  }
  CST_TRY(cst_comm_agree(self->comm, st));
done:
  cst_text_reset(&text);
  cst_dataset_destroy(&before);
  return st;
}

cst_status cst_job_prepare(cst_job *self)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  cst_text metadata = {0};
  cst_watchdog_enter("reading metadata", "", -1, -1);
  if (cst_job_root(self)) st = cst_metadata_read(self->config, &metadata);
  cst_watchdog_wait();
  CST_TRY(cst_comm_share_text(self->comm, st, &metadata));
  CST_TRY(cst_comm_agree(self->comm, cst_job_plan_metadata(self, &metadata)));
  CST_TRY(judge_all(self));
  if (self->adopted)
    CST_TRY(cst_manifest_file_write(self)); /* worth having where no plan is possible */
  CST_TRY(plan(self));
  if (!self->adopted) CST_TRY(cst_manifest_file_write(self));
  CST_TRY(cst_job_adopt(self));
  CST_TRY(cst_record_phase(self, "prepare", cst_now_s() - started_s));
done:
  cst_text_reset(&metadata);
  return st;
}
