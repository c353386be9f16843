/*
 * Presets in the layout of TAU Urban Acoustic Scenes 2020 Mobile, for pre-training.
 *
 * A location is a session.  Device a records every segment; the others record some of the training
 * segments beside it, the same sound through another device, and all of the evaluation segments;
 * s4 to s6 are seen in evaluation only.  Training and evaluation share no location.
 */
#include "synth_plan.h"

#include "cassette/memory.h"
#include "synth_voice.h"

#include <stdio.h>

enum { CLASSES = 10 };
static const char *const cities[] = {"amberton",  "bellport",  "cinderby", "dovermark",
                                     "elmstead",  "foxhollow", "glenrock", "harrowgate",
                                     "ivybridge", "jasperton"};
static const char *const devices[] = {"a", "b", "c", "s1", "s2", "s3", "s4", "s5", "s6"};
enum { DEVICES = sizeof devices / sizeof *devices, TRAIN_DEVICES = 6 };

typedef struct {
  size_t cities, locations, segments; /* training: locations in a city, segments at a location */
  size_t beside; /* locations whose first segment the other devices recorded too */
  size_t eval_locations, eval_devices;
} plan;

static const plan plans[] = {
    [CST_SYNTH_TINY] = {.cities = 2,
                        .locations = 1,
                        .segments = 2,
                        .beside = 0,
                        .eval_locations = 1,
                        .eval_devices = 1},
    [CST_SYNTH_DEMO] = {.cities = 4,
                        .locations = 2,
                        .segments = 2,
                        .beside = 0,
                        .eval_locations = 1,
                        .eval_devices = 2},
    [CST_SYNTH_CAS] = {.cities = 10,
                       .locations = 12,
                       .segments = 8,
                       .beside = 8,
                       .eval_locations = 3,
                       .eval_devices = 9},
};

static cst_status add_clip(cst_synth *self, int scene, size_t city, size_t location, size_t segment,
                           size_t device, int set)
{
  synth_clip *clip = synth_add_clip(self);
  char heard[SYNTH_NAME_BYTES / 2];

  if (!clip) return cst_no_memory("clips", self->n + 1, sizeof *clip);
  snprintf(clip->place, sizeof clip->place, "%s", cities[city]);
  snprintf(clip->time, sizeof clip->time, "%s-%zu", cities[city], location);
  snprintf(clip->device, sizeof clip->device, "%s", devices[device]);
  snprintf(heard, sizeof heard, "%zu-%zu", location, segment);
  snprintf(clip->name, sizeof clip->name, "audio/%s-%s-%s-%s.wav", synth_scenes[scene].tau,
           cities[city], heard, devices[device]);
  clip->scene = scene;
  clip->set = set;
  clip->labelled = true;
  clip->city_key = synth_key("tau city", clip->place);
  clip->session_key = synth_key("tau", clip->time);
  clip->device_key = synth_key("tau device", clip->device);
  clip->clip_key = synth_key(clip->time, heard); /* the device hears, it does not make */
  return CST_OK;
}

static cst_status add_location(cst_synth *self, const plan *p, int scene, size_t city, size_t i,
                               size_t location)
{
  cst_status st = CST_OK;
  const bool evaluation = i >= p->locations;
  const size_t segments = evaluation ? 1 : p->segments;

  for (size_t s = 0; s < segments; s++) {
    const size_t segment = location * 40 + s;
    size_t count = 1, first = 0;
    if (evaluation)
      count = p->eval_devices;
    else if (s == 0 && i < p->beside)
      count = TRAIN_DEVICES;
    else if (p->beside == 0 && s > 0) /* small presets: other devices instead of beside */
      first = (location + s) % TRAIN_DEVICES;
    for (size_t d = first; d < first + count; d++)
      CST_TRY(add_clip(self, scene, city, location, segment, d % DEVICES,
                       evaluation ? SYNTH_EVALUATION : SYNTH_DEVELOPMENT));
  }
done:
  return st;
}

/* CRLF in one table and LF in the others: public copies mix them. */
static void write_tau_tables(cst_synth *self)
{
  cst_text *meta = synth_add_table(self, "meta.csv");
  cst_text *train = synth_add_table(self, "evaluation_setup/fold1_train.csv");
  cst_text *evaluate = synth_add_table(self, "evaluation_setup/fold1_evaluate.csv");
  cst_text *test = synth_add_table(self, "evaluation_setup/fold1_test.csv");

  cst_text_add(meta, "filename\tscene_label\tidentifier\tsource_label\r\n");
  cst_text_add(train, "filename\tscene_label\n");
  cst_text_add(evaluate, "filename\tscene_label\n");
  cst_text_add(test, "filename\n");
  for (size_t i = 0; i < self->n; i++) {
    const synth_clip *c = &self->clip[i];
    const char *scene = synth_scenes[c->scene].tau;
    cst_text_add(meta, "%s\t%s\t%s\t%s\r\n", c->name, scene, c->time, c->device);
    cst_text_add(c->set == SYNTH_DEVELOPMENT ? train : evaluate, "%s\t%s\n", c->name, scene);
    if (c->set == SYNTH_EVALUATION) cst_text_add(test, "%s\n", c->name);
  }
}

cst_status synth_plan_tau(cst_synth *self)
{
  cst_status st = CST_OK;
  const plan *p = &plans[self->preset];
  size_t location = 1000; /* numbered through, as in TAU */

  for (int k = 0; k < CLASSES; k++)
    for (size_t c = 0; c < p->cities; c++)
      for (size_t i = 0; i < p->locations + p->eval_locations; i++)
        CST_TRY(add_location(self, p, synth_scene_of_tau(k), c, i, location++));
  write_tau_tables(self);
done:
  return st;
}
