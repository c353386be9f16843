/*
 * The rows of a step: those that a rank makes are those that one rank makes of the whole batch, to the
 * bit, whatever mixes them; and of a batch without views they are the clips and their labels.
 *
 * The program is linked with --wrap=cst_feature_source_clip: features are made here, not stored.
 */
#include "step_rows.h"

#include "comm/mpi_support.h"
#include "made_job.h"

#include "cassette/memory.h"
#include "cassette/random.h"

#include <math.h>
#include <string.h>

enum { FLOATS = MADE_FRAMES * MADE_BINS, B = 6, U = 7, K = 2 };

cst_status __wrap_cst_feature_source_clip(cst_feature_source *self, uint32_t clip, float *buffer,
                                          const float **row);
cst_status __wrap_cst_feature_source_clip(cst_feature_source *self, uint32_t clip, float *buffer,
                                          const float **row)
{
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, clip, 0, 0);
  (void)self;
  for (size_t i = 0; i < FLOATS; i++)
    buffer[i] = -80.0f * (float)cst_random_u32(&key, i) / 4294967296.0f;
  *row = buffer;
  return CST_OK;
}

typedef struct {
  const cst_comm *comm;
  made_job made;
  learner learner;
} side;

static void begin(const cst_comm *comm, const char *yaml, side *out)
{
  out->comm = comm;
  check(made_job_init(comm, yaml, &out->made) == CST_OK);
  check(learner_create(&out->made.job, K, true, out->made.config->strategy.name, 5,
                       (batch_size){B, U}, &out->learner) == CST_OK);
}

static void end(side *self)
{
  learner_reset(&self->learner);
  made_job_reset(&self->made);
}

static const uint32_t labelled[B] = {0, 3, 1, 4, 2, 5}, unlabelled[U] = {9, 8, 12, 11, 10, 9, 8},
                      number[U] = {1, 0, 4, 3, 2, 1, 0}, background[] = {8, 9, 10, 11, 12};

static learner_batch batch_of(const side *s, const float *target)
{
  return (learner_batch){.n = {B, cst_strategy_views(s->learner.strategy)->unlabelled ? U : 0},
                         .labelled = labelled,
                         .unlabelled = unlabelled,
                         .number = number,
                         .background = background,
                         .n_background = 5,
                         .target = target,
                         .stage = "test",
                         .stage_key = 7,
                         .epoch = 2,
                         .step = 3,
                         .update = 9,
                         .recipe = &s->made.config->student};
}

static void set_targets(float target[K * MADE_CLIPS])
{
  memset(target, 0, K * MADE_CLIPS * sizeof *target);
  for (size_t i = 0; i < 6; i++) target[K * i + (size_t)made_clips[i].scene] = 1.0f;
}

/* Guesses as they would come of a network; of all but one of the clips they are confident. */
static void set_guesses(const side *s)
{
  for (size_t i = 0; i < U; i++) {
    double *guess = step_guess(&s->learner, i);
    guess[0] = 0.1 * (double)i;
    guess[1] = 1.0 - guess[0];
    guess[K] = i != 4;
  }
}

/* Number of this side's row @p row among the rows of the whole batch. */
static size_t row_of_whole(const side *s, const learner_batch *b, size_t row)
{
  size_t local, global;
  const cst_views *v = cst_strategy_views(s->learner.strategy);
  const step_samples mine = step_samples_of(&s->learner, b);
  const size_t rl = cst_views_labelled(v), ru = cst_views_unlabelled(v);
  step_rows_count(&s->learner, b, PASS_JOINT, &local, &global);
  check(row < local && global == b->n.labelled * rl + b->n.unlabelled * ru);
  if (row < mine.labelled.count * rl) return mine.labelled.first * rl + row;
  return B * rl + mine.unlabelled.first * ru + (row - mine.labelled.count * rl);
}

static void fill(side *s, const learner_batch *b)
{
  check(step_rows_fill(&s->learner, NULL, b, PASS_JOINT) == CST_OK);
  step_rows_mask(&s->learner, b, PASS_JOINT);
}

static bool same_hour(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void ranks_make_the_rows_of_one(const char *yaml)
{
  float target[K * MADE_CLIPS];
  size_t local, global;
  side part, whole;
  set_targets(target);
  begin(world, yaml, &part);
  begin(cst_comm_self(), yaml, &whole);
  const learner_batch b = batch_of(&part, target), all = batch_of(&whole, target);
  set_guesses(&part);
  set_guesses(&whole);
  fill(&whole, &all);
  fill(&part, &b);
  const step_workspace *p = &part.learner.workspace, *w = &whole.learner.workspace;
  step_rows_count(&part.learner, &b, PASS_JOINT, &local, &global);
  const cst_views *v = cst_strategy_views(part.learner.strategy);
  const size_t with_target = v->mix ? global : B * cst_views_labelled(v);
  for (size_t i = 0; i < local; i++) {
    const size_t j = row_of_whole(&part, &b, i);
    check(memcmp(p->feature[i], w->feature[j], FLOATS * sizeof(float)) == 0);
    check(memcmp(&p->dropout[i], &w->dropout[j], sizeof p->dropout[i]) == 0);
    if (j < with_target)
      check(memcmp(p->target + i * K, w->target + j * K, K * sizeof(double)) == 0);
    check(p->flip[i] == w->flip[j]);
    check(p->told[i].city == w->told[j].city && same_hour(p->told[i].hour, w->told[j].hour));
  }
  end(&whole);
  end(&part);
}

/* Without views and mixtures: the clips, their labels, and a smoothed target where that is asked. */
static void plain_rows_are_the_clips(double smoothing)
{
  float target[K * MADE_CLIPS], clip[FLOATS];
  const float *row;
  char yaml[128];
  side s;
  snprintf(yaml, sizeof yaml, "strategy: {name: supervised}\ntrain: {label_smoothing: %g}\n",
           smoothing);
  set_targets(target);
  begin(world, yaml, &s);
  const learner_batch b = batch_of(&s, target);
  fill(&s, &b);
  const step_samples mine = step_samples_of(&s.learner, &b);
  for (size_t i = 0; i < mine.labelled.count; i++) {
    const uint32_t at = labelled[mine.labelled.first + i];
    check(__wrap_cst_feature_source_clip(NULL, at, clip, &row) == CST_OK);
    check(memcmp(s.learner.workspace.feature[i], clip, sizeof clip) == 0);
    for (size_t k = 0; k < K; k++) {
      const double own = (double)target[K * at + k];
      check(s.learner.workspace.target[i * K + k] == (1.0 - smoothing) * own + smoothing / K);
    }
  }
  end(&s);
}

/* A clip that is not confident keeps its guess; others become mixtures. */
static void what_is_not_confident_is_not_mixed(void)
{
  float target[K * MADE_CLIPS];
  int64_t mixed = 0;
  side s;
  set_targets(target);
  begin(world, "strategy: {name: fixmatch, mixup: 1}\n", &s);
  const learner_batch b = batch_of(&s, target);
  set_guesses(&s);
  fill(&s, &b);
  const cst_views *v = cst_strategy_views(s.learner.strategy);
  const step_samples mine = step_samples_of(&s.learner, &b);
  const size_t first = mine.labelled.count * cst_views_labelled(v), ru = cst_views_unlabelled(v);
  for (size_t i = 0; i < mine.unlabelled.count * ru; i++) {
    const double *guess = step_guess(&s.learner, mine.unlabelled.first + i / ru);
    const double *got = s.learner.workspace.target + (first + i) * K;
    check(got[0] + got[1] > 0.999999 && got[0] + got[1] < 1.000001);
    if (guess[K] == 0.0) check(memcmp(got, guess, K * sizeof *got) == 0);
    mixed += memcmp(got, guess, K * sizeof *got) != 0;
  }
  cst_comm_sum_i64(world, &mixed, 1);
  check(mixed > 0);
  end(&s);
}

/* Of a mixture of two cities none is told, of one city's that city. */
static void mixtures_are_told_what_is_alike(void)
{
  float target[K * MADE_CLIPS];
  int64_t of_one = 0, of_two = 0;
  side s;
  set_targets(target);
  begin(world, "strategy: {name: supervised}\naugment: {mixup: 0.4, labelled: weak}\n", &s);
  const learner_batch b = batch_of(&s, target);
  fill(&s, &b);
  const step_samples mine = step_samples_of(&s.learner, &b);
  for (size_t i = 0; i < mine.labelled.count; i++) {
    const size_t at = mine.labelled.first + i;
    const int one = made_clips[labelled[at]].session,
              two = made_clips[labelled[s.learner.workspace.partner[at]]].session;
    const cst_told *told = &s.learner.workspace.told[i];
    check(told->city == (one == two ? one : CST_NONE));
    check(same_hour(told->hour, one == two ? (one ? 21.75 : 9.5) : (double)NAN));
    of_one += one == two;
    of_two += one != two;
  }
  cst_comm_sum_i64(world, &of_one, 1);
  cst_comm_sum_i64(world, &of_two, 1);
  check(of_one > 0 && of_two > 0);
  end(&s);
}

int main(int argc, char **argv)
{
  static const char *const kinds[] = {
      "strategy: {name: supervised}\naugment: {mixup: 0.4, labelled: strong}\n",
      "strategy: {name: fixmatch}\n",
      "strategy: {name: fixmatch, mixup: 0.5}\n",
      "strategy: {name: mixmatch}\n",
      "strategy: {name: remixmatch}\n",
      "strategy: {name: adamatch}\ntrain: {label_smoothing: 0.1}\n",
  };
  if (cst_comm_init(&argc, &argv, &world) != CST_OK) return 1;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) ranks_make_the_rows_of_one(kinds[i]);
  plain_rows_are_the_clips(0.0);
  plain_rows_are_the_clips(0.25);
  what_is_not_confident_is_not_mixed();
  mixtures_are_told_what_is_alike();
  cst_comm_finalize(&world);
  if (cst_memory_blocks() != 0) fprintf(stderr, "%zu blocks are left\n", cst_memory_blocks());
  return cst_memory_blocks() != 0;
}
