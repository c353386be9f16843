/* Which folds a protocol makes.  Contract in cassette/split.h. */
#include "cassette/split.h"

#include "cassette/delay.h"
#include "cassette/memory.h"
#include "cassette/stop.h"
#include "fold.h"
#include "nearest.h"

#include <stdlib.h>
#include <string.h>

const char *const cst_protocol_names[] = {"leave-one-city-out", "groups", "official", NULL};
const char *const cst_validation_names[] = {"session", "clip", "none", NULL};
const char *const cst_hide_by_names[] = {"session", "clip", NULL};

enum { MOST_FOLDS = 1000 }; /* each has roles for all clips, and trains models for hours */

void cst_folds_reset(cst_folds *self)
{
  for (size_t i = 0; i < self->n; i++) cst_fold_reset(&self->fold[i]);
  for (size_t i = 0; i < self->n_skipped; i++) {
    cst_free(self->skipped[i].name);
    cst_free(self->skipped[i].reason);
  }
  cst_free(self->fold);
  cst_free(self->skipped);
  *self = (cst_folds){0};
}

static int by_bytes(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Cities with development clips, sorted, so that the order of folds does not follow that of the
 * clips. */
static cst_status development_cities(const cst_dataset *data, cst_names *out)
{
  cst_status st = CST_OK;
  cst_names found = {0};
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *c = &data->clip[i];
    if (c->set != CST_SET_DEVELOPMENT || c->city == CST_NONE) continue;
    if (cst_names_add(&found, data->cities.item[c->city]) == CST_NONE)
      CST_TRY(cst_no_memory("cities", found.n + 1, sizeof(char *)));
  }
  if (found.n == 0)
    CST_FAIL(CST_ERR_DATA, "city-held-out evaluation is impossible: no table gives cities; add one "
                           "that does, or set split.protocol to official");
  qsort(found.item, found.n, sizeof *found.item, by_bytes); /* its index is not used again */
  for (size_t i = 0; i < found.n; i++)
    if (cst_names_add(out, found.item[i]) == CST_NONE)
      CST_TRY(cst_no_memory("cities", found.n, sizeof(char *)));
done:
  cst_names_reset(&found);
  return st;
}

/* What is being made: the protocol's folds by name, and the cities each of them holds out. */
typedef struct {
  const cst_dataset *data;
  const cst_split_spec *spec;
  cst_names cities; /* of development */
  cst_names names;  /* of all folds of the protocol */
  bool *held_out;   /* per city of the data set: scratch */
  fold_draws draws;
} plan;

static cst_status plan_names(plan *p)
{
  const cst_split_spec *s = p->spec;
  const size_t n = s->protocol == CST_SPLIT_GROUPS ? s->n_groups : p->cities.n;
  if (s->protocol == CST_SPLIT_OFFICIAL)
    return cst_names_add(&p->names, "official") == CST_NONE ? cst_no_memory("folds", 1, 1) : CST_OK;
  for (size_t i = 0; i < n; i++) {
    const char *name = s->protocol == CST_SPLIT_GROUPS ? s->group_name[i] : p->cities.item[i];
    if (cst_names_add(&p->names, name) == CST_NONE) return cst_no_memory("folds", n, 1);
    if (p->names.n != i + 1)
      return cst_raise(CST_ERR_USAGE, "split.groups: '%s' is there twice; rename one", name);
  }
  if (n == 0)
    return cst_raise(CST_ERR_USAGE, "split.groups is empty; name groups of cities, or choose "
                                    "another split.protocol");
  return CST_OK;
}

static cst_status check_city(const plan *p, const char *group, const char *city)
{
  char near[128], list[400];
  if (cst_names_find(&p->cities, city) != CST_NONE) return CST_OK;
  return cst_raise(CST_ERR_USAGE,
                   "split.groups: '%s' in group '%s' is no city of the development "
                   "set%s; cities: %s",
                   city, group, cst_did_you_mean(&p->cities, city, near),
                   cst_names_list(&p->cities, 20, sizeof list, list));
}

static cst_status check_groups(const plan *p)
{
  cst_status st = CST_OK;
  const cst_split_spec *s = p->spec;
  if (s->protocol != CST_SPLIT_GROUPS) return CST_OK;
  for (size_t g = 0; g < s->n_groups; g++) {
    if (s->group_cities[g] == 0)
      CST_FAIL(CST_ERR_USAGE, "split.groups: group '%s' is empty; name its cities",
               s->group_name[g]);
    for (size_t c = 0; c < s->group_cities[g]; c++)
      CST_TRY(check_city(p, s->group_name[g], s->group_city[g][c]));
  }
done:
  return st;
}

static cst_status check_spec(const plan *p)
{
  const cst_split_spec *s = p->spec;
  char near[128], list[400];
  CST_ASSERT(s->validation_share >= 0.0 && s->validation_share < 1.0);
  CST_ASSERT(s->hide_labels >= 0.0 && s->hide_labels < 1.0);
  for (size_t i = 0; i < s->n_held_out; i++) {
    const char *name = s->held_out[i];
    if (cst_names_find(&p->names, name) == CST_NONE)
      return cst_raise(CST_ERR_USAGE, "split.held_out: no fold '%s'%s; folds: %s", name,
                       cst_did_you_mean(&p->names, name, near),
                       cst_names_list(&p->names, 20, sizeof list, list));
    for (size_t j = 0; j < i; j++)
      if (strcmp(name, s->held_out[j]) == 0)
        return cst_raise(CST_ERR_USAGE, "split.held_out: '%s' is there twice; remove one", name);
  }
  return check_groups(p);
}

static void hold_out(plan *p, const char *city)
{
  p->held_out[cst_names_find(&p->data->cities, city)] = true;
}

/* Fold number i of the protocol. */
static cst_status make_fold(plan *p, size_t i, cst_fold *fold, char **reason)
{
  const cst_split_spec *s = p->spec;
  const char *name = p->names.item[i];
  if (s->protocol == CST_SPLIT_OFFICIAL)
    return cst_fold_make(p->data, s, &p->draws, name, NULL, fold, reason);
  memset(p->held_out, 0, p->data->cities.n * sizeof *p->held_out);
  if (s->protocol == CST_SPLIT_LEAVE_ONE_CITY_OUT)
    hold_out(p, name);
  else
    for (size_t c = 0; c < s->group_cities[i]; c++) hold_out(p, s->group_city[i][c]);
  return cst_fold_make(p->data, s, &p->draws, name, p->held_out, fold, reason);
}

/* Keep the fold, or put it aside with its reason (taken). */
static cst_status keep_fold(const cst_split_spec *s, cst_fold *fold, char *reason, cst_folds *out)
{
  cst_status st = CST_OK;
  if (!reason) {
    out->fold[out->n++] = *fold;
    return CST_OK;
  }
  if (s->protocol != CST_SPLIT_LEAVE_ONE_CITY_OUT || s->n_held_out > 0) {
    st = cst_raise(CST_ERR_DATA, "fold '%s' is of no use: %s", fold->name, reason);
    cst_free(reason);
  } else {
    out->skipped[out->n_skipped++] = (cst_skipped_fold){.name = fold->name, .reason = reason};
    fold->name = NULL;
  }
  cst_fold_reset(fold);
  return st;
}

cst_status cst_folds_make(const cst_dataset *data, const cst_split_spec *spec, cst_folds *out)
{
  cst_status st = CST_OK;
  plan p = {.data = data, .spec = spec};
  *out = (cst_folds){0};
  if (spec->protocol != CST_SPLIT_OFFICIAL) CST_TRY(development_cities(data, &p.cities));
  CST_TRY(plan_names(&p));
  CST_TRY(check_spec(&p));
  const size_t n = spec->n_held_out ? spec->n_held_out : p.names.n;
  if (n > MOST_FOLDS)
    CST_FAIL(CST_ERR_USAGE,
             "%zu cities would be held out, each with models of its own; at most %d: name some in "
             "split.held_out, or put cities in groups (split.protocol: groups)",
             n, MOST_FOLDS);
  CST_TRY(cst_fold_draws_make(data, spec, &p.draws));
  CST_ALLOC(p.held_out, data->cities.n);
  CST_ALLOC(out->fold, n);
  CST_ALLOC(out->skipped, n);
  for (size_t i = 0; i < n; i++) {
    const int at = spec->n_held_out ? cst_names_find(&p.names, spec->held_out[i]) : (int)i;
    cst_fold fold = {0};
    char *reason = NULL;
    cst_delay_point("fold");
    CST_TRY(cst_stop_check("folds were made"));
    CST_TRY(make_fold(&p, (size_t)at, &fold, &reason));
    CST_TRY(keep_fold(spec, &fold, reason, out));
  }
  if (out->n == 0)
    CST_FAIL(CST_ERR_DATA, "no city can be held out; %s: %s", out->skipped[0].name,
             out->skipped[0].reason);
done:
  cst_names_reset(&p.cities);
  cst_names_reset(&p.names);
  cst_free(p.held_out);
  cst_fold_draws_reset(&p.draws);
  if (st != CST_OK) cst_folds_reset(out);
  return st;
}

bool cst_role_is(uint8_t role, cst_role as)
{
  return role == as ||
         (role == CST_ROLE_TRANSDUCED && (as == CST_ROLE_TEST || as == CST_ROLE_UNLABELLED));
}

cst_status cst_fold_list(const cst_dataset *data, const cst_fold *fold, cst_role role,
                         uint32_t **list, size_t *n)
{
  cst_status st = CST_OK;
  *list = NULL;
  *n = 0;
  for (size_t i = 0; i < data->n; i++) *n += cst_role_is(fold->role[i], role);
  CST_ALLOC(*list, *n);
  *n = 0;
  for (size_t i = 0; i < data->n; i++)
    if (cst_role_is(fold->role[i], role)) (*list)[(*n)++] = (uint32_t)i;
done:
  return st;
}

/* Sessions with clips of the roles, given as bits 1 << role. */
static cst_status mark_sessions(const cst_dataset *data, const cst_fold *fold, unsigned roles,
                                bool **out)
{
  cst_status st = CST_OK;
  *out = NULL;
  CST_ALLOC(*out, data->sessions.n);
  for (size_t i = 0; i < data->n; i++)
    if (roles >> fold->role[i] & 1u) (*out)[data->clip[i].session] = true;
done:
  return st;
}

/* Clips of a role, and those of them in marked sessions. */
static void count_marked(const cst_dataset *data, const cst_fold *fold, cst_role role,
                         const bool *marked, size_t *inside, size_t *all)
{
  *inside = *all = 0;
  for (size_t i = 0; i < data->n; i++) {
    if (!cst_role_is(fold->role[i], role)) continue;
    ++*all;
    *inside += marked[data->clip[i].session];
  }
}

cst_status cst_fold_seen_sessions(const cst_dataset *data, const cst_fold *fold, bool **seen)
{
  return mark_sessions(data, fold,
                       1u << CST_ROLE_TRAIN | 1u << CST_ROLE_VALIDATION | 1u << CST_ROLE_UNLABELLED,
                       seen);
}

cst_status cst_fold_overlap(const cst_dataset *data, const cst_fold *fold, cst_overlap *out)
{
  cst_status st = CST_OK;
  bool *trains = NULL, *seen = NULL;
  *out = (cst_overlap){0};
  CST_TRY(mark_sessions(data, fold, 1u << CST_ROLE_TRAIN, &trains));
  CST_TRY(cst_fold_seen_sessions(data, fold, &seen));
  count_marked(data, fold, CST_ROLE_VALIDATION, trains, &out->validation_shared, &out->validation);
  count_marked(data, fold, CST_ROLE_TEST, seen, &out->test_shared, &out->test);
done:
  cst_free(trains);
  cst_free(seen);
  return st;
}

double cst_overlap_leakage(const cst_overlap *self)
{
  return self->validation ? (double)self->validation_shared / (double)self->validation : 0.0;
}
