/*
 * Contract in run_lock.h.
 *
 * A launcher may be back before the last of its ranks is gone, and people submit a job twice: two
 * writers would mix their events and checkpoints.  The lock is on a file of its own and ends with
 * its process.  A lost node's may stay on a network file system: then nobody's heart beats, and
 * the lock is passed over.
 */
#include "cassette/run_lock.h"

#include "heartbeat.h"

#include "cassette/comm.h"
#include "cassette/file.h"
#include "cassette/interrupt.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_S = 30, TRIES_PER_S = 10 };

static int held = -1;

/* Who holds the lock, as it wrote into the file. */
static void holder_text(int fd, char out[CST_RUN_LOCK_HOLDER_BYTES])
{
  const ssize_t n = pread(fd, out, CST_RUN_LOCK_HOLDER_BYTES - 1, 0);
  out[n > 0 ? n : 0] = '\0';
  out[strcspn(out, "\n")] = '\0';
  if (!out[0]) snprintf(out, CST_RUN_LOCK_HOLDER_BYTES, "an unknown process");
}

static void write_holder(int fd)
{
  char text[CST_RUN_LOCK_HOLDER_BYTES];
  const int n = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), cst_comm_host());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
    /* only the message of a second job becomes poorer */
  }
}

static uint64_t beats(const char *heartbeats)
{
  heartbeat root = {0};
  return heartbeat_read(heartbeats, 1, &root) ? root.beats : 0;
}

/* Try until it is ours, not to be had on this file system, or patience ends (false). */
static bool wait_for(int fd, const char *dir)
{
  const struct timespec pause = {.tv_nsec = 1000000000 / TRIES_PER_S};
  char holder[CST_RUN_LOCK_HOLDER_BYTES];
  for (int i = 0; i < PATIENCE_S * TRIES_PER_S; i++) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return true;
    if (i == TRIES_PER_S) {
      holder_text(fd, holder);
      cst_log(CST_LOG_INFO, "%s: waiting for another job to leave it: %s", dir, holder);
    }
    nanosleep(&pause, NULL);
  }
  return false;
}

/* Wait as long as it takes for a job that lives; false: it shows no sign of life, or may not be
 * waited for. */
static bool wait_long(int fd, const char *dir, const char *heartbeats, bool patient, bool *alive)
{
  bool ours;
  do {
    const uint64_t before = beats(heartbeats);
    ours = wait_for(fd, dir);
    *alive = before == 0 || beats(heartbeats) != before;
  } while (!ours && *alive && patient && !cst_interrupt_reason(0.0, 0.0, 0.0));
  return ours;
}

cst_status cst_run_lock_take(const char *dir, bool patient)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, "lock"), *heartbeats = cst_path_join(dir, "heartbeat");
  char holder[CST_RUN_LOCK_HOLDER_BYTES];
  bool alive = false;
  if (!path || !heartbeats) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_target_check(path));
  held = open(path, O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (held < 0) CST_TRY(cst_file_failed(path, "write"));
  if (!wait_long(held, dir, heartbeats, patient, &alive)) {
    holder_text(held, holder);
    if (alive && patient)
      CST_FAIL(CST_INTERRUPTED, "%s: stopped while waiting for %s; run the same command to go on",
               dir, holder);
    if (alive)
      CST_FAIL(CST_ERR_USAGE,
               "%s: another job runs in this directory: %s; wait for it, or use --run for another "
               "directory (if there is no such process, remove %s)",
               dir, holder, path);
    cst_log(CST_LOG_WARN, "%s: is locked by %s, which shows no sign of life: going on", dir,
            holder);
  }
  write_holder(held);
done:
  if (st != CST_OK) cst_run_lock_release();
  cst_free(heartbeats);
  cst_free(path);
  return st;
}

void cst_run_lock_release(void)
{
  if (held >= 0) close(held);
  held = -1;
}

/* A shared lock, for a moment: a job that starts just then tries again. */
bool cst_run_lock_is_held(const char *dir, char holder[CST_RUN_LOCK_HOLDER_BYTES])
{
  char *path = cst_path_join(dir, "lock");
  const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  bool is_held = false;
  holder[0] = '\0';
  if (fd >= 0) {
    is_held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    holder_text(fd, holder);
    close(fd);
  }
  cst_free(path);
  return is_held;
}
