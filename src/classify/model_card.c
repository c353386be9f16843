/* What a model is, in a few lines for people: a card in the sense of Mitchell et al., Model cards for
 * model reporting (arXiv 1810.03993), as far as the program knows it. */
#include "classifier_parts.h"

#include <math.h>

static const char *known(const char *text) { return text ? text : "?"; }

static void add_accuracy(cst_text *out, const cst_model_scores *of)
{
  if (isnan(of->macro_accuracy)) {
    cst_text_add(out, "not evaluated");
    return;
  }
  cst_text_add(out, "macro accuracy %.1f %%", 100.0 * of->macro_accuracy);
  if (isfinite(of->ci95[0]))
    cst_text_add(out, " (95 %% interval %.1f to %.1f)", 100.0 * of->ci95[0], 100.0 * of->ci95[1]);
  cst_text_add(out, " on %lld clips", (long long)of->clips);
}

static void add_network(cst_text *out, const cst_model_network *net)
{
  cst_text_add(out, "  fold %s (%s)", known(net->fold), known(net->stage));
  for (size_t c = 0; c < cst_json_size(net->held_out); c++)
    cst_text_add(out, "%s%s",
                 c ? ", " : ", held out: ", cst_json_string(cst_json_at(net->held_out, c), "?"));
  cst_text_add(out, ": ");
  add_accuracy(out, &net->scores);
  cst_text_add(out, "\n");
}

/* Its figures are of answers that were told what no recording here is told. */
static void add_told(const cst_strings *told, cst_text *out)
{
  if (told->n == 0) return;
  cst_text_add(out, "Told: ");
  for (size_t i = 0; i < told->n; i++) cst_text_add(out, "%s%s", i ? " and " : "", told->item[i]);
  cst_text_add(out, " of every clip, in training and in these figures; here of none, as of an "
                    "unknown city\nand hour\n");
}

/* What confidence means. */
static void add_calibration(const cst_classifier *self, cst_text *out)
{
  const cst_temperature_note *of = &self->facts.temperature;
  if (!(self->temperature > 0.0)) {
    cst_text_add(out, "Confidence: not calibrated: %s\n", known(of->why));
    return;
  }
  cst_text_add(out, "Confidence: calibrated at temperature %.3f by %lld validation clips",
               self->temperature, (long long)of->validation.clips);
  if (of->held_out.there)
    cst_text_add(out, ";\n  error on held-out clips%s: %.1f %%, %.1f %% without calibration",
                 self->networks > 1 ? " of each network at its own temperature" : "",
                 100.0 * of->held_out.calibration_error_scaled,
                 100.0 * of->held_out.calibration_error);
  cst_text_add(out, "\nUnknown below: %.3f (at most a twentieth of the validation clips is)\n",
               self->unknown_below);
}

void model_card(const cst_classifier *self, cst_text *out)
{
  const cst_model_about *about = &self->facts;
  cst_text_add(out, "Acoustic scene classifier %s\n", known(about->name));
  cst_text_add(out, "Answers:");
  for (size_t k = 0; k < self->classes.n; k++)
    cst_text_add(out, "%s %s", k ? "," : "", self->classes.item[k]);
  cst_text_add(out,
               "\nHears: windows of %g s, mono, at %u Hz, as log-mel spectrograms of %zu bands\n",
               cst_logmel_seconds(&self->spec), (unsigned)self->spec.rate_hz, self->spec.bins);
  cst_text_add(out, "Trained: strategy %s, seed %lld, data %s\n", known(about->strategy),
               (long long)about->seed, known(about->trained_on));
  cst_text_add(out, "Networks: %zu%s; each scored where it was not trained:\n", self->networks,
               self->networks > 1 ? ", which answer by their mean" : "");
  for (size_t i = 0; i < about->networks.n; i++) add_network(out, &about->networks.item[i]);
  add_told(&self->config->model.metadata, out);
  add_calibration(self, out);
  cst_text_add(out, "Limits: any sound gets one of these answers; confidence speaks of recordings "
                    "like those of\nits training, and of no others.\n");
}
