/*
 * Files are chained under their name without directory and extension.  A clip takes the best of
 * the files that end, component by component, in its name:
 *
 *   place      root/NAME, then root/audio/NAME, then any folder
 *   extension  as in the name, then in the order of `extensions` (lossless first)
 *
 * Among files elsewhere, two folders are ambiguous: nothing says which of them is meant.
 */
#include "audio_index.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/utf8.h"
#include "grow.h"

#include <string.h>
#include <strings.h>

/* What libsndfile 1.2 reads and data sets use. */
static const char *const extensions[] = {"wav", "wave", "w64", "rf64", "flac", "aif", "aiff",
                                         "au",  "caf",  "ogg", "oga",  "opus", "mp3"};
enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

typedef struct {
  char *path;       /* below root */
  int next;         /* another file of the same stem, or CST_NONE; ascending */
  int extension;    /* index into extensions */
  size_t stem_ends; /* bytes of path before the extension's dot */
  const char *clip; /* which took it; borrowed */
} audio_file;

struct cst_audio_index {
  char *root;
  audio_file *file;
  size_t n, room;
  cst_names stems, tables;
  int *first, *last; /* chains per stem */
  size_t first_n, first_room, last_n, last_room;
  size_t odd_names;                /* files whose path no manifest could hold */
  size_t substituted, duplicated;  /* clips found under another extension; in several places */
  const char *substitute, *chosen; /* the first of each, borrowed */
};

/* Index of the extension of a path, or -1; *ends: bytes before the dot, or the whole length. */
static int extension_of(const char *path, size_t *ends)
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

static bool is_top_csv(const char *relative)
{
  const size_t n = strlen(relative);
  return n > 4 && strcmp(relative + n - 4, ".csv") == 0 && !strchr(relative, '/');
}

static cst_status add_file(void *context, const char *relative)
{
  cst_status st = CST_OK;
  cst_audio_index *self = context;
  size_t ends;
  char *stem = NULL, *path = NULL;
  const int extension = extension_of(relative, &ends);
  if (is_top_csv(relative) && cst_names_add(&self->tables, relative) == CST_NONE)
    return cst_no_memory("tables", 1, 1);
  if (extension < 0) return CST_OK;
  if (!cst_utf8_plain(relative)) {
    self->odd_names++;
    return CST_OK;
  }
  const size_t dir = (size_t)(cst_path_name(relative) - relative);
  stem = cst_strndup(relative + dir, ends - dir);
  path = cst_strdup(relative);
  if (!stem || !path) CST_TRY(cst_no_memory(relative, strlen(relative), 2));

  const int me = (int)self->n, chain = cst_names_add(&self->stems, stem);
  if (chain == CST_NONE) CST_TRY(cst_no_memory("audio file names", self->n + 1, sizeof(char *)));
  if ((size_t)chain == self->first_n) {
    PUSH(self->first, self->first_n, self->first_room, me);
    PUSH(self->last, self->last_n, self->last_room, CST_NONE);
  }
  PUSH(self->file, self->n, self->room,
       (audio_file){.path = path, .next = CST_NONE, .extension = extension, .stem_ends = ends});
  path = NULL;
  if (self->last[chain] != CST_NONE) self->file[self->last[chain]].next = me;
  self->last[chain] = me;
done:
  cst_free(stem);
  cst_free(path);
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
  for (size_t i = 0; i < x->n; i++) cst_free(x->file[i].path);
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
  int same_name; /* 2: extension and all, or the name has none; 1: but for letter case; else 0 */
  int extension;
} candidate;

static bool better(const candidate *a, const candidate *b)
{
  if (a->at != b->at) return a->at < b->at;
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

/* All files that may be meant by `id`: its extension, if it has one, may be part of the stem of a
 * file ("a.wav.flac"), the extension of a file, or stand for another. */
static void look_up(const cst_audio_index *self, const char *id, search *out)
{
  size_t ends;
  const bool has_extension = extension_of(id, &ends) >= 0;
  const char *name = cst_path_name(id);
  for (int with = 0; with <= has_extension; with++) {
    char stem[1024 + 1];
    const size_t n = with ? ends : strlen(id), bytes = n - (size_t)(name - id);
    CST_ASSERT(bytes < sizeof stem); /* the records refuse longer names */
    memcpy(stem, name, bytes);
    stem[bytes] = '\0';
    const int chain = cst_names_find(&self->stems, stem);
    for (int i = chain == CST_NONE ? CST_NONE : self->first[chain]; i != CST_NONE;
         i = self->file[i].next) {
      const audio_file *f = &self->file[i];
      consider(out, &(candidate){.file = f,
                                 .at = place_of(f->path, f->stem_ends, id, n),
                                 .same_name =
                                     with ? same_extension(f->path + f->stem_ends, id + ends) : 2,
                                 .extension = f->extension});
    }
  }
}

static cst_status check_found(cst_audio_index *self, const char *id, const search *s)
{
  const audio_file *f = s->best.file;
  if (s->best.at == ELSEWHERE && s->elsewhere[1])
    return cst_raise(CST_ERR_DATA,
                     "clip '%s' is both %s and %s below %s; remove one, or give the path in the "
                     "filename column",
                     id, s->elsewhere[0]->path, s->elsewhere[1]->path, self->root);
  if (f->clip)
    return cst_raise(CST_ERR_DATA,
                     "clips '%s' and '%s' are one file, %s below %s; remove one row, or add the "
                     "missing file",
                     f->clip, id, f->path, self->root);
  if (s->n > 1 && self->duplicated++ == 0) self->chosen = f->path;
  if (!s->best.same_name && self->substituted++ == 0) self->substitute = f->path;
  return CST_OK;
}

cst_status cst_audio_index_take(cst_audio_index *self, const char *id, char **path)
{
  cst_status st = CST_OK;
  search s = {0};
  *path = NULL;
  look_up(self, id, &s);
  if (!s.best.file) return CST_OK;
  CST_TRY(check_found(self, id, &s));
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
