/*
 * What no single key's range can say: relations between keys.
 */
#include "reading.h"

#include "cassette/spelling.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

cst_status cst_blame_key(const cst_reading *r, const char *section, const char *name,
                         const char *format, ...)
{
  const cst_key *key = cst_schema_find(section, name);
  cst_place at;
  char text[CST_MESSAGE_BYTES], path[64];
  va_list args;

  CST_ASSERT(key != NULL);
  at = r->origin[key - cst_schema];
  if (!at.file) at = (cst_place){.file = r->config->source};
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return cst_blame(at, "%s: %s", cst_key_path(key, path, sizeof path), text);
}

static cst_status check_name(const cst_reading *r)
{
  const char *name = r->config->name;
  char shown[CST_SHOWN_BYTES];

  if (!*name || strlen(name) > CST_NAME_MAX_BYTES || strchr(name, '/') || *name == '.' ||
      *name == '-')
    return cst_blame_key(
        r, "", "name",
        "'%s' cannot name a directory: use 1 to %d characters, no '/', no '.' or '-' in front",
        cst_shown(name, shown), CST_NAME_MAX_BYTES);
  return CST_OK;
}

/* Scripts hand paths to programs that take such a word for an option: `find -delete`. */
static cst_status check_paths(const cst_reading *r)
{
  char shown[CST_SHOWN_BYTES];

  for (size_t i = 0; i < cst_schema_keys; i++) {
    const cst_key *key = &cst_schema[i];
    if (key->kind != CST_KEY_TEXT || cst_key_names(key) || !*key->section) continue;
    const char *path = *(char *const *)cst_key_value(key, r->config);
    if (path[0] == '-')
      return cst_blame_key(r, key->section, key->key,
                           "'%s' begins with '-', as options do; write ./ before it",
                           cst_shown(path, shown));
  }
  return CST_OK;
}

static cst_status check_dataset(const cst_reading *r)
{
  const cst_config *c = r->config;
  char shown[CST_SHOWN_BYTES];

  if (!*c->dataset.root)
    return cst_blame_key(r, "dataset", "root", "required: the directory of tables and audio");
  if (c->dataset.classes.n > 0 && cst_layout_has_classes(c->dataset.layout))
    return cst_blame_key(r, "dataset", "classes", "layout %s has its own classes; remove the list",
                         c->dataset.layout);
  const char *weights = c->dataset.pretrain_weights;
  const size_t n = strlen(weights);
  if (n > 0 && (n < 4 || strcmp(weights + n - 3, ".h5") != 0))
    return cst_blame_key(r, "dataset", "pretrain_weights",
                         "'%s' is no checkpoint, which is NAME.h5 with NAME.json beside it; "
                         "scripts/convert-checkpoint makes one of a PyTorch file",
                         cst_shown(weights, shown));
  if (c->dataset.classes.n == 1)
    return cst_blame_key(r, "dataset", "classes", "one class leaves nothing to tell apart");
  return CST_OK;
}

/* The mean of block @p i: frames at 0, bins at 1. */
static int64_t pool_of(const cst_config *c, size_t i, size_t axis)
{
  const cst_integers *pool = &c->model.pool;
  return pool->item[(pool->n == 2 ? 0 : 2 * i) + axis];
}

static cst_status check_blocks(const cst_reading *r)
{
  const cst_config *c = r->config;
  const cst_integers *blocks = &c->model.blocks;

  if (c->model.stem.n != 2)
    return cst_blame_key(r, "model", "stem", "two numbers are expected: frames, mel bins");
  if (blocks->n < 1 || blocks->n > CST_MAX_BLOCKS)
    return cst_blame_key(r, "model", "blocks", "%zu blocks, there can be 1 to %d", blocks->n,
                         CST_MAX_BLOCKS);
  if (c->model.pool.n != 2 && c->model.pool.n != 2 * blocks->n)
    return cst_blame_key(r, "model", "pool", "%zu pairs for %zu blocks: write one for each, or one",
                         c->model.pool.n / 2, blocks->n);
  for (size_t i = 0; c->model.spec.squeeze_excite && i < blocks->n; i++)
    if ((size_t)blocks->item[i] % c->model.spec.reduction)
      return cst_blame_key(r, "model", "blocks", "%lld is not a multiple of model.reduction = %zu",
                           (long long)blocks->item[i], c->model.spec.reduction);
  return CST_OK;
}

/* Steps that a stage asks for itself, when it is skipped. */
static cst_status check_stage(const cst_reading *r, const char *section,
                              const cst_stage_config *stage)
{
  const size_t own = (size_t)(cst_schema_find(section, "steps") - cst_schema);
  const size_t common = (size_t)(cst_schema_find("train", "steps") - cst_schema);
  const bool inherited = r->origin[own].file == r->origin[common].file &&
                         r->origin[own].line == r->origin[common].line &&
                         r->origin[own].column == r->origin[common].column;
  if (stage->steps == 0 || stage->epochs > 0 || inherited) return CST_OK;
  return cst_blame_key(r, section, "steps", "%s.epochs is 0, which skips the stage; set it to 1",
                       section);
}

static cst_status check_stages(const cst_reading *r)
{
  cst_status st = CST_OK;
  const cst_config *c = r->config;

  CST_TRY(check_stage(r, "pretrain", &c->pretrain));
  CST_TRY(check_stage(r, "finetune", &c->finetune));
  CST_TRY(check_stage(r, "student", &c->student));
done:
  return st;
}

static cst_status check_model(const cst_reading *r)
{
  cst_status st = CST_OK;
  const cst_config *c = r->config;
  const cst_integers *blocks = &c->model.blocks;

  CST_TRY(check_blocks(r));
  const size_t width = (size_t)blocks->item[blocks->n - 1];
  if (c->model.spec.encoder_layers > 0 && width % c->model.spec.heads)
    return cst_blame_key(r, "model", "heads",
                         "the last of model.blocks = %zu is not a multiple of %zu", width,
                         c->model.spec.heads);
  int64_t frames = c->features.frames / c->model.stem.item[0];
  for (size_t i = 0; i < blocks->n; i++) frames /= pool_of(c, i, 0);
  if (c->model.spec.pooled_frames > (size_t)frames)
    return cst_blame_key(
        r, "model", "pooled_frames",
        "%zu is more than the %lld that stem and blocks leave of features.frames = "
        "%lld",
        c->model.spec.pooled_frames, (long long)frames, (long long)c->features.frames);
done:
  return st;
}

/* No group is empty, and no city is in two. */
static cst_status check_groups(const cst_reading *r)
{
  const cst_groups *g = &r->config->split.groups;
  char shown[CST_SHOWN_BYTES];

  for (size_t i = 0; i < g->n; i++) {
    if (g->members[i].n == 0)
      return cst_blame_key(r, "split", "groups", "group '%s' has no cities",
                           cst_shown(g->name[i], shown));
    for (size_t j = 0; j < i; j++)
      for (size_t a = 0; a < g->members[i].n; a++)
        for (size_t b = 0; b < g->members[j].n; b++)
          if (strcmp(g->members[i].item[a], g->members[j].item[b]) == 0)
            return cst_blame_key(r, "split", "groups", "'%s' is in two groups",
                                 cst_shown(g->members[i].item[a], shown));
  }
  return CST_OK;
}

/* Names in the key SECTION.held_out. */
static cst_status check_held_out_groups(const cst_reading *r, const char *section,
                                        const cst_strings *held)
{
  const cst_groups *g = &r->config->split.groups;
  char shown[CST_SHOWN_BYTES];

  for (size_t i = 0; i < held->n; i++) {
    bool found = false;
    for (size_t j = 0; j < g->n && !found; j++) found = strcmp(g->name[j], held->item[i]) == 0;
    if (!found) {
      const char *near = cst_nearest(held->item[i], g->n, (const char *const *)g->name);
      return cst_blame_key(r, section, "held_out", "no group '%s' in split.groups%s%s%s",
                           cst_shown(held->item[i], shown), near ? ", did you mean '" : "",
                           near ? near : "", near ? "'?" : "");
    }
  }
  return CST_OK;
}

static cst_status check_split(const cst_reading *r)
{
  const cst_config *c = r->config;
  cst_status st = CST_OK;

  CST_TRY(check_groups(r));
  if (c->split.spec.protocol == CST_SPLIT_GROUPS) {
    if (c->split.groups.n == 0)
      return cst_blame_key(r, "split", "protocol",
                           "groups needs split.groups: {name: [city, ...], ...}");
    CST_TRY(check_held_out_groups(r, "split", &c->split.held_out));
    CST_TRY(check_held_out_groups(r, "ablation", &c->ablation.held_out));
  }
  if (c->split.spec.protocol == CST_SPLIT_OFFICIAL) {
    if (c->split.held_out.n > 0)
      return cst_blame_key(r, "split", "held_out",
                           "protocol official holds out the evaluation set; remove the list");
    if (c->ablation.held_out.n > 0)
      return cst_blame_key(r, "ablation", "held_out",
                           "protocol official holds out the evaluation set; remove the list");
    if (c->dataset.evaluation_metadata.n == 0 && !cst_layout_has_evaluation(c->dataset.layout))
      return cst_blame_key(r, "split", "protocol",
                           "official needs an evaluation set, and layout %s has none of its own; "
                           "name its tables in dataset.evaluation_metadata",
                           c->dataset.layout);
  }
done:
  return st;
}

/* A name in braces is the fold's. */
static cst_status check_teacher(const cst_reading *r)
{
  const cst_config *c = r->config;
  char shown[CST_SHOWN_BYTES];
  for (size_t i = 0; i < c->teacher.files.n; i++)
    for (const char *at = c->teacher.files.item[i]; (at = strchr(at, '{')); at++)
      if (strncmp(at, "{fold}", 6) != 0)
        return cst_blame_key(r, "teacher", "files", "'%s': only {fold} stands for something",
                             cst_shown(c->teacher.files.item[i], shown));
  if (c->teacher.runs.n > 0 && c->teacher.values == CST_SCORES_LOGITS)
    return cst_blame_key(r, "teacher", "values",
                         "logits, but the tables of teacher.runs are probabilities; use auto");
  return CST_OK;
}

static cst_status check_view(const cst_reading *r, const char *key, const cst_view_spec *view)
{
  if (view->transform[CST_TRANSFORM_RESPONSES].p <= 0.0 || *r->config->augment.responses)
    return CST_OK;
  return cst_blame_key(r, "augment", key,
                       "the transform 'responses' needs augment.responses, a directory of impulse "
                       "responses");
}

cst_status cst_config_check(const cst_reading *self)
{
  cst_status st = CST_OK;

  CST_TRY(check_name(self));
  CST_TRY(check_paths(self));
  CST_TRY(check_dataset(self));
  CST_TRY(check_model(self));
  CST_TRY(check_stages(self));
  CST_TRY(check_split(self));
  CST_TRY(check_teacher(self));
  CST_TRY(check_view(self, "weak", &self->config->augment.weak));
  CST_TRY(check_view(self, "strong", &self->config->augment.strong));
done:
  return st;
}
