/* Contract in job.h. */
#include "cassette/job.h"

#include "cassette/log.h"
#include "cassette/run_dir.h"

#include <stdio.h>
#include <stdlib.h>

bool cst_job_root(const cst_job *self) { return cst_comm_rank(self->comm) == 0; }

char *cst_job_path(const cst_job *self, const char *relative)
{
  return cst_path_join(self->dir, relative);
}

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

cst_status cst_job_write_text(const cst_job *self, const char *relative, const cst_text *text)
{
  return cst_run_dir_write(self->dir, relative, text);
}
