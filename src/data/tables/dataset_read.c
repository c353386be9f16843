/*
 * The set itself, then the sets to pre-train on.  Contract in cassette/dataset.h.
 *
 * Each of these has a layout, classes and sessions of its own.  Of several,
 * classes and sessions are called
 * by number and layout of their set, too ("2-csv/bus"), not by its directory: a run stays the same
 * where its data are moved.
 */
#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "layout.h"
#include "look_alike.h"

#include <stdio.h>
#include <string.h>

static cst_status check_root(const char *root, const char *key, const char *maker)
{
  if (cst_dir_exists(root)) return CST_OK;
  if (*root && maker)
    return cst_raise(CST_ERR_DATA, "%s: no such directory; check %s, or make the data there: %s %s",
                     root, key, maker, root);
  return cst_raise(CST_ERR_DATA, "%s: no such directory; check %s", *root ? root : "(empty)", key);
}

static cst_status check_apart(const cst_dataset_source *s, size_t i)
{
  const char *root = s->pretrain[i].root;
  if (cst_same_dir(root, s->root))
    cst_log(CST_LOG_WARN,
            "dataset.pretrain: %s is dataset.root: pre-training learns the labels of "
            "what is held out",
            root);
  for (size_t j = 0; j < i; j++)
    if (cst_same_dir(root, s->pretrain[j].root))
      return cst_raise(CST_ERR_USAGE,
                       "dataset.pretrain: %s is there twice; give one set all its tables as "
                       "metadata: [a.csv, b.csv]",
                       root);
  return CST_OK;
}

static cst_status check_pretrain(const cst_dataset_source *source)
{
  cst_status st = CST_OK;
  if (source->n_pretrain > CST_MOST_PRETRAIN_SETS)
    CST_FAIL(CST_ERR_USAGE, "dataset.pretrain: %zu sets, there can be %d", source->n_pretrain,
             CST_MOST_PRETRAIN_SETS);
  for (size_t i = 0; i < source->n_pretrain; i++) {
    const cst_pretrain_source *set = &source->pretrain[i];
    const table_layout *layout = cst_layout_named(set->layout);
    if (!layout)
      CST_FAIL(CST_ERR_USAGE, "dataset.pretrain: %s: no layout of that name", set->layout);
    CST_TRY(check_root(set->root, "dataset.pretrain", layout->maker));
    CST_TRY(check_apart(source, i));
  }
done:
  return st;
}

static cst_status add_classes(const cst_names *classes, const char *prefix, cst_dataset *data)
{
  cst_status st = CST_OK;
  char *name = NULL;
  if (data->pretrain_scenes.n + classes->n > CST_MOST_CLASSES)
    CST_FAIL(CST_ERR_DATA, "dataset.pretrain: %zu classes in all, at most %d are told apart",
             data->pretrain_scenes.n + classes->n, CST_MOST_CLASSES);
  for (size_t k = 0; k < classes->n; k++) {
    name = cst_format("%s%s", prefix, classes->item[k]);
    if (!name || cst_names_add(&data->pretrain_scenes, name) == CST_NONE)
      CST_TRY(cst_no_memory("classes", classes->n, sizeof(char *)));
    cst_free(name);
    name = NULL;
  }
  data->pretrain_classes[data->pretrain_sets++] = classes->n;
done:
  cst_free(name);
  return st;
}

static cst_status find_classes(const table_layout *layout, const char *root, const records *tables,
                               cst_names *classes)
{
  cst_status st = CST_OK;
  CST_TRY(cst_classes_find(layout, 0, NULL, 1, &tables, classes));
  if (classes->n == 1)
    CST_FAIL(CST_ERR_DATA,
             "%s: '%s' is the only class, which leaves nothing to tell apart; leave "
             "this set out of dataset.pretrain",
             root, classes->item[0]);
  if (!layout->classes) CST_TRY(cst_warn_look_alikes(root, "classes", classes, true));
done:
  return st;
}

static cst_status read_pretrain(const cst_dataset_source *source, size_t i, cst_dataset *data)
{
  cst_status st = CST_OK;
  const cst_pretrain_source *set = &source->pretrain[i];
  const table_layout *layout = cst_layout_named(set->layout);
  records tables = {0};
  cst_names classes = {0};
  cst_audio_index *index = NULL;
  char prefix[64] = "";
  if (source->n_pretrain > 1) snprintf(prefix, sizeof prefix, "%zu-%s/", i + 1, set->layout);
  CST_TRY(cst_audio_index_create(set->root, &index));
  CST_TRY(cst_layout_read(layout, CST_SET_PRETRAIN, set->root, cst_audio_index_tables(index),
                          set->metadata, set->n_metadata, &tables));
  CST_TRY(find_classes(layout, set->root, &tables, &classes));
  const clip_kind kind = {layout, CST_SET_PRETRAIN, (uint8_t)i,
                          prefix, &classes,         (int)data->pretrain_scenes.n};
  CST_TRY(add_classes(&classes, prefix, data));
  CST_TRY(cst_layout_interpret(&kind, &tables, index, data));
  CST_TRY(cst_layout_name_single_clips(data));
  cst_audio_index_warn(index);
done:
  cst_audio_index_destroy(&index);
  cst_names_reset(&classes);
  cst_records_reset(&tables);
  return st;
}

cst_status cst_dataset_read(const cst_dataset_source *source, cst_dataset **out)
{
  cst_status st = CST_OK;
  cst_dataset *data = NULL;
  const table_layout *layout = cst_layout_named(source->layout);
  *out = NULL;
  if (!layout)
    return cst_raise(CST_ERR_USAGE, "dataset.layout = %s: no layout of that name", source->layout);
  CST_ALLOC(data, 1);
  CST_TRY(check_root(source->root, "dataset.root", layout->maker));
  CST_TRY(check_pretrain(source));
  CST_TRY(cst_main_read(source, layout, data));
  for (size_t i = 0; i < source->n_pretrain; i++) CST_TRY(read_pretrain(source, i, data));
  *out = data;
  data = NULL;
done:
  cst_dataset_destroy(&data);
  return st;
}
