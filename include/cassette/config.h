/**
 * @file config.h
 * The configuration: YAML read into one typed structure.
 *
 * One table (src/config/schema.c) names every key with its type, default, range and help text; the
 * parser, the overrides, the resolved file and docs/configuration.md all come from it.  A key that
 * is not in the table, a wrong type or a value out of range is refused with file, line and column
 * and, for a misspelt key, the nearest valid one.
 */
#ifndef CST_CONFIG_H
#define CST_CONFIG_H

#include "cassette/augment.h"
#include "cassette/dataset.h"
#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/model.h"
#include "cassette/split.h"
#include "cassette/strategy.h"
#include "cassette/teacher_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How a finished model is adapted to unlabelled test clips. */
typedef enum { CST_ADAPT_NONE, CST_ADAPT_ADABN, CST_ADAPT_TENT } cst_adapt;
/** Which clips answer with one voice. */
typedef enum { CST_VOTE_NONE, CST_VOTE_SESSION } cst_vote;
/** What a student starts from. */
typedef enum { CST_INIT_PRETRAINED, CST_INIT_TEACHER, CST_INIT_SCRATCH } cst_student_init;
/** View of labelled clips where the strategy leaves it open. */
typedef enum { CST_VIEW_NONE, CST_VIEW_WEAK, CST_VIEW_STRONG } cst_labelled_view;

/** Integers of keys that are absent and have no default here; reals are NaN then.  0 is a value. */
#define CST_ABSENT INT64_MIN

typedef struct {
  char **item;
  size_t n;
} cst_strings;

typedef struct {
  int64_t *item;
  size_t n;
} cst_integers; /**< a list of pairs has them one after another */

/** A map from a name to a list of names (YAML: `split.groups: {north: [Harbin, Shenyang]}`). */
typedef struct {
  char **name;
  cst_strings *members;
  size_t n;
} cst_groups;

/** A data set to pre-train on. */
typedef struct {
  char *layout, *root;
  cst_strings metadata; /**< tables below root; empty: the layout's usual names */
} cst_pretrain_set;

typedef struct {
  cst_pretrain_set *item;
  size_t n;
} cst_pretrain_sets;

typedef enum { CST_OPTIMIZER_ADAM, CST_OPTIMIZER_SGD } cst_optimizer;
typedef enum { CST_SCHEDULE_STEP, CST_SCHEDULE_COSINE, CST_SCHEDULE_ANNEALING } cst_schedule;

/** How labelled clips are drawn. */
typedef enum { CST_BALANCE_NONE, CST_BALANCE_CLASSES } cst_balance;

/** Recipe of one training stage.  Section `train` holds the common values; sections `pretrain`,
 *  `finetune` and `student` may replace any of them and inherit the others. */
typedef struct {
  int64_t batch;    /**< clips in a global batch */
  int64_t epochs;   /**< passes over the stage's clips at most; 0 skips the stage */
  int64_t steps;    /**< optimiser steps, if not 0, in place of epochs */
  int64_t patience; /**< stop after so many epochs without improvement; 0: never */
  double learning_rate;
  double decay;        /**< learning rate factor ... */
  int64_t decay_every; /**< ... applied every so many epochs */
  cst_schedule schedule;
  double final_rate; /**< of cosine-annealing, as a share of the learning rate */
  double warmup;     /**< share of the steps over which the rate rises */
  cst_optimizer optimizer;
  cst_balance balance;    /**< of labelled clips in the batches */
  double clip_norm;       /**< largest norm of a gradient; 0: any */
  double label_smoothing; /**< share of a target that all classes have alike */
  double average;         /**< share of the steps, the last, whose epochs' weights are averaged */
  double weight_decay;    /**< of matrices and kernels; decoupled for Adam (AdamW), L2 for SGD */
} cst_stage_config;

typedef struct {
  char *source; /**< file the configuration came from; owned */
  char *name;   /**< run name; default: the file's name without directory and .yaml */
  int64_t seed;

  struct {
    char *layout;                    /**< one of cst_layout_names() */
    char *root;                      /**< relative to the working directory */
    cst_strings metadata;            /**< tables below root; empty: the layout's usual names */
    cst_strings evaluation_metadata; /**< same for the evaluation set (layouts cas, synth) */
    char *truth;                     /**< table with the true labels of unlabelled and evaluation
                                          clips, never to learn from; "" = none */
    cst_pretrain_sets pretrain;      /**< empty: no pre-training data */
    char *pretrain_weights;          /**< checkpoint in place of pre-training; "" = none */
    cst_strings classes;             /**< csv layout: class names in index order; empty: sorted */
    bool strict;                     /**< any rejected clip ends the job */
    double max_rejected;             /**< largest share of rejected clips */
    double cache_gib;                /**< features kept in memory per node, at most */
  } dataset;

  struct {
    int preset;     /**< number in cst_logmel_presets */
    int64_t frames; /**< kept per clip */
    char *store;    /**< directory of the shards; "" = <run>/features */
  } features;

  struct {
    cst_integers stem;   /**< frames, bins of a patch that becomes one pixel */
    cst_integers blocks; /**< channels of each block */
    cst_integers pool; /**< frames, bins of each block's mean, in pairs; one pair: of every block */
    cst_strings metadata; /**< what the network is told of a clip besides its sound: city, time */
    cst_model_spec spec;  /**< but for these lists and what data and features decide:
                              cst_network_spec() */
  } model;

  struct {
    cst_groups groups;
    cst_strings held_out; /**< folds of the protocol to run (city or group names); empty: all */
    int64_t seed;         /**< of validation clips and hidden labels; absent: the run's */
    cst_split_spec spec;  /**< but for these, with dataset.hide_labels and dataset.hide_by */
  } split;

  cst_stage_config train, pretrain, finetune, student;

  struct {
    char *name;                 /**< semi-supervised strategy, see strategy.h */
    cst_strategy_params params; /**< NaN: the strategy's default */
    double ema;                 /**< decay of the average of weights, in every stage; 0: none */
    double ema_start;           /**< share of a stage's steps before that average begins */
    cst_student_init init;
  } strategy;

  struct {
    cst_strings files; /**< tables, relative to the working directory; `{fold}` stands for a name */
    cst_scores values;
    cst_strings runs; /**< run directories whose models teach */
  } teacher;

  struct {
    cst_labelled_view labelled;
    cst_view_spec weak, strong;
    char *responses; /**< directory of impulse responses; "" = none */
    double mixup;    /**< of labelled clips, where the strategy does not mix them itself */
  } augment;

  struct {
    int64_t bootstrap; /**< resamples of the session bootstrap */
    int64_t crops;     /**< circular shifts of a clip whose predictions are averaged */
    cst_adapt adapt;
    cst_vote vote;
    cst_strings with; /**< run directories whose models answer together with this one's */
  } evaluate;

  struct {
    cst_strings strategies; /**< empty: all */
    cst_strings tiers;      /**< of strategies to keep: none, session, oracle; empty: all */
    cst_strings held_out;   /**< folds by city or group name; empty: split.held_out, else all */
    cst_integers seeds;     /**< empty: `seed` */
    cst_groups settings;    /**< name: other values, each "section.key=value" */
    char *reference;        /**< setting that the others are compared with; "" = the first */
    char *setting;          /**< whose values these are, in a cell; "" = none */
  } ablation;

  struct {
    double checkpoint_s; /**< seconds between checkpoints inside an epoch */
    int64_t keep;        /**< last checkpoints kept beside the best */
    double walltime_s;   /**< checkpoint and exit 75 after so many seconds; 0: no limit */
    double stall_s;      /**< abort when a step takes longer; 0: never */
    int64_t threads;     /**< threads of a rank; 0: OMP_NUM_THREADS, else 1 */
  } run;
} cst_config;

/** Read @p path (and what it extends), then apply @p overrides ("section.key=value"), check, and
 *  fill in defaults.  Local: call on rank 0 and share with cst_config_text() + cst_config_parse().
 *  CST_ERR_USAGE with "file:line:column: what; cure". */
cst_status cst_config_read(const char *path, size_t n_overrides, const char *const *overrides,
                           cst_config **out);
/** Parse @p text as if it were file @p name; `extends` is refused. */
cst_status cst_config_parse(const char *text, size_t bytes, const char *name, cst_config **out);
void cst_config_destroy(cst_config **self);
/** A copy of @p self with the values of its ablation.settings @p i in place of its own, as
 *  ablation.setting says then, and no settings. */
cst_status cst_config_setting(const cst_config *self, size_t i, cst_config **out);

/** Append the value of key @p name ("section.key"): a text as it is, anything else as in YAML,
 *  nothing for what is absent.
 *  CST_ERR_USAGE if there is no such key. */
cst_status cst_config_get(const cst_config *self, const char *name, cst_text *out);

/** The resolved configuration as YAML, a line for every key; what is absent is a comment.  It
 * parses back to the same values. */
cst_status cst_config_text(const cst_config *self, cst_text *out);
/** The lines of those keys alone that are @p wanted (NULL: all). */
cst_status cst_config_text_of(const cst_config *self,
                              bool (*wanted)(const char *section, const char *key), cst_text *out);
/** docs/configuration.md's body: every key with type, default, range and meaning. */
cst_status cst_config_reference(cst_text *out);

/** What a key can change. */
typedef enum {
  CST_AFFECTS_BITS,   /**< what training ends in */
  CST_AFFECTS_SCORE,  /**< figures of what was trained */
  CST_AFFECTS_NOTHING /**< where, how long and how fast; data and features are known by content */
} cst_affects;
/** Of the key "section.key", up to a ':'; of a key that there is not: bits. */
cst_affects cst_config_affects(const char *path);
/** Digest of the keys that affect the bits of training. */
cst_status cst_config_digest(const cst_config *self, char hex[CST_DIGEST_HEX]);
/** Append the first such key whose values differ, "train.batch: 8", as it was and as it is; nothing
 *  where there is none. */
cst_status cst_config_difference(const cst_config *before, const cst_config *now, cst_text *was,
                                 cst_text *is);

/** What the table says of a key.  All borrowed from it. */
typedef struct {
  const char *section;      /**< "" at the top level */
  const char *key, *type;   /**< the type in words: "integer" */
  const char *fallback;     /**< default as text; NULL or "": none, empty */
  const char *absent;       /**< whose default it is, in words, where none stands here; or NULL */
  const char *inherits;     /**< section whose key of the same name is the default, or NULL */
  const char *const *names; /**< allowed words, NULL-terminated; NULL: not a choice */
  const char *help;         /**< one sentence or two, with Markdown's `code` */
} cst_config_key;

/** Key @p i in the order of the resolved file; false past the last. */
bool cst_config_key_at(size_t i, cst_config_key *out);

const char *cst_adapt_text(cst_adapt value); /**< none, adabn, tent */
/** "libyaml 0.2.5": the reader behind this module. */
const char *cst_config_library(void);

#endif
