/*
 * Contract in staging.h.
 *
 * The copy is named after the store, so that runs that share a store share its copy, and after the
 * host, in case the disk is not the node's own after all.  It is left in place: another start may
 * follow on this node, and sites clean up behind a job ($SLURM_TMPDIR).
 */
#include "staging.h"

#include "watchdog.h"

#include "cassette/digest.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct {
  const char *from, *to;
  uint64_t bytes; /* of the shards that `to` lacks */
} copying;

static bool is_shard(const char *relative)
{
  return strncmp(relative, "shard-", 6) == 0 && !strchr(relative, '/');
}

/* Shards are whole or absent, so size and age tell whether a copy is of this shard. */
static bool is_copied(const char *from, const char *to)
{
  struct stat a, b;
  return stat(from, &a) == 0 && stat(to, &b) == 0 && a.st_size == b.st_size &&
         b.st_mtime >= a.st_mtime;
}

static cst_status visit(copying *self, const char *relative, bool copy)
{
  cst_status st = CST_OK;
  char *from = cst_path_join(self->from, relative), *to = cst_path_join(self->to, relative);
  char *bytes = NULL;
  size_t n;
  uint64_t size;
  if (!from || !to) CST_TRY(cst_no_memory("path", 1, 1));
  if (!is_shard(relative) || is_copied(from, to)) goto done;
  if (!copy) {
    CST_TRY(cst_file_bytes(from, &size));
    self->bytes += size;
    goto done;
  }
  CST_TRY(cst_file_read(from, &bytes, &n));
  CST_TRY(cst_file_write(to, bytes, n));
  watchdog_tick();
done:
  cst_free(bytes);
  cst_free(from);
  cst_free(to);
  return st;
}

static cst_status count(void *self, const char *relative) { return visit(self, relative, false); }
static cst_status copy(void *self, const char *relative) { return visit(self, relative, true); }

/* A shard that left the store must not outlive it here. */
static cst_status drop_stale(void *self, const char *relative)
{
  const copying *c = self;
  cst_status st = CST_OK;
  char *from = cst_path_join(c->from, relative), *to = cst_path_join(c->to, relative);
  if (!from || !to)
    st = cst_no_memory("path", 1, 1);
  else if (is_shard(relative) && !cst_file_exists(from))
    st = cst_file_remove(to);
  cst_free(from);
  cst_free(to);
  return st;
}

static cst_status has_room(const copying *self)
{
  struct statvfs fs;
  const uint64_t spare = 256u << 20;
  if (self->bytes == 0) return CST_OK;
  if (statvfs(self->to, &fs) != 0)
    return cst_raise(CST_ERR_DATA, "%s: cannot tell how much room is left", self->to);
  const uint64_t free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
  if (free_bytes < self->bytes + spare)
    return cst_raise(CST_ERR_DATA, "%s: %.1f GiB are free, the features need %.1f", self->to,
                     (double)free_bytes / 1073741824.0,
                     (double)(self->bytes + spare) / 1073741824.0);
  return CST_OK;
}

static cst_status copy_store(const char *dir, const char *local)
{
  cst_status st = CST_OK;
  copying self = {.from = dir, .to = local};
  CST_TRY(cst_make_dirs(local));
  cst_remove_stale_temps(local);
  CST_TRY(cst_walk(local, drop_stale, &self));
  CST_TRY(cst_walk(dir, count, &self));
  CST_TRY(has_room(&self));
  CST_TRY(cst_walk(dir, copy, &self));
done:
  return st;
}

static char *local_name(const char *root, const char *dir)
{
  char *whole = realpath(dir, NULL), hex[CST_DIGEST_HEX];
  const char *named = whole ? whole : dir;
  cst_digest_bytes(named, strlen(named), hex);
  free(whole); /* realpath's own */
  return cst_format("%s/cassette-%ld-%.16s-%s", root, (long)getuid(), hex, cst_comm_host());
}

/* What the ranks of a node learn from the one that copies. */
typedef struct {
  char host[64];
  int node_rank, good;
} outcome;

static cst_status node_agrees(const cst_job *job, bool copied, bool *good)
{
  cst_status st = CST_OK;
  outcome mine = {.node_rank = cst_comm_node_rank(job->comm), .good = copied}, *all = NULL;
  size_t bytes = 0;
  *good = false;
  snprintf(mine.host, sizeof mine.host, "%s", cst_comm_host());
  CST_TRY(cst_comm_gather(job->comm, &mine, sizeof mine, (void **)&all, &bytes));
  for (size_t r = 0; r < bytes / sizeof *all; r++)
    if (all[r].node_rank == 0 && strcmp(all[r].host, mine.host) == 0) *good = all[r].good;
done:
  cst_free(all);
  return st;
}

cst_status staging_copy(const cst_job *job, const char *dir, char **local)
{
  cst_status st = CST_OK;
  const char *root = getenv("CST_LOCAL_DIR");
  bool good = false;
  *local = root && root[0] ? local_name(root, dir) : NULL;
  watchdog_enter("copying features", "", -1, -1);
  if (*local && cst_comm_node_rank(job->comm) == 0) {
    good = copy_store(dir, *local) == CST_OK;
    if (good)
      cst_log(CST_LOG_INFO, "features are read from %s", *local);
    else
      cst_log_any(CST_LOG_WARN, "%s; this node reads %s", cst_message(), dir);
    cst_clear();
  }
  watchdog_wait();
  st = node_agrees(job, good, &good);
  if (!good) {
    cst_free(*local);
    *local = NULL;
  }
  return st;
}
