/**
 * @file schedule.h
 * Learning rate as a function of time.
 */
#ifndef CST_SCHEDULE_H
#define CST_SCHEDULE_H

#include <stdint.h>

/** Rate of @p epoch (from 0): base * decay^(epoch / every), integer division (StepLR). */
double cst_step_decay(double base, double decay, uint64_t every, uint64_t epoch);
/** Rate of @p step (from 0) of @p steps: base * cos(7 pi step / (16 steps)), which ends near a
 * fifth of base (FixMatch: Sohn et al., arXiv 2001.07685). */
double cst_cosine_decay(double base, uint64_t steps, uint64_t step);

#endif
