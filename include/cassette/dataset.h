/**
 * @file dataset.h
 * Clips and what is known of them.
 *
 * Read from metadata on one worker, written as manifest CSV text, and parsed from that text on
 * all: every rank sees the same data set because it read the same bytes.
 */
#ifndef CST_DATASET_H
#define CST_DATASET_H

#include "cassette/clip.h"
#include "cassette/file.h"
#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { CST_SET_DEVELOPMENT, CST_SET_EVALUATION, CST_SET_PRETRAIN } cst_set;
enum { CST_MOST_CLASSES = 1000 }; /**< confusions and figures have classes x classes cells */
enum { CST_MOST_PRETRAIN_SETS = 16 };
enum { CST_NONE = -1 }; /**< no scene (unlabelled), city, session or device */
/** Part of TAU's own cross-validation set-up: evaluation_setup/fold1_train.csv, fold1_evaluate.csv.
 */
typedef enum { CST_PART_NONE, CST_PART_TRAIN, CST_PART_EVALUATE } cst_part;

typedef struct {
  char *id;    /**< file name as in the metadata; unique within its set */
  char *path;  /**< audio file; NULL when it was not found */
  int scene;   /**< class index or CST_NONE */
  int city;    /**< index into cities or CST_NONE */
  int session; /**< index into sessions; a clip without one is a session of its own, named
                    like the clip */
  int device;  /**< index into devices or CST_NONE */
  cst_set set;
  uint8_t source;          /**< pre-training: which of its sets, from 0; else 0 */
  cst_part part;           /**< TAU; else CST_PART_NONE */
  cst_audio_status status; /**< as read: unchecked where there is a file, else missing */
  cst_sound sound;         /**< of the file when it was judged; no digest: not looked at */
} cst_clip;

/** Distinct names in order of addition, found by hash. Zeroed is empty. */
typedef struct {
  char **item;
  size_t n, capacity;
  uint32_t *slot; /**< the index; not for others */
  size_t slots;
} cst_names;
/** Index of @p name, added if new (copies); CST_NONE on out of memory. */
int cst_names_add(cst_names *self, const char *name);
/** Index or CST_NONE. */
int cst_names_find(const cst_names *self, const char *name);
void cst_names_reset(cst_names *self);

typedef struct {
  cst_clip *clip; /**< development, then evaluation, then pre-training, each in metadata order */
  size_t n, capacity;
  cst_names scenes; /**< classes of development and evaluation, in index order */
  /** Classes of the pre-training sets, one set's after another's in the order of the sets.  Those of
   *  several are told apart by number and layout of their set: "1-tau/bus", "2-csv/bus". */
  cst_names pretrain_scenes;
  size_t pretrain_classes[CST_MOST_PRETRAIN_SETS]; /**< how many of these are of each set */
  size_t pretrain_sets;
  cst_names cities, sessions, devices;
} cst_dataset;

/** One set to pre-train on.  All borrowed. */
typedef struct {
  const char *layout, *root;
  const char *const *metadata; /**< tables relative to root; n = 0: the usual names */
  size_t n_metadata;
} cst_pretrain_source;

/** Names of the layouts, in the order of the configuration, NULL-terminated. */
const char *const *cst_layout_names(void);
/** Whether the usual tables of a layout include an evaluation set. */
bool cst_layout_has_evaluation(const char *name);
/** Whether a layout has classes of its own. */
bool cst_layout_has_classes(const char *name);

/**
 * What to read; mirrors config section `dataset` without depending on it.
 *
 * Tables of one set are joined by file name; what two of them say must agree.
 *   cas  filename; scene_label, location, record_time.  Usual names in root: ICME2024_ASC_dev_label
 *        and APSIPA2025_GC_ASC_dev_metadata (.csv), evaluation APSIPA2025_GC_ASC_eval_metadata and
 *        ICME2024_ASC_eval.  Session = location/record_time.
 *   tau  filename; scene_label, identifier, source_label, tab separated.  Usual names: meta.csv,
 *        evaluation_setup/fold1_train.csv and fold1_evaluate.csv.  City, session (city-location)
 *        and device are read from scene-city-location-segment-device.wav; `identifier` and
 *        `source_label` take precedence.
 *   csv  filename, scene_label; city, session, device.  Usual name: the only *.csv in root.
 *        Session = city/session: a session is in one place.
 */
typedef struct {
  const char *layout;
  const char *root;
  const char *const *metadata; /**< tables relative to root; n = 0: the usual names */
  size_t n_metadata;
  const char *const *evaluation_metadata; /**< likewise */
  size_t n_evaluation_metadata;
  const cst_pretrain_source *pretrain; /**< in their order; of clips with equal names in two sets
                                            both are taken */
  size_t n_pretrain;                   /**< at most CST_MOST_PRETRAIN_SETS */
  const char *const *classes;          /**< names in index order; n = 0: the layout's own, csv:
                                   those found, sorted by bytes */
  size_t n_classes;
} cst_dataset_source;

/** The ten CAS and the ten TAU classes in index order. */
extern const char *const cst_cas_classes[10];
extern const char *const cst_tau_classes[10];

/** Read metadata and find the audio files below the roots.  A file is looked for by its exact name
 *  (or one that is equal in Unicode's normal form), with or without its audio extension, relative
 * to root, then to root/audio, then in any folder below root, where two folders that hold it are
 * refused.  Of x.wav and x.flac the first is taken with a warning.  CST_ERR_DATA names table, line,
 * column and the cure. */
cst_status cst_dataset_read(const cst_dataset_source *source, cst_dataset **out);
void cst_dataset_destroy(cst_dataset **self);
/** Path below @p root of the first audio file that clip @p id may mean although its name is
 * another: in letter case, accents, blanks, '-' for '_', or extension.  New (cst_free), NULL if
 * there is none. Walks the directory. */
cst_status cst_dataset_similar_file(const char *root, const char *id, char **path);
/** Whether a file is called as audio files are, those included that are found to be refused. */
bool cst_audio_named(const char *path);
/** Manifest CSV: clip,path,scene,city,session,device,set,status,part,class,bytes,changed_ns,digest.
 * `class` is the index of `scene`; a class without any clip has a row of its own with set `class`,
 * so that the text parses back to an equal object (and that one to the same bytes).  Earlier
 * versions had no bytes, changed_ns and digest. */
cst_status cst_dataset_text(const cst_dataset *self, cst_text *out);
cst_status cst_dataset_parse(const char *text, size_t bytes, const char *name, cst_dataset **out);

/** Digest of all that training can depend on: class lists, and of each development and pre-training
 *  clip what is said of it, its status, and the digest of its sound.  Not paths, not times; the
 *  evaluation set where it is @p transduced, but for its labels. */
cst_status cst_dataset_digest(const cst_dataset *self, bool transduced, char hex[CST_DIGEST_HEX]);
/** Digest of what the metadata say of each development and evaluation clip, and of what became of its
 *  audio: whether two runs were scored on the same. */
cst_status cst_dataset_scored_digest(const cst_dataset *self, char hex[CST_DIGEST_HEX]);

/** Hour of the day, [0, 24), of the last HH:MM or HH:MM:SS in a session's name, which in CAS is its
 *  record_time; NaN where there is none. */
double cst_session_hour(const char *session);
/** Cities of development clips: the first so many of cities. */
size_t cst_dataset_cities(const cst_dataset *self);
/** Whether clip @p i is in @p set, usable, and (if labelled >= 0) labelled or not. */
int cst_dataset_selects(const cst_dataset *self, size_t i, cst_set set, int labelled);

/** Audit as text for people: clips, labels, cities, sessions, city x class cells, overlap of the
 *  evaluation set, rejected audio with reasons. */
cst_status cst_dataset_audit(const cst_dataset *self, cst_text *out);
/** True labels of development and evaluation clips from a truth table (filename,scene_label), for
 *  scoring only: scene index, or CST_NONE where the table says nothing, per clip, [n].
 *  CST_ERR_DATA on unknown names and where a clip's own label differs. */
cst_status cst_truth_read(const char *path, const cst_dataset *self, int *scene);

#endif
