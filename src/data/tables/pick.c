/*
 * A stratified draw of groups (sessions, or single clips).
 *
 * Groups stand in the order of a random number that belongs to their name.  Class by class, a
 * group is taken if that brings the number of clips taken nearer to the share aimed at, and if
 * every class in it keeps another group.  Then groups taken are exchanged for others, as long as
 * that comes nearer still: sessions differ in size, and a class may have few.
 */
#include "pick.h"

#include "cassette/fnv.h"
#include "cassette/memory.h"
#include "cassette/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint64_t draw;
  const char *name; /* of the group */
  uint32_t clip;
} ticket;

typedef struct {
  size_t first, n; /* entries */
  bool taken;
} group;

/* How many clips of a class a group holds. */
typedef struct {
  uint32_t group;
  uint32_t clips;
} portion;

typedef struct {
  const cst_dataset *data;
  uint32_t *entry; /* clips, group by group */
  size_t entries;
  group *group;
  size_t groups;
  portion *portion;      /* class by class, in the order of groups: those of class k begin at ... */
  size_t *portions;      /* ... portions[k], [classes + 1] */
  size_t *total, *taken; /* clips per class */
  size_t *left;          /* groups per class not taken */
  size_t *last_seen;     /* scratch: when the class counted last, by `marks` */
  size_t *tried;         /* scratch: when groups of a size were tried last, [entries + 1] */
  size_t marks;
} pool;

void cst_pick_order_reset(pick_order *self)
{
  cst_free(self->clip);
  *self = (pick_order){0};
}

/* By draw, then by name: two names may draw the same number.  Equal groups by clip. */
static int by_draw(const void *a, const void *b)
{
  const ticket *x = a, *y = b;
  if (x->draw != y->draw) return x->draw < y->draw ? -1 : 1;
  const int names = strcmp(x->name, y->name);
  return names ? names : (x->clip > y->clip) - (x->clip < y->clip);
}

static uint64_t draw_of(const pick_spec *spec, const char *name)
{
  const cst_random_key key = cst_random_key_make(spec->seed, CST_RANDOM_SPLIT,
                                                 (uint32_t)spec->purpose, cst_fnv1a_64(name), 0);
  return (uint64_t)cst_random_u32(&key, 0) << 32 | cst_random_u32(&key, 1);
}

cst_status cst_pick_order_make(const cst_dataset *data, const pick_spec *spec, pick_order *out)
{
  cst_status st = CST_OK;
  ticket *drawn = NULL;
  size_t n = 0;
  *out = (pick_order){0};
  if (spec->share == 0.0) return CST_OK;
  CST_ALLOC(drawn, data->n);
  CST_ALLOC(out->clip, data->n);
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *c = &data->clip[i];
    if (c->scene == CST_NONE) continue;
    const char *name = spec->single_clips ? c->id : data->sessions.item[c->session];
    drawn[n++] = (ticket){.draw = draw_of(spec, name), .name = name, .clip = (uint32_t)i};
  }
  qsort(drawn, n, sizeof *drawn, by_draw);
  for (size_t i = 0; i < n; i++) out->clip[i] = drawn[i].clip;
  out->n = n;
done:
  cst_free(drawn);
  return st;
}

static int scene_of(const pool *p, size_t entry) { return p->data->clip[p->entry[entry]].scene; }

/* The candidates in their order, as groups, and what each class has of them. */
static void form_groups(pool *p, const pick_order *order, const bool *candidate, bool single_clips)
{
  const cst_clip *clip = p->data->clip;
  for (size_t i = 0; i < order->n; i++) {
    const uint32_t c = order->clip[i];
    if (!candidate[c]) continue;
    const size_t e = p->entries++;
    p->entry[e] = c;
    if (e == 0 || single_clips || clip[c].session != clip[p->entry[e - 1]].session) {
      p->group[p->groups++].first = e;
      p->marks++;
    }
    p->group[p->groups - 1].n++;
    p->total[clip[c].scene]++;
    p->left[clip[c].scene] += p->last_seen[clip[c].scene] != p->marks;
    p->last_seen[clip[c].scene] = p->marks;
  }
}

/* After form_groups(): a class has as many portions as groups are left. */
static void form_portions(pool *p, size_t classes)
{
  for (size_t k = 0; k < classes; k++) p->portions[k + 1] = p->portions[k] + p->left[k];
  size_t *end = p->tried; /* scratch: the first `classes` of it */
  for (size_t k = 0; k < classes; k++) end[k] = p->portions[k];
  for (size_t g = 0; g < p->groups; g++)
    for (size_t i = p->group[g].first; i < p->group[g].first + p->group[g].n; i++) {
      const int k = scene_of(p, i);
      const bool begun = end[k] > p->portions[k] && p->portion[end[k] - 1].group == g;
      if (!begun) p->portion[end[k]++] = (portion){.group = (uint32_t)g};
      p->portion[end[k] - 1].clips++;
    }
  memset(end, 0, classes * sizeof *end);
}

static bool spares(const pool *p, const group *g)
{
  for (size_t i = g->first; i < g->first + g->n; i++)
    if (p->left[scene_of(p, i)] < 2) return false;
  return true;
}

/* Take a group, or give it back. */
static void move(pool *p, group *g, bool taken)
{
  g->taken = taken;
  p->marks++;
  for (size_t i = g->first; i < g->first + g->n; i++) {
    const int scene = scene_of(p, i);
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

/* The first exchange of a taken group for another, both of this class alone, that comes nearer.
 * Groups of one size are tried once. */
static bool exchange(pool *p, int scene, double target)
{
  const double now = (double)p->taken[scene];
  const portion *first = p->portion + p->portions[scene],
                *end = p->portion + p->portions[scene + 1];
  p->marks++;
  for (const portion *o = first; o < end; o++) {
    group *out = &p->group[o->group];
    if (!out->taken || o->clips != out->n || p->tried[out->n] == p->marks) continue;
    p->tried[out->n] = p->marks;
    for (const portion *i = first; i < end; i++) {
      group *in = &p->group[i->group];
      const double then = now - (double)out->n + (double)in->n;
      if (in->taken || i->clips != in->n || fabs(then - target) >= fabs(now - target)) continue;
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
  for (size_t i = p->portions[scene]; i < p->portions[scene + 1]; i++) {
    group *g = &p->group[p->portion[i].group];
    const size_t n = p->portion[i].clips;
    if (g->taken || !spares(p, g)) continue;
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

cst_status cst_pick(const cst_dataset *data, const pick_order *order, const bool *candidate,
                    size_t classes, const pick_spec *spec, bool *picked)
{
  cst_status st = CST_OK;
  pool p = {.data = data};
  CST_ASSERT(spec->share >= 0.0 && spec->share < 1.0);
  memset(picked, 0, data->n * sizeof *picked);
  if (spec->share == 0.0) return CST_OK;
  CST_ALLOC(p.entry, order->n);
  CST_ALLOC(p.group, order->n);
  CST_ALLOC(p.portion, order->n);
  CST_ALLOC(p.portions, classes + 1);
  CST_ALLOC(p.total, classes);
  CST_ALLOC(p.taken, classes);
  CST_ALLOC(p.left, classes);
  CST_ALLOC(p.last_seen, classes);
  CST_ALLOC(p.tried, order->n + classes + 1);
  form_groups(&p, order, candidate, spec->single_clips);
  form_portions(&p, classes);
  for (size_t k = 0; k < classes; k++) take_class(&p, (int)k, spec);
  for (size_t g = 0; g < p.groups; g++)
    for (size_t i = 0; p.group[g].taken && i < p.group[g].n; i++)
      picked[p.entry[p.group[g].first + i]] = true;
done:
  cst_free(p.entry);
  cst_free(p.group);
  cst_free(p.portion);
  cst_free(p.portions);
  cst_free(p.total);
  cst_free(p.taken);
  cst_free(p.left);
  cst_free(p.last_seen);
  cst_free(p.tried);
  return st;
}
