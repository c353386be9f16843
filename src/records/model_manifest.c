/* Contract in model_manifest.h. */
#include "cassette/model_manifest.h"

#include "cassette/checkpoint.h"
#include "cassette/memory.h"

static const cst_json_row effort_rows[] = {
    CST_ROW(cst_effort, updates, COUNT),
    CST_ROW(cst_effort, clips_seen, COUNT),
    CST_ROW(cst_effort, rows_seen, COUNT),
};
const cst_json_shape cst_effort_shape = CST_SHAPE(cst_effort, effort_rows);
const cst_effort cst_effort_unknown = {CST_NO_COUNT, CST_NO_COUNT, CST_NO_COUNT};

#define ROW(m, kind) CST_ROW_WITH(cst_model_manifest, m, kind, .none = CST_NONE_LEFT_OUT)
#define EFFORT(m)    .offset = offsetof(cst_model_manifest, effort.m), .none = CST_NONE_LEFT_OUT
static const cst_json_row rows[] = {
    ROW(digest, TEXT),
    ROW(stage, TEXT),
    ROW(models, TREE),
    ROW(fold, TEXT),
    ROW(strategy, TEXT),
    ROW(round, COUNT),
    ROW(epoch, COUNT),
    ROW(step, COUNT),
    ROW(kernels, TEXT),
    ROW(numerics, TEXT),
    ROW(trained_on, TEXT),
    ROW(data, TEXT),
    ROW(teachers, TEXT),
    ROW(teacher, TEXT),
    ROW(responses, TEXT),
    ROW(clips, COUNT),
    ROW(configuration, TEXT),
    ROW(validation_macro_accuracy, NUMBER),
    {.key = "updates", .kind = CST_ROW_COUNT, EFFORT(updates)},
    {.key = "clips_seen", .kind = CST_ROW_COUNT, EFFORT(clips_seen)},
    {.key = "rows_seen", .kind = CST_ROW_COUNT, EFFORT(rows_seen)},
    ROW(source, TEXT),
};
#undef ROW
#undef EFFORT
const cst_json_shape cst_model_manifest_shape = CST_SHAPE(cst_model_manifest, rows);

cst_status cst_model_manifest_read(const char *path, cst_json **document, cst_model_manifest *out)
{
  cst_status st = CST_OK;
  char *manifest = cst_checkpoint_manifest_path(path);
  *document = NULL;
  cst_rows_init(&cst_model_manifest_shape, out);
  if (!manifest) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(cst_json_read(manifest, document));
  CST_TRY(cst_rows_read(&cst_model_manifest_shape, *document, out));
done:
  cst_free(manifest);
  return st;
}
