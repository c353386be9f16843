/*
 * Contract in pretrained.h.
 *
 * A file that replaces stage 1 is copied into the run directory, to where stage 1 leaves its own
 * weights: what comes after cannot tell the two apart, and the run stays whole when the file is
 * gone.
 */
#include "pretrained.h"

#include "cassette/job_stages.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/model_manifest.h"
#include "cassette/network.h"
#include "cassette/stage.h"
#include "cassette/trained.h"

#include <string.h>

bool pretrained_wanted(const cst_config *config)
{
  return config->dataset.pretrain_weights[0] || cst_job_pretrains(config);
}

cst_status pretrained_check(const cst_job *job)
{
  const cst_pretrain_sets *sets = &job->config->dataset.pretrain;
  if (!cst_job_pretrains(job->config) || job->data->pretrain_sets == sets->n) return CST_OK;
  size_t i = 0;
  while (i + 1 < sets->n && cst_dir_exists(sets->item[i].root)) i++;
  return cst_raise(CST_ERR_DATA,
                   "%s: no pre-training data was found there; run `cassette prepare` when it is, "
                   "or set dataset.pretrain= to train without",
                   sets->item[i].root);
}

/* Classes of the final layer in a checkpoint. */
static cst_status count_classes(const char *path, size_t *classes)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  size_t dims, shape[CST_STORE_MAX_DIMS];
  char bias[CST_NAME_BYTES];
  snprintf(bias, sizeof bias, "params/%s", cst_model_head_bias);
  CST_TRY(cst_store_open(path, &store));
  CST_TRY(cst_store_shape(store, bias, &dims, shape));
  if (dims != 1)
    CST_FAIL(CST_ERR_DATA, "%s: %s has %zu dimensions, 1 is expected", path, bias, dims);
  *classes = shape[0];
done:
  cst_store_close(&store);
  return st;
}

/* The same on all ranks.  Collective. */
static cst_status share_classes(const cst_job *job, const char *path, size_t *classes)
{
  cst_status st = CST_OK;
  uint64_t n = 0;
  if (cst_job_root(job)) st = path ? count_classes(path, classes) : cst_no_memory("path", 1, 1);
  CST_TRY(cst_comm_agree(job->comm, st));
  n = *classes;
  cst_comm_broadcast(job->comm, &n, sizeof n);
  *classes = (size_t)n;
done:
  return st;
}

/* Rank 0: a whole checkpoint lies there. */
static cst_status check_file(const char *path)
{
  char cause[CST_MESSAGE_BYTES];
  if (!cst_file_exists(path))
    return cst_raise(
        CST_ERR_DATA,
        "%s: no such file (dataset.pretrain_weights); scripts/convert-checkpoint makes "
        "it of a PyTorch file",
        path);
  const cst_status st = cst_checkpoint_verify(path);
  if (st != CST_ERR_DATA) return st;
  snprintf(cause, sizeof cause, "%s", cst_message());
  cst_clear();
  return cst_raise(
      st, "%.1900s (dataset.pretrain_weights); copy both .h5 and .json, or convert again", cause);
}

static cst_status copy_weights(const cst_network *net, const char *from, const char *to)
{
  cst_status st = CST_OK;
  cst_model_manifest manifest;
  cst_json *summary = NULL;
  cst_field fields[CST_NETWORK_FIELDS];
  const size_t n = cst_network_fields(net->model, CST_NETWORK_CURRENT, &net->weights, fields);
  char *dir = cst_path_dir(to);
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  cst_rows_init(&cst_model_manifest_shape, &manifest);
  manifest.stage = cst_stage_name(CST_STAGE_PRETRAIN);
  manifest.source = from;
  summary = cst_rows_json(&cst_model_manifest_shape, &manifest);
  CST_TRY(cst_checkpoint_load(from, fields, n));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_checkpoint_save(to, fields, n, summary));
  cst_log(CST_LOG_INFO, "pre-trained weights: %s", from);
done:
  cst_json_destroy(&summary);
  cst_free(dir);
  return st;
}

cst_status pretrained_import(const cst_job *job)
{
  cst_status st = CST_OK;
  const char *from = job->config->dataset.pretrain_weights;
  const cst_trained pretrained = cst_trained_of(NULL, CST_STAGE_PRETRAIN);
  char *to = cst_trained_path(job, &pretrained);
  cst_network net = {0};
  size_t classes = 0;
  if (!from[0]) goto done;
  CST_TRY(cst_comm_agree(job->comm, cst_job_root(job) ? check_file(from) : CST_OK));
  CST_TRY(share_classes(job, from, &classes));
  CST_TRY(cst_comm_agree(job->comm,
                         cst_network_create(job, &(cst_network_use){.classes = classes}, &net)));
  if (cst_job_root(job)) st = to ? copy_weights(&net, from, to) : cst_no_memory("path", 1, 1);
  CST_TRY(cst_comm_agree(job->comm, st));
done:
  cst_network_reset(&net);
  cst_free(to);
  return st;
}

cst_status pretrained_classes(const cst_job *job, size_t *classes)
{
  const cst_trained pretrained = cst_trained_of(NULL, CST_STAGE_PRETRAIN);
  char *path = cst_trained_path(job, &pretrained);
  const cst_status st = share_classes(job, path, classes);
  cst_free(path);
  return st;
}
