/* A planned data set: every clip with what decides its sound, and the tables that describe it. */
#ifndef CST_SYNTH_PLAN_H
#define CST_SYNTH_PLAN_H

#include "cassette/clip.h"
#include "cassette/file.h"
#include "cassette/synth.h"

#include <stdbool.h>
#include <stdint.h>

enum { SYNTH_DEVELOPMENT, SYNTH_EVALUATION }; /* TAU: train and evaluate */
enum { SYNTH_NAME_BYTES = 96, SYNTH_PLACE_BYTES = 40, SYNTH_TIME_BYTES = 40, SYNTH_TABLES = 6 };

typedef struct {
  char name[SYNTH_NAME_BYTES];   /**< as the tables spell it; with its folder in TAU */
  char place[SYNTH_PLACE_BYTES]; /**< city; "" if no table says */
  char time[SYNTH_TIME_BYTES];   /**< record_time, or identifier in TAU */
  char device[4];                /**< TAU: a, b, c, s1 ...; else "" */
  int scene;                     /**< row of the scene table (synth_scene.h) */
  int set;
  bool labelled;
  /* Equal keys sound alike.  They are digests of names, so that order and count do not matter. */
  uint64_t city_key, session_key, device_key, clip_key;
} synth_clip;

typedef struct {
  char name[64]; /**< relative to the data set's directory */
  cst_text text;
} synth_table;

struct cst_synth {
  cst_synth_preset preset;
  cst_synth_layout layout;
  uint64_t seed;
  double seconds; /**< of each clip */
  uint32_t rate_hz;
  bool from_metadata;
  synth_clip *clip;
  size_t n, capacity;
  synth_table table[SYNTH_TABLES];
  size_t n_tables;
};

/** Whole of a data set's file format; the plan's clips exist already in each. */
typedef struct {
  cst_wave_format wave;
  uint32_t channels;
} synth_format;
synth_format synth_clip_format(const cst_synth *self, const synth_clip *clip);
/** Path relative to the data set's directory. */
cst_status synth_clip_path(const cst_synth *self, const synth_clip *clip, char **out);

cst_status synth_plan_cas(cst_synth *self);
cst_status synth_plan_tau(cst_synth *self);
/** @p path: a CAS table, or a directory that holds tables under their usual names. */
cst_status synth_plan_metadata(cst_synth *self, const char *path);

/** A new clip at the end, zeroed; NULL if there is no memory. */
synth_clip *synth_add_clip(cst_synth *self);
/** An empty table at the end. */
cst_text *synth_add_table(cst_synth *self, const char *name);
/** Text of truth.csv: filename,scene_label of every clip. */
void synth_add_truth(cst_synth *self);

/** 64 bits that stand for a pair of names. */
uint64_t synth_key(const char *a, const char *b);
/** Divide @p total into @p n parts in proportion to @p weight (NULL: equal); the sum is exact. */
void synth_apportion(size_t total, size_t n, const double *weight, size_t *part);

extern const char *const synth_icme_table,
    *const synth_apsipa_dev_table, *const synth_apsipa_eval_table, *const synth_truth_table;

#endif
