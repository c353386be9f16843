/*
 * A plan for the rows of real CAS tables: the tables stay as they are and get audio.
 *
 * A row without a label gets the scene of its session (city and record_time) where another row has
 * one, else a scene drawn from the session's name.  Without a city (ICME's table alone) a clip is a
 * session of its own in a city drawn from its name.
 */
#include "synth_plan.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/table.h"
#include "synth_voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const synth_icme_table = "ICME2024_ASC_dev_label.csv";
const char *const synth_apsipa_dev_table = "APSIPA2025_GC_ASC_dev_metadata.csv";
const char *const synth_apsipa_eval_table = "APSIPA2025_GC_ASC_eval_metadata.csv";
const char *const synth_truth_table = "truth.csv";

enum { CLASSES = 10, DRAWN_CITIES = 8 };

/* Columns; -1: the table does not have it. */
typedef struct {
  int name, place, time, label;
} columns;

static cst_status find_columns(const cst_table *t, columns *c)
{
  cst_status st = CST_OK;
  CST_TRY(cst_table_need(t, "filename", &c->name));
  CST_TRY(cst_table_need(t, "scene_label", &c->label));
  CST_TRY(cst_table_find(t, "location", &c->place));
  CST_TRY(cst_table_find(t, "record_time", &c->time));
  if ((c->place < 0) != (c->time < 0))
    CST_FAIL(CST_ERR_DATA, "%s:%zu: location and record_time come together", cst_table_name(t),
             cst_table_header_line(t));
done:
  return st;
}

static cst_status copy_field(const cst_table *t, size_t row, int column, const char *what, char *to,
                             size_t capacity)
{
  const char *field = column < 0 ? "" : cst_table_field(t, row, column);
  if (strlen(field) >= capacity)
    return cst_raise(CST_ERR_DATA, "%s:%zu: %s of %zu characters, more than %zu", cst_table_name(t),
                     cst_table_line(t, row), what, strlen(field), capacity - 1);
  memcpy(to, field, strlen(field) + 1);
  return CST_OK;
}

static cst_status read_clip(cst_synth *self, const cst_table *t, size_t row, const columns *c,
                            int set)
{
  cst_status st = CST_OK;
  char label[64] = "";
  synth_clip *clip = synth_add_clip(self);

  if (!clip) CST_TRY(cst_no_memory("clips", self->n + 1, sizeof *clip));
  CST_TRY(copy_field(t, row, c->name, "a filename", clip->name, sizeof clip->name));
  CST_TRY(copy_field(t, row, c->place, "a location", clip->place, sizeof clip->place));
  CST_TRY(copy_field(t, row, c->time, "a record_time", clip->time, sizeof clip->time));
  CST_TRY(copy_field(t, row, c->label, "a scene_label", label, sizeof label));
  if (!clip->name[0] || clip->name[0] == '.' || strchr(clip->name, '/'))
    CST_FAIL(CST_ERR_DATA, "%s:%zu: \"%s\" cannot be the name of an audio file", cst_table_name(t),
             cst_table_line(t, row), clip->name);
  clip->labelled = label[0] != '\0';
  clip->scene = clip->labelled ? synth_scene_of_cas(label) : -1;
  if (clip->labelled && clip->scene < 0)
    CST_FAIL(CST_ERR_DATA, "%s:%zu: no CAS class is called \"%s\"", cst_table_name(t),
             cst_table_line(t, row), label);
  clip->set = set;
done:
  return st;
}

/* Read a table's rows and keep its bytes under its usual name. */
static cst_status add_tables_rows(cst_synth *self, const char *path, const char *name)
{
  cst_status st = CST_OK;
  cst_table *table = NULL;
  char *bytes = NULL;
  size_t n = 0;
  columns c;
  bool any_label = false;

  cst_input_keep(path);
  CST_TRY(cst_file_read(path, &bytes, &n));
  CST_TRY(cst_table_parse(bytes, n, path, 0, &table));
  CST_TRY(find_columns(table, &c));
  const int set = name == synth_apsipa_eval_table ? SYNTH_EVALUATION : SYNTH_DEVELOPMENT;
  for (size_t row = 0; row < cst_table_rows(table); row++) {
    CST_TRY(read_clip(self, table, row, &c, set));
    any_label |= self->clip[self->n - 1].labelled;
  }
  if (!name)
    name = c.place < 0 ? synth_icme_table
           : any_label ? synth_apsipa_dev_table
                       : synth_apsipa_eval_table;
  cst_text_add_bytes(synth_add_table(self, name), bytes, n);
done:
  cst_table_destroy(&table);
  cst_free(bytes);
  return st;
}

static const char *usual_name(const char *path)
{
  const char *const names[] = {synth_apsipa_dev_table, synth_apsipa_eval_table, synth_icme_table};
  for (size_t i = 0; i < 3; i++)
    if (!strcmp(cst_path_name(path), names[i])) return names[i];
  return NULL;
}

/* The tables that a directory holds; those with cities first. */
static cst_status add_directory(cst_synth *self, const char *dir)
{
  cst_status st = CST_OK;
  const char *const names[] = {synth_apsipa_dev_table, synth_apsipa_eval_table, synth_icme_table};
  char *path = NULL;

  for (size_t i = 0; i < 3; i++) {
    cst_free(path);
    path = cst_path_join(dir, names[i]);
    if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
    if (cst_file_exists(path)) CST_TRY(add_tables_rows(self, path, names[i]));
  }
  if (self->n == 0)
    CST_FAIL(CST_ERR_DATA, "%s holds no %s, %s or %s", dir, names[0], names[1], names[2]);
done:
  cst_free(path);
  return st;
}

/* By name; the row with a city first, which is the one that is kept. */
static int by_name(const void *a, const void *b)
{
  const synth_clip *x = *(synth_clip *const *)a, *y = *(synth_clip *const *)b;
  const int order = strcmp(x->name, y->name);
  return order ? order : (int)(y->place[0] != '\0') - (int)(x->place[0] != '\0');
}

/* ICME's rows repeat APSIPA's without a city: drop them.  Other repetitions are mistakes. */
static cst_status merge_rows(cst_synth *self)
{
  cst_status st = CST_OK;
  synth_clip **sorted = NULL;
  size_t kept = 0;

  CST_ALLOC(sorted, self->n);
  for (size_t i = 0; i < self->n; i++) sorted[i] = &self->clip[i];
  qsort(sorted, self->n, sizeof *sorted, by_name);
  for (size_t i = 0; i + 1 < self->n; i++) {
    if (strcmp(sorted[i]->name, sorted[i + 1]->name)) continue;
    if (!sorted[i]->place[0] || sorted[i + 1]->place[0])
      CST_FAIL(CST_ERR_DATA, "two rows of the metadata are called \"%s\"", sorted[i]->name);
    sorted[i + 1]->name[0] = '\0';
    sorted[i + 1] = sorted[i];
  }
  for (size_t i = 0; i < self->n; i++)
    if (self->clip[i].name[0]) self->clip[kept++] = self->clip[i];
  self->n = kept;
done:
  cst_free(sorted);
  return st;
}

static void set_keys(synth_clip *c)
{
  char drawn[24];

  c->clip_key = synth_key("clip", c->name);
  if (c->place[0]) {
    c->city_key = synth_key("city", c->place);
    c->session_key = synth_key(c->place, c->time);
  } else {
    snprintf(drawn, sizeof drawn, "drawn %d", (int)(c->clip_key % DRAWN_CITIES));
    c->city_key = synth_key("city", drawn);
    c->session_key = synth_key("alone", c->name);
  }
  snprintf(drawn, sizeof drawn, "%d", (int)(c->session_key % 3) + 1);
  c->device_key = synth_key("recorder", drawn);
}

/* By session, labelled clips first, then by name. */
static int by_session(const void *a, const void *b)
{
  const synth_clip *x = *(synth_clip *const *)a, *y = *(synth_clip *const *)b;
  if (x->session_key != y->session_key) return x->session_key < y->session_key ? -1 : 1;
  if (x->labelled != y->labelled) return (int)y->labelled - (int)x->labelled;
  return strcmp(x->name, y->name);
}

static cst_status choose_scenes(cst_synth *self)
{
  cst_status st = CST_OK;
  synth_clip **sorted = NULL;

  CST_ALLOC(sorted, self->n);
  for (size_t i = 0; i < self->n; i++) sorted[i] = &self->clip[i];
  qsort(sorted, self->n, sizeof *sorted, by_session);
  for (size_t i = 0; i < self->n; i++) {
    if (sorted[i]->labelled) continue;
    if (i > 0 && sorted[i - 1]->session_key == sorted[i]->session_key)
      sorted[i]->scene = sorted[i - 1]->scene;
    else
      sorted[i]->scene = (int)(sorted[i]->session_key / 3 % CLASSES);
  }
done:
  cst_free(sorted);
  return st;
}

void synth_add_truth(cst_synth *self)
{
  cst_text *truth = synth_add_table(self, synth_truth_table);

  cst_text_add(truth, "filename,scene_label\n");
  for (size_t i = 0; i < self->n; i++)
    cst_text_add(truth, "%s,%s\n", self->clip[i].name, synth_scenes[self->clip[i].scene].cas);
}

cst_status synth_plan_metadata(cst_synth *self, const char *path)
{
  cst_status st = CST_OK;

  if (cst_dir_exists(path))
    CST_TRY(add_directory(self, path));
  else
    CST_TRY(add_tables_rows(self, path, usual_name(path)));
  CST_TRY(merge_rows(self));
  for (size_t i = 0; i < self->n; i++) set_keys(&self->clip[i]);
  CST_TRY(choose_scenes(self));
  synth_add_truth(self);
done:
  return st;
}
