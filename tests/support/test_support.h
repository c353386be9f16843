/* Shared helpers of the tests.  Buffers live until test_release(), a cmocka teardown. */
#ifndef CST_TEST_SUPPORT_H
#define CST_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h> /* needs those above */

#include "cassette/memory.h"
#include "cassette/status.h"

#include <stdbool.h>

float *test_zeros(size_t n);
/** Uniform in [-1, 1), the same for the same seed. */
float *test_random(uint64_t seed, size_t n);
double *test_zeros_f64(size_t n);
/** Release all buffers above. */
int test_release(void **state);

/** A fresh directory, removed with its content by test_remove_dirs() or at exit. Static storage:
 *  copy the text to keep it past the eighth call. */
const char *test_temp_dir(void);
void test_remove_dirs(void);
/** Write a file of the test's. */
void test_write_file(const char *path, const void *bytes, size_t n);

/** |got - want| <= tolerance (1 + |want|); fails on NaN. */
void assert_near(double got, double want, double tolerance, const char *what);
/** Relative L2 distance. */
double test_relative_l2(const float *got, const double *want, size_t n);
/** A call must fail with @p code and a one-line message holding @p fragment; clears the message. */
void assert_fails(cst_status got, cst_status code, const char *fragment);
/** A call must succeed; prints the message if not. */
void assert_ok(cst_status got);
/** Path below the shared data directory if it exists, else NULL (skip the test). Static storage. */
const char *test_shared(const char *relative);

#endif
