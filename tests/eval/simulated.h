/* Simulated trainings of two systems on the same clips, for what intervals and p-values promise.
 *
 * The log odds of a right answer are the sum of normal effects as comparisons of training recipes
 * meet them: of a session (for all), of a seed (for both systems: whose labels are hidden), of a
 * training, of a training and class, of a training and session.  Systems are equal but for `gain`.
 */
#ifndef SIMULATED_H
#define SIMULATED_H

#include "cassette/random.h"

#include <math.h>
#include <stdint.h>

enum { MOST_SEEDS = 10, MOST_CLIPS = 400 };

typedef struct {
  size_t seeds, sessions, classes, clips_a_session;
  double gain; /* log odds of system 0 over system 1 */
} simulation;

typedef struct {
  int truth[MOST_CLIPS], session[MOST_CLIPS];
  int8_t right[2][MOST_SEEDS][MOST_CLIPS];
  int8_t difference[MOST_SEEDS * MOST_CLIPS]; /* [seeds][clips] */
} simulated;

typedef struct {
  cst_random_key key;
  uint64_t n;
} draws;

static double next_uniform(draws *d) { return cst_random_uniform(&d->key, d->n++); }

static double next_normal(draws *d, double sd) { return sd * cst_random_normal(&d->key, d->n++); }

/* Answers of one training. */
static void simulate_training(const simulation *s, const double *ease, double skill, draws *d,
                              int8_t *right)
{
  double class_skill[16];
  const double own = next_normal(d, 0.3);
  for (size_t k = 0; k < s->classes; k++) class_skill[k] = next_normal(d, 0.5);
  for (size_t i = 0; i < s->sessions; i++) {
    const double odds = skill + own + ease[i] + class_skill[i % s->classes] + next_normal(d, 0.6);
    for (size_t c = 0; c < s->clips_a_session; c++)
      right[i * s->clips_a_session + c] = next_uniform(d) < 1.0 / (1.0 + exp(-odds));
  }
}

/* The sessions and seeds of @p world, and trainings that depend on @p trial too. */
static void simulate_again(const simulation *s, uint64_t world, uint64_t trial, simulated *out)
{
  draws common = {cst_random_key_make(world, CST_RANDOM_TEST, 0, 0, 0), 0};
  draws own = {cst_random_key_make(world, CST_RANDOM_TEST, 1, trial, 0), 0};
  double ease[MOST_CLIPS];
  const size_t clips = s->sessions * s->clips_a_session;
  for (size_t i = 0; i < s->sessions; i++) ease[i] = next_normal(&common, 1.0);
  for (size_t i = 0; i < clips; i++) {
    out->session[i] = (int)(i / s->clips_a_session);
    out->truth[i] = out->session[i] % (int)s->classes;
  }
  for (size_t i = 0; i < s->seeds; i++) {
    const double seed = next_normal(&common, 0.3);
    for (int system = 0; system < 2; system++)
      simulate_training(s, ease, seed + (system ? 0.0 : s->gain), &own, out->right[system][i]);
    for (size_t c = 0; c < clips; c++)
      out->difference[i * clips + c] = (int8_t)(out->right[0][i][c] - out->right[1][i][c]);
  }
}

static inline void simulate(const simulation *s, uint64_t world, simulated *out)
{
  simulate_again(s, world, 0, out);
}

#endif
