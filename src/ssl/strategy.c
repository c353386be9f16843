/* Contract in cassette/strategy.h: the table, and what is the same for all. */
#include "cassette/memory.h"
#include "strategies.h"

#include <math.h>
#include <string.h>

const char *const cst_tsa_names[] = {"none", "linear", "exp", "log", NULL};
const char *const cst_tier_names[] = {"none", "external", "metadata", "session", "oracle", NULL};

#define ENTRY(name) &name,
static const cst_strategy_ops *const table[] = {CST_STRATEGIES(ENTRY)};
#undef ENTRY
enum { STRATEGIES = sizeof table / sizeof *table };

const char *const *cst_strategy_names(void)
{
  static const char *names[STRATEGIES + 1];
  for (size_t i = 0; i < STRATEGIES; i++) names[i] = table[i]->name;
  return names;
}

static const cst_strategy_ops *find(const char *name)
{
  for (size_t i = 0; i < STRATEGIES; i++)
    if (strcmp(table[i]->name, name) == 0) return table[i];
  return NULL;
}

cst_tier cst_strategy_tier(const char *name)
{
  const cst_strategy_ops *ops = find(name);
  return ops ? ops->tier : CST_TIER_NONE;
}

bool cst_strategy_has_teacher(const char *name)
{
  const cst_strategy_ops *ops = find(name);
  return ops && ops->views.teacher;
}

const char *cst_tier_text(cst_tier tier) { return cst_tier_names[tier]; }

cst_tier cst_tier_of(const char *text)
{
  for (size_t i = 0; cst_tier_names[i]; i++)
    if (strcmp(cst_tier_names[i], text) == 0) return (cst_tier)i;
  return CST_TIER_NONE;
}

/* Parameters that are real numbers, by key. */
static const struct {
  const char *key;
  size_t offset;
} reals[] = {
    {"threshold", offsetof(cst_strategy_params, threshold)},
    {"temperature", offsetof(cst_strategy_params, temperature)},
    {"weight", offsetof(cst_strategy_params, weight)},
    {"ramp", offsetof(cst_strategy_params, ramp)},
    {"momentum", offsetof(cst_strategy_params, momentum)},
    {"fairness", offsetof(cst_strategy_params, fairness)},
    {"per_class", offsetof(cst_strategy_params, per_class)},
    {"alignment", offsetof(cst_strategy_params, alignment)},
    {"mixup", offsetof(cst_strategy_params, mixup)},
    {"strong_views", offsetof(cst_strategy_params, strong_views)},
    {"unmixed_weight", offsetof(cst_strategy_params, unmixed_weight)},
    {"flip_weight", offsetof(cst_strategy_params, flip_weight)},
    {"label_weight", offsetof(cst_strategy_params, label_weight)},
    {"rounds", offsetof(cst_strategy_params, rounds)},
    {"ratio", offsetof(cst_strategy_params, ratio)},
};
enum { REALS = sizeof reals / sizeof *reals };

static double *real_of(cst_strategy_params *p, size_t i)
{
  return (double *)((char *)p + reals[i].offset);
}

cst_strategy_params cst_strategy_own_params(void)
{
  cst_strategy_params p = {0};
  for (size_t i = 0; i < REALS; i++) *real_of(&p, i) = NAN;
  return p;
}

/* What the strategy has, with its own values. */
static cst_strategy_params default_params(const cst_strategy_ops *ops)
{
  cst_strategy_params p = cst_strategy_own_params();
  if (ops->views.unlabelled) p.ratio = 1.0; /* as in USB's audio settings */
  if (ops->views.teacher) p.rounds = 1.0;
  for (size_t k = 0; ops->defaults[k].key; k++) {
    size_t i = 0;
    while (i < REALS && strcmp(reals[i].key, ops->defaults[k].key) != 0) i++;
    CST_ASSERT(i < REALS);
    *real_of(&p, i) = ops->defaults[k].value;
  }
  return p;
}

static void fill_in(cst_strategy_params *p, const cst_strategy_ops *ops)
{
  cst_strategy_params defaults = default_params(ops);
  for (size_t i = 0; i < REALS; i++)
    if (isnan(*real_of(p, i))) *real_of(p, i) = *real_of(&defaults, i);
}

cst_json *cst_strategy_params_json(const cst_strategy *self)
{
  cst_strategy_params defaults = default_params(self->ops), used = self->params;
  cst_json *json = cst_json_object();
  for (size_t i = 0; i < REALS; i++)
    if (!isnan(*real_of(&defaults, i))) cst_json_set_number(json, reals[i].key, *real_of(&used, i));
  if (self->ops->anneals) cst_json_set_string(json, "tsa", cst_tsa_names[used.tsa]);
  return json;
}

cst_status cst_strategy_create(const char *name, const cst_strategy_params *params, size_t K,
                               size_t unlabelled, cst_strategy **out)
{
  cst_status st = CST_OK;
  cst_strategy *self = NULL;
  const cst_strategy_ops *ops = find(name);
  *out = NULL;
  if (!ops) CST_FAIL(CST_ERR_USAGE, "strategy.name = %s: no strategy of that name", name);
  if (params->tsa != CST_TSA_NONE && !ops->anneals)
    CST_FAIL(CST_ERR_USAGE, "strategy.tsa: only uda anneals the training signal, not %s", name);
  CST_ALLOC(self, 1);
  *self = (cst_strategy){.ops = ops, .params = *params, .K = K, .unlabelled = unlabelled};
  fill_in(&self->params, ops);
  self->views = ops->views;
  if (ops->settle) ops->settle(&self->params, &self->views);
  self->n_state = ops->state ? ops->state(self) : 0;
  if (self->n_state) CST_ALLOC(self->state, self->n_state);
  CST_ALLOC(self->scratch, 2 * K);
  if (ops->start) ops->start(self);
  *out = self;
  self = NULL;
done:
  cst_strategy_destroy(&self);
  return st;
}

void cst_strategy_destroy(cst_strategy **self)
{
  if (!*self) return;
  cst_free((*self)->state);
  cst_free((*self)->scratch);
  cst_free(*self);
  *self = NULL;
}

const cst_views *cst_strategy_views(const cst_strategy *self) { return &self->views; }

const cst_strategy_params *cst_strategy_get_params(const cst_strategy *self)
{
  return &self->params;
}

double *cst_strategy_state(cst_strategy *self, size_t *n)
{
  *n = self->n_state;
  return self->state;
}

size_t cst_strategy_sums(const cst_strategy *self, const cst_ssl_step *step, int phase)
{
  return self->ops->sums ? self->ops->sums(self, step, phase) : 0;
}

void cst_strategy_observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                          const cst_sample *sample, double *out)
{
  self->ops->observe(self, step, phase, sample, out);
}

void cst_strategy_absorb(cst_strategy *self, const cst_ssl_step *step, int phase,
                         const double *totals)
{
  self->ops->absorb(self, step, phase, totals);
}

void cst_strategy_loss(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const cst_strategy_ops *ops = self->ops;
  const cst_views *views = &self->views;
  const size_t rows = sample->labelled ? cst_views_labelled(views) : cst_views_unlabelled(views);
  *out = (cst_sample_loss){0};
  memset(gradient->logits, 0, rows * self->K * sizeof *gradient->logits);
  if (sample->alone) memset(gradient->alone, 0, rows * self->K * sizeof *gradient->alone);
  if (sample->flips) memset(gradient->flips, 0, CST_FLIPS * sizeof *gradient->flips);
  if (!sample->labelled)
    ops->unlabelled(self, step, sample, gradient, out);
  else if (ops->labelled)
    ops->labelled(self, step, sample, gradient, out);
  else
    cst_ssl_supervise(self, step, sample, gradient, out);
}

void cst_strategy_weigh(const cst_strategy *self, double *target, double *taught)
{
  self->ops->weigh(self, target, taught);
}

bool cst_strategy_guess(const cst_strategy *self, const float *guess, double *target)
{
  return self->ops->guess(self, guess, target);
}

double cst_strategy_threshold(const cst_strategy *self, size_t k)
{
  return self->ops->threshold ? self->ops->threshold(self, k) : 0.0;
}

cst_status cst_strategy_label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                              int32_t *copies)
{
  return self->ops->label(self, view, target, copies);
}
