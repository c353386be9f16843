/**
 * @file run_lock.h
 * One job at a time in a run directory.
 */
#ifndef CST_RUN_LOCK_H
#define CST_RUN_LOCK_H

#include "cassette/status.h"

#include <stdbool.h>

/** Wait a while for a job that is ending, @p patient: for one at work too, then lock @p dir until
 *  cst_run_lock_release() or the end of the process.  CST_ERR_USAGE: another job runs there;
 *  CST_INTERRUPTED: told to stop while waiting.  Where the file system has no locks, nothing is
 *  locked. */
cst_status cst_run_lock_take(const char *dir, bool patient);
void cst_run_lock_release(void);

enum { CST_RUN_LOCK_HOLDER_BYTES = 300 };
/** Whether another process holds it; who it is or was, "" if nobody ever: "process 12 on node7". */
bool cst_run_lock_is_held(const char *dir, char holder[CST_RUN_LOCK_HOLDER_BYTES]);

#endif
