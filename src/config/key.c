/* The sections of a configuration, and look-ups in the table of its keys. */
#include "value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *name, *help;
  cst_affects affects; /* of all its keys */
} sections[] = {
    {"dataset", "Recordings and their metadata.", CST_AFFECTS_BITS},
    {"features", "Log-mel spectrograms.", CST_AFFECTS_BITS},
    {"model", "The network; the defaults are the paper's SE-Trans.", CST_AFFECTS_BITS},
    {"split", "What trains, what selects, what is held out.", CST_AFFECTS_BITS},
    {"train", "Recipe of every training stage.", CST_AFFECTS_BITS},
    {"pretrain", "Stage 1, on the pre-training data: what differs from `train`.", CST_AFFECTS_BITS},
    {"finetune", "Stage 2, on the labelled clips: what differs from `train`.", CST_AFFECTS_BITS},
    {"student", "The last stage, by the strategy: what differs from `train`.", CST_AFFECTS_BITS},
    {"strategy", "How unlabelled clips are used; strategies.md has the strategies' own values.",
     CST_AFFECTS_BITS},
    {"teacher",
     "Teachers from outside, in place of the run's own; [how to bring one](teachers.md).",
     CST_AFFECTS_BITS},
    {"augment", "[Views](views.md) of clips, and mixtures of them.", CST_AFFECTS_BITS},
    {"evaluate", "Scoring.", CST_AFFECTS_SCORE},
    {"ablation", "The grid of `cassette ablate`: settings x strategies x held-out folds x seeds.",
     CST_AFFECTS_NOTHING},
    {"run", "The job: checkpoints, limits, threads.", CST_AFFECTS_NOTHING},
};

const char *cst_section_name(size_t i)
{
  return i < sizeof sections / sizeof *sections ? sections[i].name : NULL;
}

const char *cst_section_help(const char *section)
{
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    if (strcmp(sections[i].name, section) == 0) return sections[i].help;
  return NULL;
}

/* Keys that were called otherwise, and take what was written then. */
static const struct {
  const char *section, *before, *now;
} renamed[] = {{"dataset", "pretrain_root", "pretrain"}};

const cst_key *cst_schema_find(const char *section, const char *key)
{
  for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
    if (strcmp(renamed[i].section, section) == 0 && strcmp(renamed[i].before, key) == 0)
      key = renamed[i].now;
  for (size_t i = 0; i < cst_schema_keys; i++)
    if (strcmp(cst_schema[i].section, section) == 0 && strcmp(cst_schema[i].key, key) == 0)
      return &cst_schema[i];
  return NULL;
}

const char *const *cst_key_names(const cst_key *key)
{
  return key->list ? key->list() : key->names;
}

bool cst_key_is_empty_at_first(const cst_key *key)
{
  return key->kind == CST_KEY_LIST || key->kind == CST_KEY_GROUPS ||
         key->kind == CST_KEY_SETTINGS || key->kind == CST_KEY_PRETRAIN;
}

cst_affects cst_key_affects(const cst_key *key)
{
  cst_affects least = CST_AFFECTS_BITS;
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    if (strcmp(sections[i].name, key->section) == 0) least = sections[i].affects;
  return key->affects > least ? key->affects : least;
}

const char *cst_key_path(const cst_key *key, char *out, size_t bytes)
{
  snprintf(out, bytes, "%s%s%s", key->section, *key->section ? "." : "", key->key);
  return out;
}

static void real_range(const cst_key *key, cst_text *out)
{
  char low[CST_REAL_BYTES], high[CST_REAL_BYTES];

  cst_text_add(out, "%s %s x %s %s", cst_real_text(key->low, low), key->low_open ? "<" : "<=",
               key->high_open ? "<" : "<=", cst_real_text(key->high, high));
}

void cst_key_range(const cst_key *key, cst_text *out)
{
  const char *const *names = cst_key_names(key);
  const bool whole =
      key->kind == CST_KEY_INTEGER || key->kind == CST_KEY_INTEGERS || key->kind == CST_KEY_PAIRS;
  if (whole && key->max == INT64_MAX)
    cst_text_add(out, "%lld or more", (long long)key->min);
  else if (whole)
    cst_text_add(out, "%lld to %lld", (long long)key->min, (long long)key->max);
  else if (key->kind == CST_KEY_REAL)
    real_range(key, out);
  else if (key->kind == CST_KEY_BOOL)
    cst_text_add(out, "true, false");
  else if (names)
    for (size_t i = 0; names[i]; i++) cst_text_add(out, "%s%s", i ? ", " : "", names[i]);
}

int64_t cst_key_integer(const cst_key *key, const cst_config *config)
{
  const void *field = cst_key_value(key, config);
  if (key->in == CST_IN_INT64) return *(const int64_t *)field;
  if (key->in == CST_IN_SIZE) return (int64_t) * (const size_t *)field;
  const double real = *(const double *)field;
  return isnan(real) ? CST_ABSENT : (int64_t)real;
}

void cst_key_set_integer(const cst_key *key, int64_t value, cst_config *config)
{
  void *field = cst_key_field(key, config);
  if (key->in == CST_IN_INT64)
    *(int64_t *)field = value;
  else if (key->in == CST_IN_SIZE)
    *(size_t *)field = (size_t)value;
  else
    *(double *)field = value == CST_ABSENT ? NAN : (double)value;
}

void *cst_key_field(const cst_key *key, cst_config *config) { return (char *)config + key->offset; }

const void *cst_key_value(const cst_key *key, const cst_config *config)
{
  return (const char *)config + key->offset;
}
