/*
 * The numbered checkpoints of a directory, in cassette/checkpoint.h.
 *
 * Names sort as numbers do, and "last-7.json" after "last-7.h5": from the back, the newest comes
 * first and a manifest before its payload, which is the order in which to remove them.
 */
#include "cassette/checkpoint.h"

#include "cassette/delay.h"
#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

uint64_t cst_checkpoint_sequence(const char *path)
{
  return strtoull(cst_path_name(path) + strlen("last-"), NULL, 10);
}

static bool ends(const char *name, const char *suffix)
{
  const size_t n = strlen(name), m = strlen(suffix);
  return n > m && strcmp(name + n - m, suffix) == 0;
}

static bool is_manifest(const char *name) { return ends(name, ".json"); }

static int is_numbered(const struct dirent *entry)
{
  return strncmp(entry->d_name, "last-", 5) == 0 &&
         (is_manifest(entry->d_name) || ends(entry->d_name, ".h5"));
}

static int from_the_back(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*b)->d_name, (*a)->d_name);
}

/* Manifests and payloads; none if the directory cannot be read.  scandir's memory. */
static int list(const char *dir, struct dirent ***entries)
{
  *entries = NULL;
  return scandir(dir, entries, is_numbered, from_the_back);
}

static void release(struct dirent **entries, int n)
{
  for (int i = 0; i < n; i++) free(entries[i]);
  free(entries);
}

static cst_status remove_entry(const char *dir, const char *name)
{
  char *path = cst_path_join(dir, name);
  const cst_status st = path ? cst_file_remove(path) : cst_no_memory("path", 1, 1);
  cst_free(path);
  return st;
}

cst_status cst_checkpoint_latest(const char *dir, char **path)
{
  cst_status st = CST_OK;
  struct dirent **entries;
  const int n = list(dir, &entries);
  *path = NULL;
  for (int i = 0; i < n && !*path; i++) {
    const char *name = entries[i]->d_name;
    if (!is_manifest(name)) continue;
    *path = cst_format("%s/%.*s.h5", dir, (int)(strlen(name) - strlen(".json")), name);
    if (!*path) CST_TRY(cst_no_memory("path", 1, 1));
    st = cst_checkpoint_verify(*path);
    if (st != CST_ERR_DATA) break;
    cst_log(CST_LOG_WARN, "%s; using the checkpoint before it", cst_message());
    cst_clear();
    st = CST_OK;
    cst_free(*path);
    *path = NULL;
  }
done:
  if (st != CST_OK) {
    cst_free(*path);
    *path = NULL;
  }
  release(entries, n);
  return st;
}

cst_status cst_checkpoint_prune(const char *dir, size_t keep)
{
  cst_status st = CST_OK;
  struct dirent **entries;
  const int n = list(dir, &entries);
  size_t manifests = 0;
  uint64_t whole = 0; /* number of the last manifest seen that stays */
  for (int i = 0; i < n && st == CST_OK; i++) {
    const char *name = entries[i]->d_name;
    const uint64_t sequence = cst_checkpoint_sequence(name);
    if (is_manifest(name)) {
      if (++manifests <= keep) {
        whole = sequence;
        continue;
      }
    } else if (manifests == 0 || sequence == whole) {
      continue; /* no manifest yet, or the one that was just seen */
    } else {
      cst_delay_point("prune-manifest-removed");
    }
    st = remove_entry(dir, name);
  }
  release(entries, n);
  return st;
}

cst_status cst_checkpoint_rewind(const char *dir, uint64_t sequence)
{
  cst_status st = CST_OK;
  struct dirent **entries;
  const int n = list(dir, &entries);
  for (int i = 0; i < n && st == CST_OK; i++)
    if (cst_checkpoint_sequence(entries[i]->d_name) > sequence)
      st = remove_entry(dir, entries[i]->d_name);
  release(entries, n);
  return st;
}
