/* Contract in metrics_file.h.  The order of rows is that of the file, whose bytes are part of a run's digest. */
#include "cassette/metrics_file.h"

#include <string.h>

#define LEFT_OUT .none = CST_NONE_LEFT_OUT

static const cst_json_row headline_rows[] = {
    CST_ROW(cst_headline, macro_accuracy, NUMBER), CST_ROW(cst_headline, ci95, RANGE),
    CST_ROW(cst_headline, accuracy, NUMBER),       CST_ROW(cst_headline, calibration_error, NUMBER),
    CST_ROW(cst_headline, classes_scored, COUNT),  CST_ROW(cst_headline, clips, COUNT),
    CST_ROW(cst_headline, answers, COUNT),         CST_ROW(cst_headline, sessions, COUNT),
};
const cst_json_shape cst_headline_shape = CST_SHAPE(cst_headline, headline_rows);
#define HEADLINE(type, m) CST_ROW_WITH(type, m, PART, .of = &cst_headline_shape)

static const cst_json_row drop_rows[] = {
    CST_ROW(cst_drop, drop, NUMBER),
    CST_ROW(cst_drop, drop_ci95, RANGE),
    HEADLINE(cst_drop, seen),
    HEADLINE(cst_drop, unseen),
};
static const cst_json_shape drop_shape = CST_SHAPE(cst_drop, drop_rows);

static const cst_json_row against_rows[] = {
    CST_ROW_WITH(cst_seen_against_unseen, drop, MAYBE, .of = &drop_shape),
    CST_ROW(cst_seen_against_unseen, classes, TREE),
};
static const cst_json_shape against_shape = CST_SHAPE(cst_seen_against_unseen, against_rows);

static const cst_json_row sides_rows[] = {
    HEADLINE(cst_sides, seen_cities),
    HEADLINE(cst_sides, unseen_cities),
    HEADLINE(cst_sides, shared_sessions),
    HEADLINE(cst_sides, new_sessions),
    CST_ROW(cst_sides, seen, NUMBER),
    CST_ROW(cst_sides, unseen, NUMBER),
    CST_ROW_WITH(cst_sides, seen_against_unseen, PART, .of = &against_shape),
};
const cst_json_shape cst_sides_shape = CST_SHAPE(cst_sides, sides_rows);

static const cst_json_row not_testable_rows[] = {
    CST_ROW(cst_not_testable, fold, TEXT),
    CST_ROW(cst_not_testable, class, TEXT),
    CST_ROW(cst_not_testable, why, TEXT),
    CST_ROW(cst_not_testable, clips, COUNT),
};
static const cst_json_shape not_testable_shape = CST_SHAPE(cst_not_testable, not_testable_rows);

static const cst_json_row figures_rows[] = {
    CST_ROW_WITH(cst_figures, headline, SAME, .of = &cst_headline_shape),
    CST_ROW(cst_figures, class_accuracy, TREE),
    CST_ROW(cst_figures, class_clips, TREE),
    CST_ROW(cst_figures, confusion, TREE),
    CST_ROW(cst_figures, city_accuracy, TREE),
    CST_ROW(cst_figures, city_macro_accuracy, TREE),
    CST_ROW(cst_figures, city_clips, TREE),
    CST_ROW_WITH(cst_figures, sides, SAME, .of = &cst_sides_shape),
    CST_ROW_WITH(cst_figures, not_testable, LIST, .of = &not_testable_shape),
    CST_ROW(cst_figures, not_testable_clips, COUNT),
};
static const cst_json_shape figures_shape = CST_SHAPE(cst_figures, figures_rows);

static const cst_json_row raw_rows[] = {
    CST_ROW_WITH(cst_raw_figures, headline, SAME, .of = &cst_headline_shape),
    CST_ROW_WITH(cst_raw_figures, sides, SAME, .of = &cst_sides_shape),
};
static const cst_json_shape raw_shape = CST_SHAPE(cst_raw_figures, raw_rows);

static const cst_json_row calibrated_rows[] = {
    CST_ROW(cst_calibrated, clips, COUNT),
    CST_ROW(cst_calibrated, nll, NUMBER),
    CST_ROW(cst_calibrated, nll_scaled, NUMBER),
    CST_ROW(cst_calibrated, calibration_error, NUMBER),
    CST_ROW(cst_calibrated, calibration_error_scaled, NUMBER),
};
static const cst_json_shape calibrated_shape = CST_SHAPE(cst_calibrated, calibrated_rows);

static const cst_json_row temperature_rows[] = {
    CST_ROW(cst_temperature_note, value, NUMBER),
    CST_ROW_WITH(cst_temperature_note, why, TEXT, LEFT_OUT),
    CST_ROW_WITH(cst_temperature_note, validation, PART, LEFT_OUT, .of = &calibrated_shape),
    CST_ROW_WITH(cst_temperature_note, unknown_below, NUMBER, LEFT_OUT),
    CST_ROW_WITH(cst_temperature_note, held_out, PART, LEFT_OUT, .of = &calibrated_shape),
};
const cst_json_shape cst_temperature_note_shape = CST_SHAPE(cst_temperature_note, temperature_rows);

static const cst_json_row stage_rows[] = {
    CST_ROW(cst_stage_metrics, name, TEXT),
    CST_ROW(cst_stage_metrics, stage, TEXT),
    CST_ROW(cst_stage_metrics, validation_leakage, NUMBER),
    CST_ROW(cst_stage_metrics, test_clips, COUNT),
    CST_ROW(cst_stage_metrics, test_clips_of_seen_sessions, COUNT),
    CST_ROW_WITH(cst_stage_metrics, figures, SAME, .of = &figures_shape),
    CST_ROW_WITH(cst_stage_metrics, raw, PART, LEFT_OUT, .of = &raw_shape),
    CST_ROW_WITH(cst_stage_metrics, effort, SAME, .of = &cst_effort_shape),
};
const cst_json_shape cst_stage_metrics_shape = CST_SHAPE(cst_stage_metrics, stage_rows);

/* Parts of a structure without a name, by their members' places in the whole. */
#define STAGE(m)                                                                                   \
  {                                                                                                \
    .key = #m, .kind = CST_ROW_PART, .of = &cst_stage_metrics_shape, LEFT_OUT,                     \
    .offset = offsetof(cst_fold_metrics, stages.m) - offsetof(cst_fold_metrics, stages)            \
  }
static const cst_json_row stages_rows[] = {STAGE(finetune), STAGE(student)};
static const cst_json_shape stages_shape = {sizeof((cst_fold_metrics *)0)->stages, stages_rows, 2};

static const cst_json_row fold_rows[] = {
    CST_ROW_WITH(cst_fold_metrics, last, SAME, .of = &cst_stage_metrics_shape),
    CST_ROW_WITH(cst_fold_metrics, temperature, PART, .of = &cst_temperature_note_shape),
    CST_ROW(cst_fold_metrics, split, TEXT),
    CST_ROW_WITH(cst_fold_metrics, model, TEXT, LEFT_OUT),
    CST_ROW_WITH(cst_fold_metrics, teacher, TEXT, LEFT_OUT),
    CST_ROW_WITH(cst_fold_metrics, stages, PART, .of = &stages_shape),
};
const cst_json_shape cst_fold_metrics_shape = CST_SHAPE(cst_fold_metrics, fold_rows);

static const cst_json_row reliability_rows[] = {
    CST_ROW(cst_reliability, low, NUMBER),      CST_ROW(cst_reliability, high, NUMBER),
    CST_ROW(cst_reliability, clips, COUNT),     CST_ROW(cst_reliability, confidence, NUMBER),
    CST_ROW(cst_reliability, accuracy, NUMBER),
};
static const cst_json_shape reliability_shape = CST_SHAPE(cst_reliability, reliability_rows);

static const cst_json_row tally_rows[] = {
    CST_ROW(cst_tally, clips, COUNT),
    CST_ROW(cst_tally, answers, COUNT),
    CST_ROW(cst_tally, correct, COUNT),
};
static const cst_json_shape tally_shape = CST_SHAPE(cst_tally, tally_rows);

static const cst_json_row cell_rows[] = {
    CST_ROW(cst_cell, city, TEXT),
    CST_ROW(cst_cell, class, TEXT),
    CST_ROW_WITH(cst_cell, unseen, PART, .of = &tally_shape),
    CST_ROW_WITH(cst_cell, seen, PART, .of = &tally_shape),
    CST_ROW(cst_cell, not_testable, COUNT),
};
static const cst_json_shape cell_shape = CST_SHAPE(cst_cell, cell_rows);

static const cst_json_row pooled_rows[] = {
    CST_ROW_WITH(cst_pooled, headline, SAME, .of = &cst_headline_shape),
    CST_ROW_WITH(cst_pooled, tier, TEXT, LEFT_OUT),
    CST_ROW_WITH(cst_pooled, runs, COUNT, LEFT_OUT),
};
static const cst_json_shape pooled_shape = CST_SHAPE(cst_pooled, pooled_rows);

#define INSIDE(part, m) .offset = offsetof(cst_metrics, part.m) - offsetof(cst_metrics, part)
static const cst_json_row digests_rows[] = {
    {.key = "data", .kind = CST_ROW_TEXT, INSIDE(digests, data)},
    {.key = "features", .kind = CST_ROW_TEXT, INSIDE(digests, features)},
};
static const cst_json_shape digests_shape = {sizeof((cst_metrics *)0)->digests, digests_rows, 2};

static const cst_json_row pretrain_rows[] = {
    {.key = "effort", .kind = CST_ROW_SAME, .of = &cst_effort_shape, INSIDE(pretrain, effort)},
};
static const cst_json_shape pretrain_shape = {sizeof((cst_metrics *)0)->pretrain, pretrain_rows, 1};

static const cst_json_row rows[] = {
    CST_ROW_WITH(cst_metrics, folds, LIST, .of = &cst_fold_metrics_shape),
    CST_ROW(cst_metrics, protocol, TEXT),
    CST_ROW(cst_metrics, transductive, TRUTH),
    CST_ROW(cst_metrics, crops, COUNT),
    CST_ROW(cst_metrics, adapt, TEXT),
    CST_ROW(cst_metrics, seed, COUNT),
    CST_ROW(cst_metrics, strategy, TEXT),
    CST_ROW(cst_metrics, tier, TEXT),
    CST_ROW_WITH(cst_metrics, setting, TEXT, LEFT_OUT),
    CST_ROW_WITH(cst_metrics, reference, TEXT, LEFT_OUT),
    CST_ROW_WITH(cst_metrics, teachers, PART, LEFT_OUT, .of = &cst_teachers_note_shape),
    CST_ROW(cst_metrics, parameters, TREE),
    CST_ROW_WITH(cst_metrics, digests, PART, .of = &digests_shape),
    CST_ROW_WITH(cst_metrics, effort, SAME, .of = &cst_effort_shape),
    CST_ROW_WITH(cst_metrics, pretrain, PART, .of = &pretrain_shape),
    CST_ROW(cst_metrics, classes, TREE),
    CST_ROW_WITH(cst_metrics, figures, SAME, .of = &figures_shape),
    CST_ROW_WITH(cst_metrics, calibration, LIST, .of = &reliability_shape),
    CST_ROW_WITH(cst_metrics, cells, LIST, .of = &cell_shape),
    CST_ROW_WITH(cst_metrics, temperature, PART, .of = &cst_temperature_note_shape),
    CST_ROW_WITH(cst_metrics, raw, PART, LEFT_OUT, .of = &raw_shape),
    CST_ROW_WITH(cst_metrics, vote, PART, LEFT_OUT, .of = &pooled_shape),
    CST_ROW_WITH(cst_metrics, ensemble, PART, LEFT_OUT, .of = &pooled_shape),
};
const cst_json_shape cst_metrics_shape = CST_SHAPE(cst_metrics, rows);

cst_status cst_metrics_read(const char *path, cst_json **document, cst_metrics *out)
{
  cst_status st = CST_OK;
  *document = NULL;
  cst_rows_init(&cst_metrics_shape, out);
  CST_TRY(cst_json_read(path, document));
  CST_TRY(cst_rows_read(&cst_metrics_shape, *document, out));
done:
  return st;
}

bool cst_metrics_is_one(const cst_json *document)
{
  return cst_json_get(document, headline_rows[0].key) != NULL;
}

const cst_fold_metrics *cst_metrics_fold(const cst_metrics *self, const char *name)
{
  for (size_t f = 0; f < self->folds.n; f++) {
    const char *own = self->folds.item[f].last.name;
    if (own && strcmp(own, name) == 0) return &self->folds.item[f];
  }
  return NULL;
}

const char *cst_metrics_class(const cst_metrics *self, size_t k)
{
  return cst_json_string(cst_json_at(self->classes, k), "?");
}
