/**
 * @file random.h
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., SC'11, through Random123).
 *
 * A number depends only on its key and its index, never on the rank, the thread or the order of
 * calls; so any number of ranks draws the same numbers.
 */
#ifndef CST_RANDOM_H
#define CST_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/** What the numbers are for.  Values are part of the file format: append, never renumber. */
typedef enum {
  CST_RANDOM_INIT = 1,
  CST_RANDOM_SHUFFLE = 2,
  CST_RANDOM_DROPOUT = 3,
  CST_RANDOM_AUGMENT = 4,
  CST_RANDOM_SPLIT = 5,
  CST_RANDOM_BOOTSTRAP = 6,
  CST_RANDOM_SYNTH = 7,
  CST_RANDOM_TEST = 8,
  CST_RANDOM_STRATEGY = 9,
  CST_RANDOM_LAST = CST_RANDOM_STRATEGY
} cst_random_purpose;

/** Made by cst_random_key_make(), which has hashed all of its arguments into these 128 bits. */
typedef struct {
  uint32_t key[2];  /**< of Philox */
  uint32_t high[2]; /**< upper half of its counter; the index is the lower half */
} cst_random_key;

/**
 * Key of the numbers for @p purpose.  @p stage tells training stages (or synthesis parts) apart;
 * @p a and @p b are e.g. epoch or step, and clip: any two numbers that tell draws apart.
 * With the same @p a and @p b, no two of (seed, purpose, stage) have the same key, and with the
 * same three, no two of (a, b).
 */
cst_random_key cst_random_key_make(uint64_t seed, cst_random_purpose purpose, uint32_t stage,
                                   uint64_t a, uint64_t b);

/** Number @p i of the key's sequence, uniform over all 32-bit values. */
uint32_t cst_random_u32(const cst_random_key *key, uint64_t i);
/** Uniform in [0, 1) with 53 bits. */
double cst_random_uniform(const cst_random_key *key, uint64_t i);
/** Standard normal (Box-Muller). */
double cst_random_normal(const cst_random_key *key, uint64_t i);
/** @p n uniform floats in [0, 1) with 24 bits: numbers first..first+n-1 of the u32 sequence. */
void cst_random_fill_uniform(const cst_random_key *key, uint64_t first, size_t n, float *out);
/** Integer in [0, n), n >= 1; probabilities are equal to within 2^-53. */
uint32_t cst_random_below(const cst_random_key *key, uint64_t i, uint32_t n);
/** Permutation of 0..n-1 (Fisher-Yates). */
void cst_random_permutation(const cst_random_key *key, size_t n, uint32_t *out);

#endif
