/* Contract in report_json.h. */
#include "report_json.h"

#include "entry_facts.h"

#include "cassette/report.h"

static cst_json *published(void)
{
  cst_json *out = cst_json_object(), *classes = cst_json_object();
  cst_json_set_string(out, "source", "arXiv:2402.02694, Table 2: evaluation set, hidden labels");
  cst_json_set_number(out, "macro_accuracy", cst_paper_macro);
  for (size_t i = 0; i < sizeof cst_paper_table2 / sizeof *cst_paper_table2; i++)
    cst_json_set_number(classes, cst_paper_table2[i].scene, cst_paper_table2[i].accuracy);
  cst_json_set(out, "class_accuracy", classes);
  return out;
}

static cst_json *copy(const cst_json *from)
{
  cst_json *out = cst_json_object();
  cst_json_merge(out, from);
  return out;
}

static cst_json *copies(const event_list *events)
{
  cst_json *out = cst_json_array();
  for (size_t i = 0; i < events->n; i++)
    cst_json_append(out, cst_rows_json(&cst_journal_event_shape, &events->event[i]));
  return out;
}

static cst_json *training(const run_files *run, bool curves)
{
  cst_json *out = cst_json_array();
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    cst_json *stage = cst_json_object();
    cst_json_set_string(stage, "fold", s->fold);
    cst_json_set_string(stage, "stage", s->stage);
    if (s->round >= 0) cst_json_set_integer(stage, "round", s->round);
    cst_json_set_integer(stage, "epochs", s->epochs);
    cst_json_set_integer(stage, "best_epoch", s->best_epoch);
    cst_json_set_number(stage, "best_validation_macro_accuracy", s->best);
    cst_json_set_number(stage, "first_train_loss", s->first_loss);
    cst_json_set_number(stage, "last_train_loss", s->last_loss);
    cst_json_set_number(stage, "last_learning_rate", s->last_rate);
    cst_json_set_number(stage, "clips_per_s", s->speed);
    if (curves) cst_json_set(stage, "curve", copies(&s->epochs_of));
    cst_json_append(out, stage);
  }
  return out;
}

cst_json *report_json(const run_files *run, bool curves)
{
  cst_json *out = cst_json_object();
  cst_json_set_integer(out, "format", 1);
  cst_json_set_string(out, "run", run->name);
  cst_json_set_string(out, "directory", run->dir);
  cst_json_set(out, "metrics", copy(run->metrics_document));
  if (run->record_document)
    cst_json_set(out, "record", copy(run->record_document));
  else
    cst_json_set_null(out, "record");
  if (curves) cst_json_set(out, "entry", entry_facts(run, "evaluation"));
  cst_json_set(out, "training", training(run, curves));
  cst_json_set(out, "pseudo_labels", copies(&run->pseudo_labels));
  cst_json_set(out, "published", published());
  return out;
}
