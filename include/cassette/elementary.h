/**
 * @file elementary.h
 * Elementary functions whose results have the same bits on every machine.
 *
 * The C library's differ in the last bit between its versions, between CPUs (it has variants with
 * and without fused multiply-add) and between architectures.  These consist of additions,
 * multiplications, divisions and conversions in double alone, which IEEE 754 defines to the bit.
 * All that results depend on goes through them: scripts/check_layers.py refuses the C library's.
 *
 * Errors below are bounds for results that are normal numbers, in units of the last place; half
 * of one is the least that any function can have.
 */
#ifndef CST_ELEMENTARY_H
#define CST_ELEMENTARY_H

/** e^x, error < 0.53.  Infinite beyond 709.78, 0 below -745.13. */
double cst_exp(double x);
/** Natural logarithm, error < 0.51.  Minus infinity at 0, NaN below. */
double cst_ln(double x);
/** x^y for x >= 0, error < 0.6.  NaN for x < 0. */
double cst_pow(double x, double y);
/** Sine and cosine of |x| <= 1e6 radians, error < 0.8. */
double cst_sin(double x);
double cst_cos(double x);

#endif
