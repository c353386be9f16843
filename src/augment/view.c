/* Views: their transforms one after another.  Contract in cassette/augment.h. */
#include "transforms.h"

#include "cassette/status.h"

#include <math.h>
#include <string.h>

typedef struct {
  cst_transform_info info;
  draw_place place;
  transform_fn apply;
  bool floors;   /* changes what the floor is, or goes below it */
  bool of_batch; /* its coin is the batch's: cst_view_style_coin() */
} entry;

static const entry table[CST_TRANSFORMS] = {
    [CST_TRANSFORM_OCCLUSION] = {.info = {.name = "occlusion",
                                          .means = "share of the frames",
                                          .min = 0.0,
                                          .max = 1.0,
                                          .drawn = true},
                                 .place = DRAW_OCCLUSION,
                                 .apply = occlude,
                                 .floors = true},
    [CST_TRANSFORM_STRETCH] = {.info = {.name = "stretch",
                                        .means = "new length, as a share of the clip",
                                        .min = 0.05,
                                        .max = 20.0,
                                        .drawn = true},
                               .place = DRAW_STRETCH,
                               .apply = stretch,
                               .floors = true},
    [CST_TRANSFORM_CROP] = {.info = {.name = "crop",
                                     .means = "share of the clip that is repeated",
                                     .min = 0.0,
                                     .max = 1.0,
                                     .drawn = true},
                            .place = DRAW_CROP,
                            .apply = crop,
                            .floors = true},
    [CST_TRANSFORM_ROLL] = {.info = {.name = "roll",
                                     .means = "shift to the right, as a share of the clip",
                                     .min = -1.0,
                                     .max = 1.0,
                                     .drawn = true},
                            .place = DRAW_ROLL,
                            .apply = roll},
    [CST_TRANSFORM_SHIFT] = {.info = {.name = "shift",
                                      .means = "upwards, as a share of the bands",
                                      .min = -1.0,
                                      .max = 1.0,
                                      .drawn = true},
                             .place = DRAW_SHIFT,
                             .apply = shift_bands,
                             .floors = true},
    [CST_TRANSFORM_BACKGROUND] = {.info = {.name = "background",
                                           .means = "how far it lies below the clip, dB of power",
                                           .min = -60.0,
                                           .max = 100.0,
                                           .drawn = true},
                                  .place = DRAW_BACKGROUND,
                                  .apply = add_background,
                                  .floors = true},
    [CST_TRANSFORM_RESPONSES] = {.info = {.name = "responses",
                                          .means = "share of a recorder's gains",
                                          .min = 0.0,
                                          .max = 10.0,
                                          .drawn = true},
                                 .place = DRAW_RESPONSES,
                                 .apply = respond,
                                 .floors = true},
    [CST_TRANSFORM_FILTER_LINEAR] = {.info = {.name = "filter_linear",
                                              .means = "gains, dB",
                                              .min = -60.0,
                                              .max = 60.0,
                                              .drawn = true},
                                     .place = DRAW_FILTER_LINEAR,
                                     .apply = filter_linear,
                                     .floors = true},
    [CST_TRANSFORM_FILTER_STEP] = {.info = {.name = "filter_step",
                                            .means = "gains, dB",
                                            .min = -60.0,
                                            .max = 60.0,
                                            .drawn = true},
                                   .place = DRAW_FILTER_STEP,
                                   .apply = filter_step,
                                   .floors = true},
    [CST_TRANSFORM_NOISE] = {.info = {.name = "noise",
                                      .means = "how far it lies below the clip, dB of power",
                                      .min = -60.0,
                                      .max = 100.0,
                                      .drawn = true},
                             .place = DRAW_NOISE,
                             .apply = add_noise,
                             .floors = true},
    [CST_TRANSFORM_GAIN] =
        {.info = {.name = "gain", .means = "dB", .min = -60.0, .max = 60.0, .drawn = true},
         .place = DRAW_GAIN,
         .apply = change_level},
    [CST_TRANSFORM_MIXSTYLE] = {.info = {.name = "mixstyle",
                                         .means = "alpha of Beta(alpha, alpha), from which the "
                                                  "share of own statistics is drawn; 0: off",
                                         .min = 0.0,
                                         .max = 100.0},
                                .place = DRAW_STYLE,
                                .apply = mix_style,
                                .of_batch = true},
    [CST_TRANSFORM_CUTOUT] = {.info = {.name = "cutout",
                                       .means = "share of the frames, and of the bands",
                                       .min = 0.0,
                                       .max = 1.0,
                                       .drawn = true},
                              .place = DRAW_CUTOUT,
                              .apply = cut_out,
                              .floors = true},
    [CST_TRANSFORM_TIME_MASKS] = {.info = {.name = "time_masks",
                                           .means = "width of each, as a share of the frames",
                                           .min = 0.0,
                                           .max = 1.0,
                                           .drawn = true,
                                           .counted = true},
                                  .place = DRAW_TIME_MASKS,
                                  .apply = mask_time},
    [CST_TRANSFORM_FREQ_MASKS] = {.info = {.name = "freq_masks",
                                           .means = "width of each, as a share of the bands",
                                           .min = 0.0,
                                           .max = 1.0,
                                           .drawn = true,
                                           .counted = true},
                                  .place = DRAW_FREQ_MASKS,
                                  .apply = mask_frequency},
};

const cst_transform_info *cst_transform_get_info(cst_transform_kind kind)
{
  return &table[kind].info;
}

/* In lanes, since a single maximum waits for itself. */
static float largest_of(size_t n, const float *x)
{
  enum { LANES = 32 };
  float lane[LANES];
  for (size_t k = 0; k < LANES; k++) lane[k] = x[k % n];
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) lane[k] = x[i + k] > lane[k] ? x[i + k] : lane[k];
  for (size_t k = 0; k < LANES; k++) lane[0] = lane[k] > lane[0] ? lane[k] : lane[0];
  for (; i < n; i++) lane[0] = x[i] > lane[0] ? x[i] : lane[0];
  return lane[0];
}

void floor_again(const cst_view_context *context, float *x)
{
  const size_t n = context->T * context->M;
  const float floor_db = (float)((double)largest_of(n, x) - context->top_db);
  for (size_t i = 0; i < n; i++) x[i] = x[i] < floor_db ? floor_db : x[i]; /* NaN stays */
}

/* A chance of 1 needs no coin, and one of the batch has fallen already. */
static bool takes_part(const cst_view_spec *spec, const cst_random_key *key, size_t kind)
{
  const double p = spec->transform[kind].p;
  if (p >= 1.0 || p <= 0.0 || table[kind].of_batch) return p > 0.0;
  draws coins = draws_at(key, DRAW_COIN);
  coins.block += (uint64_t)table[kind].place;
  return draw_uniform(&coins) < p;
}

size_t cst_view_background(const cst_view_spec *spec, const cst_random_key *key, size_t n)
{
  if (n == 0 || !takes_part(spec, key, CST_TRANSFORM_BACKGROUND)) return n;
  draws d = draws_at(key, DRAW_BACKGROUND_CLIP);
  return draw_up_to(&d, n - 1);
}

void cst_view_make(const cst_view_spec *spec, const cst_random_key *key,
                   const cst_view_context *context, const float *in, float *out)
{
  float mask_db = NAN;
  CST_ASSERT(!context->style_mean == !context->style_std);
  if (context->T == 0 || context->M == 0) return;
  memcpy(out, in, context->T * context->M * sizeof *in);
  for (size_t kind = 0; kind < CST_TRANSFORMS; kind++) {
    if (!takes_part(spec, key, kind)) continue;
    transform_call call = {.how = &spec->transform[kind],
                           .context = context,
                           .draw = draws_at(key, table[kind].place),
                           .mask_db = &mask_db};
    table[kind].apply(&call, out);
    if (table[kind].floors) floor_again(context, out);
  }
}
