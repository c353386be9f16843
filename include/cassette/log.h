/**
 * @file log.h
 * Messages for people, on stderr.  stdout carries results only.
 */
#ifndef CST_LOG_H
#define CST_LOG_H

typedef enum { CST_LOG_ERROR, CST_LOG_WARN, CST_LOG_INFO, CST_LOG_DEBUG } cst_log_level;

/** Which rank this process is; before the call it counts as rank 0 of 1. */
void cst_log_set_rank(int rank, int size);

/** Least important level that is printed; default info, or the CST_LOG environment variable
 *  (error, warn, info, debug). */
void cst_log_set_level(cst_log_level level);

/** Print one line from rank 0 only. */
void cst_log(cst_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Print one line from whichever rank calls, prefixed with the rank. */
void cst_log_any(cst_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Progress of long work, from rank 0: a bar with rate and remaining time on a terminal, one line
 *  every few seconds elsewhere.  @p note (may be "") is appended.  done == total ends the line. */
void cst_progress(const char *what, double done, double total, const char *note);

#endif
