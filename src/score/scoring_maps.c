/* Where the scores lie: by confidence, and by city and class.  Contract in scoring_maps.h. */
#include "scoring_maps.h"

#include "scoring_headline.h"
#include "scoring_sets.h"

#include "cassette/memory.h"

#include <math.h>

cst_status scoring_reliability(size_t n, const cst_score *scores, cst_metrics *out)
{
  cst_status st = CST_OK;
  cst_calibration_bin bin[CALIBRATION_BINS];
  CST_ALLOC(out->calibration.item, CALIBRATION_BINS);
  out->calibration.n = CALIBRATION_BINS;
  cst_calibration(n, scores, CALIBRATION_BINS, bin);
  for (size_t b = 0; b < CALIBRATION_BINS; b++) {
    const double clips = bin[b].clips ? (double)bin[b].clips : NAN;
    out->calibration.item[b] = (cst_reliability){.low = (double)b / CALIBRATION_BINS,
                                                 .high = (double)(b + 1) / CALIBRATION_BINS,
                                                 .clips = bin[b].clips,
                                                 .confidence = bin[b].confidence / clips,
                                                 .accuracy = (double)bin[b].correct / clips};
  }
done:
  return st;
}

/* @p met: whether an earlier fold had the clip, [data set]. */
static void count(cst_tally *t, const cst_score *score, uint32_t clip, bool *met)
{
  t->clips += !met[clip];
  t->answers++;
  t->correct += score->truth == score->predicted;
  met[clip] = true;
}

typedef struct {
  cst_cell *cells; /* [cities][classes] */
  size_t classes;
  bool *unseen, *seen; /* [data set] clips met on that side */
} cell_count;

static cst_cell *cell_of(const cell_count *self, const cst_score *score)
{
  return &self->cells[(size_t)score->city * self->classes + (size_t)score->truth];
}

static void count_fold(const fold_scores *s, const cell_count *out)
{
  for (size_t i = 0; i < s->n_test; i++) {
    const cst_score *score = &s->test[i];
    if (score->city == CST_NONE) continue;
    cst_cell *c = cell_of(out, score);
    if (!scoring_counts(s, score))
      c->not_testable++;
    else if (scoring_is_seen(s, score))
      count(&c->seen, score, s->test_clip[i], out->seen);
    else
      count(&c->unseen, score, s->test_clip[i], out->unseen);
  }
  if (!scoring_validation_is_seen(s)) return;
  for (size_t i = 0; i < s->n_validation; i++) {
    const cst_score *score = &s->validation[i];
    if (score->city != CST_NONE && scoring_counts(s, score))
      count(&cell_of(out, score)->seen, score, s->validation_clip[i], out->seen);
  }
}

cst_status scoring_cells(const cst_job *job, const fold_scores *final, size_t folds,
                         cst_metrics *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = job->data;
  const size_t K = data->scenes.n;
  cell_count all = {.classes = K};
  CST_ALLOC(all.cells, data->cities.n * K);
  CST_ALLOC(all.unseen, data->n);
  CST_ALLOC(all.seen, data->n);
  CST_ALLOC(out->cells.item, data->cities.n * K);
  for (size_t f = 0; f < folds; f++) count_fold(&final[f], &all);
  for (size_t i = 0; i < data->cities.n * K; i++) {
    cst_cell *c = &all.cells[i];
    if (c->unseen.clips + c->seen.clips + c->not_testable == 0) continue;
    c->city = data->cities.item[i / K];
    c->class = data->scenes.item[i % K];
    c->unseen.there = c->seen.there = true;
    out->cells.item[out->cells.n++] = *c;
  }
done:
  cst_free(all.cells);
  cst_free(all.unseen);
  cst_free(all.seen);
  return st;
}
