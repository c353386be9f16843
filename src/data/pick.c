/*
 * A stratified draw of groups (sessions, or single clips).
 *
 * Groups stand in the order of a random number that belongs to their name.  Class by class, a
 * group is taken if that brings the number of clips taken nearer to the share aimed at, and if
 * every class in it keeps another group.  Then groups taken are exchanged for others, as long as
 * that comes nearer still: sessions differ in size, and a class may have few.
 */
#include "pick.h"

#include "cassette/memory.h"
#include "cassette/random.h"
#include "hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint64_t draw;
  const char *name; /* of the group */
  uint32_t clip;
  int scene;
} entry;

typedef struct {
  size_t first, n; /* entries */
  bool taken;
} group;

typedef struct {
  entry *entry;
  size_t entries;
  group *group;
  size_t groups;
  size_t *total, *taken; /* clips per class */
  size_t *left;          /* groups per class not taken */
  size_t *last_seen;     /* scratch: when the class counted last, by `marks` */
  size_t marks;
} pool;

/* By draw, then by name: two names may draw the same number.  Equal groups by clip. */
static int by_draw(const void *a, const void *b)
{
  const entry *x = a, *y = b;
  if (x->draw != y->draw) return x->draw < y->draw ? -1 : 1;
  const int names = strcmp(x->name, y->name);
  return names ? names : (x->clip > y->clip) - (x->clip < y->clip);
}

static uint64_t draw_of(const pick_spec *spec, const char *name)
{
  const cst_random_key key = cst_random_key_make(spec->seed, CST_RANDOM_SPLIT,
                                                 (uint32_t)spec->purpose, cst_fnv1a(name), 0);
  return (uint64_t)cst_random_u32(&key, 0) << 32 | cst_random_u32(&key, 1);
}

static void collect(pool *p, const cst_dataset *data, const bool *candidate, const pick_spec *spec)
{
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *c = &data->clip[i];
    if (!candidate[i] || c->scene == CST_NONE) continue;
    const char *name = spec->single_clips ? c->id : data->sessions.item[c->session];
    p->entry[p->entries++] =
        (entry){.draw = draw_of(spec, name), .name = name, .clip = (uint32_t)i, .scene = c->scene};
  }
  qsort(p->entry, p->entries, sizeof *p->entry, by_draw);
}

static void form_groups(pool *p)
{
  for (size_t i = 0; i < p->entries; i++) {
    const entry *e = &p->entry[i];
    if (i == 0 || strcmp(e->name, e[-1].name) != 0) {
      p->group[p->groups++].first = i;
      p->marks++;
    }
    p->group[p->groups - 1].n++;
    p->total[e->scene]++;
    p->left[e->scene] += p->last_seen[e->scene] != p->marks;
    p->last_seen[e->scene] = p->marks;
  }
}

static size_t clips_of(const pool *p, const group *g, int scene)
{
  size_t n = 0;
  for (size_t i = g->first; i < g->first + g->n; i++) n += p->entry[i].scene == scene;
  return n;
}

static bool spares(const pool *p, const group *g)
{
  for (size_t i = g->first; i < g->first + g->n; i++)
    if (p->left[p->entry[i].scene] < 2) return false;
  return true;
}

/* Take a group, or give it back. */
static void move(pool *p, group *g, bool taken)
{
  g->taken = taken;
  p->marks++;
  for (size_t i = g->first; i < g->first + g->n; i++) {
    const int scene = p->entry[i].scene;
    const bool counted = p->last_seen[scene] == p->marks;
    p->last_seen[scene] = p->marks;
    if (taken) {
      p->taken[scene]++;
      p->left[scene] -= !counted;
    } else {
      p->taken[scene]--;
      p->left[scene] += !counted;
    }
  }
}

/* The first exchange of a taken group for another, both of this class alone, that comes nearer. */
static bool exchange(pool *p, int scene, double target)
{
  const double now = (double)p->taken[scene];
  for (group *out = p->group; out < p->group + p->groups; out++) {
    if (!out->taken || clips_of(p, out, scene) != out->n) continue;
    for (group *in = p->group; in < p->group + p->groups; in++) {
      const double then = now - (double)out->n + (double)in->n;
      if (in->taken || fabs(then - target) >= fabs(now - target)) continue;
      if (clips_of(p, in, scene) != in->n) continue;
      move(p, out, false);
      move(p, in, true);
      return true;
    }
  }
  return false;
}

static void take_class(pool *p, int scene, const pick_spec *spec)
{
  const double target = spec->share * (double)p->total[scene];
  group *smallest = NULL;
  size_t fewest = SIZE_MAX;
  for (group *g = p->group; g < p->group + p->groups; g++) {
    const size_t n = g->taken ? 0 : clips_of(p, g, scene);
    if (n == 0 || !spares(p, g)) continue;
    const double now = (double)p->taken[scene], then = now + (double)n;
    if (fabs(then - target) < fabs(now - target)) {
      move(p, g, true);
    } else if (n < fewest) {
      fewest = n;
      smallest = g;
    }
  }
  if (spec->at_least_one && p->taken[scene] == 0 && smallest) move(p, smallest, true);
  while (fabs((double)p->taken[scene] - target) > 0.5 && exchange(p, scene, target)) {
  }
}

cst_status cst_pick(const cst_dataset *data, const bool *candidate, size_t classes,
                    const pick_spec *spec, bool *picked)
{
  cst_status st = CST_OK;
  pool p = {0};
  CST_ASSERT(spec->share >= 0.0 && spec->share < 1.0);
  memset(picked, 0, data->n * sizeof *picked);
  if (spec->share == 0.0) return CST_OK;
  CST_ALLOC(p.entry, data->n);
  CST_ALLOC(p.group, data->n);
  CST_ALLOC(p.total, classes);
  CST_ALLOC(p.taken, classes);
  CST_ALLOC(p.left, classes);
  CST_ALLOC(p.last_seen, classes);
  collect(&p, data, candidate, spec);
  form_groups(&p);
  for (size_t k = 0; k < classes; k++) take_class(&p, (int)k, spec);
  for (size_t g = 0; g < p.groups; g++)
    for (size_t i = 0; p.group[g].taken && i < p.group[g].n; i++)
      picked[p.entry[p.group[g].first + i].clip] = true;
done:
  cst_free(p.entry);
  cst_free(p.group);
  cst_free(p.total);
  cst_free(p.taken);
  cst_free(p.left);
  cst_free(p.last_seen);
  return st;
}
