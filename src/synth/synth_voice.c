/*
 * How hard the task is, in one table, and how its numbers become the sound of a clip.
 *
 * A model learns the colour of the scenes it hears.  Part of that colour belongs to the scene, part
 * to the scene in this city (`cell`), part to the city, the session, the recorder.  In a city it
 * has seen, all of these help; in one it has not, `cell` and `city` mislead, and what remains are
 * the scene's own colour, its pulse and its events.
 */
#include "synth_voice.h"

#include "cassette/digest.h"
#include "cassette/elementary.h"

#include <math.h>

/* The knobs.  _db: standard deviation of the gain of each band (or of a level); _octaves: of the
 * logarithm of a factor.  A change makes another data set (synth.txt has the table's digest). */
typedef struct {
  double scene_colour;        /* factor on the scenes' own peaks and tilt: 1 as in the table */
  double cell_colour_db;      /* scene x city: the domain shift itself.  More: easier in seen
                                 cities, harder in others */
  double cell_pulse_octaves;  /* scene x city: rate of the background's pulse */
  double cell_event_db;       /* scene x city: level of each kind of event */
  double city_colour_db;      /* response of a city's places, all scenes alike */
  double city_pitch_octaves;  /* pitch of events and engines */
  double city_events_octaves; /* how often things happen */
  double city_floor_db;       /* noise floor */
  double recorder_db;         /* response of the devices */
  double session_colour_db;   /* one place.  More: leakage between clips of a session shows more,
                                 and held-out sessions are harder */
  double session_events_octaves;
  double session_level_db;
  double clip_colour_db; /* within a session */
  double clip_level_db;
  double events_db;          /* all events against the background: the cue that travels.  More:
                                easier, above all in unseen cities */
  double level_db, floor_db; /* middle of background and noise floor, relative to full scale */
} tuning;

static const tuning difficulty = {
    .scene_colour = 0.4,
    .cell_colour_db = 10.0,
    .cell_pulse_octaves = 0.6,
    .cell_event_db = 6.0,
    .city_colour_db = 3.0,
    .city_pitch_octaves = 0.35,
    .city_events_octaves = 0.7,
    .city_floor_db = 4.0,
    .recorder_db = 2.0,
    .session_colour_db = 1.5,
    .session_events_octaves = 0.2,
    .session_level_db = 3.0,
    .clip_colour_db = 0.4,
    .clip_level_db = 1.5,
    .events_db = -1.5,
    .level_db = -36.0,
    .floor_db = -82.0,
};

void synth_voice_fingerprint(char *hex) { cst_digest_bytes(&difficulty, sizeof difficulty, hex); }

static void add_band(synth_bands *to, synth_band_kind kind, double hz, double q, double db)
{
  CST_ASSERT(to->n < SYNTH_BANDS);
  to->band[to->n++] = (synth_band){.kind = kind, .hz = hz, .q = q, .db = db};
}

static void add_tilt(synth_bands *to, double db)
{
  add_band(to, SYNTH_LOW_SHELF, 300.0, 0.5, -db / 2.0);
  add_band(to, SYNTH_HIGH_SHELF, 3000.0, 0.5, db / 2.0);
}

static void add_random_peaks(synth_bands *to, synth_dice *dice, int count, double deviation_db)
{
  for (int i = 0; i < count; i++) {
    const double hz = synth_between_log(dice, 80.0, 10000.0), q = synth_between(dice, 0.6, 1.8);
    add_band(to, SYNTH_PEAK, hz, q, synth_normal(dice, deviation_db));
  }
}

static double octaves(synth_dice *dice, double deviation)
{
  return cst_pow(2.0, synth_normal(dice, deviation));
}

static void apply_scene(const synth_scene *scene, synth_voice *v)
{
  add_band(&v->background, SYNTH_LOW_SHELF, 120.0, 0.5, 10.0); /* all outdoors and rooms rumble */
  add_tilt(&v->background, difficulty.scene_colour * scene->tilt_db - 14.0);
  for (int i = 0; i < SYNTH_SCENE_PEAKS; i++) {
    const synth_band *p = &scene->peak[i];
    add_band(&v->background, p->kind, p->hz, p->q, difficulty.scene_colour * p->db);
  }
  v->pulse_hz = scene->pulse_hz;
  v->pulse_depth = scene->pulse_depth;
  v->drift_depth = scene->drift_depth;
  v->hum_hz = scene->hum_hz;
  v->hum_db = scene->hum_db;
  v->pitch = 1.0;
  for (int i = 0; i < SYNTH_SCENE_STREAMS; i++) {
    v->stream[i].kind = scene->stream[i].kind;
    v->stream[i].per_s = scene->stream[i].per_s;
    v->stream[i].db = scene->stream[i].db + difficulty.events_db;
  }
}

static void apply_cell(synth_dice dice, synth_voice *v)
{
  add_tilt(&v->background, synth_normal(&dice, 2.0 * difficulty.cell_colour_db));
  add_random_peaks(&v->background, &dice, 3, difficulty.cell_colour_db);
  v->pulse_hz *= octaves(&dice, difficulty.cell_pulse_octaves);
  for (int i = 0; i < SYNTH_SCENE_STREAMS; i++)
    v->stream[i].db += synth_normal(&dice, difficulty.cell_event_db);
}

static void apply_city(synth_dice dice, synth_voice *v)
{
  add_tilt(&v->place, synth_normal(&dice, 2.0 * difficulty.city_colour_db));
  add_random_peaks(&v->place, &dice, 3, difficulty.city_colour_db);
  v->pitch *= octaves(&dice, difficulty.city_pitch_octaves);
  v->floor_db = difficulty.floor_db + synth_normal(&dice, difficulty.city_floor_db);
  const double rate = octaves(&dice, difficulty.city_events_octaves);
  for (int i = 0; i < SYNTH_SCENE_STREAMS; i++) v->stream[i].per_s *= rate;
}

static void apply_session(synth_dice dice, synth_voice *v)
{
  add_random_peaks(&v->background, &dice, 3, difficulty.session_colour_db);
  v->level_db = difficulty.level_db + synth_normal(&dice, difficulty.session_level_db);
  v->hum_hz *= v->pitch * octaves(&dice, 0.1);
  v->pulse_hz *= octaves(&dice, 0.1);
  for (int i = 0; i < SYNTH_SCENE_STREAMS; i++) {
    v->stream[i].per_s *= octaves(&dice, difficulty.session_events_octaves);
    v->stream[i].db += synth_normal(&dice, 1.0);
  }
}

static void apply_clip(synth_dice dice, synth_voice *v)
{
  add_random_peaks(&v->background, &dice, 2, difficulty.clip_colour_db);
  v->level_db += synth_normal(&dice, difficulty.clip_level_db);
}

static void apply_recorder(synth_dice dice, synth_voice *v)
{
  add_tilt(&v->recorder, synth_normal(&dice, difficulty.recorder_db));
  add_random_peaks(&v->recorder, &dice, 3, difficulty.recorder_db);
}

void synth_voice_make(uint64_t seed, const synth_clip *clip, synth_voice *out)
{
  const uint64_t scene = (uint64_t)clip->scene;

  *out = (synth_voice){0};
  apply_scene(&synth_scenes[clip->scene], out);
  apply_cell(synth_dice_make(seed, SYNTH_DRAW_CELL, clip->city_key, scene), out);
  apply_city(synth_dice_make(seed, SYNTH_DRAW_CITY, clip->city_key, 0), out);
  apply_session(synth_dice_make(seed, SYNTH_DRAW_SESSION, clip->session_key, scene), out);
  apply_clip(synth_dice_make(seed, SYNTH_DRAW_CLIP, clip->clip_key, 0), out);
  apply_recorder(synth_dice_make(seed, SYNTH_DRAW_RECORDER, clip->device_key, 0), out);
}
