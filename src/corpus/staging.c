/*
 * Contract in staging.h.
 *
 * The copy is named after the store, so that runs that share a store share its copy, and after the
 * host, in case the disk is not the node's own after all.  It is left in place: another start may
 * follow on this node, and sites clean up behind a job ($SLURM_TMPDIR).
 *
 * Such disks are often everybody's, and the name can be foreseen: the directory must be this
 * user's, and nobody else's to write in.  Beside each shard is a note of the bytes that were copied
 * and of the file they came from; a copy counts while both still are what the note says.
 */
#include "staging.h"

#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/watchdog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { NOTE_BYTES = 200 };
#define NOTE_SUFFIX ".note"

typedef struct {
  const char *from, *to;
  uint64_t bytes; /* of the shards that `to` lacks; those it has are noted */
} copying;

static bool is_shard(const char *relative)
{
  return strncmp(relative, "shard-", 6) == 0 && !strchr(relative, '/') &&
         !strstr(relative, NOTE_SUFFIX);
}

/* Which file @p from is, and the digest of what was read from it. */
static cst_status note_of(const char *from, const char *hex, char note[NOTE_BYTES])
{
  struct stat info;
  if (stat(from, &info) != 0) return cst_file_failed(from, "read");
  snprintf(note, NOTE_BYTES, "%s %lld bytes, inode %llu, changed at %lld.%09ld\n", hex,
           (long long)info.st_size, (unsigned long long)info.st_ino, (long long)info.st_mtim.tv_sec,
           info.st_mtim.tv_nsec);
  return CST_OK;
}

/* Damage of the copy is no failure: it is made again. */
static cst_status is_copied(const char *from, const char *to, const char *noted, bool *copied)
{
  cst_status st = CST_OK;
  char hex[CST_DIGEST_HEX], note[NOTE_BYTES], *held = NULL;
  size_t n;
  *copied = false;
  if (!cst_file_exists(to) || !cst_file_exists(noted)) goto done;
  CST_TRY(cst_file_read(noted, &held, &n));
  CST_TRY(cst_digest_file(to, hex));
  CST_TRY(note_of(from, hex, note));
  *copied = strcmp(note, held) == 0;
  cst_watchdog_tick();
done:
  cst_free(held);
  return st;
}

static cst_status copy_shard(const char *from, const char *to, const char *noted)
{
  cst_status st = CST_OK;
  char hex[CST_DIGEST_HEX], note[NOTE_BYTES], *bytes = NULL;
  size_t n;
  CST_TRY(cst_file_remove(noted));
  CST_TRY(cst_file_read(from, &bytes, &n));
  cst_digest_bytes(bytes, n, hex);
  CST_TRY(cst_file_write(to, bytes, n));
  CST_TRY(note_of(from, hex, note));
  CST_TRY(cst_file_write(noted, note, strlen(note)));
  cst_watchdog_tick();
done:
  cst_free(bytes);
  return st;
}

static cst_status visit(copying *self, const char *relative, bool copy)
{
  cst_status st = CST_OK;
  char *from = cst_path_join(self->from, relative), *to = cst_path_join(self->to, relative);
  char *noted = to ? cst_format("%s" NOTE_SUFFIX, to) : NULL;
  bool copied = false;
  uint64_t size;
  if (!from || !noted) CST_TRY(cst_no_memory("path", 1, 1));
  if (!is_shard(relative)) goto done;
  if (copy) {
    if (!cst_file_exists(noted)) CST_TRY(copy_shard(from, to, noted));
    goto done;
  }
  CST_TRY(is_copied(from, to, noted, &copied));
  if (copied) goto done;
  CST_TRY(cst_file_remove(noted));
  CST_TRY(cst_file_bytes(from, &size));
  self->bytes += size;
done:
  cst_free(noted);
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
  char *noted = to ? cst_format("%s" NOTE_SUFFIX, to) : NULL;
  if (!from || !noted) CST_TRY(cst_no_memory("path", 1, 1));
  if (!is_shard(relative) || cst_file_exists(from)) goto done;
  CST_TRY(cst_file_remove(noted));
  CST_TRY(cst_file_remove(to));
done:
  cst_free(noted);
  cst_free(from);
  cst_free(to);
  return st;
}

/* Make the directory, or see that it is ours alone to write in. */
static cst_status own_dir(const char *path)
{
  struct stat info;
  if (mkdir(path, 0700) == 0) return CST_OK;
  if (errno != EEXIST) return cst_file_failed(path, "create directory");
  if (lstat(path, &info) != 0) return cst_file_failed(path, "read");
  if (S_ISDIR(info.st_mode) && info.st_uid == geteuid() && (info.st_mode & 022) == 0) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s: is not a directory of this user's alone, so its copies are not trusted; "
                   "remove it, or set CST_LOCAL_DIR to another directory",
                   path);
}

static cst_status has_space(const copying *self)
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

static cst_status copy_store(const char *dir, const char *root, const char *local)
{
  cst_status st = CST_OK;
  copying self = {.from = dir, .to = local};
  CST_TRY(cst_make_dirs(root));
  CST_TRY(own_dir(local));
  cst_remove_stale_temps(local);
  CST_TRY(cst_walk(local, drop_stale, &self));
  CST_TRY(cst_walk(dir, count, &self));
  CST_TRY(has_space(&self));
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
  return cst_format("%s/cassette-%ld-%.16s-%s", root, (long)geteuid(), hex, cst_comm_host());
}

/* What the ranks of a node learn from the one that copies. */
typedef struct {
  char host[64];
  int node_rank, good;
} outcome;

static cst_status node_agrees(const cst_comm *comm, bool copied, bool *good)
{
  cst_status st = CST_OK;
  outcome mine = {.node_rank = cst_comm_node_rank(comm), .good = copied}, *all = NULL;
  size_t bytes = 0;
  *good = false;
  snprintf(mine.host, sizeof mine.host, "%s", cst_comm_host());
  CST_TRY(cst_comm_gather(comm, &mine, sizeof mine, (void **)&all, &bytes));
  for (size_t r = 0; r < bytes / sizeof *all; r++)
    if (all[r].node_rank == 0 && strcmp(all[r].host, mine.host) == 0) *good = all[r].good;
done:
  cst_free(all);
  return st;
}

cst_status staging_copy(const cst_comm *comm, const char *dir, char **local)
{
  cst_status st = CST_OK;
  const char *root = getenv("CST_LOCAL_DIR");
  bool good = false;
  *local = root && root[0] ? local_name(root, dir) : NULL;
  cst_watchdog_enter("copying features", "", -1, -1);
  if (*local && cst_comm_node_rank(comm) == 0) {
    good = copy_store(dir, root, *local) == CST_OK;
    if (good)
      cst_log(CST_LOG_INFO, "features are read from %s", *local);
    else
      cst_log_any(CST_LOG_WARN, "%s; this node reads %s", cst_message(), dir);
    cst_clear();
  }
  cst_watchdog_wait();
  st = node_agrees(comm, good, &good);
  if (!good) {
    cst_free(*local);
    *local = NULL;
  }
  return st;
}
