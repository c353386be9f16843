/* Contract in job_open.h. */
#include "cassette/job_open.h"

#include "cassette/agreement.h"
#include "cassette/binding.h"
#include "cassette/clock.h"
#include "cassette/energy.h"
#include "cassette/interrupt.h"
#include "cassette/job_data.h"
#include "cassette/job_strategy.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/run_dir.h"
#include "cassette/run_lock.h"
#include "cassette/run_record.h"
#include "cassette/threads.h"
#include "cassette/watchdog.h"

#include <stdlib.h>

/* What the strategy wants is known, and a parameter that it does not have refused, before any work.
 */
static cst_status adopt_strategy(cst_job *self)
{
  cst_strategy *strategy = NULL;
  const cst_status st =
      cst_job_strategy(self->config, self->config->strategy.name, 2, 0, &strategy);
  if (st != CST_OK) return st;
  if (self->config->teacher.files.n + self->config->teacher.runs.n > 0 &&
      !cst_job_has_tables(self->config))
    cst_log(CST_LOG_WARN, "strategy %s asks no teacher from outside: teacher.%s is not read",
            self->config->strategy.name, self->config->teacher.files.n ? "files" : "runs");
  self->views = *cst_strategy_views(strategy);
  self->params = *cst_strategy_get_params(strategy);
  self->parameters = cst_strategy_params_json(strategy);
  cst_json_set_number(self->parameters, "ema", self->config->strategy.ema);
  cst_json_set_number(self->parameters, "mixup", cst_job_mixup(self->config, strategy));
  cst_strategy_destroy(&strategy);
  return CST_OK;
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

cst_status cst_job_adopt(cst_job *self)
{
  cst_status st = CST_OK;
  if (self->adopted) return CST_OK;
  CST_TRY(cst_comm_agree(
      self->comm, cst_job_root(self) ? cst_run_dir_write_config(self->dir, self->config) : CST_OK));
  CST_TRY(cst_record_start(self));
  self->adopted = true;
done:
  return st;
}

/* What the configuration makes of a job before there is a directory or data. */
static cst_status take_config(cst_job *self, const cst_config *config)
{
  cst_status st = CST_OK;
  if (!cst_logmel_preset(cst_logmel_presets[config->features.preset],
                         (size_t)config->features.frames, &self->spec))
    CST_FAIL(CST_ERR_USAGE, "features.preset: unknown; use icme2024 or apsipa2025");
  CST_TRY(adopt_strategy(self));
  CST_TRY(cst_config_digest(config, self->config_digest));
done:
  return st;
}

cst_status cst_job_open(cst_comm *comm, const cst_config *config, const char *run_dir, bool patient,
                        int argc, char **argv, cst_job **out)
{
  cst_status st = CST_OK;
  cst_job *self = NULL;
  bool trained = false;
  *out = NULL;
  CST_ALLOC(self, 1);
  *self = (cst_job){.comm = comm, .config = config, .argc = argc, .argv = argv};
  self->started_s = process_started_s();
  CST_TRY(cst_threads_start(config->run.threads, &self->threads));
  self->dir = run_dir ? cst_strdup(run_dir) : cst_job_default_dir(config);
  if (!self->dir) CST_TRY(cst_no_memory("run directory", 1, 1));
  CST_TRY(take_config(self, config));
done:
  if (st == CST_OK) cst_job_announce(comm, self->dir);
  if (st == CST_OK && cst_job_root(self))
    st = cst_run_dir_make(self->dir, config, patient || was_queued_again(), &trained);
  st = cst_comm_agree(comm, st);
  cst_comm_broadcast(comm, &trained, sizeof trained);
  if (st == CST_OK) cst_interrupt_install(cst_job_root(self));
  if (st == CST_OK) st = cst_watchdog_start(comm, self->dir, config->run.stall_s);
  if (st == CST_OK) st = cst_binding_report(comm, self->threads);
  if (st == CST_OK) st = cst_agreement_make(comm, config->model.spec.products, &self->numerics);
  if (st == CST_OK && !trained) st = cst_job_adopt(self);
  if (st == CST_OK)
    *out = self;
  else
    cst_job_close(&self);
  return st;
}

/* The configuration of the run in @p dir. */
static cst_status read_config(const cst_comm *comm, const char *dir, cst_config **out)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  char *path = cst_path_join(dir, "config.yaml");
  CST_TRY(cst_comm_agree(comm, path ? CST_OK : cst_no_memory("path", 1, 1)));
  if (cst_comm_rank(comm) == 0) {
    if (cst_file_exists(path))
      st = cst_file_read(path, &text.data, &text.bytes);
    else
      st = cst_raise(CST_ERR_DATA, "%s: holds no config.yaml: no run directory", dir);
  }
  CST_TRY(cst_comm_share_text(comm, st, &text));
  CST_TRY(cst_comm_agree_alike(comm, cst_config_parse(text.data, text.bytes, path, out)));
done:
  cst_text_reset(&text);
  cst_free(path);
  return st;
}

cst_status cst_job_look(cst_comm *comm, const char *dir, int threads, cst_config **config,
                        cst_job **out)
{
  cst_status st = CST_OK;
  cst_job *self = NULL;
  *out = NULL;
  *config = NULL;
  CST_TRY(read_config(comm, dir, config));
  self = cst_alloc(1, sizeof *self);
  CST_TRY(cst_comm_agree(comm, self ? CST_OK : cst_no_memory("a job", 1, sizeof *self)));
  *self = (cst_job){.comm = comm, .config = *config, .threads = threads, .dir = cst_strdup(dir)};
  CST_TRY(cst_comm_agree(comm, self->dir ? CST_OK : cst_no_memory("path", 1, 1)));
  CST_TRY(cst_comm_agree_alike(comm, take_config(self, *config)));
  CST_TRY(cst_job_load_manifest(self));
  CST_TRY(cst_comm_agree_alike(comm, cst_job_make_folds(self)));
  *out = self;
  self = NULL;
done:
  cst_job_close(&self);
  if (st != CST_OK) cst_config_destroy(config);
  return st;
}

void cst_job_close(cst_job **self)
{
  if (!*self) return;
  cst_watchdog_stop();
  cst_energy_stop();
  cst_run_lock_release();
  cst_job_drop_data(*self);
  if ((*self)->parameters) cst_json_destroy(&(*self)->parameters);
  cst_free((*self)->dir);
  cst_free(*self);
  *self = NULL;
}
