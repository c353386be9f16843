/* Metadata to manifest: rank 0 reads the tables, all ranks judge a share of the audio each. */
#include "job.h"

#include "manifest_file.h"
#include "usable_audio.h"
#include "watchdog.h"

#include "cassette/clock.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

/* Root of the pre-training data, "" if there is none to read.  Training insists on what is
 * configured (training.c); a look at the metadata does not. */
static const char *pretrain_root(const cst_config *c)
{
  if (c->dataset.pretrain_weights[0]) {
    if (!cst_file_exists(c->dataset.pretrain_weights))
      cst_log(CST_LOG_WARN, "%s: no such file: training will miss it (dataset.pretrain_weights)",
              c->dataset.pretrain_weights);
    return "";
  }
  if (c->pretrain.epochs == 0 || !c->dataset.pretrain_root[0]) return "";
  if (cst_dir_exists(c->dataset.pretrain_root)) return c->dataset.pretrain_root;
  cst_log(CST_LOG_WARN, "%s: no such directory: no pre-training data (dataset.pretrain_root)",
          c->dataset.pretrain_root);
  return "";
}

cst_status job_read_metadata(const cst_job *self, cst_text *manifest)
{
  cst_status st = CST_OK;
  const cst_config *c = self->config;
  cst_dataset *data = NULL;
  cst_dataset_source source = {.root = c->dataset.root,
                               .metadata = (const char *const *)c->dataset.metadata.item,
                               .n_metadata = c->dataset.metadata.n,
                               .evaluation_metadata =
                                   (const char *const *)c->dataset.evaluation_metadata.item,
                               .n_evaluation_metadata = c->dataset.evaluation_metadata.n,
                               .pretrain_root = pretrain_root(c),
                               .classes = (const char *const *)c->dataset.classes.item,
                               .n_classes = c->dataset.classes.n};
  source.layout = c->dataset.layout == CST_LAYOUT_TAU   ? CST_READ_TAU
                  : c->dataset.layout == CST_LAYOUT_CSV ? CST_READ_CSV
                                                        : CST_READ_CAS;
  if (c->dataset.layout == CST_LAYOUT_SYNTH && !cst_dir_exists(source.root))
    CST_FAIL(CST_ERR_DATA,
             "%s: no such directory; check dataset.root, or make synthetic data there: cassette "
             "synth --out %s",
             source.root, source.root);
  CST_TRY(cst_dataset_read(&source, &data));
  CST_TRY(cst_dataset_text(data, manifest));
  CST_TRY(cst_text_status(manifest));
done:
  cst_dataset_destroy(&data);
  return st;
}

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
  const bool root = job_root(self);
  if (root) warn_of_formulas(self->data);
  if (root) st = show(cst_dataset_audit(self->data, &text), &text, 0);
  CST_TRY(cst_comm_agree(self->comm, st));
  CST_TRY(cst_comm_agree(self->comm, job_judge_audio(self, true)));
  CST_TRY(cst_comm_agree(self->comm, job_make_folds(self)));
  const size_t audit = text.bytes;
  if (root) st = show(cst_folds_report(self->data, &self->folds, &text), &text, audit);
  if (root && st == CST_OK) st = job_write_text(self, "split.txt", &text);
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
  CST_TRY(manifest_file_before(self, &before));
  CST_TRY(usable_audio_read(self->comm, self->threads, cst_logmel_seconds(&self->spec), before,
                            self->data));
  CST_TRY(cst_comm_agree(self->comm, cst_dataset_text(self->data, &text)));
  CST_TRY(cst_comm_agree(self->comm, job_parse_data(self, &text)));
  if (!self->adopted && job_root(self)) {
    st = job_check_trained(self);
    if (st == CST_OK) st = job_check_truth(self);
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
  watchdog_enter("reading metadata", "", -1, -1);
  if (job_root(self)) st = job_read_metadata(self, &metadata);
  watchdog_wait();
  CST_TRY(cst_comm_share_text(self->comm, st, &metadata));
  CST_TRY(cst_comm_agree(self->comm, job_plan_metadata(self, &metadata)));
  CST_TRY(judge_all(self));
  if (self->adopted)
    CST_TRY(manifest_file_write(self)); /* worth having where no plan is possible */
  CST_TRY(plan(self));
  if (!self->adopted) CST_TRY(manifest_file_write(self));
  CST_TRY(job_adopt(self));
  CST_TRY(record_phase(self, "prepare", cst_now_s() - started_s));
done:
  cst_text_reset(&metadata);
  return st;
}
