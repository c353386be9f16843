/* Another program: gnuplot, a browser, or Slurm's accounting. */
#ifndef PROCESS_H
#define PROCESS_H

#include "cassette/status.h"

#include <stdbool.h>

typedef struct {
  bool found;   /* false: no such program in PATH */
  int exit;     /* its exit status; -1: ended by a signal, or stopped after the limit */
  char *output; /* its standard output; release with cst_free() */
  char *errors; /* last line of its standard error that is not blank, "" if none; likewise */
} process_result;

/* Run @p argv (ending in NULL, looked up in PATH) with @p input as its standard input, for at most
 * @p limit_s seconds.  What the program does is no failure of this call; CST_ERR_DATA where the
 * system cannot run programs or there is no room for temporary files. */
cst_status process_run(const char *const *argv, const char *input, double limit_s,
                       process_result *out);
void process_reset(process_result *self);

#endif
