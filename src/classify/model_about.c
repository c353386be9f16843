/* Contract in model_about.h. */
#include "cassette/model_about.h"

#define LEFT_OUT .none = CST_NONE_LEFT_OUT

#define SCORE(m, kind) CST_ROW_WITH(cst_model_scores, m, kind, LEFT_OUT)
static const cst_json_row scores_rows[] = {SCORE(macro_accuracy, NUMBER), SCORE(ci95, RANGE),
                                           SCORE(clips, COUNT), SCORE(sessions, COUNT)};
static const cst_json_shape scores_shape = CST_SHAPE(cst_model_scores, scores_rows);

#define NETWORK(m, kind) CST_ROW_WITH(cst_model_network, m, kind, LEFT_OUT)
static const cst_json_row network_rows[] = {
    NETWORK(fold, TEXT),
    NETWORK(held_out, TREE),
    NETWORK(stage, TEXT),
    NETWORK(checkpoint, TEXT),
    NETWORK(round, COUNT),
    NETWORK(epoch, COUNT),
    NETWORK(validation_macro_accuracy, NUMBER),
    CST_ROW_WITH(cst_model_network, scores, MAYBE, .of = &scores_shape),
    NETWORK(labels, TEXT),
    NETWORK(tested, TEXT),
};
const cst_json_shape cst_model_network_shape = CST_SHAPE(cst_model_network, network_rows);

#define TRAINED_BY(m)                                                                              \
  {                                                                                                \
    .key = #m, .kind = CST_ROW_TEXT, LEFT_OUT,                                                     \
    .offset = offsetof(cst_model_about, trained_by.m) - offsetof(cst_model_about, trained_by)      \
  }
static const cst_json_row trained_by_rows[] = {TRAINED_BY(version), TRAINED_BY(commit),
                                               TRAINED_BY(kernels), TRAINED_BY(numerics)};
static const cst_json_shape trained_by_shape = {sizeof((cst_model_about *)0)->trained_by,
                                                trained_by_rows, 4};

#define ROW(m, kind) CST_ROW_WITH(cst_model_about, m, kind, LEFT_OUT)
static const cst_json_row rows[] = {
    ROW(format, COUNT),
    ROW(exported_by, TEXT),
    ROW(commit, TEXT),
    ROW(name, TEXT),
    ROW(strategy, TEXT),
    ROW(seed, COUNT),
    ROW(adapt, TEXT),
    ROW(trained_on, TEXT),
    ROW(configuration, TEXT),
    ROW(scored_data, TEXT),
    ROW(tier, TEXT),
    ROW(transductive, TRUTH),
    CST_ROW_WITH(cst_model_about, trained_by, PART, .of = &trained_by_shape),
    CST_ROW_WITH(cst_model_about, networks, LIST, .of = &cst_model_network_shape),
    CST_ROW_WITH(cst_model_about, held_out, PART, LEFT_OUT, .of = &scores_shape),
    CST_ROW_WITH(cst_model_about, temperature, PART, .of = &cst_temperature_note_shape),
    ROW(classes, TREE),
    ROW(features, TEXT),
    ROW(digest, TEXT),
};
const cst_json_shape cst_model_about_shape = CST_SHAPE(cst_model_about, rows);
