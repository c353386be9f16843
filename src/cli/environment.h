/**
 * @file environment.h
 * What this process runs on, for records of measurements.
 */
#ifndef CST_CLI_ENVIRONMENT_H
#define CST_CLI_ENVIRONMENT_H

#include "cassette/comm.h"
#include "cassette/json.h"

#include <stdint.h>

/** Versions, CPU, kernels, binding, as a new JSON object (caller destroys or stores it). */
cst_json *cli_environment(const cst_comm *comm, int threads);
/** Largest resident memory of this process so far; 0 if the system does not say. */
uint64_t cli_peak_resident_bytes(void);

#endif
