/* Contract in cassette/dataset.h: reading metadata, and what needs no file of its own. */
#include "cassette/dataset.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "grow.h"
#include "layout.h"
#include "look_alike.h"

#include <stdlib.h>
#include <string.h>

void cst_dataset_destroy(cst_dataset **self)
{
  cst_dataset *d = *self;
  if (!d) return;
  for (size_t i = 0; i < d->n; i++) {
    cst_free(d->clip[i].id);
    cst_free(d->clip[i].path);
  }
  cst_free(d->clip);
  cst_names_reset(&d->scenes);
  cst_names_reset(&d->pretrain_scenes);
  cst_names_reset(&d->cities);
  cst_names_reset(&d->sessions);
  cst_names_reset(&d->devices);
  cst_free(d);
  *self = NULL;
}

cst_status cst_dataset_push(cst_dataset *self, const cst_clip *clip)
{
  cst_status st = CST_OK;
  PUSH(self->clip, self->n, self->capacity, *clip);
done:
  return st;
}

/* Pre-training clips come last, and the other two sets share no id. */
cst_status cst_dataset_ids(const cst_dataset *self, cst_names *out)
{
  for (size_t i = 0; i < self->n && self->clip[i].set != CST_SET_PRETRAIN; i++)
    if (cst_names_add(out, self->clip[i].id) == CST_NONE)
      return cst_no_memory("clip names", self->n, sizeof(char *));
  return CST_OK;
}

int cst_dataset_selects(const cst_dataset *self, size_t i, cst_set set, int labelled)
{
  const cst_clip *c = &self->clip[i];
  return c->set == set && cst_audio_usable(c->status) &&
         (labelled < 0 || (c->scene != CST_NONE) == (labelled > 0));
}

static cst_status add_classes(cst_names *scenes, const char *const *names, size_t n)
{
  if (n > CST_MOST_CLASSES)
    return cst_raise(
        CST_ERR_DATA,
        "%zu classes, '%s', '%s', '%s' ...: at most %d are told apart; does scene_label "
        "hold classes?",
        n, names[0], names[1], names[2], CST_MOST_CLASSES);
  for (size_t i = 0; i < n; i++) {
    if (!*names[i] || cst_names_find(scenes, names[i]) != CST_NONE)
      return cst_raise(CST_ERR_USAGE, "dataset.classes: '%s' is empty or there twice", names[i]);
    if (cst_names_add(scenes, names[i]) == CST_NONE)
      return cst_no_memory("classes", n, sizeof(char *));
  }
  return CST_OK;
}

static int by_bytes(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What stands for "no value" elsewhere is no class, unless dataset.classes says so. */
static cst_status collect_labels(const records *from, cst_names *found)
{
  for (size_t i = 0; i < from->n; i++) {
    const statement *s = &from->item[i].said[FACT_SCENE];
    if (!s->text || !*s->text) continue;
    if (cst_means_nothing(s->text))
      return cst_raise(CST_ERR_DATA,
                       "%s:%zu: scene_label '%s': leave the field empty if the clip is unlabelled, "
                       "or name it in dataset.classes if it is a class",
                       cst_table_name(s->table), cst_table_line(s->table, s->row), s->text);
    if (cst_names_add(found, s->text) == CST_NONE)
      return cst_no_memory("classes", found->n + 1, sizeof(char *));
  }
  return CST_OK;
}

/* Classes of a layout without its own, where none are given: those found, sorted. */
static cst_status sort_classes(const records *development, const records *evaluation,
                               cst_names *scenes)
{
  cst_status st = CST_OK;
  cst_names found = {0};
  CST_TRY(collect_labels(development, &found));
  CST_TRY(collect_labels(evaluation, &found));
  if (found.n == 0)
    CST_FAIL(CST_ERR_DATA, "%s: scene_label is empty in every row; there is nothing to learn",
             cst_table_name(development->table[0]));
  /* Sorting spoils the index of `found`, which is not used again. */
  qsort(found.item, found.n, sizeof *found.item, by_bytes);
  CST_TRY(add_classes(scenes, (const char *const *)found.item, found.n));
done:
  cst_names_reset(&found);
  return st;
}

static cst_status set_classes(const cst_dataset_source *source, const table_layout *layout,
                              const records *development, const records *evaluation,
                              cst_names *scenes)
{
  if (source->n_classes > 0) return add_classes(scenes, source->classes, source->n_classes);
  if (!layout->classes) return sort_classes(development, evaluation, scenes);
  return add_classes(scenes, layout->classes, layout->n_classes);
}

/* A clip in both sets would be trained on and predicted. */
static cst_status check_disjoint(const records *development, const records *evaluation)
{
  for (size_t i = 0; i < evaluation->n; i++) {
    const record *e = &evaluation->item[i];
    const int known = cst_names_find(&development->ids, e->id);
    if (known == CST_NONE) continue;
    const record *d = &development->item[known];
    return cst_raise(CST_ERR_DATA,
                     "%s:%zu: evaluation clip '%s' is a development clip in %s:%zu; remove it from "
                     "one of the sets",
                     cst_table_name(e->table), cst_table_line(e->table, e->row), e->id,
                     cst_table_name(d->table), cst_table_line(d->table, d->row));
  }
  return CST_OK;
}

static void warn_cities(const cst_dataset *data, const char *root)
{
  size_t clips = 0, without = 0;
  for (size_t i = 0; i < data->n; i++) {
    clips += data->clip[i].set == CST_SET_DEVELOPMENT;
    without += data->clip[i].set == CST_SET_DEVELOPMENT && data->clip[i].city == CST_NONE;
  }
  if (without == clips)
    cst_log(CST_LOG_WARN,
            "%s: no table gives cities, so city-held-out evaluation is impossible, and clips of "
            "one recording may be on both sides of a split unless sessions are given (CAS: add "
            "APSIPA2025_GC_ASC_dev_metadata.csv)",
            root);
  else if (without > 0)
    cst_log(CST_LOG_WARN,
            "%s: %zu of %zu clips have no city; they take no part in city-held-out "
            "folds",
            root, without, clips);
}

static cst_status warn_names(const cst_dataset *data, const table_layout *layout, const char *root)
{
  cst_status st = CST_OK;
  cst_names sessions = {0}; /* but for clips that are their own */
  const cst_names *lists[] = {&data->cities, &data->devices, &sessions};
  static const char *const what[] = {"city", "device", "session"};
  for (size_t i = 0; i < data->n; i++) {
    const char *name = data->sessions.item[data->clip[i].session];
    if (strcmp(name, data->clip[i].id) != 0 && cst_names_add(&sessions, name) == CST_NONE)
      CST_TRY(cst_no_memory("sessions", sessions.n, 1));
  }
  for (size_t k = 0; k < 2; k++)
    for (size_t i = 0; i < lists[k]->n; i++)
      if (cst_means_nothing(lists[k]->item[i]))
        cst_log(CST_LOG_WARN,
                "%s: %s '%s' counts as a name; leave the field empty if it means none", root,
                what[k], lists[k]->item[i]);
  if (!layout->classes) CST_TRY(cst_warn_look_alikes(root, "classes", &data->scenes, true));
  CST_TRY(cst_warn_look_alikes(root, "cities", &data->cities, true));
  CST_TRY(cst_warn_look_alikes(root, "devices", &data->devices, false));
  CST_TRY(cst_warn_look_alikes(root, "sessions", &sessions, false));
done:
  cst_names_reset(&sessions);
  return st;
}

static cst_status read_main(const cst_dataset_source *s, const table_layout *layout,
                            cst_dataset *data)
{
  cst_status st = CST_OK;
  records development = {0}, evaluation = {0};
  cst_audio_index *index = NULL;
  CST_TRY(cst_audio_index_create(s->root, &index));
  const cst_names *here = cst_audio_index_tables(index);
  CST_TRY(cst_layout_read(layout, CST_SET_DEVELOPMENT, s->root, here, s->metadata, s->n_metadata,
                          &development));
  CST_TRY(cst_layout_read(layout, CST_SET_EVALUATION, s->root, here, s->evaluation_metadata,
                          s->n_evaluation_metadata, &evaluation));
  CST_TRY(check_disjoint(&development, &evaluation));
  CST_TRY(set_classes(s, layout, &development, &evaluation, &data->scenes));
  CST_TRY(cst_layout_interpret(layout, CST_SET_DEVELOPMENT, &development, index, data));
  CST_TRY(cst_layout_interpret(layout, CST_SET_EVALUATION, &evaluation, index, data));
  CST_TRY(cst_layout_name_single_clips(data));
  cst_audio_index_warn(index);
  warn_cities(data, s->root);
  CST_TRY(warn_names(data, layout, s->root));
done:
  cst_audio_index_destroy(&index);
  cst_records_reset(&development);
  cst_records_reset(&evaluation);
  return st;
}

static cst_status read_pretrain(const char *root, cst_dataset *data)
{
  cst_status st = CST_OK;
  records tau = {0};
  cst_audio_index *index = NULL;
  CST_TRY(cst_audio_index_create(root, &index));
  CST_TRY(cst_layout_read(&cst_read_tau, CST_SET_PRETRAIN, root, cst_audio_index_tables(index),
                          NULL, 0, &tau));
  CST_TRY(add_classes(&data->pretrain_scenes, cst_read_tau.classes, cst_read_tau.n_classes));
  CST_TRY(cst_layout_interpret(&cst_read_tau, CST_SET_PRETRAIN, &tau, index, data));
  CST_TRY(cst_layout_name_single_clips(data));
  cst_audio_index_warn(index);
done:
  cst_audio_index_destroy(&index);
  cst_records_reset(&tau);
  return st;
}

static cst_status check_root(const char *root, const char *key, const char *maker)
{
  if (cst_dir_exists(root)) return CST_OK;
  if (*root && maker)
    return cst_raise(CST_ERR_DATA, "%s: no such directory; check %s, or make the data there: %s %s",
                     root, key, maker, root);
  return cst_raise(CST_ERR_DATA, "%s: no such directory; check %s", *root ? root : "(empty)", key);
}

cst_status cst_dataset_read(const cst_dataset_source *source, cst_dataset **out)
{
  cst_status st = CST_OK;
  cst_dataset *data = NULL;
  const bool pretrain = source->pretrain_root && *source->pretrain_root;
  const table_layout *layout = cst_layout_named(source->layout);
  *out = NULL;
  if (!layout)
    return cst_raise(CST_ERR_USAGE, "dataset.layout = %s: no layout of that name", source->layout);
  CST_ALLOC(data, 1);
  CST_TRY(check_root(source->root, "dataset.root", layout->maker));
  if (pretrain) CST_TRY(check_root(source->pretrain_root, "dataset.pretrain_root", NULL));
  CST_TRY(read_main(source, layout, data));
  if (pretrain) CST_TRY(read_pretrain(source->pretrain_root, data));
  *out = data;
  data = NULL;
done:
  cst_dataset_destroy(&data);
  return st;
}
