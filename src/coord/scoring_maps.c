/* Where the scores lie: by confidence, and by city and class.  Contract in scoring.h. */
#include "scoring.h"

#include "cassette/memory.h"

#include <math.h>

cst_json *scoring_calibration_json(size_t n, const cst_score *scores)
{
  cst_json *out = cst_json_array();
  cst_calibration_bin bin[CALIBRATION_BINS];
  cst_calibration(n, scores, CALIBRATION_BINS, bin);
  for (size_t b = 0; b < CALIBRATION_BINS; b++) {
    const double clips = bin[b].clips ? (double)bin[b].clips : NAN;
    cst_json *json = cst_json_object();
    cst_json_set_number(json, "low", (double)b / CALIBRATION_BINS);
    cst_json_set_number(json, "high", (double)(b + 1) / CALIBRATION_BINS);
    cst_json_set_integer(json, "clips", bin[b].clips);
    cst_json_set_number(json, "confidence", bin[b].confidence / clips);
    cst_json_set_number(json, "accuracy", (double)bin[b].correct / clips);
    cst_json_append(out, json);
  }
  return out;
}

bool scoring_is_seen(const fold_scores *scores, const cst_score *score)
{
  return score->city != CST_NONE && !scores->fold->held_out[score->city];
}

bool scoring_validation_is_seen(const fold_scores *scores)
{
  for (size_t i = 0; i < scores->n_test; i++)
    if (scoring_is_seen(scores, &scores->test[i])) return false;
  return true;
}

typedef struct {
  int64_t clips, correct;
} tally;

typedef struct {
  tally unseen, seen;
  int64_t not_testable;
} cell;

static void count(tally *t, const cst_score *score)
{
  t->clips++;
  t->correct += score->truth == score->predicted;
}

static void count_fold(const fold_scores *s, size_t classes, cell *cells)
{
  for (size_t i = 0; i < s->n_test; i++) {
    const cst_score *score = &s->test[i];
    if (score->city == CST_NONE) continue;
    cell *c = &cells[(size_t)score->city * classes + (size_t)score->truth];
    if (!s->testable[score->truth])
      c->not_testable++;
    else
      count(scoring_is_seen(s, score) ? &c->seen : &c->unseen, score);
  }
  if (!scoring_validation_is_seen(s)) return;
  for (size_t i = 0; i < s->n_validation; i++) {
    const cst_score *score = &s->validation[i];
    if (score->city == CST_NONE) continue;
    count(&cells[(size_t)score->city * classes + (size_t)score->truth].seen, score);
  }
}

static cst_json *tally_json(const tally *t)
{
  cst_json *json = cst_json_object();
  cst_json_set_integer(json, "clips", t->clips);
  cst_json_set_integer(json, "correct", t->correct);
  return json;
}

cst_status scoring_cells_json(const cst_job *job, const fold_scores *final, size_t folds,
                              cst_json **out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = job->data;
  const size_t K = data->scenes.n;
  cell *cells = NULL;
  *out = cst_json_array();
  CST_ALLOC(cells, data->cities.n * K);
  for (size_t f = 0; f < folds; f++) count_fold(&final[f], K, cells);
  for (size_t i = 0; i < data->cities.n * K; i++) {
    const cell *c = &cells[i];
    if (c->unseen.clips + c->seen.clips + c->not_testable == 0) continue;
    cst_json *json = cst_json_object();
    cst_json_set_string(json, "city", data->cities.item[i / K]);
    cst_json_set_string(json, "class", data->scenes.item[i % K]);
    cst_json_set(json, "unseen", tally_json(&c->unseen));
    cst_json_set(json, "seen", tally_json(&c->seen));
    cst_json_set_integer(json, "not_testable", c->not_testable);
    cst_json_append(*out, json);
  }
done:
  cst_free(cells);
  return st;
}
