/**
 * @file threads.h
 * How many threads a rank has.
 */
#ifndef CST_THREADS_H
#define CST_THREADS_H

#include "cassette/status.h"

#include <stdint.h>

enum { CST_MAX_THREADS = 1024 };
/** Threads of a rank: @p wanted if that is positive, else OMP_NUM_THREADS (its first number),
 *  else 1.  CST_ERR_USAGE where the variable is none from 1 to CST_MAX_THREADS; *out is 1 then. */
cst_status cst_threads_choose(int64_t wanted, int *out);
/** Do so, and see that all of them, and the watchdog's, can be started at the same time. */
cst_status cst_threads_start(int64_t wanted, int *out);

#endif
