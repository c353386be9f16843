/* Contract in job_data.h. */
#include "cassette/job_data.h"

#include "cassette/feature_source.h"
#include "cassette/job_open.h"
#include "cassette/manifest_file.h"
#include "cassette/memory.h"
#include "cassette/network_spec.h"
#include "cassette/recordings.h"
#include "cassette/rejected.h"
#include "cassette/truth_file.h"

#include <math.h>

void cst_job_drop_data(cst_job *self)
{
  cst_free(self->teachers);
  self->teachers = NULL;
  cst_folds_reset(&self->folds);
  cst_fold_reset(&self->pretrain);
  cst_feature_source_close(&self->source);
  cst_dataset_destroy(&self->data);
}

static cst_split_spec split_spec(const cst_config *c)
{
  cst_split_spec spec = c->split.spec;
  spec.held_out = (const char *const *)c->split.held_out.item;
  spec.n_held_out = c->split.held_out.n;
  spec.seed = (uint64_t)(c->split.seed == CST_ABSENT ? c->seed : c->split.seed);
  return spec;
}

/* What the network is to be told, some development clip must have. */
static cst_status check_told(const cst_job *self)
{
  const cst_dataset *d = self->data;
  bool timed = false;
  for (size_t i = 0; i < d->n && !timed; i++)
    timed = d->clip[i].set == CST_SET_DEVELOPMENT &&
            !isnan(cst_session_hour(d->sessions.item[d->clip[i].session]));
  if (cst_network_is_told(self->config, "city") && cst_dataset_cities(d) == 0)
    return cst_raise(CST_ERR_DATA, "model.metadata has city, but no table gives a development clip "
                                   "one; leave it out, or add the table that does");
  if (cst_network_is_told(self->config, "time") && !timed)
    return cst_raise(CST_ERR_DATA,
                     "model.metadata has time, but no session of a development clip has "
                     "a time HH:MM in its name; leave it out");
  return CST_OK;
}

cst_status cst_job_make_folds(cst_job *self)
{
  cst_status st = CST_OK;
  const cst_groups *groups = &self->config->split.groups;
  const char *const **city = NULL;
  size_t *cities = NULL;
  cst_split_spec spec = split_spec(self->config);
  bool pretrain = false;
  CST_TRY(check_told(self));
  CST_ALLOC(city, groups->n);
  CST_ALLOC(cities, groups->n);
  for (size_t g = 0; g < groups->n; g++) {
    city[g] = (const char *const *)groups->members[g].item;
    cities[g] = groups->members[g].n;
  }
  spec.n_groups = groups->n;
  spec.group_name = (const char *const *)groups->name;
  spec.group_city = city;
  spec.group_cities = cities;
  CST_TRY(cst_folds_make(self->data, &spec, &self->folds));
  for (size_t i = 0; i < self->data->n && !pretrain; i++)
    pretrain = self->data->clip[i].set == CST_SET_PRETRAIN;
  if (pretrain) CST_TRY(cst_pretrain_split(self->data, &spec, &self->pretrain));
done:
  cst_free(city);
  cst_free(cities);
  return st;
}

/* Whether training hears the evaluation set. */
static bool is_transduced(const cst_config *c)
{
  return c->split.spec.transductive && c->split.spec.protocol == CST_SPLIT_OFFICIAL;
}

cst_status cst_job_parse_data(cst_job *self, const cst_text *manifest)
{
  cst_status st = CST_OK;
  cst_job_drop_data(self);
  CST_TRY(cst_dataset_parse(manifest->data, manifest->bytes, "manifest.csv", &self->data));
  CST_TRY(cst_dataset_digest(self->data, is_transduced(self->config), self->data_digest));
done:
  return st;
}

cst_status cst_job_plan_metadata(cst_job *self, const cst_text *metadata)
{
  cst_status st = CST_OK;
  CST_TRY(cst_job_parse_data(self, metadata));
  for (size_t i = 0; i < self->data->n; i++) self->data->clip[i].status = CST_AUDIO_UNCHECKED;
  CST_TRY(cst_job_make_folds(self));
done:
  return st;
}

cst_status cst_job_load_manifest(cst_job *self)
{
  cst_status st = CST_OK;
  char *path = NULL;
  cst_text text = {0};
  if (cst_job_root(self)) {
    path = cst_job_path(self, "manifest.csv");
    if (!path)
      st = cst_no_memory("path", 1, 1);
    else if (!cst_file_exists(path))
      st = cst_raise(CST_ERR_DATA,
                     "%s: not there; run `cassette prepare` with the same CONFIG first", path);
    else
      st = cst_file_read(path, &text.data, &text.bytes);
  }
  CST_TRY(cst_comm_share_text(self->comm, st, &text));
  CST_TRY(cst_comm_agree(self->comm, cst_job_parse_data(self, &text)));
done:
  cst_free(path);
  cst_text_reset(&text);
  return st;
}

/* What the configuration makes of the manifest.  Local. */
static cst_status adopt_data(cst_job *self)
{
  cst_status st = CST_OK;
  CST_TRY(cst_job_judge_audio(self, false));
  CST_TRY(cst_job_make_folds(self));
  if (!self->adopted && cst_job_root(self)) CST_TRY(cst_job_check_truth(self));
done:
  return st;
}

cst_status cst_job_load_data(cst_job *self)
{
  cst_status st = CST_OK;
  bool touched;
  if (self->data) return CST_OK;
  CST_TRY(cst_job_load_manifest(self));
  CST_TRY(cst_comm_agree(self->comm,
                         cst_job_root(self) ? cst_manifest_file_check_roots(self) : CST_OK));
  CST_TRY(cst_comm_agree(self->comm, adopt_data(self)));
  CST_TRY(cst_recordings_check(self->comm, self->threads, self->dir, "run `cassette prepare` again",
                               self->data, &touched));
  CST_TRY(cst_job_adopt(self));
  if (touched) CST_TRY(cst_manifest_file_write(self)); /* not to be read at every start */
done:
  if (st != CST_OK) cst_job_drop_data(self);
  return st;
}

char *cst_job_store_dir(const cst_job *self)
{
  const char *store = self->config->features.store;
  return store && store[0] ? cst_strdup(store) : cst_job_path(self, "features");
}

cst_status cst_job_open_features(cst_job *self)
{
  cst_status st = CST_OK;
  char *dir = NULL;
  if (self->source) return CST_OK;
  dir = cst_job_store_dir(self);
  CST_TRY(cst_comm_agree(self->comm, dir ? CST_OK : cst_no_memory("path", 1, 1)));
  CST_TRY(cst_feature_source_open(self->comm, self->data, &self->spec, dir,
                                  self->config->dataset.cache_gib, &self->source));
done:
  cst_free(dir);
  return st;
}
