/*
 * Every rank's watchdog thread writes a heartbeat into its own slot of RUN/heartbeat once a second:
 * a file, because it reaches every node without MPI, which may be what hangs.  When a phase takes
 * too long, the lowest rank whose thread still runs names the culprit: a rank whose heartbeat
 * stopped (its process is stopped, swapped out or gone), else the rank that is furthest behind.
 */
#include "watchdog.h"

#include "cassette/clock.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_BYTES = 32, SILENT_S = 4, LAST_WORDS_S = 3 };

typedef struct {
  double beat_s, entered_s; /* wall clock */
  int64_t entries;          /* phases entered so far: the same on all ranks that keep up */
  int64_t epoch, step;
  char phase[TEXT_BYTES], stage[TEXT_BYTES], host[2 * TEXT_BYTES];
} heartbeat;

static struct {
  pthread_mutex_t lock;
  pthread_cond_t wake;
  pthread_t thread;
  bool running, ending;
  const cst_comm *comm;
  double stall_s;
  int file;
  heartbeat mine;
} dog = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .file = -1};

void watchdog_enter(const char *phase, const char *stage, int64_t epoch, int64_t step)
{
  pthread_mutex_lock(&dog.lock);
  snprintf(dog.mine.phase, TEXT_BYTES, "%s", phase);
  snprintf(dog.mine.stage, TEXT_BYTES, "%s", stage);
  dog.mine.epoch = epoch;
  dog.mine.step = step;
  dog.mine.entries++;
  dog.mine.entered_s = cst_wall_s();
  pthread_mutex_unlock(&dog.lock);
}

static void beat(const heartbeat *mine)
{
  const off_t at = (off_t)cst_comm_rank(dog.comm) * (off_t)sizeof *mine;
  if (pwrite(dog.file, mine, sizeof *mine, at) != (ssize_t)sizeof *mine) {
    /* A full disk is reported by the checkpoint; a missing heartbeat only blunts the watchdog. */
  }
}

static bool read_beat(int rank, heartbeat *out)
{
  return pread(dog.file, out, sizeof *out, (off_t)rank * (off_t)sizeof *out) ==
         (ssize_t)sizeof *out;
}

static void name_rank(int rank, const heartbeat *b, const char *what, double seconds)
{
  cst_log_any(CST_LOG_ERROR,
              "rank %d on %s %s for %.0f s; last seen in %s (%s, epoch %lld, step %lld)", rank,
              b->host, what, seconds, b->phase, b->stage, (long long)b->epoch + 1,
              (long long)b->step + 1);
}

/* Name who holds the job up; false: a lower rank is alive and does it. */
static bool name_culprits(double now_s)
{
  const int size = cst_comm_size(dog.comm), rank = cst_comm_rank(dog.comm);
  int silent = 0, behind = rank;
  heartbeat b, last = dog.mine;
  for (int r = 0; r < size; r++) {
    if (!read_beat(r, &b)) continue;
    if (now_s - b.beat_s <= SILENT_S && r < rank) return false;
  }
  for (int r = 0; r < size; r++) {
    if (!read_beat(r, &b)) continue;
    if (now_s - b.beat_s > SILENT_S) {
      name_rank(r, &b, "has not responded", now_s - b.beat_s);
      silent++;
    } else if (b.entries < last.entries) {
      behind = r;
      last = b;
    }
  }
  if (!silent) name_rank(behind, &last, "stalls", now_s - last.entered_s);
  cst_log_any(
      CST_LOG_ERROR,
      "no progress for run.stall_s = %g s: the job ends here; run the same command to go on "
      "from the last checkpoint",
      dog.stall_s);
  return true;
}

static void *watch(void *unused)
{
  (void)unused;
  pthread_mutex_lock(&dog.lock);
  while (!dog.ending) {
    const double now_s = cst_wall_s();
    dog.mine.beat_s = now_s;
    beat(&dog.mine);
    if (now_s - dog.mine.entered_s > dog.stall_s + SILENT_S) {
      if (!name_culprits(now_s)) sleep(LAST_WORDS_S); /* let the lower rank speak first */
      cst_comm_abort(dog.comm, CST_ERR_INTERNAL);
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_cond_timedwait(&dog.wake, &dog.lock, &until);
  }
  pthread_mutex_unlock(&dog.lock);
  return NULL;
}

/* Signals belong to the main thread. */
static int start_thread(void)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&dog.thread, NULL, watch, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

cst_status watchdog_start(const cst_job *job)
{
  cst_status st = CST_OK;
  char *path = job_path(job, "heartbeat");
  watchdog_enter("start", "none", 0, 0);
  if (job->config->run.stall_s <= 0.0) goto done;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  dog.comm = job->comm;
  dog.stall_s = job->config->run.stall_s;
  dog.ending = false;
  snprintf(dog.mine.host, sizeof dog.mine.host, "%s", cst_comm_host());
  dog.file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (dog.file < 0)
    CST_FAIL(CST_ERR_DATA, "%s: cannot write: %s; choose a directory you may write to", path,
             strerror(errno));
  if (start_thread() != 0) CST_FAIL(CST_ERR_INTERNAL, "cannot start the watchdog thread");
  dog.running = true;
done:
  cst_free(path);
  return cst_comm_agree(job->comm, st);
}

void watchdog_stop(void)
{
  if (dog.running) {
    pthread_mutex_lock(&dog.lock);
    dog.ending = true;
    pthread_cond_signal(&dog.wake);
    pthread_mutex_unlock(&dog.lock);
    pthread_join(dog.thread, NULL);
    dog.running = false;
  }
  if (dog.file >= 0) close(dog.file);
  dog.file = -1;
}
