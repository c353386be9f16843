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
/** Rate of @p step (from 0) of @p steps: half a cosine from base to share * base (Loshchilov and
 *  Hutter, arXiv 1608.03983, without restarts; torch's CosineAnnealingLR). */
double cst_cosine_annealing(double base, double share, uint64_t steps, uint64_t step);
/** Factor of a linear warm-up over the first @p warm steps: (step + 1) / (warm + 1), then 1, so
 *  that no step is wasted on a rate of 0 (torch's LinearLR, start_factor 1 / (warm + 1)). */
double cst_warmup(uint64_t warm, uint64_t step);

#endif
