/**
 * @file peak.h
 * How fast one core multiplies and adds at most: what a measured speed is a share of.
 */
#ifndef CST_PEAK_H
#define CST_PEAK_H

/** GFLOP/s of this thread in fused multiply-adds by the kernels of CST_ISA, from the first cache: the
 *  best of several short rounds, some ten milliseconds in all. */
double cst_peak_fp32_gflops(void);
/** The same in dot products of bfloat16 pairs (AVX512-BF16); 0: this processor has none. */
double cst_peak_bf16_gflops(void);
/** The same in products of bfloat16 tiles (AMX); 0: none, or the system does not allow them. */
double cst_peak_tiles_gflops(void);

#endif
