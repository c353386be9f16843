/*
 * Powers and levels, fast and with the same bits everywhere: additions, multiplications, divisions
 * and shifts of floats alone, which a compiler can do for several values at once.  A spectrogram has
 * tens of thousands; elementary.h would take longer than all transforms together.
 *
 * Features are 10 log10 of a magnitude, so a power is 10^(x / 5).  Errors below 2e-5 dB for levels
 * from -180 to 180 dB.
 */
#ifndef CST_AUGMENT_POWER_H
#define CST_AUGMENT_POWER_H

#include <stdint.h>
#include <string.h>

/* 2^x = 2^n 2^f, |f| <= 1/2: Taylor's series of the latter.  Added to 1.5 2^23, x is rounded to a
 * whole number, which stands in the lowest bits.  NaN stays NaN. */
static inline float two_to(float x)
{
  static const float SHIFT = 12582912.0f;
  static const uint32_t SHIFT_BITS = 0x4b400000;
  const float shifted = x + SHIFT;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  const int32_t n = (int32_t)(bits - SHIFT_BITS);
  const int32_t held = n < -126 ? -126 : n > 127 ? 127 : n;
  const float r = 0.69314718f * (x - (shifted - SHIFT));
  const float p =
      1.0f +
      r * (1.0f +
           r * (1.0f / 2 + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
  const uint32_t scale_bits = (uint32_t)(held + 127) << 23;
  float scale;
  memcpy(&scale, &scale_bits, sizeof scale);
  return p * scale;
}

/* x = 2^n m, 1 <= m < 2: log2 m = 2 / ln 2 artanh t, t = (m - 1) / (m + 1) < 1/3.  x - x is
 * NaN where x is. */
static inline float log_two(float x)
{
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const float n = (float)((int32_t)(bits >> 23) - 127);
  const uint32_t mantissa = (bits & 0x7fffff) | 0x3f800000;
  float m;
  memcpy(&m, &mantissa, sizeof m);
  const float t = (m - 1.0f) / (m + 1.0f), s = t * t;
  const float series =
      t *
      (1.0f + s * (1.0f / 3 + s * (1.0f / 5 + s * (1.0f / 7 + s * (1.0f / 9 + s * (1.0f / 11))))));
  return n + 2.88539008f * series + (x - x);
}

static inline float power_of(float level_db) { return two_to(0.66438562f * level_db); }
static inline float level_of(float power) { return 1.50514998f * log_two(power); }

#endif
