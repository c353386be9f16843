#include "commands.h"

#include "cassette/model_file.h"
#include "cassette/store.h"

#include <stdio.h>

static const cli_option options[] = {
    {.name = "--fold",
     .kind = CLI_TEXT,
     .value = "NAME",
     .help = "the model of this fold alone (default: all folds', which answer by their mean)"},
    CLI_OPTIONS_END};

/* A model may be made again; a slip of the pen must not cost another file. */
static cst_status check_target(const char *path)
{
  cst_status st = CST_OK;
  bool model = true;
  CST_TRY(cst_target_check(path));
  if (!cst_file_exists(path)) goto done;
  model = cst_store_is_one(path);
  if (model) CST_TRY(cst_model_file_is_one(path, &model));
  if (!model)
    CST_FAIL(CST_ERR_USAGE, "%s: is there and no exported model; choose another name", path);
done:
  return st;
}

static cst_status run(const cli_call *call)
{
  cst_status st = CST_OK;
  cst_classifier *model = NULL;
  const char *out = call->word[1];
  const bool root = cst_comm_rank(call->comm) == 0;

  CST_TRY(cst_comm_agree(call->comm, root ? check_target(out) : CST_OK));
  CST_TRY(cst_classifier_open(call->comm, call->word[0], cli_text(call, "--fold"), 1, &model));
  if (root) CST_TRY(cst_model_file_write(model, out));
  if (root) printf("model: %s\ndigest: %s\n", out, model->digest);
done:
  cst_classifier_close(&model);
  return st;
}

const cli_command cli_export = {
    .name = "export",
    .synopsis = "RUN MODEL.cassette",
    .summary = "a trained model as one file, for `cassette classify`",
    .help =
        "Writes the final models of the run directory RUN, their classes, features and "
        "provenance as one\n"
        "file that needs neither the run nor its data; `cassette info MODEL.cassette` tells what "
        "it holds.",
    .options = options,
    .min = 2,
    .max = 2,
    .run = run,
};
