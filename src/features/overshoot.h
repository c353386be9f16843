/* Near the largest float, resampling overshoots. */
#ifndef CST_OVERSHOOT_H
#define CST_OVERSHOOT_H

#include "cassette/clip.h"

/* Whether resampled audio is not finite; *info says so then. */
bool overshoots(const float *samples, size_t n, cst_audio_info *info);

#endif
