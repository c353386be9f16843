/*
 * Files are chained under their name without directory and extension.  A clip takes the best of
 * the files that end, component by component, in its name:
 *
 *   place      root/NAME, then root/audio/NAME, then any folder
 *   bytes      equal names before those that are equal once composed: macOS writes "é" as "e" and
 *              an accent, tables have one character
 *   extension  as in the name, then in the order of `extensions` (lossless first)
 *
 * Among files elsewhere, two folders are ambiguous: nothing says which of them is meant.
 */
#include "audio_index.h"

#include "cassette/delay.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/stop.h"
#include "cassette/utf8.h"
#include "grow.h"

#include <string.h>
#include <strings.h>

/* What is read, lossless first; then what data sets also have, found to be refused by its name. */
static const char *const extensions[] = {"wav", "wave", "rf64", "flac", "ogg", "oga", "opus", "w64",
                                         "aif", "aiff", "au",   "caf",  "mp3", "m4a", "wma"};
enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

typedef struct {
  char *path;       /* below root */
  char *composed;   /* the same in normal form C */
  int next;         /* another file of the same stem, or CST_NONE; ascending */
  int extension;    /* index into extensions */
  size_t stem_ends; /* bytes of `composed` before the extension's dot */
  const char *clip; /* which took it; borrowed */
} audio_file;

struct cst_audio_index {
  char *root;
  audio_file *file;
  size_t n, capacity;
  cst_names stems, tables;
  int *first, *last; /* chains per stem */
  size_t first_n, first_capacity, last_n, last_capacity;
  size_t odd_names;                /* files whose path no manifest could hold */
  size_t substituted, duplicated;  /* clips found under another extension; in several places */
  const char *substitute, *chosen; /* the first of each, borrowed */
};

int cst_audio_extension(const char *path, size_t *ends)
{
  const char *dot = strrchr(cst_path_name(path), '.');
  *ends = strlen(path);
  if (!dot || dot == cst_path_name(path)) return -1;
  for (int i = 0; i < EXTENSIONS; i++)
    if (strcasecmp(dot + 1, extensions[i]) == 0) {
      *ends = (size_t)(dot - path);
      return i;
    }
  return -1;
}

bool cst_audio_named(const char *path)
{
  size_t ends;
  return cst_audio_extension(path, &ends) >= 0;
}

static bool is_top_csv(const char *relative)
{
  const size_t n = strlen(relative);
  return n > 4 && strcmp(relative + n - 4, ".csv") == 0 && !strchr(relative, '/');
}

/* The name of a path of which the first `ends` bytes count; new. */
static char *stem_of(const char *path, size_t ends)
{
  const size_t dir = (size_t)(cst_path_name(path) - path);
  return cst_strndup(path + dir, ends - dir);
}

static cst_status add_file(void *context, const char *relative)
{
  cst_status st = CST_OK;
  cst_audio_index *self = context;
  size_t ends;
  char *stem = NULL, *path = NULL, *composed = NULL;
  cst_delay_point("file-seen");
  CST_TRY(cst_stop_check("audio files were looked for"));
  if (is_top_csv(relative) && cst_names_add(&self->tables, relative) == CST_NONE)
    return cst_no_memory("tables", 1, 1);
  if (cst_audio_extension(relative, &ends) < 0) return CST_OK;
  if (!cst_utf8_plain(relative)) {
    self->odd_names++;
    return CST_OK;
  }
  path = cst_strdup(relative);
  composed = cst_utf8_composed(relative);
  const int extension = composed ? cst_audio_extension(composed, &ends) : -1;
  stem = composed ? stem_of(composed, ends) : NULL;
  if (!stem || !path) CST_TRY(cst_no_memory(relative, strlen(relative), 3));

  const int me = (int)self->n, chain = cst_names_add(&self->stems, stem);
  if (chain == CST_NONE) CST_TRY(cst_no_memory("audio file names", self->n + 1, sizeof(char *)));
  if ((size_t)chain == self->first_n) {
    PUSH(self->first, self->first_n, self->first_capacity, me);
    PUSH(self->last, self->last_n, self->last_capacity, CST_NONE);
  }
  PUSH(self->file, self->n, self->capacity,
       (audio_file){.path = path,
                    .composed = composed,
                    .next = CST_NONE,
                    .extension = extension,
                    .stem_ends = ends});
  path = composed = NULL;
  if (self->last[chain] != CST_NONE) self->file[self->last[chain]].next = me;
  self->last[chain] = me;
done:
  cst_free(stem);
  cst_free(path);
  cst_free(composed);
  return st;
}

cst_status cst_audio_index_create(const char *root, cst_audio_index **out)
{
  cst_status st = CST_OK;
  cst_audio_index *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  if (!(self->root = cst_strdup(root))) CST_TRY(cst_no_memory(root, strlen(root), 1));
  CST_TRY(cst_walk(root, add_file, self));
  *out = self;
  self = NULL;
done:
  cst_audio_index_destroy(&self);
  return st;
}

const cst_names *cst_audio_index_tables(const cst_audio_index *self) { return &self->tables; }

void cst_audio_index_destroy(cst_audio_index **self)
{
  cst_audio_index *x = *self;
  if (!x) return;
  for (size_t i = 0; i < x->n; i++) {
    cst_free(x->file[i].path);
    cst_free(x->file[i].composed);
  }
  cst_free(x->file);
  cst_free(x->first);
  cst_free(x->last);
  cst_names_reset(&x->stems);
  cst_names_reset(&x->tables);
  cst_free(x->root);
  cst_free(x);
  *self = NULL;
}

typedef enum { AT_ROOT, AT_AUDIO, ELSEWHERE, NOWHERE } place;

/* Where `name` of `n` bytes stands at the end of the first `ends` bytes of a path. */
static place place_of(const char *path, size_t ends, const char *name, size_t n)
{
  if (ends < n || memcmp(path + ends - n, name, n) != 0) return NOWHERE;
  if (ends == n) return AT_ROOT;
  if (path[ends - n - 1] != '/') return NOWHERE;
  return ends == n + 6 && memcmp(path, "audio/", 6) == 0 ? AT_AUDIO : ELSEWHERE;
}

typedef struct {
  const audio_file *file;
  place at;
  bool same_bytes; /* but for the extension */
  int same_name;   /* 2: extension and all, or the name has none; 1: but for letter case; else 0 */
  int extension;
} candidate;

static bool better(const candidate *a, const candidate *b)
{
  if (a->at != b->at) return a->at < b->at;
  if (a->same_bytes != b->same_bytes) return a->same_bytes;
  if (a->same_name != b->same_name) return a->same_name > b->same_name;
  return a->extension < b->extension;
}

static bool same_folder(const audio_file *a, const audio_file *b)
{
  const size_t n = (size_t)(cst_path_name(a->path) - a->path);
  return n == (size_t)(cst_path_name(b->path) - b->path) && memcmp(a->path, b->path, n) == 0;
}

typedef struct {
  candidate best;
  const audio_file *elsewhere[2]; /* two files in different folders, if there are */
  size_t n;
} search;

static void consider(search *s, const candidate *c)
{
  if (c->at == NOWHERE) return;
  s->n++;
  if (!s->best.file || better(c, &s->best)) s->best = *c;
  if (!s->elsewhere[0])
    s->elsewhere[0] = c->file;
  else if (!s->elsewhere[1] && !same_folder(s->elsewhere[0], c->file))
    s->elsewhere[1] = c->file;
}

static int same_extension(const char *a, const char *b)
{
  return strcmp(a, b) == 0 ? 2 : strcasecmp(a, b) == 0;
}

/* Whether the file and the name that its composed form ends in agree before they are composed. */
static bool same_bytes(const audio_file *f, const char *id, size_t tail)
{
  const size_t path_tail = strlen(f->composed) - f->stem_ends;
  return place_of(f->path, strlen(f->path) - path_tail, id, strlen(id) - tail) != NOWHERE;
}

/* Consider all files of the stem in the first `n` bytes of `composed`, which is `id` composed. */
static cst_status look_up_stem(const cst_audio_index *self, const char *id, const char *composed,
                               size_t n, search *out)
{
  const size_t tail = strlen(composed) - n;
  char *stem = stem_of(composed, n);
  if (!stem) return cst_no_memory(id, n, 1);
  const int chain = cst_names_find(&self->stems, stem);
  for (int i = chain == CST_NONE ? CST_NONE : self->first[chain]; i != CST_NONE;
       i = self->file[i].next) {
    const audio_file *f = &self->file[i];
    consider(out,
             &(candidate){.file = f,
                          .at = place_of(f->composed, f->stem_ends, composed, n),
                          .same_bytes = same_bytes(f, id, tail),
                          .same_name =
                              tail ? same_extension(f->composed + f->stem_ends, composed + n) : 2,
                          .extension = f->extension});
  }
  cst_free(stem);
  return CST_OK;
}

/* All files that may be meant by `id`: its extension, if it has one, may be part of the stem of a
 * file ("a.wav.flac"), the extension of a file, or stand for another. */
static cst_status look_up(const cst_audio_index *self, const char *id, search *out)
{
  cst_status st = CST_OK;
  size_t ends;
  char *composed = cst_utf8_composed(id);
  if (!composed) CST_TRY(cst_no_memory(id, strlen(id), 1));
  CST_TRY(look_up_stem(self, id, composed, strlen(composed), out));
  if (cst_audio_extension(composed, &ends) >= 0)
    CST_TRY(look_up_stem(self, id, composed, ends, out));
done:
  cst_free(composed);
  return st;
}

static cst_status check_found(cst_audio_index *self, const char *id, const char *table, size_t line,
                              const search *s)
{
  const audio_file *f = s->best.file;
  if (s->best.at == ELSEWHERE && s->elsewhere[1])
    return cst_raise(
        CST_ERR_DATA,
        "%s:%zu: clip '%s' is both %s and %s below %s; remove one, or give the path in the "
        "filename column",
        table, line, id, s->elsewhere[0]->path, s->elsewhere[1]->path, self->root);
  if (f->clip)
    return cst_raise(
        CST_ERR_DATA,
        "%s:%zu: clips '%s' and '%s' are one file, %s below %s; remove one row, or add the "
        "missing file",
        table, line, f->clip, id, f->path, self->root);
  if (s->n > 1 && self->duplicated++ == 0) self->chosen = f->path;
  if (!s->best.same_name && self->substituted++ == 0) self->substitute = f->path;
  return CST_OK;
}

cst_status cst_audio_index_take(cst_audio_index *self, const char *id, const char *table,
                                size_t line, char **path)
{
  cst_status st = CST_OK;
  search s = {0};
  *path = NULL;
  CST_TRY(look_up(self, id, &s));
  if (!s.best.file) return CST_OK;
  CST_TRY(check_found(self, id, table, line, &s));
  self->file[s.best.file - self->file].clip = id;
  *path = cst_path_join(self->root, s.best.file->path);
  if (!*path) CST_TRY(cst_no_memory(id, strlen(id), 1));
done:
  return st;
}

void cst_audio_index_warn(const cst_audio_index *self)
{
  if (self->substituted)
    cst_log(CST_LOG_WARN, "%s: %zu clips have another extension than in the metadata, first %s",
            self->root, self->substituted, self->substitute);
  if (self->duplicated)
    cst_log(CST_LOG_WARN,
            "%s: %zu clips have several files; took the one in the root, then in audio/, wav "
            "before flac before ogg, first %s",
            self->root, self->duplicated, self->chosen);
  if (self->odd_names)
    cst_log(CST_LOG_WARN,
            "%s: %zu audio files have a path with control characters or no UTF-8; not looked at",
            self->root, self->odd_names);
}
