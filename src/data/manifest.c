/*
 * The manifest: the data set as one CSV text.  Rank 0 writes it, everyone reads it.
 *
 * Lists of names are rebuilt in order of first use, which is the order in which reading the
 * metadata made them.  Classes are the exception: their order is given, so each row carries the
 * index, and a class without clips gets a row of its own.
 */
#include "cassette/memory.h"
#include "cassette/table.h"
#include "layout.h"
#include "row_kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ID,
  PATH,
  SCENE,
  CITY,
  SESSION,
  DEVICE,
  SET,
  STATUS,
  PART,
  CLASS,
  BYTES,
  CHANGED,
  DIGEST,
  COLUMNS
};
enum { FIRST_OF_SOUND = BYTES };
static const char *const columns[COLUMNS] = {"clip",   "path",       "scene",  "city", "session",
                                             "device", "set",        "status", "part", "class",
                                             "bytes",  "changed_ns", "digest"};
static const char *const parts[] = {"", "train", "evaluate"};
enum { PARTS = 3 };

static void add_row(cst_text *out, const char *const field[COLUMNS])
{
  for (int i = 0; i < COLUMNS; i++) {
    if (i) cst_text_add_bytes(out, ",", 1);
    cst_csv_add(out, field[i]);
  }
  cst_text_add_bytes(out, "\n", 1);
}

static const char *name_of(const cst_names *names, int index)
{
  return index == CST_NONE ? "" : names->item[index];
}

static void add_clip(const cst_dataset *d, const cst_clip *c, cst_text *out)
{
  char index[16] = "", bytes[24] = "", changed[24] = "", set[ROW_KIND_BYTES];
  row_kind_text(&(row_kind){false, c->set, c->source}, set);
  if (c->scene != CST_NONE) snprintf(index, sizeof index, "%d", c->scene);
  if (c->sound.digest[0]) {
    snprintf(bytes, sizeof bytes, "%lld", (long long)c->sound.bytes);
    snprintf(changed, sizeof changed, "%lld", (long long)c->sound.changed_ns);
  }
  add_row(out, (const char *[COLUMNS]){
                   [ID] = c->id,
                   [PATH] = c->path ? c->path : "",
                   [SCENE] = name_of(c->set == CST_SET_PRETRAIN ? &d->pretrain_scenes : &d->scenes,
                                     c->scene),
                   [CITY] = name_of(&d->cities, c->city),
                   [SESSION] = name_of(&d->sessions, c->session),
                   [DEVICE] = name_of(&d->devices, c->device),
                   [SET] = set,
                   [PART] = parts[c->part],
                   [STATUS] = cst_audio_status_text(c->status),
                   [CLASS] = index,
                   [BYTES] = bytes,
                   [CHANGED] = changed,
                   [DIGEST] = c->sound.digest});
}

/* Which pre-training set class @p k is of. */
static uint8_t source_of(const cst_dataset *d, size_t k)
{
  uint8_t source = 0;
  for (; source + 1u < d->pretrain_sets && k >= d->pretrain_classes[source]; source++)
    k -= d->pretrain_classes[source];
  return source;
}

static cst_status add_unused_classes(const cst_dataset *d, bool pretrain, cst_text *out)
{
  cst_status st = CST_OK;
  const cst_names *scenes = pretrain ? &d->pretrain_scenes : &d->scenes;
  bool *used = NULL;
  CST_ALLOC(used, scenes->n);
  for (size_t i = 0; i < d->n; i++)
    if ((d->clip[i].set == CST_SET_PRETRAIN) == pretrain && d->clip[i].scene != CST_NONE)
      used[d->clip[i].scene] = true;
  for (size_t k = 0; k < scenes->n; k++) {
    char index[24], set[ROW_KIND_BYTES];
    if (used[k]) continue;
    snprintf(index, sizeof index, "%zu", k);
    row_kind_text(&(row_kind){true, pretrain ? CST_SET_PRETRAIN : CST_SET_DEVELOPMENT,
                              pretrain ? source_of(d, k) : 0},
                  set);
    add_row(out, (const char *[COLUMNS]){"", "", scenes->item[k], "", "", "", set, "", "", index,
                                         "", "", ""});
  }
done:
  cst_free(used);
  return st;
}

cst_status cst_dataset_text(const cst_dataset *self, cst_text *out)
{
  cst_status st = CST_OK;
  add_row(out, columns);
  for (size_t i = 0; i < self->n; i++) add_clip(self, &self->clip[i], out);
  CST_TRY(add_unused_classes(self, false, out));
  CST_TRY(add_unused_classes(self, true, out));
  CST_TRY(cst_text_status(out));
done:
  return st;
}

/* A manifest being read. */
typedef struct {
  const cst_table *table;
  int column[COLUMNS];
  size_t row;
  cst_dataset *data;
  const char **scene[2]; /* name by class index; borrowed from the table */
  uint8_t *source;       /* pre-training set by class index */
  size_t scenes[2];      /* indices seen so far: the largest + 1 */
} reader;

static const char *field(const reader *r, int column)
{
  return cst_table_field(r->table, r->row, r->column[column]);
}

static cst_status refuse(const reader *r, int column)
{
  return cst_raise(CST_ERR_DATA,
                   "%s:%zu: %s '%.200s' is not what a manifest holds; write it again with prepare",
                   cst_table_name(r->table), cst_table_line(r->table, r->row), columns[column],
                   field(r, column));
}

static int find_word(const char *word, const char *const *words, int n)
{
  for (int i = 0; i < n; i++)
    if (strcmp(word, words[i]) == 0) return i;
  return -1;
}

static cst_status read_scene(reader *r, bool pretrain, uint8_t source, int *scene)
{
  const char *name = field(r, SCENE), *text = field(r, CLASS);
  char *end;
  *scene = CST_NONE;
  if (!*name && !*text) return CST_OK;
  errno = 0;
  const long index = strtol(text, &end, 10);
  if (!*name) return refuse(r, SCENE);
  if (errno || end == text || *end || index < 0 || index >= CST_MOST_CLASSES ||
      (size_t)index >= cst_table_rows(r->table))
    return refuse(r, CLASS);
  const char **slot = &r->scene[pretrain][index];
  if (*slot && strcmp(*slot, name) != 0) return refuse(r, SCENE);
  if (*slot && pretrain && r->source[index] != source) return refuse(r, SET);
  *slot = name;
  if (pretrain) r->source[index] = source;
  if ((size_t)index >= r->scenes[pretrain]) r->scenes[pretrain] = (size_t)index + 1;
  *scene = (int)index;
  return CST_OK;
}

static cst_status read_name(const reader *r, int column, cst_names *names, int *index)
{
  const char *name = field(r, column);
  *index = *name ? cst_names_add(names, name) : CST_NONE;
  if (*name && *index == CST_NONE) return cst_no_memory("names", names->n + 1, sizeof(char *));
  return CST_OK;
}

static bool read_integer(const char *text, int64_t *out)
{
  char *end;
  errno = 0;
  *out = strtoll(text, &end, 10);
  return *text && !*end && errno == 0 && *out >= 0;
}

/* Three fields or none. */
static cst_status read_sound(const reader *r, cst_sound *sound)
{
  const size_t hex = CST_DIGEST_HEX - 1;
  *sound = (cst_sound){0};
  if (r->column[DIGEST] < 0) return CST_OK; /* of an earlier version */
  const char *digest = field(r, DIGEST);
  if (!*digest && !*field(r, BYTES) && !*field(r, CHANGED)) return CST_OK;
  if (strlen(digest) != hex || strspn(digest, "0123456789abcdef") != hex) return refuse(r, DIGEST);
  if (!read_integer(field(r, BYTES), &sound->bytes)) return refuse(r, BYTES);
  if (!read_integer(field(r, CHANGED), &sound->changed_ns)) return refuse(r, CHANGED);
  memcpy(sound->digest, digest, hex + 1);
  return CST_OK;
}

static cst_status read_clip(reader *r, const row_kind *kind, cst_clip *clip)
{
  cst_status st = CST_OK;
  const int part = find_word(field(r, PART), parts, PARTS);
  clip->set = kind->set;
  clip->source = kind->source;
  if (!*field(r, ID)) CST_TRY(refuse(r, ID));
  if (!*field(r, SESSION)) CST_TRY(refuse(r, SESSION));
  if (part < 0) CST_TRY(refuse(r, PART));
  clip->part = (cst_part)part;
  if (!cst_audio_status_parse(field(r, STATUS), &clip->status)) CST_TRY(refuse(r, STATUS));
  CST_TRY(read_sound(r, &clip->sound));
  CST_TRY(read_scene(r, kind->set == CST_SET_PRETRAIN, kind->source, &clip->scene));
  CST_TRY(read_name(r, CITY, &r->data->cities, &clip->city));
  CST_TRY(read_name(r, SESSION, &r->data->sessions, &clip->session));
  CST_TRY(read_name(r, DEVICE, &r->data->devices, &clip->device));
  clip->id = cst_strdup(field(r, ID));
  clip->path = *field(r, PATH) ? cst_strdup(field(r, PATH)) : NULL;
  if (!clip->id || (*field(r, PATH) && !clip->path)) CST_TRY(cst_no_memory("clip", 1, 1));
  CST_TRY(cst_dataset_push(r->data, clip));
  *clip = (cst_clip){0};
done:
  cst_free(clip->id);
  cst_free(clip->path);
  return st;
}

static bool comes_before(const row_kind *kind, const cst_clip *clip)
{
  return kind->set != clip->set ? kind->set < clip->set : kind->source < clip->source;
}

static cst_status read_row(reader *r)
{
  int ignored;
  row_kind kind;
  const cst_dataset *d = r->data;
  if (!row_kind_read(field(r, SET), &kind)) return refuse(r, SET);
  if (kind.classes) return read_scene(r, kind.set == CST_SET_PRETRAIN, kind.source, &ignored);
  if (d->n > 0 && comes_before(&kind, &d->clip[d->n - 1])) return refuse(r, SET);
  return read_clip(r, &kind, &(cst_clip){0});
}

static cst_status take_classes(reader *r, bool pretrain)
{
  cst_names *names = pretrain ? &r->data->pretrain_scenes : &r->data->scenes;
  for (size_t k = 0; k < r->scenes[pretrain]; k++) {
    const char *name = r->scene[pretrain][k];
    if (!name)
      return cst_raise(CST_ERR_DATA,
                       "%s: class %zu has no name; write the manifest again with prepare",
                       cst_table_name(r->table), k);
    if (cst_names_find(names, name) != CST_NONE)
      return cst_raise(CST_ERR_DATA,
                       "%s: class '%s' has two indices; write the manifest again with "
                       "prepare",
                       cst_table_name(r->table), name);
    if (cst_names_add(names, name) == CST_NONE) return cst_no_memory("classes", k, 1);
  }
  return CST_OK;
}

/* How many classes each set to pre-train on has; they follow one another. */
static cst_status count_classes(reader *r)
{
  cst_dataset *d = r->data;
  for (size_t k = 0; k < r->scenes[1]; k++) {
    if (k > 0 && r->source[k] < r->source[k - 1])
      return cst_raise(CST_ERR_DATA,
                       "%s: class '%s' stands among those of another set; write the manifest again "
                       "with prepare",
                       cst_table_name(r->table), r->scene[1][k]);
    d->pretrain_classes[r->source[k]]++;
    d->pretrain_sets = (size_t)r->source[k] + 1;
  }
  return CST_OK;
}

static bool starts_set(const cst_clip *before, const cst_clip *clip)
{
  return clip->set == CST_SET_PRETRAIN &&
         (before->set != CST_SET_PRETRAIN || before->source != clip->source);
}

/* The rest of the program relies on ids being unique within their set. */
static cst_status check_ids(const reader *r)
{
  cst_status st = CST_OK;
  cst_names ids = {0};
  const cst_dataset *d = r->data;
  for (size_t i = 0; i < d->n; i++) {
    if (i > 0 && starts_set(&d->clip[i - 1], &d->clip[i])) cst_names_reset(&ids);
    const size_t known = ids.n;
    if (cst_names_add(&ids, d->clip[i].id) == CST_NONE) CST_TRY(cst_no_memory("clips", known, 1));
    if (ids.n == known)
      CST_FAIL(CST_ERR_DATA, "%s: clip '%s' is there twice; write the manifest again with prepare",
               cst_table_name(r->table), d->clip[i].id);
  }
done:
  cst_names_reset(&ids);
  return st;
}

static cst_status find_columns(reader *r)
{
  cst_status st = CST_OK;
  CST_TRY(cst_table_find(r->table, columns[DIGEST], &r->column[DIGEST]));
  const bool earlier = r->column[DIGEST] < 0;
  for (int i = 0; i < (earlier ? FIRST_OF_SOUND : COLUMNS); i++)
    CST_TRY(cst_table_need(r->table, columns[i], &r->column[i]));
done:
  return st;
}

cst_status cst_dataset_parse(const char *text, size_t bytes, const char *name, cst_dataset **out)
{
  cst_status st = CST_OK;
  cst_table *table = NULL;
  reader r = {0};
  *out = NULL;
  CST_TRY(cst_table_parse(text, bytes, name, ',', &table));
  r.table = table;
  CST_TRY(find_columns(&r));
  CST_ALLOC(r.data, 1);
  CST_ALLOC(r.scene[0], cst_table_rows(table)); /* each class has a row at least */
  CST_ALLOC(r.scene[1], cst_table_rows(table));
  CST_ALLOC(r.source, cst_table_rows(table));
  for (r.row = 0; r.row < cst_table_rows(table); r.row++) CST_TRY(read_row(&r));
  CST_TRY(take_classes(&r, false));
  CST_TRY(take_classes(&r, true));
  CST_TRY(count_classes(&r));
  CST_TRY(check_ids(&r));
  *out = r.data;
  r.data = NULL;
done:
  cst_dataset_destroy(&r.data);
  cst_free(r.scene[0]);
  cst_free(r.scene[1]);
  cst_free(r.source);
  cst_table_destroy(&table);
  return st;
}
