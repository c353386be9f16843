/* Contract in metadata.h. */
#include "cassette/metadata.h"

#include "cassette/dataset.h"
#include "cassette/log.h"

/* Root of the pre-training data, "" if there is none to read.  Training insists on what is
 * configured (training.c); a look at the metadata does not. */
static const char *pretrain_root(const cst_config *c)
{
  if (c->dataset.pretrain_weights[0]) {
    if (!cst_file_exists(c->dataset.pretrain_weights))
      cst_log(CST_LOG_WARN, "%s: no such file: training will miss it (dataset.pretrain_weights)",
              c->dataset.pretrain_weights);
    return "";
  }
  if (c->pretrain.epochs == 0 || !c->dataset.pretrain_root[0]) return "";
  if (cst_dir_exists(c->dataset.pretrain_root)) return c->dataset.pretrain_root;
  cst_log(CST_LOG_WARN, "%s: no such directory: no pre-training data (dataset.pretrain_root)",
          c->dataset.pretrain_root);
  return "";
}

cst_status cst_metadata_read(const cst_config *config, cst_text *manifest)
{
  cst_status st = CST_OK;
  const cst_config *c = config;
  cst_dataset *data = NULL;
  cst_dataset_source source = {.layout = c->dataset.layout,
                               .root = c->dataset.root,
                               .metadata = (const char *const *)c->dataset.metadata.item,
                               .n_metadata = c->dataset.metadata.n,
                               .evaluation_metadata =
                                   (const char *const *)c->dataset.evaluation_metadata.item,
                               .n_evaluation_metadata = c->dataset.evaluation_metadata.n,
                               .pretrain_root = pretrain_root(c),
                               .classes = (const char *const *)c->dataset.classes.item,
                               .n_classes = c->dataset.classes.n};
  CST_TRY(cst_dataset_read(&source, &data));
  CST_TRY(cst_dataset_text(data, manifest));
  CST_TRY(cst_text_status(manifest));
done:
  cst_dataset_destroy(&data);
  return st;
}
