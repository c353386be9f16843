/* Paths, directory walks and text buffers.  Contract in cassette/file.h. */
#include "cassette/file.h"
#include "cassette/memory.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 32 }; /* a link that leads back to its parent ends here */

char *cst_path_join(const char *a, const char *b)
{
  const size_t n = strlen(a);
  if (b[0] == '/' || n == 0) return cst_strdup(b);
  if (b[0] == '\0') return cst_strdup(a);
  return cst_format("%s%s%s", a, a[n - 1] == '/' ? "" : "/", b);
}

const char *cst_path_name(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

char *cst_path_dir(const char *path)
{
  const char *slash = strrchr(path, '/');
  if (!slash) return cst_strdup(".");
  return slash == path ? cst_strdup("/") : cst_strndup(path, (size_t)(slash - path));
}

cst_status cst_path_inside(const char *dir, const char *path)
{
  cst_status st = CST_OK;
  char *home = realpath(dir, NULL), *real = realpath(path, NULL); /* malloc's */
  const size_t n = home ? strlen(home) : 0;
  struct stat info;
  if (!home || (!real && lstat(path, &info) != 0)) goto done; /* not there yet */
  if (real && strncmp(real, home, n) == 0 && (real[n] == '/' || home[n - 1] == '/')) goto done;
  st =
      cst_raise(CST_ERR_DATA,
                "%s: a link that leads out of %s, to %s: files would be written and removed there; "
                "remove the link (%s itself may be one)",
                path, dir, real ? real : "nowhere", dir);
done:
  free(real);
  free(home);
  return st;
}

bool cst_same_dir(const char *a, const char *b)
{
  struct stat one, other;
  return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISDIR(one.st_mode) &&
         one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Whatever order the file system and the locale give. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static cst_status walk(const char *root, const char *below, int depth, cst_walk_fn visit,
                       void *context);

static cst_status walk_entry(const char *root, const char *below, const char *name, int depth,
                             cst_walk_fn visit, void *context)
{
  cst_status st = CST_OK;
  struct stat info;
  char *relative = cst_path_join(below, name),
       *path = relative ? cst_path_join(root, relative) : NULL;
  if (!path) CST_TRY(cst_no_memory(name, 1, 1));
  if (stat(path, &info) != 0) goto done; /* a dangling link, or removed meanwhile */
  if (S_ISDIR(info.st_mode))
    CST_TRY(walk(root, relative, depth + 1, visit, context));
  else if (S_ISREG(info.st_mode))
    CST_TRY(visit(context, relative));
done:
  cst_free(path);
  cst_free(relative);
  return st;
}

static cst_status walk(const char *root, const char *below, int depth, cst_walk_fn visit,
                       void *context)
{
  cst_status st = CST_OK;
  struct dirent **entries = NULL; /* scandir's own memory */
  int n = 0;
  char *path = cst_path_join(root, below);
  if (!path) CST_TRY(cst_no_memory(root, 1, 1));
  if (depth > MAX_DEPTH)
    CST_FAIL(CST_ERR_DATA, "%s: more than %d directories deep; is there a link to a parent?", path,
             MAX_DEPTH);
  n = scandir(path, &entries, NULL, by_bytes);
  if (n < 0) CST_TRY(cst_file_failed(path, "list"));
  for (int i = 0; i < n && st == CST_OK; i++)
    if (entries[i]->d_name[0] != '.') /* hidden: temporary files, . and .. */
      st = walk_entry(root, below, entries[i]->d_name, depth, visit, context);
done:
  for (int i = 0; i < n; i++) free(entries[i]);
  free(entries);
  cst_free(path);
  return st;
}

cst_status cst_walk(const char *root, cst_walk_fn visit, void *context)
{
  return walk(root, "", 0, visit, context);
}

static bool reserve(cst_text *self, size_t extra)
{
  if (self->failed) return false;
  if (self->bytes + extra + 1 <= self->capacity) return true;
  const size_t capacity = 2 * (self->bytes + extra + 1);
  char *grown = cst_realloc(self->data, capacity, 1);
  self->failed = !grown;
  if (!grown) return false;
  self->data = grown;
  self->capacity = capacity;
  return true;
}

void cst_text_add_bytes(cst_text *self, const void *bytes, size_t n)
{
  if (!reserve(self, n)) return;
  memcpy(self->data + self->bytes, bytes, n);
  self->bytes += n;
  self->data[self->bytes] = '\0';
}

void cst_text_add(cst_text *self, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (n < 0 || !reserve(self, (size_t)n)) return;
  va_start(args, format);
  vsnprintf(self->data + self->bytes, (size_t)n + 1, format, args);
  va_end(args);
  self->bytes += (size_t)n;
}

cst_status cst_text_status(const cst_text *self)
{
  return self->failed ? cst_no_memory("text", self->bytes, 1) : CST_OK;
}

void cst_text_reset(cst_text *self)
{
  cst_free(self->data);
  *self = (cst_text){0};
}
