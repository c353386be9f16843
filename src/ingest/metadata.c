/* Contract in metadata.h. */
#include "cassette/metadata.h"

#include "cassette/dataset.h"
#include "cassette/log.h"

/* How many of the sets to pre-train on are read: all, or none where one is not there.  Training
 * insists on what is configured (pretrained.c); a look at the metadata does not. */
static size_t count_pretrain(const cst_config *c)
{
  const cst_pretrain_sets *sets = &c->dataset.pretrain;
  if (c->dataset.pretrain_weights[0]) {
    if (!cst_file_exists(c->dataset.pretrain_weights))
      cst_log(CST_LOG_WARN, "%s: no such file: training will miss it (dataset.pretrain_weights)",
              c->dataset.pretrain_weights);
    return 0;
  }
  if (c->pretrain.epochs == 0) return 0;
  for (size_t i = 0; i < sets->n; i++) {
    if (cst_dir_exists(sets->item[i].root)) continue;
    cst_log(CST_LOG_WARN, "%s: no such directory: no pre-training data (dataset.pretrain)",
            sets->item[i].root);
    return 0;
  }
  return sets->n;
}

cst_status cst_metadata_read(const cst_config *config, cst_text *manifest)
{
  cst_status st = CST_OK;
  const cst_config *c = config;
  cst_dataset *data = NULL;
  cst_pretrain_source pretrain[CST_MOST_PRETRAIN_SETS];
  for (size_t i = 0; i < c->dataset.pretrain.n; i++) {
    const cst_pretrain_set *set = &c->dataset.pretrain.item[i];
    pretrain[i] = (cst_pretrain_source){.layout = set->layout,
                                        .root = set->root,
                                        .metadata = (const char *const *)set->metadata.item,
                                        .n_metadata = set->metadata.n};
  }
  cst_dataset_source source = {.layout = c->dataset.layout,
                               .root = c->dataset.root,
                               .metadata = (const char *const *)c->dataset.metadata.item,
                               .n_metadata = c->dataset.metadata.n,
                               .evaluation_metadata =
                                   (const char *const *)c->dataset.evaluation_metadata.item,
                               .n_evaluation_metadata = c->dataset.evaluation_metadata.n,
                               .pretrain = pretrain,
                               .n_pretrain = count_pretrain(c),
                               .classes = (const char *const *)c->dataset.classes.item,
                               .n_classes = c->dataset.classes.n};
  CST_TRY(cst_dataset_read(&source, &data));
  CST_TRY(cst_dataset_text(data, manifest));
  CST_TRY(cst_text_status(manifest));
done:
  cst_dataset_destroy(&data);
  return st;
}
