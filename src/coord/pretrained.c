/*
 * Contract in pretrained.h.
 *
 * A file that replaces stage 1 is copied into the run directory, to where stage 1 leaves its own
 * weights: what comes after cannot tell the two apart, and the run stays whole when the file is
 * gone.
 */
#include "pretrained.h"

#include "cassette/log.h"
#include "cassette/memory.h"

#include <string.h>

static const char *weights_file(const training *self)
{
  return self->job->config->dataset.pretrain_weights;
}

bool pretrained_wanted(const training *self)
{
  return weights_file(self)[0] || training_wants_pretraining(self);
}

/* Classes of the final layer in a checkpoint. */
static cst_status count_classes(const char *path, size_t *classes)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  size_t dims, shape[CST_STORE_MAX_DIMS];
  CST_TRY(cst_store_open(path, &store));
  CST_TRY(cst_store_shape(store, "params/fc.bias", &dims, shape));
  if (dims != 1)
    CST_FAIL(CST_ERR_DATA, "%s: params/fc.bias has %zu dimensions, 1 is expected", path, dims);
  *classes = shape[0];
done:
  cst_store_close(&store);
  return st;
}

/* The same on all ranks.  Collective. */
static cst_status share_classes(const training *self, const char *path, size_t *classes)
{
  cst_status st = CST_OK;
  uint64_t n = 0;
  if (job_root(self->job)) st = path ? count_classes(path, classes) : cst_no_memory("path", 1, 1);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  n = *classes;
  cst_comm_broadcast(self->job->comm, &n, sizeof n);
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

static cst_status copy_weights(const network *net, const char *from, const char *to)
{
  cst_status st = CST_OK;
  cst_json *summary = cst_json_object();
  cst_field fields[NETWORK_FIELDS];
  const size_t n = network_fields(net->model, NETWORK_CURRENT, &net->weights, fields);
  char *dir = cst_path_dir(to);
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  cst_json_set_string(summary, "stage", stage_name(STAGE_PRETRAIN));
  cst_json_set_string(summary, "source", from);
  CST_TRY(cst_checkpoint_load(from, fields, n));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_checkpoint_save(to, fields, n, summary));
  cst_log(CST_LOG_INFO, "pre-trained weights: %s", from);
done:
  cst_json_destroy(&summary);
  cst_free(dir);
  return st;
}

cst_status pretrained_import(const training *self)
{
  cst_status st = CST_OK;
  const char *from = weights_file(self);
  const model_name pretrained = model_of(NULL, STAGE_PRETRAIN);
  char *to = training_best_path(self->job, &pretrained);
  network net = {0};
  size_t classes = 0;
  if (!from[0]) goto done;
  CST_TRY(cst_comm_agree(self->job->comm, job_root(self->job) ? check_file(from) : CST_OK));
  CST_TRY(share_classes(self, from, &classes));
  CST_TRY(cst_comm_agree(self->job->comm, network_create(self->job, classes, 0, 0, &net)));
  if (job_root(self->job)) st = to ? copy_weights(&net, from, to) : cst_no_memory("path", 1, 1);
  CST_TRY(cst_comm_agree(self->job->comm, st));
done:
  network_reset(&net);
  cst_free(to);
  return st;
}

cst_status pretrained_classes(const training *self, size_t *classes)
{
  const model_name pretrained = model_of(NULL, STAGE_PRETRAIN);
  char *path = training_best_path(self->job, &pretrained);
  const cst_status st = share_classes(self, path, classes);
  cst_free(path);
  return st;
}
