/**
 * @file environment.h
 * What this process is and runs on, for run records and measurements.
 */
#ifndef CST_ENVIRONMENT_H
#define CST_ENVIRONMENT_H

#include "cassette/comm.h"
#include "cassette/json.h"

#include <stdint.h>

/** Build, host, CPU, kernels, binding, `libraries` {}, ranks, threads, as a new JSON object (the
 *  caller destroys or stores it). */
cst_json *cst_environment(const cst_comm *comm, int threads);
/** Largest resident memory of this process so far; 0 if the system does not say. */
uint64_t cst_peak_resident_bytes(void);

#endif
