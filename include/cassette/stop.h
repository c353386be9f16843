/**
 * @file stop.h
 * A request to stop, made by a signal.  Work that may take long looks at it, so that a job does not
 * have to wait for the end of it.  The job's own steps ask more (interrupt.h).
 */
#ifndef CST_STOP_H
#define CST_STOP_H

#include "cassette/status.h"

/** Ask this process to stop.  Async-signal-safe. */
void cst_stop_ask(void);
/** CST_INTERRUPTED if it was asked to: "stopped by a signal while DOING; run the same command
 * again". Nothing is lost: for work that leaves nothing half done. */
cst_status cst_stop_check(const char *doing);

#endif
