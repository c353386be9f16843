/* Data sets made for tests: directories with tables and empty audio files. */
#ifndef CST_TEST_DATA_MADE_H
#define CST_TEST_DATA_MADE_H

#include "support/test_support.h"

#include "cassette/dataset.h"
#include "cassette/file.h"
#include "cassette/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Usual names and the header of the CAS tables. */
#define APSIPA_HEAD                                                                                \
  "\xEF\xBB\xBF"                                                                                   \
  "filename,location,record_time,scene_label\n"
#define ICME        "ICME2024_ASC_dev_label.csv"
#define APSIPA      "APSIPA2025_GC_ASC_dev_metadata.csv"
#define APSIPA_EVAL "APSIPA2025_GC_ASC_eval_metadata.csv"

enum { MADE_PATH = 4096 };

/* A file `name` below `dir`, with its directories. */
static inline void made_file(const char *dir, const char *name, const char *text)
{
  char *path = cst_path_join(dir, name), *parent = cst_path_dir(path);
  assert_ok(cst_make_dirs(parent));
  test_write_file(path, text, strlen(text));
  cst_free(path);
  cst_free(parent);
}

static inline cst_status made_read_with(const char *layout, const char *root, size_t n,
                                        const cst_pretrain_source *pretrain, cst_dataset **out)
{
  return cst_dataset_read(
      &(cst_dataset_source){.layout = layout, .root = root, .pretrain = pretrain, .n_pretrain = n},
      out);
}

static inline cst_dataset *made_read(const char *layout, const char *root)
{
  cst_dataset *data = NULL;
  assert_ok(cst_dataset_read(&(cst_dataset_source){.layout = layout, .root = root}, &data));
  return data;
}

/* A csv data set from the text of its table, every clip with usable audio. */
static inline cst_dataset *made_csv(const char *table)
{
  const char *dir = test_temp_dir();
  made_file(dir, "t.csv", table);
  cst_dataset *data = made_read("csv", dir);
  for (size_t i = 0; i < data->n; i++) data->clip[i].status = CST_AUDIO_OK;
  return data;
}

/* The real CAS tables with audio taken for granted, or NULL. */
static inline cst_dataset *made_cas(void)
{
  const char *root = test_shared("real/cas2023");
  if (!root) return NULL;
  cst_dataset *data = made_read("cas", root);
  for (size_t i = 0; i < data->n; i++) data->clip[i].status = CST_AUDIO_OK;
  return data;
}

/* Clips of a role, of one class or (scene < 0) of any. */
static inline size_t count_role(const cst_dataset *d, const cst_fold *f, int scene, cst_role role)
{
  size_t n = 0;
  for (size_t i = 0; i < d->n; i++)
    n += f->role[i] == role && (scene < 0 || d->clip[i].scene == scene);
  return n;
}

/* Training (labelled or not), validation and test have no session in common. */
static inline void assert_sessions_apart(const cst_dataset *d, const cst_fold *f)
{
  static const int side[] = {0, 1, 2, 1, 4}; /* by role */
  int *sides = cst_alloc(d->sessions.n, sizeof *sides);
  for (size_t i = 0; i < d->n; i++) sides[d->clip[i].session] |= side[f->role[i]];
  for (size_t s = 0; s < d->sessions.n; s++)
    if (sides[s] & (sides[s] - 1)) fail_msg("session %s is on two sides", d->sessions.item[s]);
  cst_free(sides);
  cst_overlap overlap;
  assert_ok(cst_fold_overlap(d, f, &overlap));
  assert_int_equal(overlap.validation_shared, 0);
}

static inline int made_no_blocks(void **state)
{
  (void)state;
  test_remove_dirs();
  assert_int_equal(cst_memory_blocks(), 0);
  return 0;
}

#endif
