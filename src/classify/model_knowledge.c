/* Contract in cassette/model_knowledge.h. */
#include "cassette/model_knowledge.h"

static const cst_json_row fold_rows[] = {
    CST_ROW(cst_model_fold, name, TEXT),
    CST_ROW(cst_model_fold, labels, TEXT),
    CST_ROW(cst_model_fold, tested, TEXT),
};
static const cst_json_shape fold_shape = CST_SHAPE(cst_model_fold, fold_rows);

static const cst_json_row rows[] = {
    CST_ROW(cst_model_knowledge, scored_data, TEXT),
    CST_ROW(cst_model_knowledge, tier, TEXT),
    CST_ROW(cst_model_knowledge, transductive, TRUTH),
    CST_ROW_WITH(cst_model_knowledge, folds, LIST, .of = &fold_shape),
};
const cst_json_shape cst_model_knowledge_shape = CST_SHAPE(cst_model_knowledge, rows);
