/*
 * The temperature by which a model's answers are calibrated, as its evaluation found it.  Answers of a
 * model that is adapted to its clips have another one than those for single recordings: then there
 * is none here.
 */
#include "classifier_parts.h"

#include "cassette/temperature.h"

#include <math.h>
#include <string.h>

static cst_temperature_note none(const char *why)
{
  cst_temperature_note note;
  cst_rows_init(&cst_temperature_note_shape, &note);
  note.there = true;
  note.why = why;
  return note;
}

cst_temperature_note classifier_temperature(const cst_config *config, const cst_metrics *metrics,
                                            const cst_temperature_note *found)
{
  if (!found || !found->there) return none("not evaluated since it was trained");
  if (!metrics->adapt || strcmp(metrics->adapt, cst_adapt_text(CST_ADAPT_NONE)) != 0)
    return none("evaluated after adaptation to the clips, which is not done here");
  if (metrics->crops != config->evaluate.crops)
    return none("evaluated with another evaluate.crops");
  return *found;
}

cst_status classifier_calibrate(cst_classifier *self, const char *path)
{
  double read[] = {self->facts.temperature.value, self->facts.temperature.unknown_below};
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
