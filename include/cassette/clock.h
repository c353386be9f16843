/**
 * @file clock.h
 * Time: monotonic seconds for durations, wall clock for records.
 */
#ifndef CST_CLOCK_H
#define CST_CLOCK_H

#include <stddef.h>

/** Seconds on the monotonic clock. */
double cst_now_s(void);
/** Seconds since 1970 on the wall clock. */
double cst_wall_s(void);
/** "2024-05-01T12:00:00Z" of now. */
void cst_wall_text(char out[32]);
/** "1:02:03", below an hour "2:03". */
void cst_duration_text(double seconds, char out[32]);

#endif
