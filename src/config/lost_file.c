/*
 * What to do about a configuration that cannot be read: a directory, a name without its end, a
 * misspelling, a path that counts from somewhere else.
 */
#include "reading.h"

#include "cassette/memory.h"
#include "cassette/spelling.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MAX_NAMES = 256, PATH_BYTES = 4096 };

/* Length of a name without ".yaml", or what was to become it. */
static size_t stem(const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot && dot > name && dot[1] == 'y' ? (size_t)(dot - name) : strlen(name);
}

/* The configurations in @p dir, without their common end; how many. */
static size_t list_yaml(const char *dir, char *names[MAX_NAMES])
{
  size_t n = 0;
  DIR *stream = opendir(dir);
  const struct dirent *entry;

  while (stream && n < MAX_NAMES && (entry = readdir(stream))) {
    const char *name = entry->d_name;
    if (strcmp(name + stem(name), ".yaml") != 0) continue;
    if ((names[n] = cst_strndup(name, stem(name)))) n++;
  }
  if (stream) closedir(stream);
  return n;
}

/* The configuration in @p dir that is likely meant by @p name; NULL: none.  cst_free(). */
static char *nearest_in(const char *dir, const char *name)
{
  char *names[MAX_NAMES];
  const size_t n = list_yaml(dir, names);
  char *word = cst_strndup(name, stem(name)), *found = NULL;
  const char *near = NULL;

  for (size_t i = 0; word && i < n && !near; i++)
    if (strcmp(names[i], word) == 0) near = names[i];
  if (word && !near) near = cst_nearest(word, n, (const char *const *)names);
  if (near)
    found =
        strcmp(dir, ".") == 0 ? cst_format("%s.yaml", near) : cst_format("%s/%s.yaml", dir, near);
  for (size_t i = 0; i < n; i++) cst_free(names[i]);
  cst_free(word);
  return found;
}

static char *nearest_file(const char *path)
{
  char *dir = cst_path_dir(path), *found = NULL;

  if (dir) found = nearest_in(dir, cst_path_name(path));
  if (!found) found = nearest_in("configs", cst_path_name(path));
  cst_free(dir);
  return found;
}

/* "; cure" for a path that is not there. */
static void add_cure(const char *path, cst_text *out)
{
  char here[PATH_BYTES];
  char *near = nearest_file(path);

  if (near)
    cst_text_add(out, "; did you mean '%s'?", near);
  else if (*path != '/' && getcwd(here, sizeof here))
    cst_text_add(out, "; the path counts from %s", here);
  else
    cst_text_add(out, "; check the path");
  cst_free(near);
}

/* The same for a directory; that of a run has its configuration in it. */
static void add_file_of(const char *dir, cst_text *out)
{
  char *config = cst_path_join(dir, "config.yaml");

  if (config && cst_file_exists(config))
    cst_text_add(out, "; the configuration of this run is %s", config);
  else
    cst_text_add(out, "; name a YAML file in it");
  cst_free(config);
}

cst_status cst_lost_file(cst_place at, const char *verb, const char *path, const char *which,
                         int error)
{
  cst_text cure = {0};

  if (error == EMFILE || error == ENFILE) {
    errno = error; /* what this process lacks is no fault of the configuration */
    return cst_file_failed(path, verb);
  }
  if (error == ENOENT || error == ENOTDIR)
    add_cure(path, &cure);
  else if (error == EISDIR)
    add_file_of(path, &cure);
  else if (error == EACCES)
    cst_text_add(&cure, "; change its permissions");
  const cst_status st =
      cst_blame(at, "cannot %s %s: %s%s", verb, which, strerror(error), cure.data ? cure.data : "");
  cst_text_reset(&cure);
  return st;
}
