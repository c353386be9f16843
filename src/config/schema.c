/*
 * The table of every configuration key.
 *
 * A new key is one line here and one field in cst_config.  Order is the order of the resolved file
 * and of the reference.
 */
#include "value.h"

#include "cassette/logmel.h"

static const char *const metadata_names[] = {"city", "time", NULL};
static const char *const adapt_names[] = {"none", "adabn", "tent", NULL};
static const char *const vote_names[] = {"none", "session", NULL};
static const char *const schedule_names[] = {"step", "cosine", "cosine-annealing", NULL};
static const char *const balance_names[] = {"none", "classes", NULL};
static const char *const optimizer_names[] = {"adam", "sgd", NULL};
static const char *const init_names[] = {"pretrained", "teacher", "scratch", NULL};
static const char *const view_names[] = {"none", "weak", "strong", NULL};

/* Enums are written through int pointers. */
#define READ_AS_INT(type) _Static_assert(sizeof(type) == sizeof(int), #type)
READ_AS_INT(cst_protocol);
READ_AS_INT(cst_validation);
READ_AS_INT(cst_hide_by);
READ_AS_INT(cst_conv_method);
READ_AS_INT(cst_aggregate);
READ_AS_INT(cst_tsa);
READ_AS_INT(cst_student_init);
READ_AS_INT(cst_labelled_view);
READ_AS_INT(cst_adapt);
READ_AS_INT(cst_schedule);
READ_AS_INT(cst_optimizer);
READ_AS_INT(cst_scores);
READ_AS_INT(cst_balance);
READ_AS_INT(cst_vote);
#undef READ_AS_INT

#define AT(section_, key_)                                                                         \
  .section = #section_, .key = #key_, .offset = offsetof(cst_config, section_.key_)
/* A key of a section that is a field of an object that another module reads. */
#define OF(section_, object_, key_)                                                                \
  .section = #section_, .key = #key_, .offset = offsetof(cst_config, object_.key_)
#define MODEL(key_)    OF(model, model.spec, key_)
#define STRATEGY(key_) OF(strategy, strategy.params, key_)
/* A parameter that has another default in every strategy. */
#define BY_STRATEGY .absent = "the strategy's default"
#define TOP(key_)   .section = "", .key = #key_, .offset = offsetof(cst_config, key_)

/* clang-format off */
/* A stage's keys; OR is BY_DEFAULT for `train` itself, FROM_TRAIN for the others. */
#define BY_DEFAULT(value_) .fallback = value_
#define FROM_TRAIN(value_) .inherits = "train"
#define STAGE(s, OR)                                                                                \
  {AT(s, batch), .kind = CST_KEY_INTEGER, OR("32"), .min = 2, .max = 65536,                      \
   .help = "Clips in a global batch, over all ranks."},                                             \
  {AT(s, epochs), .kind = CST_KEY_INTEGER, OR("20"), .max = 1000000,                               \
   .help = "Passes over the stage's clips at most; 0 skips the stage."},                            \
  {AT(s, steps), .kind = CST_KEY_INTEGER, OR("0"), .max = INT64_C(1000000000),                     \
   .help = "Optimiser steps at most, in place of `epochs`; 0: epochs count."},                      \
  {AT(s, patience), .kind = CST_KEY_INTEGER, OR("10"), .max = 1000000,                             \
   .help = "Stop after so many epochs without improvement; 0: never."},                             \
  {AT(s, learning_rate), .kind = CST_KEY_REAL, OR("0.001"), .high = 10.0, .low_open = true,         \
   .help = "Learning rate at the start, or after the warm-up."},                                    \
  {AT(s, warmup), .kind = CST_KEY_REAL, OR("0"), .high = 1.0, .high_open = true,                    \
   .help = "Share of the steps over which the learning rate rises, linearly."},                     \
  {AT(s, schedule), .kind = CST_KEY_ENUM, OR("step"), .names = schedule_names,                      \
   .help = "`step`; `cosine`: cos(7/16 pi t) of FixMatch, which ends at a fifth of the rate; or "   \
           "`cosine-annealing`: half a cosine down to `final_rate`."},                              \
  {AT(s, decay), .kind = CST_KEY_REAL, OR("0.9"), .high = 1.0, .low_open = true,                    \
   .help = "Schedule step: factor every `decay_every` epochs."},                                    \
  {AT(s, decay_every), .kind = CST_KEY_INTEGER, OR("2"), .min = 1, .max = 1000000,               \
   .help = "Epochs between two steps of the learning rate."},                                       \
  {AT(s, final_rate), .kind = CST_KEY_REAL, OR("0"), .high = 1.0,                                   \
   .help = "Schedule cosine-annealing: the last rate, as a share of `learning_rate`."},             \
  {AT(s, optimizer), .kind = CST_KEY_ENUM, OR("adam"), .names = optimizer_names,                    \
   .help = "`adam`, or `sgd` with Nesterov's momentum 0.9."},                                       \
  {AT(s, weight_decay), .kind = CST_KEY_REAL, OR("0"), .high = 1.0,                                 \
   .help = "Of matrices and kernels: decoupled for Adam (AdamW), L2 for SGD."},                     \
  {AT(s, balance), .kind = CST_KEY_ENUM, OR("none"), .names = balance_names,                        \
   .help = "Labelled clips of a batch: `none`, in passes over all; `classes`, of every class equally "\
           "often."},                                                                               \
  {AT(s, clip_norm), .kind = CST_KEY_REAL, OR("0"), .high = 1e9,                                    \
   .help = "A gradient longer than this is shortened to it; 0: none is."},                          \
  {AT(s, label_smoothing), .kind = CST_KEY_REAL, OR("0"), .high = 1.0, .high_open = true,           \
   .help = "Share of the target of labelled clips that is spread evenly over the classes."},        \
  {AT(s, average), .kind = CST_KEY_REAL, OR("0"), .high = 1.0,                                      \
   .help = "Stochastic weight averaging: the stage ends with the mean of the weights at the ends of "\
           "the epochs in this share of its steps, the last; 0: without."}

const cst_key cst_schema[] = {
  {TOP(name), .kind = CST_KEY_TEXT, .affects = CST_AFFECTS_NOTHING,
   .help = "Name of the run, and of its directory below `runs`; default: the file's name without "
           "`.yaml`.  Not inherited through `extends`."},
  {TOP(seed), .kind = CST_KEY_INTEGER, .fallback = "1234", .max = INT64_MAX,
   .help = "Seed of every random number of the run."},

  {AT(dataset, layout), .kind = CST_KEY_TEXT, .fallback = "cas", .list = cst_layout_names,
   .help = "Format of the metadata tables; `synth` is what `cassette synth` writes."},
  {AT(dataset, root), .kind = CST_KEY_TEXT, .fallback = "", .affects = CST_AFFECTS_NOTHING,
   .help = "Directory of tables and audio, relative to the working directory.  Required."},
  {AT(dataset, metadata), .kind = CST_KEY_LIST,
   .help = "Tables below `root`; empty: the layout's usual names."},
  {AT(dataset, evaluation_metadata), .kind = CST_KEY_LIST,
   .help = "Tables of the evaluation set; empty: the layout's usual names."},
  {AT(dataset, truth), .kind = CST_KEY_TEXT, .fallback = "", .affects = CST_AFFECTS_SCORE,
   .help = "Table below `root` with the true labels of unlabelled and evaluation clips, for scores "
           "and for checking pseudo-labels; training does not learn from it; empty: none."},
  {AT(dataset, pretrain), .kind = CST_KEY_PRETRAIN, .affects = CST_AFFECTS_NOTHING,
   .help = "Data sets for stage 1, each with classes of its own: `[{layout: tau, root: data/tau}, {layout: "
           "csv, root: data/esc, metadata: [esc.csv]}]`; a directory alone is one of layout tau; "
           "empty: no pre-training."},
  {AT(dataset, pretrain_weights), .kind = CST_KEY_TEXT, .fallback = "",
   .help = "Checkpoint that replaces stage 1: all of it but the final layer is where training "
           "begins; `scripts/convert-checkpoint` makes one of a PyTorch file.  Empty: none."},
  {AT(dataset, classes), .kind = CST_KEY_LIST, .of_tables = true,
   .help = "Layout csv: class names in index order; empty: those of the table, sorted."},
  {OF(dataset, split.spec, hide_labels), .kind = CST_KEY_REAL, .fallback = "0", .high = 1.0, .high_open = true,
   .help = "Share of the training labels of each class to treat as unlabelled."},
  {OF(dataset, split.spec, hide_by), .kind = CST_KEY_ENUM, .fallback = "session", .names = cst_hide_by_names,
   .help = "Hide whole sessions at a time, or single clips, as published comparisons do: then near "
           "copies of labelled clips are among the unlabelled ones."},
  {AT(dataset, strict), .kind = CST_KEY_BOOL, .fallback = "false",
   .help = "Whether any rejected clip ends the job."},
  {AT(dataset, max_rejected), .kind = CST_KEY_REAL, .fallback = "0.01", .high = 1.0,
   .help = "Largest share of rejected clips that is put up with."},
  {AT(dataset, cache_gib), .kind = CST_KEY_REAL, .fallback = "8", .high = 1048576.0, .affects = CST_AFFECTS_NOTHING,
   .help = "Features kept in memory on each node, GiB at most; beyond, they are read from disk."},

  {AT(features, preset), .kind = CST_KEY_ENUM, .fallback = "icme2024", .names = cst_logmel_presets,
   .help = "Parameters of the spectrogram; `apsipa2025` starts its mel bands at 50 Hz, not 10."},
  {AT(features, frames), .kind = CST_KEY_INTEGER, .fallback = "500", .min = 4, .max = 100000,
   .help = "Frames of 20 ms kept of each clip."},
  {AT(features, store), .kind = CST_KEY_TEXT, .fallback = "", .affects = CST_AFFECTS_NOTHING,
   .help = "Directory of the feature shards, to share them between runs and data sets; empty: in "
           "the run directory."},

  {AT(model, stem), .kind = CST_KEY_INTEGERS, .fallback = "[1, 1]", .min = 1, .max = 64,
   .repeats = true,
   .help = "Frames and mel bins of the patches that become one pixel each, with a channel for each "
           "of their pixels, before the first block; `[1, 1]`: none."},
  {AT(model, blocks), .kind = CST_KEY_INTEGERS, .fallback = "[64, 128]", .min = 1, .max = 4096,
   .repeats = true,
   .help = "Channels of each block of two 3x3 convolutions, 1 to 8 blocks; multiples of `reduction`, "
           "the last of `heads`: it is the width of the encoder."},
  {AT(model, pool), .kind = CST_KEY_PAIRS, .fallback = "[[2, 2]]", .min = 1, .max = 64,
   .repeats = true,
   .help = "Frames and mel bins of the mean at the end of each block; one pair serves every block."},
  {MODEL(residual), .kind = CST_KEY_BOOL, .fallback = "false",
   .help = "Whether a block adds its input, by a 1x1 convolution where channels differ."},
  {MODEL(squeeze_excite), .kind = CST_KEY_BOOL, .fallback = "true",
   .help = "Whether a gate for each channel follows each convolution."},
  {MODEL(reduction), .kind = CST_KEY_INTEGER, .in = CST_IN_SIZE, .fallback = "16", .min = 1, .max = 4096,
   .help = "Ratio of the squeeze-and-excite bottleneck."},
  {MODEL(pooled_frames), .kind = CST_KEY_INTEGER, .in = CST_IN_SIZE, .fallback = "16", .min = 1, .max = 4096,
   .help = "Length of the encoder's sequence; at most the frames that the blocks leave."},
  {MODEL(encoder_layers), .kind = CST_KEY_INTEGER, .in = CST_IN_SIZE, .fallback = "1", .max = 8,
   .help = "Transformer encoder layers; 0: none."},
  {MODEL(heads), .kind = CST_KEY_INTEGER, .in = CST_IN_SIZE, .fallback = "8", .min = 1, .max = 256,
   .help = "Attention heads."},
  {MODEL(feedforward), .kind = CST_KEY_INTEGER, .in = CST_IN_SIZE, .fallback = "32", .min = 1, .max = 65536,
   .help = "Width of the encoder's feed-forward layer."},
  {MODEL(aggregate), .kind = CST_KEY_ENUM, .fallback = "max", .names = cst_aggregate_names,
   .help = "What becomes of the frames: their maximum or their mean."},
  {MODEL(dropout), .kind = CST_KEY_REAL, .fallback = "0.1", .high = 1.0, .high_open = true,
   .help = "Dropout probability in the encoder layers."},
  {MODEL(head_dropout), .kind = CST_KEY_REAL, .fallback = "0", .high = 1.0, .high_open = true,
   .help = "Dropout probability before the final layer."},
  {MODEL(convolution), .kind = CST_KEY_ENUM, .fallback = "auto", .names = cst_conv_method_names,
   .help = "Convolution algorithm; `plain` is the slow definition."},
  {MODEL(products), .kind = CST_KEY_ENUM, .fallback = "fp32", .names = cst_products_names,
   .help = "Arithmetic of the convolutions' products: of floats, or as three products of bfloat16 parts, for "
           "processors with AMX (elsewhere the same bits, slowly)."},
  {AT(model, metadata), .kind = CST_KEY_LIST, .names = metadata_names,
   .help = "What the network is told of a clip besides its sound: its `city`, and the `time` of day from its "
           "session's name; [why that can hurt](strategies.md#city-and-time)."},

  {OF(split, split.spec, protocol), .kind = CST_KEY_ENUM, .fallback = "leave-one-city-out",
   .names = cst_protocol_names,
   .help = "What is held out: one city after another, named groups of cities, or (`official`) the "
           "evaluation set."},
  {AT(split, groups), .kind = CST_KEY_GROUPS, .of_tables = true,
   .help = "Protocol groups: a name and its cities, `{north: [Harbin, Shenyang]}`."},
  {AT(split, held_out), .kind = CST_KEY_LIST, .of_tables = true,
   .help = "Folds to run, by city or group name; empty: all."},
  {OF(split, split.spec, validation), .kind = CST_KEY_ENUM, .fallback = "session", .names = cst_validation_names,
   .help = "How validation clips are drawn: by whole sessions, by single clips (leaks sessions), or "
           "not at all."},
  {OF(split, split.spec, validation_share), .kind = CST_KEY_REAL, .fallback = "0.2", .high = 1.0,
   .low_open = true, .high_open = true,
   .help = "Share of the labelled clips that validate, per class."},
  {OF(split, split.spec, transductive), .kind = CST_KEY_BOOL, .fallback = "false",
   .help = "Whether unlabelled clips of held-out cities, or under protocol `official` the evaluation "
           "set without its labels, take part in training."},
  {AT(split, seed), .kind = CST_KEY_INTEGER, .absent = "`seed`", .max = INT64_MAX,
   .help = "Seed of validation clips and hidden labels alone: runs that share it divide the data alike, "
           "and one can teach another."},

  STAGE(train, BY_DEFAULT),
  STAGE(pretrain, FROM_TRAIN),
  STAGE(finetune, FROM_TRAIN),
  STAGE(student, FROM_TRAIN),

  {AT(strategy, name), .kind = CST_KEY_TEXT, .fallback = "one-shot", .list = cst_strategy_names,
   .help = "What the student learns from; `supervised` uses the labelled clips alone, `one-shot` is "
           "the challenge's baseline."},
  {STRATEGY(ratio), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 64.0, .low_open = true,
   .help = "Unlabelled clips of a batch per labelled one."},
  {STRATEGY(threshold), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1.0,
   .help = "Confidence that a pseudo-label needs."},
  {STRATEGY(temperature), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 100.0, .low_open = true,
   .help = "Temperature of sharpened targets."},
  {STRATEGY(weight), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1e6,
   .help = "Weight of the unlabelled loss."},
  {STRATEGY(ramp), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1.0,
   .help = "Share of training over which the weight rises; 0: it does not."},
  {STRATEGY(momentum), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1.0, .high_open = true,
   .help = "Momentum of the strategy's running statistics."},
  {STRATEGY(fairness), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1e6,
   .help = "Weight of FreeMatch's fairness term."},
  {STRATEGY(per_class), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1e3, .low_open = true,
   .help = "Noisy Student: clips of each class, as a share of unlabelled clips / classes."},
  {STRATEGY(alignment), .kind = CST_KEY_INTEGER, .in = CST_IN_REAL, BY_STRATEGY, .max = 1,
   .help = "Whether what is predicted of unlabelled clips is aligned with the distribution of the "
           "labels before it decides (remixmatch, fixmatch): 1 or 0."},
  {STRATEGY(mixup), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 100.0,
   .help = "Mixup of labelled rows with unlabelled ones that are learned from (mixmatch, remixmatch, "
           "fixmatch, flexmatch, thresholded): parameter of the Beta distribution; 0: none."},
  {STRATEGY(strong_views), .kind = CST_KEY_INTEGER, .in = CST_IN_REAL, BY_STRATEGY, .min = 0, .max = 16,
   .help = "ReMixMatch: strong views of an unlabelled clip."},
  {STRATEGY(unmixed_weight), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1e6,
   .help = "ReMixMatch: weight of the first strong view before mixing; 0: without."},
  {STRATEGY(flip_weight), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1e6,
   .help = "ReMixMatch: weight of telling flips of a spectrogram apart; 0: without."},
  {STRATEGY(label_weight), .kind = CST_KEY_REAL, BY_STRATEGY, .high = 1.0,
   .help = "Distillation: weight of the label of a clip that the teacher judged, too."},
  {STRATEGY(rounds), .kind = CST_KEY_INTEGER, .in = CST_IN_REAL, BY_STRATEGY, .min = 1, .max = 31,
   .help = "Rounds of teacher and student; each student is the next teacher."},
  {AT(strategy, ema), .kind = CST_KEY_REAL, .fallback = "0.999", .high = 1.0, .high_open = true,
   .help = "Decay of the average of weights in every stage, at most: (1 + n) / (10 + n) after n "
           "steps.  The average is what is evaluated, and what teaches Mean Teacher; 0: none."},
  {AT(strategy, ema_start), .kind = CST_KEY_REAL, .fallback = "0", .high = 1.0, .high_open = true,
   .help = "Share of a stage's steps that this average leaves out, the first ones; until then it is "
           "the weights themselves."},
  {STRATEGY(tsa), .kind = CST_KEY_ENUM, .fallback = "none", .names = cst_tsa_names,
   .help = "UDA's training signal annealing."},
  {AT(strategy, init), .kind = CST_KEY_ENUM, .fallback = "pretrained", .names = init_names,
   .help = "What a student starts from; `pretrained` without pre-training is `scratch`."},

  {AT(teacher, files), .kind = CST_KEY_LIST,
   .help = "Tables of what models from elsewhere think of the clips, CSV, TSV or HDF5, relative to the "
           "working directory; several are averaged.  `{fold}` in a name stands for the fold's; a "
           "teacher that trained on the held-out city leaks."},
  {AT(teacher, values), .kind = CST_KEY_ENUM, .fallback = "auto", .names = cst_scores_names,
   .help = "What the numbers in them are; `auto`: logits where some are negative, else probabilities."},
  {AT(teacher, runs), .kind = CST_KEY_LIST,
   .help = "Run directories whose final models teach, after `cassette teach` of each, or files of "
           "`cassette export`, which are asked when training begins; fold by fold, averaged with each other and with `files`."},

  {AT(augment, labelled), .kind = CST_KEY_ENUM, .fallback = "none", .names = view_names,
   .help = "View of labelled clips, in every stage, where the strategy does not say."},
  {AT(augment, weak), .kind = CST_KEY_VIEW, .fallback = "default", .names = cst_view_presets,
   .help = "Weak views: a preset, or transforms with their ranges, `{stretch: [0.5, 1.5], p: 0.5}`; "
           "views.md has them all."},
  {AT(augment, strong), .kind = CST_KEY_VIEW, .fallback = "default", .names = cst_view_presets,
   .help = "Strong views, likewise: `{preset: default, mixstyle: none}` is a preset but for one "
           "transform."},
  {AT(augment, responses), .kind = CST_KEY_TEXT, .fallback = "",
   .help = "Directory of impulse responses of recorders, audio files and nothing else, for the "
           "transform `responses`; empty: none."},
  {AT(augment, mixup), .kind = CST_KEY_REAL, .fallback = "0", .high = 100.0,
   .help = "Mixup of labelled clips, in every stage, where the strategy does not mix them itself: "
           "parameter of the Beta distribution; 0: none."},

  {AT(evaluate, bootstrap), .kind = CST_KEY_INTEGER, .fallback = "2000", .max = 1000000, .affects = CST_AFFECTS_NOTHING,
   .help = "Resamples of the session bootstrap behind the confidence intervals."},
  {AT(evaluate, crops), .kind = CST_KEY_INTEGER, .fallback = "1", .min = 1, .max = 1000,
   .help = "Predictions of a clip averaged over so many circular shifts in time; 1: of the clip "
           "itself."},
  {AT(evaluate, adapt), .kind = CST_KEY_ENUM, .fallback = "none", .names = adapt_names,
   .help = "Adaptation to the test clips, all together and without labels: BatchNorm's statistics "
           "(`adabn`), and before them its weights by entropy (`tent`)."},
  {AT(evaluate, vote), .kind = CST_KEY_ENUM, .fallback = "none", .names = vote_names,
   .help = "`session`: clips recorded together answer with one voice, the mean of their log "
           "probabilities, beside each clip's own answer."},
  {AT(evaluate, with), .kind = CST_KEY_LIST,
   .help = "Run directories, or files of `cassette export`, whose models answer together with this "
           "one's, by the mean of log probabilities, beside this one's own answers; `--with RUN` adds one."},

  {AT(ablation, strategies), .kind = CST_KEY_LIST, .list = cst_strategy_names,
   .help = "Strategies to compare; empty: all."},
  {AT(ablation, tiers), .kind = CST_KEY_LIST, .names = cst_tier_names,
   .help = "Keep only strategies that know so much of unlabelled clips: nothing, what models from "
           "elsewhere make of them, their city and hour, which were "
           "recorded together, or the label of their session; empty: all."},
  {AT(ablation, held_out), .kind = CST_KEY_LIST, .of_tables = true,
   .help = "Folds, by city or group name, each a run of its own; empty: `split.held_out`, and if "
           "that is empty, all."},
  {AT(ablation, seeds), .kind = CST_KEY_INTEGERS, .fallback = "[1, 2, 3, 4, 5]", .max = INT64_MAX,
   .help = "Seeds, each a run of its own; empty: `seed`."},
  {AT(ablation, settings), .kind = CST_KEY_SETTINGS,
   .help = "Named sets of other values, each under every strategy, fold and seed: "
           "`{plain: {}, mixup: {augment.mixup: 0.3}}`; not of the data, the split, the seed, the "
           "strategy's name and the job.  Empty: none."},
  {AT(ablation, reference), .kind = CST_KEY_TEXT, .fallback = "",
   .help = "Setting that the others are compared with; empty: the first."},
  {AT(ablation, setting), .kind = CST_KEY_TEXT, .fallback = "",
   .help = "Written by `cassette ablate`: the setting that a cell has the values of."},

  {AT(run, checkpoint_s), .kind = CST_KEY_REAL, .fallback = "60", .high = 1e9, .low_open = true,
   .help = "Seconds between checkpoints inside an epoch."},
  {AT(run, keep), .kind = CST_KEY_INTEGER, .fallback = "2", .min = 1, .max = 1000,
   .help = "Last checkpoints kept beside the best."},
  {AT(run, walltime_s), .kind = CST_KEY_REAL, .fallback = "0", .high = 1e9,
   .help = "Checkpoint and exit with status 75 after so many seconds; 0: no limit."},
  {AT(run, stall_s), .kind = CST_KEY_REAL, .fallback = "600", .high = 1e9,
   .help = "Abort when a step takes longer than so many seconds; 0: never."},
  {AT(run, threads), .kind = CST_KEY_INTEGER, .fallback = "0", .max = 1024,
   .help = "Threads of a rank; 0: OMP_NUM_THREADS if set, else 1."},
};
/* clang-format on */

const size_t cst_schema_keys = sizeof cst_schema / sizeof *cst_schema;
_Static_assert(sizeof cst_schema / sizeof *cst_schema <= CST_MAX_KEYS, "raise CST_MAX_KEYS");

const char *cst_adapt_text(cst_adapt value) { return adapt_names[value]; }
