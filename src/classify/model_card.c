/* What a model is, in a few lines for people: a card in the sense of Mitchell et al., Model cards for
 * model reporting (arXiv 1810.03993), as far as the program knows it. */
#include "classifier_parts.h"

#include <math.h>

static void add_accuracy(cst_text *out, const cst_json *of)
{
  const cst_json *interval = cst_json_get(of, "ci95");
  const double accuracy = cst_json_get_number(of, "macro_accuracy", NAN);
  if (isnan(accuracy)) {
    cst_text_add(out, "not evaluated");
    return;
  }
  cst_text_add(out, "macro accuracy %.1f %%", 100.0 * accuracy);
  if (cst_json_size(interval) == 2)
    cst_text_add(out, " (95 %% interval %.1f to %.1f)",
                 100.0 * cst_json_number(cst_json_at(interval, 0), NAN),
                 100.0 * cst_json_number(cst_json_at(interval, 1), NAN));
  cst_text_add(out, " on %lld clips", (long long)cst_json_get_integer(of, "clips", 0));
}

static void add_network(cst_text *out, const cst_json *net)
{
  const cst_json *cities = cst_json_get(net, "held_out");
  cst_text_add(out, "  fold %s (%s)", cst_json_get_string(net, "fold", "?"),
               cst_json_get_string(net, "stage", "?"));
  for (size_t c = 0; c < cst_json_size(cities); c++)
    cst_text_add(out, "%s%s",
                 c ? ", " : ", held out: ", cst_json_string(cst_json_at(cities, c), "?"));
  cst_text_add(out, ": ");
  add_accuracy(out, net);
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
  const cst_json *of = cst_json_get(self->about, "temperature");
  const cst_json *by = cst_json_get(of, "validation"), *held_out = cst_json_get(of, "held_out");
  if (!(self->temperature > 0.0)) {
    cst_text_add(out, "Confidence: not calibrated: %s\n", cst_json_get_string(of, "why", "?"));
    return;
  }
  cst_text_add(out, "Confidence: calibrated at temperature %.3f by %lld validation clips",
               self->temperature, (long long)cst_json_get_integer(by, "clips", 0));
  if (held_out)
    cst_text_add(out, ";\n  error on held-out clips%s: %.1f %%, %.1f %% without calibration",
                 self->networks > 1 ? " of each network at its own temperature" : "",
                 100.0 * cst_json_get_number(held_out, "calibration_error_scaled", NAN),
                 100.0 * cst_json_get_number(held_out, "calibration_error", NAN));
  cst_text_add(out, "\nUnknown below: %.3f (at most a twentieth of the validation clips is)\n",
               self->unknown_below);
}

void model_card(const cst_classifier *self, cst_text *out)
{
  const cst_json *about = self->about, *networks = cst_json_get(about, "networks");
  cst_text_add(out, "Acoustic scene classifier %s\n", cst_json_get_string(about, "name", "?"));
  cst_text_add(out, "Answers:");
  for (size_t k = 0; k < self->classes.n; k++)
    cst_text_add(out, "%s %s", k ? "," : "", self->classes.item[k]);
  cst_text_add(out,
               "\nHears: windows of %g s, mono, at %u Hz, as log-mel spectrograms of %zu bands\n",
               cst_logmel_seconds(&self->spec), (unsigned)self->spec.rate_hz, self->spec.bins);
  cst_text_add(out, "Trained: strategy %s, seed %lld, data %s\n",
               cst_json_get_string(about, "strategy", "?"),
               (long long)cst_json_get_integer(about, "seed", 0),
               cst_json_get_string(about, "trained_on", "?"));
  cst_text_add(out, "Networks: %zu%s; each scored where it was not trained:\n", self->networks,
               self->networks > 1 ? ", which answer by their mean" : "");
  for (size_t i = 0; i < cst_json_size(networks); i++) add_network(out, cst_json_at(networks, i));
  add_told(&self->config->model.metadata, out);
  add_calibration(self, out);
  cst_text_add(out, "Limits: any sound gets one of these answers; confidence speaks of recordings "
                    "like those of\nits training, and of no others.\n");
}
