/* Ready-made views. */
#include "cassette/augment.h"

#include <string.h>

typedef struct {
  const char *name;
  cst_view_spec weak, strong;
} preset;

#define EVENLY(p_, low_, high_)                                                                    \
  {                                                                                                \
    .p = (p_), .low = (low_), .high = (high_), .count = 1                                          \
  }
#define BANDS(count_, widest_)                                                                     \
  {                                                                                                \
    .p = 1.0, .high = (widest_), .count = (count_)                                                 \
  }

const char *const cst_view_presets[] = {"default", "published", "none", NULL};

static const preset presets[] = {
    /* weak: Cassette's own; strong: with Freq-MixStyle and SpecAugment */
    {.name = "default",
     .weak = {{[CST_TRANSFORM_ROLL] = EVENLY(1.0, -0.5, 0.5),
               [CST_TRANSFORM_GAIN] = EVENLY(1.0, -6.0, 6.0)}},
     .strong = {{[CST_TRANSFORM_ROLL] = EVENLY(1.0, -0.5, 0.5),
                 [CST_TRANSFORM_GAIN] = EVENLY(1.0, -6.0, 6.0),
                 [CST_TRANSFORM_MIXSTYLE] = EVENLY(0.4, 0.3, 0.3),
                 [CST_TRANSFORM_TIME_MASKS] = BANDS(2, 0.1),
                 [CST_TRANSFORM_FREQ_MASKS] = BANDS(2, 0.15)}}},
    /* Cances et al., arXiv 2102.08183 (EURASIP J. Audio Speech Music Process. 2022:23) */
    {.name = "published",
     .weak = {{[CST_TRANSFORM_OCCLUSION] = EVENLY(0.5, 0.0, 0.25),
               [CST_TRANSFORM_STRETCH] = EVENLY(0.5, 0.5, 1.5),
               [CST_TRANSFORM_CUTOUT] = EVENLY(0.5, 0.1, 0.5)}},
     .strong = {{[CST_TRANSFORM_OCCLUSION] = EVENLY(1.0, 0.0, 0.75),
                 [CST_TRANSFORM_STRETCH] = EVENLY(1.0, 0.25, 1.75),
                 [CST_TRANSFORM_CUTOUT] = EVENLY(1.0, 0.5, 1.0)}}},
    {.name = "none"},
};

const cst_view_spec *cst_view_preset(const char *name, const char *view)
{
  for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
    if (strcmp(presets[i].name, name) == 0)
      return strcmp(view, "strong") == 0 ? &presets[i].strong : &presets[i].weak;
  return NULL;
}
