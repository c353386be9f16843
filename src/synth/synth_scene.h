/* What scenes are made of: backgrounds and events, as tables. */
#ifndef CST_SYNTH_SCENE_H
#define CST_SYNTH_SCENE_H

#include "synth_dsp.h"

#include <stdbool.h>

/** Kinds of sound that begin and end.  A row of events[] each. */
typedef enum {
  SYNTH_NO_EVENT,
  SYNTH_VOICE,
  SYNTH_BIRD,
  SYNTH_HORN,
  SYNTH_CLANK,
  SYNTH_DISH,
  SYNTH_GLASS,
  SYNTH_PASS,
  SYNTH_TRAIN,
  SYNTH_HISS,
  SYNTH_CHIME,
  SYNTH_BEEP,
  SYNTH_STEPS,
  SYNTH_RATTLE,
  SYNTH_SQUEAL,
  SYNTH_CLACK,
  SYNTH_HAMMER,
  SYNTH_SAW,
  SYNTH_NOTES,
  SYNTH_BEAT,
  SYNTH_BELL,
  SYNTH_EVENTS
} synth_event;

typedef struct {
  double low, high;
} synth_range;

/** An event is a row of grains; a grain is a chord of partials or a band of noise with an attack
 * and an exponential decay. */
typedef struct {
  bool noise;
  bool vowels;    /**< partials weighted by two formants drawn for each grain */
  synth_range hz; /**< drawn once an event */
  int partials;
  double stretch;         /**< partial k at hz k^stretch: 1 harmonic, above it metal and glass */
  double slope_db;        /**< from one partial to the next */
  double q;               /**< of a noise band */
  double glide_octaves;   /**< up to this much, up or down, within a grain */
  double scatter_octaves; /**< between the grains of an event */
  synth_range length_s;
  double attack_s, decay_s;
  synth_range grains, interval_s;
} synth_event_spec;

enum { SYNTH_SCENE_PEAKS = 3, SYNTH_SCENE_STREAMS = 4 };
typedef struct {
  const char *cas, *tau; /**< class names; NULL where the layout has no such class */
  double tilt_db;        /**< below 300 Hz against above 3 kHz */
  synth_band peak[SYNTH_SCENE_PEAKS];
  double pulse_hz, pulse_depth; /**< regular modulation of the background's amplitude */
  double drift_depth;           /**< slow irregular modulation */
  double hum_hz, hum_db;        /**< engine or mains; 0 Hz: none; dB relative to the background */
  struct {
    synth_event kind;
    double per_s, db; /**< mean rate; level relative to the background */
  } stream[SYNTH_SCENE_STREAMS];
} synth_scene;

enum { SYNTH_SCENES = 13 };
extern const synth_scene synth_scenes[SYNTH_SCENES];
extern const synth_event_spec synth_events[SYNTH_EVENTS];

/** Scene of a class name in a layout, or -1. */
int synth_scene_of_cas(const char *name);
/** Scene of TAU class 0..9 in its index order. */
int synth_scene_of_tau(int index);

#endif
