/*
 * The temperature by which a model's answers are calibrated, as its evaluation found it.  Answers of a
 * model that is adapted to its clips have another one than those for single recordings: then there
 * is none here.
 */
#include "classifier_parts.h"

#include "cassette/memory.h"
#include "cassette/temperature.h"

#include <math.h>
#include <string.h>

static cst_json *none(const char *why)
{
  cst_json *json = cst_json_object();
  cst_json_set_null(json, "value");
  cst_json_set_string(json, "why", why);
  return json;
}

cst_json *classifier_temperature(const cst_config *config, const cst_json *metrics,
                                 const cst_json *scored)
{
  const cst_json *found = cst_json_get(scored, "temperature");
  char *text = NULL;
  cst_json *copy = NULL;
  if (!found) return none("not evaluated since it was trained");
  if (strcmp(cst_json_get_string(metrics, "adapt", ""), cst_adapt_text(CST_ADAPT_NONE)) != 0)
    return none("evaluated after adaptation to the clips, which is not done here");
  if (cst_json_get_integer(metrics, "crops", 0) != config->evaluate.crops)
    return none("evaluated with another evaluate.crops");
  if (cst_json_text(found, 0, &text) != CST_OK ||
      cst_json_parse(text, strlen(text), "temperature", &copy) != CST_OK)
    cst_clear();
  cst_free(text);
  return copy;
}

cst_status classifier_calibrate(cst_classifier *self, const char *path)
{
  const cst_json *of = cst_json_get(self->about, "temperature");
  double read[] = {cst_json_get_number(of, "value", NAN),
                   cst_json_get_number(of, "unknown_below", NAN)};
  cst_comm_broadcast(self->comm, read, sizeof read);
  if (isnan(read[0])) return CST_OK;
  if (!(read[0] > 0.0 && read[0] <= CST_TEMPERATURE_MOST && read[1] >= 0.0 && read[1] <= 1.0))
    return cst_raise(CST_ERR_DATA,
                     "%s: a temperature of %g makes no sense: damaged; export it again", path,
                     read[0]);
  self->temperature = read[0];
  self->unknown_below = read[1];
  return CST_OK;
}
