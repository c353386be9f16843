/* Opening and closing a job, its run directory and its data. */
#include "job.h"

#include "binding.h"
#include "interrupt.h"
#include "run_dir.h"
#include "run_lock.h"
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
