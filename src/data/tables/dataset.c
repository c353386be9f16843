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

cst_status cst_main_read(const cst_dataset_source *s, const table_layout *layout, cst_dataset *data)
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
  CST_TRY(cst_classes_find(layout, s->n_classes, s->classes, 2,
                           (const records *const[]){&development, &evaluation}, &data->scenes));
  const clip_kind heard = {layout, CST_SET_DEVELOPMENT, 0, "", &data->scenes, 0};
  const clip_kind unheard = {layout, CST_SET_EVALUATION, 0, "", &data->scenes, 0};
  CST_TRY(cst_layout_interpret(&heard, &development, index, data));
  CST_TRY(cst_layout_interpret(&unheard, &evaluation, index, data));
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
