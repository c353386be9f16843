/* What one clip sounds like: every number the renderer needs, drawn from the clip's keys. */
#ifndef CST_SYNTH_VOICE_H
#define CST_SYNTH_VOICE_H

#include "synth_plan.h"
#include "synth_scene.h"

enum { SYNTH_BANDS = 16 };
typedef struct {
  synth_band band[SYNTH_BANDS];
  size_t n;
} synth_bands;

typedef struct {
  synth_bands background; /**< shape of the background noise */
  synth_bands place;      /**< response of the city's places, over background and events */
  synth_bands recorder;   /**< response of the device, over everything and its own noise */
  double level_db;        /**< of the background, relative to full scale */
  double floor_db;        /**< of the noise that the recorder adds */
  double pulse_hz, pulse_depth, drift_depth;
  double hum_hz, hum_db; /**< 0 Hz: none */
  double pitch;          /**< factor on the pitch of all events */
  struct {
    synth_event kind;
    double per_s, db;
  } stream[SYNTH_SCENE_STREAMS];
} synth_voice;

void synth_voice_make(uint64_t seed, const synth_clip *clip, synth_voice *out);
/** Digest key of the difficulty table: another table is another data set. */
void synth_voice_fingerprint(char *hex /* CST_DIGEST_HEX */);

/** Interleaved float samples [n][channels] of one clip. */
cst_status synth_render(const cst_synth *plan, const synth_clip *clip, uint32_t channels, size_t n,
                        float *out);
/** Add all events of the voice to x[n]. @p envelope: scratch for SYNTH_GRAIN_SECONDS. */
void synth_add_events(const synth_voice *voice, uint64_t seed, uint64_t clip_key, double rate_hz,
                      double background, double *envelope, double *grain, double *x, size_t n);
enum { SYNTH_GRAIN_SECONDS = 8 }; /**< the longest of synth_events[] */

#endif
