/* How many threads a rank has. */
#include "cassette/threads.h"

#include "cassette/limits.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

cst_status cst_threads_choose(int64_t wanted, int *out)
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

cst_status cst_threads_start(int64_t wanted, int *out)
{
  enum { WATCHDOG_THREADS = 2 };
  cst_status st = cst_threads_choose(wanted, out);
  if (st == CST_OK) st = cst_limits_threads(*out - 1 + WATCHDOG_THREADS);
  omp_set_dynamic(0);
  omp_set_num_threads(*out);
  return st;
}
