/* Contract in file_list.h. */
#include "file_list.h"

#include "cassette/dataset.h"
#include "cassette/file.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- names; rank 0 --- */

static void add(cst_text *paths, const char *path)
{
  cst_text_add_bytes(paths, path, strlen(path) + 1);
}

typedef struct {
  const char *dir;
  cst_text *paths;
  size_t n;
} walk;

static bool is_hidden(const char *relative) { return cst_path_name(relative)[0] == '.'; }

static cst_status see_file(void *context, const char *relative)
{
  cst_status st = CST_OK;
  walk *w = context;
  char *path = NULL;
  if (is_hidden(relative) || !cst_audio_named(relative)) goto done;
  path = cst_path_join(w->dir, relative);
  if (!path) CST_TRY(cst_no_memory("path", strlen(relative), 1));
  add(w->paths, path);
  w->n++;
done:
  cst_free(path);
  return st;
}

static cst_status add_path(const char *path, cst_text *paths)
{
  cst_status st = CST_OK;
  walk w = {.dir = path, .paths = paths};
  if (!cst_dir_exists(path)) {
    add(paths, path);
    return CST_OK;
  }
  CST_TRY(cst_walk(path, see_file, &w));
  if (w.n == 0)
    CST_FAIL(CST_ERR_DATA,
             "%s: no audio files below this directory; name files to read them "
             "whatever they are called",
             path);
done:
  return st;
}

/* A path a line. */
static cst_status add_standard_input(cst_text *paths)
{
  cst_status st = CST_OK;
  char *line = NULL;
  size_t capacity = 0;
  ssize_t n;
  while ((n = getline(&line, &capacity, stdin)) >= 0) {
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) line[--n] = '\0';
    if (strlen(line) != (size_t)n)
      CST_FAIL(CST_ERR_DATA, "standard input: a NUL byte; give a path a line");
    if (n > 0) CST_TRY(add_path(line, paths));
  }
  if (ferror(stdin)) st = cst_file_failed("standard input", "read");
done:
  free(line);
  return st;
}

static cst_status add_all(const cst_classify_options *options, cst_text *paths)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < options->n; i++)
    CST_TRY(strcmp(options->path[i], "-") == 0 ? add_standard_input(paths)
                                               : add_path(options->path[i], paths));
  CST_TRY(cst_text_status(paths));
  if (paths->bytes == 0)
    CST_FAIL(CST_ERR_DATA, "standard input: names no file; nothing to classify");
done:
  return st;
}

/* --- the list --- */

static cst_status index_paths(file_list *self)
{
  cst_status st = CST_OK;
  const char *end = self->paths.data + self->paths.bytes;
  size_t n = 0;
  for (const char *p = self->paths.data; p < end; p += strlen(p) + 1) n++;
  CST_ALLOC(self->path, n);
  CST_ALLOC(self->bytes, n);
  for (const char *p = self->paths.data; p < end; p += strlen(p) + 1) self->path[self->n++] = p;
done:
  return st;
}

/* Their lengths, and that the output will not replace one of them. */
static cst_status look(const file_list *self, const char *out)
{
  struct stat target, file;
  const bool there = out && stat(out, &target) == 0;
  for (size_t i = 0; i < self->n; i++) {
    if (stat(self->path[i], &file) != 0) continue;
    self->bytes[i] = (uint64_t)file.st_size;
    if (there && target.st_dev == file.st_dev && target.st_ino == file.st_ino)
      return cst_raise(CST_ERR_USAGE, "%s: is one of the recordings; choose another --out", out);
  }
  return CST_OK;
}

cst_status file_list_make(const cst_comm *comm, const cst_classify_options *options, file_list *out)
{
  cst_status st = CST_OK;
  const bool root = cst_comm_rank(comm) == 0;
  *out = (file_list){0};
  if (root) st = add_all(options, &out->paths);
  CST_TRY(cst_comm_share_text(comm, st, &out->paths));
  CST_TRY(cst_comm_agree(comm, index_paths(out)));
  CST_TRY(cst_comm_agree(comm, root ? look(out, options->out) : CST_OK));
  cst_comm_broadcast(comm, out->bytes, out->n * sizeof *out->bytes);
done:
  if (st != CST_OK) file_list_reset(out);
  return st;
}

void file_list_reset(file_list *self)
{
  cst_text_reset(&self->paths);
  cst_free(self->path);
  cst_free(self->bytes);
  *self = (file_list){0};
}

/* --- who does what --- */

typedef struct {
  uint64_t bytes;
  size_t at;
} load;

static int by_bytes(const void *a, const void *b)
{
  const load *x = a, *y = b;
  if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
  return x->at < y->at ? -1 : 1;
}

cst_status file_list_share(const file_list *self, size_t first, size_t n, int ranks, int *owner)
{
  cst_status st = CST_OK;
  load *files = NULL;
  uint64_t *busy = NULL;
  CST_ALLOC(files, n);
  CST_ALLOC(busy, (size_t)ranks);
  for (size_t i = 0; i < n; i++) files[i] = (load){self->bytes[first + i], i};
  qsort(files, n, sizeof *files, by_bytes);
  for (size_t i = 0; i < n; i++) {
    int idle = 0;
    for (int r = 1; r < ranks; r++)
      if (busy[r] < busy[idle]) idle = r;
    owner[files[i].at] = idle;
    busy[idle] += files[i].bytes + 1;
  }
done:
  cst_free(busy);
  cst_free(files);
  return st;
}
