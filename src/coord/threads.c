/* How many threads a rank has. */
#include "job.h"

#include "cassette/limits.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

cst_status cst_job_threads(int64_t wanted, int *out)
{
  const char *text = getenv("OMP_NUM_THREADS");
  char *end = NULL;
  long number = 1;

  if (wanted > 0)
    number = (long)wanted;
  else if (text && *text)
    number = strtol(text, &end, 10);
  if (end) end += strspn(end, " ");
  *out = 1;
  if ((end && (end == text || (*end && *end != ','))) || number < 1 || number > CST_MAX_THREADS)
    return cst_raise(
        CST_ERR_USAGE,
        "environment variable OMP_NUM_THREADS: '%.40s' is no number of threads from 1 to "
        "%d; set it, or say --threads",
        text, CST_MAX_THREADS);
  *out = (int)number;
  return CST_OK;
}

cst_status job_start_threads(cst_job *self)
{
  enum { WATCHDOG_THREADS = 2 };
  cst_status st = cst_job_threads(self->config->run.threads, &self->threads);
  if (st == CST_OK) st = cst_limits_threads(self->threads - 1 + WATCHDOG_THREADS);
  omp_set_dynamic(0);
  omp_set_num_threads(self->threads);
  return st;
}
