/*
 * Presets in the CAS layout: cities, classes in them, sessions, clips, and which are labelled.
 *
 * Unlike CAS, where 20 of 80 city x class cells are filled, every class is seen in at least three
 * cities (tiny: all 3, demo: 4 of 6, cas: 4 of 8), so that a fold which leaves a city out can test
 * its classes.  Otherwise as in CAS: sessions have one class, labelled clips are spread over them,
 * one city holds 45 % of the development set (cas), and part of the evaluation set comes from
 * sessions that are in development too.
 */
#include "synth_plan.h"

#include "cassette/memory.h"
#include "synth_voice.h"

#include <stdio.h>
#include <string.h>

enum { CLASSES = 10, MAX_CITIES = 14, MAX_CELLS = MAX_CITIES * CLASSES };

/* Invented names; the apostrophe and the blanks are on purpose. */
static const char *const cities[MAX_CITIES] = {
    "Aldermoor", "Brightwater", "Castel d'Or", "Dunhaven",    "Eastmere",  "Fairhold",  "Greyport",
    "Highfell",  "Isle'sgate",  "Junewick",    "Kestrel Bay", "Larkfield", "Millbrook", "Northsea"};

typedef struct {
  size_t cities, unseen; /* in development; only in evaluation */
  double main_share;     /* of the sessions, in the first city; 0: as any other */
  size_t sessions, clips, labelled;
  size_t eval_cities; /* of the seen ones, how many come again in evaluation */
  size_t eval_unseen, eval_shared,
      eval_new; /* clips: unseen cities, development's sessions, others */
  size_t eval_unseen_sessions, eval_shared_sessions, eval_new_sessions;
} plan;

static const plan plans[] = {
    [CST_SYNTH_TINY] = {.cities = 3,
                        .unseen = 1,
                        .sessions = 60,
                        .clips = 120,
                        .labelled = 48,
                        .eval_cities = 3,
                        .eval_unseen = 10,
                        .eval_shared = 10,
                        .eval_new = 10,
                        .eval_unseen_sessions = 10,
                        .eval_shared_sessions = 10,
                        .eval_new_sessions = 10},
    [CST_SYNTH_DEMO] = {.cities = 6,
                        .unseen = 2,
                        .sessions = 120,
                        .clips = 600,
                        .labelled = 120,
                        .eval_cities = 6,
                        .eval_unseen = 60,
                        .eval_shared = 20,
                        .eval_new = 40,
                        .eval_unseen_sessions = 20,
                        .eval_shared_sessions = 20,
                        .eval_new_sessions = 20},
    [CST_SYNTH_CAS] = {.cities = 8,
                       .unseen = 6,
                       .main_share = 0.45,
                       .sessions = 328,
                       .clips = 8700,
                       .labelled = 1740,
                       .eval_cities = 6,
                       .eval_unseen = 400,
                       .eval_shared = 248,
                       .eval_new = 452,
                       .eval_unseen_sessions = 60,
                       .eval_shared_sessions = 62,
                       .eval_new_sessions = 60},
};

typedef struct {
  size_t city;
  int class_index;
} cell;

typedef struct {
  cell at;
  size_t ordinal; /* among the sessions of its cell */
  size_t clips, eval_clips;
  char time[SYNTH_TIME_BYTES];
} session;

typedef struct {
  session *session;
  size_t n;
} sessions;

static bool filled(const plan *p, size_t city, int k)
{
  if (city >= p->cities) return true; /* unseen cities hold every class */
  if (p->cities <= 3) return true;
  if (p->main_share > 0.0) return city == 0 || (city * 3 + (size_t)k) % 7 < 3;
  return (city + (size_t)k) % 3 != 0;
}

/* Filled cells of cities first..first+count-1, in rounds that hold every class once: any number of
 * them from the start is balanced. */
static size_t list_cells(const plan *p, size_t first, size_t count, cell *out)
{
  size_t n = 0;

  for (size_t round = 0; round < count; round++)
    for (int k = 0; k < CLASSES; k++) {
      size_t skip, have = 0;
      for (size_t c = 0; c < count; c++) have += filled(p, first + c, k);
      if (round >= have) continue;
      skip = (round + (size_t)k) % have;
      for (size_t c = first; c < first + count; c++)
        if (filled(p, c, k) && skip-- == 0) out[n++] = (cell){c, k};
    }
  return n;
}

/* Calendar time of session @p i: they follow one another, hours apart, from 2023-04-01 on. */
static void set_time(uint64_t seed, size_t i, char *out)
{
  static const int days[] = {30, 31, 30, 31, 31, 30, 31, 30, 31}; /* April to December */
  synth_dice dice = synth_dice_make(seed, SYNTH_DRAW_PLAN, 1, i);
  const long second = (long)i * 12000 + (long)synth_between(&dice, 0.0, 11999.0);
  long day = second / 86400;
  int month = 0;

  while (month < 8 && day >= days[month]) day -= days[month++];
  snprintf(out, SYNTH_TIME_BYTES, "2023-%02d-%02ld %02ld:%02ld:%02ld", month + 4, day + 1,
           second / 3600 % 24, second / 60 % 60, second % 60);
}

static session *add_session(uint64_t seed, sessions *to, cell at)
{
  session *s = &to->session[to->n];

  *s = (session){.at = at};
  for (size_t i = 0; i < to->n; i++)
    s->ordinal +=
        to->session[i].at.city == at.city && to->session[i].at.class_index == at.class_index;
  set_time(seed, to->n++, s->time);
  return s;
}

/* Development: sessions over the cells, then clips over the sessions, of unequal length. */
static cst_status plan_development(uint64_t seed, const plan *p, sessions *to)
{
  cst_status st = CST_OK;
  cell cells[MAX_CELLS];
  double weight[MAX_CELLS], *length = NULL;
  size_t in_cell[MAX_CELLS], *clips = NULL, main_cells = 0;
  const size_t n = list_cells(p, 0, p->cities, cells);
  synth_dice dice = synth_dice_make(seed, SYNTH_DRAW_PLAN, 2, 0);

  CST_ALLOC(length, p->sessions);
  CST_ALLOC(clips, p->sessions);
  for (size_t i = 0; i < n; i++) main_cells += cells[i].city == 0;
  for (size_t i = 0; i < n; i++) {
    const bool is_main = cells[i].city == 0;
    weight[i] = p->main_share <= 0.0 ? 1.0
                : is_main            ? p->main_share / (double)main_cells
                                     : (1.0 - p->main_share) / (double)(n - main_cells);
  }
  synth_apportion(p->sessions, n, weight, in_cell);
  for (size_t i = 0; i < n; i++)
    for (size_t s = 0; s < in_cell[i]; s++) add_session(seed, to, cells[i]);
  for (size_t s = 0; s < p->sessions; s++)
    length[s] = p->main_share > 0.0 ? synth_between(&dice, 0.5, 1.5) : 1.0;
  synth_apportion(p->clips, p->sessions, length, clips);
  for (size_t s = 0; s < p->sessions; s++) to->session[s].clips = clips[s];
done:
  cst_free(clips);
  cst_free(length);
  return st;
}

/* Evaluation clips: more of development's sessions, new sessions in seen cities, unseen cities.
 */
static void plan_evaluation(uint64_t seed, const plan *p, sessions *to)
{
  cell cells[MAX_CELLS];
  size_t part[MAX_CELLS], n;

  synth_apportion(p->eval_shared, p->eval_shared_sessions, NULL, part);
  for (size_t i = 0, s = 0; i < p->eval_shared_sessions; s++) /* spread over cities and classes */
    if (to->session[s * 7 % p->sessions].at.city < p->eval_cities)
      to->session[s * 7 % p->sessions].eval_clips += part[i++];

  n = list_cells(p, 0, p->eval_cities, cells);
  CST_ASSERT(n > 0);
  synth_apportion(p->eval_new, p->eval_new_sessions, NULL, part);
  for (size_t i = 0; i < p->eval_new_sessions; i++)
    add_session(seed, to, cells[i % n])->eval_clips = part[i];

  n = list_cells(p, p->cities, p->unseen, cells);
  CST_ASSERT(n > 0);
  synth_apportion(p->eval_unseen, p->eval_unseen_sessions, NULL, part);
  for (size_t i = 0; i < p->eval_unseen_sessions; i++)
    add_session(seed, to, cells[i % n])->eval_clips = part[i];
}

/* Names look like CAS's: 32 hexadecimal digits, a number, _1 or _2. */
static cst_status add_clips(cst_synth *self, const session *s, int set, size_t count)
{
  cst_status st = CST_OK;

  for (size_t i = 0; i < count; i++) {
    synth_clip *clip = synth_add_clip(self);
    char seed_text[24], of[64];
    if (!clip) CST_TRY(cst_no_memory("clips", self->n + 1, sizeof *clip));
    snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)self->seed);
    snprintf(of, sizeof of, "%s/%d/%zu", s->time, set, i);
    snprintf(clip->place, sizeof clip->place, "%s", cities[s->at.city]);
    snprintf(clip->time, sizeof clip->time, "%s", s->time);
    snprintf(clip->name, sizeof clip->name, "%016llx%016llx%zu_%d",
             (unsigned long long)synth_key(seed_text, of),
             (unsigned long long)synth_key(of, clip->place), i + 1, (int)(i % 2) + 1);
    clip->scene = s->at.class_index; /* the first ten scenes are CAS's, in index order */
    clip->set = set;
    clip->city_key = synth_key("city", clip->place);
    clip->session_key = synth_key(clip->place, clip->time);
    clip->device_key = synth_key("recorder", clip->session_key % 3 == 0   ? "1"
                                             : clip->session_key % 3 == 1 ? "2"
                                                                          : "3");
    clip->clip_key = synth_key("clip", clip->name);
  }
done:
  return st;
}

/* Label the first clip of every cell's first session, then of the second sessions, ...; then second
 * clips.  A cell gets labels before a session gets two. */
static void choose_labelled(cst_synth *self, const plan *p, const sessions *all)
{
  size_t left = p->labelled, max_clips = 0, max_sessions = 0;

  for (size_t s = 0; s < p->sessions; s++) {
    if (all->session[s].clips > max_clips) max_clips = all->session[s].clips;
    if (all->session[s].ordinal > max_sessions) max_sessions = all->session[s].ordinal;
  }
  for (size_t position = 0; position < max_clips; position++)
    for (size_t ordinal = 0; ordinal <= max_sessions; ordinal++)
      for (size_t s = 0, first = 0; s < p->sessions && left; first += all->session[s++].clips)
        if (all->session[s].ordinal == ordinal && position < all->session[s].clips) {
          self->clip[first + position].labelled = true;
          left--;
        }
}

/* Rows in no order, as in CAS. */
static cst_status shuffle(cst_synth *self, size_t first, size_t n)
{
  cst_status st = CST_OK;
  const cst_random_key key =
      cst_random_key_make(self->seed, CST_RANDOM_SYNTH, SYNTH_DRAW_PLAN, 3, first);
  synth_clip *copy = NULL;
  uint32_t *order = NULL;

  CST_ALLOC(copy, n);
  CST_ALLOC(order, n);
  cst_random_permutation(&key, n, order);
  memcpy(copy, self->clip + first, n * sizeof *copy);
  for (size_t i = 0; i < n; i++) self->clip[first + i] = copy[order[i]];
done:
  cst_free(order);
  cst_free(copy);
  return st;
}

static void write_cas_tables(cst_synth *self)
{
  cst_text *icme = synth_add_table(self, synth_icme_table);
  cst_text *development = synth_add_table(self, synth_apsipa_dev_table);
  cst_text *evaluation = synth_add_table(self, synth_apsipa_eval_table);
  static const char *const header = "\xEF\xBB\xBF"
                                    "filename,location,record_time,scene_label\n";

  cst_text_add(icme, "filename,scene_label\r\n");
  cst_text_add(development, "%s", header);
  cst_text_add(evaluation, "%s", header);
  for (size_t i = 0; i < self->n; i++) {
    const synth_clip *c = &self->clip[i];
    const char *label = c->labelled ? synth_scenes[c->scene].cas : "";
    if (c->set == SYNTH_DEVELOPMENT) cst_text_add(icme, "%s,%s\r\n", c->name, label);
    cst_text_add(c->set == SYNTH_DEVELOPMENT ? development : evaluation, "%s,%s,%s,%s\n", c->name,
                 c->place, c->time, label);
  }
  synth_add_truth(self);
}

cst_status synth_plan_cas(cst_synth *self)
{
  cst_status st = CST_OK;
  const plan *p = &plans[self->preset];
  sessions all = {0};

  CST_ALLOC(all.session, p->sessions + p->eval_new_sessions + p->eval_unseen_sessions);
  CST_TRY(plan_development(self->seed, p, &all));
  plan_evaluation(self->seed, p, &all);
  for (size_t s = 0; s < all.n; s++)
    CST_TRY(add_clips(self, &all.session[s], SYNTH_DEVELOPMENT, all.session[s].clips));
  const size_t development = self->n;
  choose_labelled(self, p, &all);
  for (size_t s = 0; s < all.n; s++)
    CST_TRY(add_clips(self, &all.session[s], SYNTH_EVALUATION, all.session[s].eval_clips));
  CST_TRY(shuffle(self, 0, development));
  CST_TRY(shuffle(self, development, self->n - development));
  write_cas_tables(self);
done:
  cst_free(all.session);
  return st;
}
