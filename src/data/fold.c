/* Roles of one fold; the rules stand in cassette/split.h. */
#include "fold.h"

#include "cassette/memory.h"
#include "nearest.h"

#include <stdio.h>
#include <string.h>

void cst_fold_reset(cst_fold *self)
{
  cst_free(self->name);
  cst_free(self->role);
  cst_free(self->held_out);
  cst_free(self->testable);
  *self = (cst_fold){0};
}

static cst_status fold_alloc(const cst_dataset *data, const char *name, size_t classes,
                             cst_fold *out)
{
  cst_status st = CST_OK;
  *out = (cst_fold){.name = cst_strdup(name)};
  if (!out->name) CST_TRY(cst_no_memory("fold", 1, strlen(name)));
  CST_ALLOC(out->role, data->n);
  CST_ALLOC(out->held_out, data->cities.n);
  CST_ALLOC(out->testable, classes);
done:
  return st;
}

/* Rules 1 to 3. */
static cst_role first_role(const cst_clip *c, const bool *held_out, bool transductive)
{
  const bool labelled = c->scene != CST_NONE;
  if (!cst_audio_usable(c->status) || c->set == CST_SET_PRETRAIN) return CST_ROLE_NONE;
  if (c->set == CST_SET_EVALUATION && held_out) return CST_ROLE_NONE;
  if (c->set == CST_SET_EVALUATION) return transductive ? CST_ROLE_TRANSDUCED : CST_ROLE_TEST;
  if (held_out && c->city == CST_NONE) return CST_ROLE_NONE;
  if (held_out && held_out[c->city])
    return transductive && !labelled ? CST_ROLE_UNLABELLED : CST_ROLE_TEST;
  return labelled ? CST_ROLE_TRAIN : CST_ROLE_UNLABELLED;
}

/* Draw among the training clips and give them another role. */
static cst_status redraw(const cst_dataset *data, size_t classes, const pick_order *order,
                         const pick_spec *spec, cst_role to, uint8_t *role)
{
  cst_status st = CST_OK;
  bool *candidate = NULL, *picked = NULL;
  if (spec->share == 0.0) return CST_OK;
  CST_ALLOC(candidate, data->n);
  CST_ALLOC(picked, data->n);
  for (size_t i = 0; i < data->n; i++) candidate[i] = role[i] == CST_ROLE_TRAIN;
  CST_TRY(cst_pick(data, order, candidate, classes, spec, picked));
  for (size_t i = 0; i < data->n; i++)
    if (picked[i]) role[i] = (uint8_t)to;
done:
  cst_free(candidate);
  cst_free(picked);
  return st;
}

static cst_status leave_out_validation_sessions(const cst_dataset *data, uint8_t *role)
{
  cst_status st = CST_OK;
  bool *validates = NULL;
  CST_ALLOC(validates, data->sessions.n);
  for (size_t i = 0; i < data->n; i++)
    if (role[i] == CST_ROLE_VALIDATION) validates[data->clip[i].session] = true;
  for (size_t i = 0; i < data->n; i++)
    if (cst_role_is(role[i], CST_ROLE_UNLABELLED) && validates[data->clip[i].session])
      role[i] = cst_role_is(role[i], CST_ROLE_TEST) ? CST_ROLE_TEST : CST_ROLE_NONE;
done:
  cst_free(validates);
  return st;
}

/* Rule 4 ... */
static pick_spec validation_spec(const cst_split_spec *spec, pick_purpose purpose)
{
  const bool none = spec->validation == CST_VALIDATE_NONE;
  return (pick_spec){.purpose = purpose,
                     .seed = spec->seed,
                     .share = none ? 0.0 : spec->validation_share,
                     .single_clips = spec->validation == CST_VALIDATE_CLIP,
                     .at_least_one = true};
}

/* ... and rule 5. */
static pick_spec hidden_spec(const cst_split_spec *spec)
{
  return (pick_spec){.purpose = PICK_HIDDEN,
                     .seed = spec->seed,
                     .share = spec->hide_labels,
                     .single_clips = (spec->hide_by == CST_HIDE_BY_CLIP)};
}

cst_status cst_fold_draws_make(const cst_dataset *data, const cst_split_spec *spec, fold_draws *out)
{
  cst_status st = CST_OK;
  const pick_spec validation = validation_spec(spec, PICK_VALIDATION), hidden = hidden_spec(spec);
  *out = (fold_draws){0};
  CST_TRY(cst_pick_order_make(data, &validation, &out->validation));
  CST_TRY(cst_pick_order_make(data, &hidden, &out->hidden));
done:
  if (st != CST_OK) cst_fold_draws_reset(out);
  return st;
}

void cst_fold_draws_reset(fold_draws *self)
{
  cst_pick_order_reset(&self->validation);
  cst_pick_order_reset(&self->hidden);
}

static cst_status draw_validation(const cst_dataset *data, const pick_spec *spec,
                                  const pick_order *order, size_t classes, uint8_t *role)
{
  cst_status st = CST_OK;
  CST_TRY(redraw(data, classes, order, spec, CST_ROLE_VALIDATION, role));
  if (!spec->single_clips) CST_TRY(leave_out_validation_sessions(data, role));
done:
  return st;
}

/* Which classes have clips of a role. */
static void mark_classes(const cst_dataset *data, const cst_fold *fold, cst_role role, bool *marked)
{
  for (size_t i = 0; i < data->n; i++)
    if (cst_role_is(fold->role[i], role) && data->clip[i].scene != CST_NONE)
      marked[data->clip[i].scene] = true;
}

static bool any(const bool *flag, size_t n) { return n > 0 && memchr(flag, true, n); }

static cst_status explain(const cst_dataset *data, const bool *trained, const bool *tested,
                          char **reason)
{
  cst_status st = CST_OK;
  cst_names absent = {0};
  char list[400];
  for (size_t k = 0; k < data->scenes.n; k++)
    if (tested[k] && !trained[k] && cst_names_add(&absent, data->scenes.item[k]) == CST_NONE)
      CST_TRY(cst_no_memory("classes", k, 1));
  if (!any(tested, data->scenes.n))
    *reason = cst_strdup("it has no labelled clips with usable audio to score");
  else if (!any(trained, data->scenes.n))
    *reason = cst_strdup("no labelled clips with usable audio are left to train on");
  else
    *reason = cst_format("its classes are in no other city: %s",
                         cst_names_list(&absent, 20, sizeof list, list));
  if (!*reason) CST_TRY(cst_no_memory("text", 1, sizeof list));
done:
  cst_names_reset(&absent);
  return st;
}

static cst_status judge(const cst_dataset *data, const bool *held_out, cst_fold *fold,
                        char **reason)
{
  cst_status st = CST_OK;
  bool *trained = NULL, *tested = NULL;
  const size_t classes = data->scenes.n;
  size_t tests = 0;
  CST_ALLOC(trained, classes);
  CST_ALLOC(tested, classes);
  mark_classes(data, fold, CST_ROLE_TRAIN, trained);
  mark_classes(data, fold, CST_ROLE_TEST, tested);
  for (size_t i = 0; i < data->n; i++) tests += cst_role_is(fold->role[i], CST_ROLE_TEST);
  if (!held_out && tests > 0 && !any(tested, classes)) memset(tested, true, classes);
  for (size_t k = 0; k < classes; k++) fold->testable[k] = trained[k] && tested[k];
  if (!held_out && tests == 0)
    *reason = cst_strdup("there are no evaluation clips; name their table in "
                         "dataset.evaluation_metadata");
  else if (!any(fold->testable, classes))
    CST_TRY(explain(data, trained, tested, reason));
done:
  cst_free(trained);
  cst_free(tested);
  return st;
}

/* Cities that are tested; official: less those with development clips. */
static void mark_held_out(const cst_dataset *data, const bool *held_out, cst_fold *fold)
{
  for (size_t c = 0; held_out && c < data->cities.n; c++) fold->held_out[c] = held_out[c];
  for (size_t i = 0; !held_out && i < data->n; i++)
    if (data->clip[i].city != CST_NONE && cst_role_is(fold->role[i], CST_ROLE_TEST))
      fold->held_out[data->clip[i].city] = true;
  for (size_t i = 0; !held_out && i < data->n; i++)
    if (data->clip[i].city != CST_NONE && !cst_role_is(fold->role[i], CST_ROLE_TEST) &&
        fold->role[i] != CST_ROLE_NONE)
      fold->held_out[data->clip[i].city] = false;
}

cst_status cst_fold_make(const cst_dataset *data, const cst_split_spec *spec,
                         const fold_draws *draws, const char *name, const bool *held_out,
                         cst_fold *out, char **reason)
{
  cst_status st = CST_OK;
  const pick_spec validation = validation_spec(spec, PICK_VALIDATION), hidden = hidden_spec(spec);
  const size_t classes = data->scenes.n;
  *reason = NULL;
  CST_TRY(fold_alloc(data, name, classes, out));
  for (size_t i = 0; i < data->n; i++)
    out->role[i] = (uint8_t)first_role(&data->clip[i], held_out, spec->transductive);
  CST_TRY(draw_validation(data, &validation, &draws->validation, classes, out->role));
  CST_TRY(redraw(data, classes, &draws->hidden, &hidden, CST_ROLE_UNLABELLED, out->role));
  mark_held_out(data, held_out, out);
  CST_TRY(judge(data, held_out, out, reason));
done:
  if (st != CST_OK) cst_fold_reset(out);
  return st;
}

/* TAU's own folds, as far as its files were read. */
static void own_roles(const cst_dataset *data, size_t source, uint8_t *role)
{
  bool own = false;
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *c = &data->clip[i];
    own = own || (c->set == CST_SET_PRETRAIN && c->source == source && c->part == CST_PART_TRAIN);
  }
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *c = &data->clip[i];
    if (!cst_dataset_selects(data, i, CST_SET_PRETRAIN, 1) || c->source != source) continue;
    if (!own || c->part == CST_PART_TRAIN) role[i] = CST_ROLE_TRAIN;
    if (own && c->part == CST_PART_EVALUATE) role[i] = CST_ROLE_VALIDATION;
  }
}

/* One set of those to pre-train on: roles of its clips in @p out.  @p role [n] is scratch. */
static cst_status split_source(const cst_dataset *data, size_t source, const pick_spec *validation,
                               const pick_order *order, uint8_t *role, cst_fold *out)
{
  cst_status st = CST_OK;
  char set[48] = "";
  memset(role, CST_ROLE_NONE, data->n);
  own_roles(data, source, role);
  if (!memchr(role, CST_ROLE_VALIDATION, data->n))
    CST_TRY(draw_validation(data, validation, order, data->pretrain_scenes.n, role));
  if (data->pretrain_sets > 1) snprintf(set, sizeof set, " on set %zu", source + 1);
  if (!memchr(role, CST_ROLE_TRAIN, data->n))
    CST_FAIL(CST_ERR_DATA,
             "pre-training%s: no labelled clip with usable audio trains; check dataset.pretrain",
             set);
  for (size_t i = 0; i < data->n; i++)
    if (role[i] != CST_ROLE_NONE) out->role[i] = role[i];
done:
  return st;
}

cst_status cst_pretrain_split(const cst_dataset *data, const cst_split_spec *spec, cst_fold *out)
{
  cst_status st = CST_OK;
  const pick_spec validation = validation_spec(spec, PICK_PRETRAIN);
  pick_order order = {0};
  uint8_t *role = NULL;
  CST_TRY(fold_alloc(data, "pretrain", data->pretrain_scenes.n, out));
  CST_ALLOC(role, data->n);
  CST_TRY(cst_pick_order_make(data, &validation, &order));
  for (size_t s = 0; s < data->pretrain_sets; s++)
    CST_TRY(split_source(data, s, &validation, &order, role, out));
  mark_classes(data, out, CST_ROLE_TRAIN, out->testable);
done:
  cst_free(role);
  cst_pick_order_reset(&order);
  if (st != CST_OK) cst_fold_reset(out);
  return st;
}
