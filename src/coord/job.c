/* Opening and closing a job, its run directory and its data. */
#include "job.h"

#include "binding.h"
#include "feature_source.h"
#include "interrupt.h"
#include "manifest_file.h"
#include "run_dir.h"
#include "run_lock.h"
#include "usable_audio.h"
#include "watchdog.h"

#include "cassette/clock.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool job_root(const cst_job *self) { return cst_comm_rank(self->comm) == 0; }
char *job_path(const cst_job *self, const char *relative)
{
  return cst_path_join(self->dir, relative);
}
const char *cst_job_dir(const cst_job *self) { return self->dir; }

char *cst_job_default_dir(const cst_config *config) { return cst_path_join("runs", config->name); }

void cst_job_announce(const cst_comm *comm, const char *run_dir)
{
  const char *path = getenv("CST_START_FILE");
  char line[4096];
  if (!path || !path[0] || cst_comm_rank(comm) != 0) return;
  const int n = snprintf(line, sizeof line, "%s\n", run_dir);
  if (n >= (int)sizeof line || cst_file_write(path, line, (size_t)n) != CST_OK) {
    cst_log(CST_LOG_WARN, "CST_START_FILE: %s", cst_message());
    cst_clear();
  }
}

/* A job that Slurm has queued again may meet its former life: ranks on a node that Slurm has lost,
 * which hang until their watchdog ends them. */
static bool was_queued_again(void)
{
  const char *restarts = getenv("SLURM_RESTART_COUNT");
  return restarts && atoi(restarts) > 0;
}

/* When the first job of this process began: what a wall-time limit counts from. */
static double process_started_s(void)
{
  static double started_s;
  if (started_s == 0.0) started_s = cst_now_s();
  return started_s;
}

cst_status job_adopt(cst_job *self)
{
  cst_status st = CST_OK;
  if (self->adopted) return CST_OK;
  CST_TRY(cst_comm_agree(self->comm, job_root(self) ? run_dir_write_config(self) : CST_OK));
  CST_TRY(record_start(self));
  self->adopted = true;
done:
  return st;
}

cst_status job_open(cst_comm *comm, const cst_config *config, const char *run_dir, bool patient,
                    int argc, char **argv, cst_job **out)
{
  cst_status st = CST_OK;
  cst_job *self = NULL;
  bool trained = false;
  *out = NULL;
  CST_ALLOC(self, 1);
  *self = (cst_job){.comm = comm, .config = config, .argc = argc, .argv = argv};
  self->started_s = process_started_s();
  CST_TRY(job_start_threads(self));
  self->dir = run_dir ? cst_strdup(run_dir) : cst_job_default_dir(config);
  if (!self->dir) CST_TRY(cst_no_memory("run directory", 1, 1));
  if (!cst_logmel_preset(cst_preset_text(config->features.preset), (size_t)config->features.frames,
                         &self->spec))
    CST_FAIL(CST_ERR_USAGE, "features.preset: unknown; use icme2024 or apsipa2025");
  CST_TRY(job_adopt_strategy(self));
  CST_TRY(run_dir_config_digest(config, self->config_digest));
done:
  if (st == CST_OK) cst_job_announce(comm, self->dir);
  if (st == CST_OK && job_root(self))
    st = run_dir_make(self, patient || was_queued_again(), &trained);
  st = cst_comm_agree(comm, st);
  cst_comm_broadcast(comm, &trained, sizeof trained);
  if (st == CST_OK) interrupt_install(job_root(self));
  if (st == CST_OK) st = watchdog_start(comm, self->dir, config->run.stall_s);
  if (st == CST_OK) st = binding_report(comm, self->threads);
  if (st == CST_OK) st = job_agree_numerics(self);
  if (st == CST_OK && !trained) st = job_adopt(self);
  if (st == CST_OK)
    *out = self;
  else
    cst_job_close(&self);
  return st;
}

cst_status cst_job_open(cst_comm *comm, const cst_config *config, const char *run_dir, int argc,
                        char **argv, cst_job **out)
{
  return job_open(comm, config, run_dir, false, argc, argv, out);
}

void job_drop_data(cst_job *self)
{
  cst_folds_reset(&self->folds);
  cst_fold_reset(&self->pretrain);
  feature_source_close(&self->source);
  cst_dataset_destroy(&self->data);
}

void cst_job_close(cst_job **self)
{
  if (!*self) return;
  watchdog_stop();
  run_lock_release();
  job_drop_data(*self);
  if ((*self)->parameters) cst_json_destroy(&(*self)->parameters);
  cst_free((*self)->dir);
  cst_free(*self);
  *self = NULL;
}

static cst_split_spec split_spec(const cst_config *c)
{
  static const int protocol[] = {[CST_PROTOCOL_LEAVE_ONE_CITY_OUT] = CST_SPLIT_LEAVE_ONE_CITY_OUT,
                                 [CST_PROTOCOL_GROUPS] = CST_SPLIT_GROUPS,
                                 [CST_PROTOCOL_OFFICIAL] = CST_SPLIT_OFFICIAL};
  static const int validation[] = {[CST_VALIDATION_SESSION] = CST_VALIDATE_SESSION,
                                   [CST_VALIDATION_CLIP] = CST_VALIDATE_CLIP,
                                   [CST_VALIDATION_NONE] = CST_VALIDATE_NONE};
  cst_split_spec spec = {.held_out = (const char *const *)c->split.held_out.item,
                         .n_held_out = c->split.held_out.n,
                         .validation_share = c->split.validation_share,
                         .transductive = c->split.transductive,
                         .hide_labels = c->dataset.hide_labels,
                         .seed = (uint64_t)c->seed};
  spec.protocol = protocol[c->split.protocol];
  spec.validation = validation[c->split.validation];
  return spec;
}

cst_status job_make_folds(cst_job *self)
{
  cst_status st = CST_OK;
  const cst_groups *groups = &self->config->split.groups;
  const char *const **city = NULL;
  size_t *cities = NULL;
  cst_split_spec spec = split_spec(self->config);
  bool pretrain = false;
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

cst_status job_parse_data(cst_job *self, const cst_text *manifest)
{
  cst_status st = CST_OK;
  job_drop_data(self);
  CST_TRY(cst_dataset_parse(manifest->data, manifest->bytes, "manifest.csv", &self->data));
  CST_TRY(cst_dataset_digest(self->data, self->data_digest));
done:
  return st;
}

cst_status job_plan_metadata(cst_job *self, const cst_text *metadata)
{
  cst_status st = CST_OK;
  CST_TRY(job_parse_data(self, metadata));
  for (size_t i = 0; i < self->data->n; i++) self->data->clip[i].status = CST_AUDIO_UNCHECKED;
  CST_TRY(job_make_folds(self));
done:
  return st;
}

cst_status job_share_text(const cst_job *self, cst_status st, cst_text *text)
{
  CST_TRY(cst_comm_agree(self->comm, st));
  CST_TRY(cst_comm_share(self->comm, &text->data, &text->bytes));
  text->capacity = text->bytes + 1;
done:
  return st;
}

cst_status job_load_manifest(cst_job *self)
{
  cst_status st = CST_OK;
  char *path = NULL;
  cst_text text = {0};
  if (job_root(self)) {
    path = job_path(self, "manifest.csv");
    if (!path)
      st = cst_no_memory("path", 1, 1);
    else if (!cst_file_exists(path))
      st = cst_raise(CST_ERR_DATA,
                     "%s: not there; run `cassette prepare` with the same CONFIG first", path);
    else
      st = cst_file_read(path, &text.data, &text.bytes);
  }
  CST_TRY(job_share_text(self, st, &text));
  CST_TRY(cst_comm_agree(self->comm, job_parse_data(self, &text)));
done:
  cst_free(path);
  cst_text_reset(&text);
  return st;
}

/* What the configuration makes of the manifest.  Local. */
static cst_status adopt_data(cst_job *self)
{
  cst_status st = CST_OK;
  CST_TRY(job_judge_audio(self, false));
  CST_TRY(job_make_folds(self));
done:
  return st;
}

cst_status job_load_data(cst_job *self)
{
  cst_status st = CST_OK;
  bool touched;
  if (self->data) return CST_OK;
  CST_TRY(job_load_manifest(self));
  CST_TRY(cst_comm_agree(self->comm, job_root(self) ? manifest_file_check_roots(self) : CST_OK));
  CST_TRY(cst_comm_agree(self->comm, adopt_data(self)));
  CST_TRY(usable_audio_check(self->comm, self->threads, self->dir, "run `cassette prepare` again",
                             self->data, &touched));
  CST_TRY(job_adopt(self));
  if (touched) CST_TRY(manifest_file_write(self)); /* not to be read at every start */
done:
  if (st != CST_OK) job_drop_data(self);
  return st;
}

char *job_store_dir(const cst_job *self)
{
  const char *store = self->config->features.store;
  return store && store[0] ? cst_strdup(store) : job_path(self, "features");
}

cst_status job_open_features(cst_job *self)
{
  cst_status st = CST_OK;
  char *dir = NULL;
  if (self->source) return CST_OK;
  dir = job_store_dir(self);
  CST_TRY(cst_comm_agree(self->comm, dir ? CST_OK : cst_no_memory("path", 1, 1)));
  CST_TRY(feature_source_open(self->comm, self->data, &self->spec, dir,
                              self->config->dataset.cache_gib, &self->source));
done:
  cst_free(dir);
  return st;
}

cst_status job_write_text(const cst_job *self, const char *relative, const cst_text *text)
{
  cst_status st = CST_OK;
  char *path = job_path(self, relative), *dir = path ? cst_path_dir(path) : NULL;
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_text_status(text));
  if (strchr(relative, '/')) CST_TRY(cst_path_inside(self->dir, dir));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_file_write(path, text->data ? text->data : "", text->bytes));
done:
  cst_free(dir);
  cst_free(path);
  return st;
}
