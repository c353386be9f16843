/*
 * A job stalls when no rank has moved for run.stall_s: a rank that waits for one that works is no
 * stall.  Two threads a rank:
 *
 *   beat    writes this rank's heartbeat once a second and, while this rank does not move, reads
 *           those of the others; it may hang with the file system
 *   watch   looks at what is in memory, and so ends the job in that case too
 *
 * Times are this rank's own clock: of the others only whether their counters change is used, so
 * that clocks may differ.  The lowest rank that is alive names the culprit: ranks whose process
 * does not run (stopped, swapped out, node lost), else the rank that is furthest behind.
 */
#include "cassette/watchdog.h"

#include "heartbeat.h"

#include "cassette/clock.h"
#include "cassette/energy.h"
#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  MARGIN_S = 4,      /* on top of run.stall_s: a beat, a look, and the time to tell them apart */
  LAST_WORDS_S = 3,  /* more for ranks that leave speaking to a lower one */
  LAST_RESORT_S = 30 /* when even saying so hangs */
};
static const double SILENT_LEAST_S = 2.5, IDLE_S = 2.0;

typedef struct {
  heartbeat beat;
  double beaten_s; /* when its beats were last seen to change */
} sighting;

static struct {
  pthread_mutex_t lock; /* of all below that changes; never held during input or output */
  pthread_cond_t wake;
  pthread_t beater, watcher;
  bool running, ending, judging;
  const cst_comm *comm;
  char *path;
  double stall_s;
  int rank, size;
  heartbeat mine;
  double my_move_s, any_move_s; /* when this rank, and any rank, was last seen to move */
  double seen_s;                /* when the heartbeats were last read */
  sighting *seen;               /* [size] */
  heartbeat *scratch;           /* [size], the beater's */
} dog = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

/* --- the rank's own side --- */

static void moved(void)
{
  dog.mine.moves++;
  dog.my_move_s = dog.any_move_s = cst_now_s();
}

void cst_watchdog_enter(const char *phase, const char *stage, int64_t epoch, int64_t step)
{
  pthread_mutex_lock(&dog.lock);
  snprintf(dog.mine.phase, sizeof dog.mine.phase, "%s", phase);
  snprintf(dog.mine.stage, sizeof dog.mine.stage, "%s", stage);
  dog.mine.epoch = epoch;
  dog.mine.step = step;
  dog.mine.waiting = 0;
  dog.mine.entries++;
  moved();
  pthread_mutex_unlock(&dog.lock);
}

void cst_watchdog_wait(void)
{
  pthread_mutex_lock(&dog.lock);
  dog.mine.waiting = 1;
  dog.mine.entries++;
  moved();
  pthread_mutex_unlock(&dog.lock);
}

void cst_watchdog_tick(void)
{
  pthread_mutex_lock(&dog.lock);
  moved();
  pthread_mutex_unlock(&dog.lock);
}

/* --- what is seen of the others --- */

/* Seconds between two looks. */
static double interval_s(void)
{
  const double s = dog.stall_s / 20.0;
  return s < 1.0 ? 1.0 : s > 10.0 ? 10.0 : s;
}

static bool look_is_due(double now_s)
{
  return now_s - dog.my_move_s >= IDLE_S && now_s - dog.seen_s >= interval_s();
}

static void take_in(const heartbeat *all, double now_s)
{
  for (int r = 0; r < dog.size; r++) {
    sighting *s = &dog.seen[r];
    if (r == dog.rank || all[r].job != dog.mine.job) continue; /* a start before this one */
    if (all[r].beats != s->beat.beats) s->beaten_s = now_s;
    if (all[r].moves != s->beat.moves) dog.any_move_s = now_s;
    s->beat = all[r];
  }
  dog.seen_s = now_s;
}

/* Wait a second, or until the end; false: the end.  Holds the lock before and after. */
static bool next_second(void)
{
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec++;
  if (!dog.ending) pthread_cond_timedwait(&dog.wake, &dog.lock, &until);
  return !dog.ending;
}

static void *beat(void *unused)
{
  (void)unused;
  pthread_mutex_lock(&dog.lock);
  do {
    dog.mine.beats++;
    const heartbeat mine = dog.mine;
    const bool look = look_is_due(cst_now_s());
    pthread_mutex_unlock(&dog.lock);
    /* A full disk is for the checkpoint to report; without heartbeats only naming suffers. */
    (void)heartbeat_write(dog.path, dog.rank, &mine);
    cst_energy_sample();
    const bool looked = look && heartbeat_read(dog.path, dog.size, dog.scratch);
    pthread_mutex_lock(&dog.lock);
    if (looked && !dog.judging) take_in(dog.scratch, cst_now_s());
  } while (next_second());
  pthread_mutex_unlock(&dog.lock);
  return NULL;
}

/* --- the end of a stalled job --- */

static double silence_s(void)
{
  return dog.stall_s / 4.0 > SILENT_LEAST_S ? dog.stall_s / 4.0 : SILENT_LEAST_S;
}

static bool silent(int rank, double now_s)
{
  return rank != dog.rank && now_s - dog.seen[rank].beaten_s > silence_s();
}

/* " (stage finetune, epoch 3, step 17)", as far as the phase has them. */
static void place_text(const heartbeat *b, char *out, size_t bytes)
{
  size_t n = 0;
  out[0] = '\0';
  if (!b->stage[0]) return;
  n += (size_t)snprintf(out + n, bytes - n, " (stage %s", b->stage);
  if (b->epoch >= 0)
    n += (size_t)snprintf(out + n, bytes - n, ", epoch %lld", (long long)b->epoch + 1);
  if (b->step >= 0)
    n += (size_t)snprintf(out + n, bytes - n, ", step %lld", (long long)b->step + 1);
  snprintf(out + n, bytes - n, ")");
}

static void name_rank(int rank, const heartbeat *b, const char *what)
{
  char place[128];
  place_text(b, place, sizeof place);
  cst_log_any(CST_LOG_ERROR, "rank %d on %s %s; last seen %s %s%s", rank,
              b->host[0] ? b->host : "an unknown host", what,
              b->waiting ? "waiting for the others after" : "in",
              b->phase[0] ? b->phase : "no phase", place);
}

static void name_silent(double now_s)
{
  char what[64];
  for (int r = 0; r < dog.size; r++) {
    if (!silent(r, now_s)) continue;
    snprintf(what, sizeof what, "has not responded for %.0f s", now_s - dog.seen[r].beaten_s);
    name_rank(r, &dog.seen[r].beat, what);
  }
}

/* The rank that has entered the fewest phases holds up the others. */
static void name_last(double now_s)
{
  int last = 0;
  uint64_t max = 0;
  char what[64];
  for (int r = 0; r < dog.size; r++) {
    if (dog.seen[r].beat.entries < dog.seen[last].beat.entries) last = r;
    if (dog.seen[r].beat.entries > max) max = dog.seen[r].beat.entries;
  }
  if (dog.size > 1 && dog.seen[last].beat.entries == max) {
    name_rank(last, &dog.seen[last].beat,
              "and all others are equally far: MPI or its network hangs");
    return;
  }
  snprintf(what, sizeof what, "has not moved for %.0f s", now_s - dog.any_move_s);
  name_rank(last, &dog.seen[last].beat, what);
}

static bool is_lowest_alive(double now_s)
{
  for (int r = 0; r < dog.rank; r++)
    if (!silent(r, now_s)) return false;
  return true;
}

/* Several intervals without a look at the others: opening or reading the file hangs or fails. */
static bool is_blind(double now_s)
{
  return dog.size > 1 && now_s - dog.seen_s > 2.0 * interval_s() + MARGIN_S;
}

static void name_culprits(double now_s)
{
  bool any = false;
  for (int r = 0; r < dog.size; r++) any = any || silent(r, now_s);
  if (is_blind(now_s)) {
    cst_log_any(CST_LOG_ERROR, "%s: cannot be read or written: the file system may hang", dog.path);
    name_rank(dog.rank, &dog.seen[dog.rank].beat, "does not move");
  } else if (any) {
    name_silent(now_s);
  } else {
    name_last(now_s);
  }
  cst_log_any(CST_LOG_ERROR,
              "no progress for run.stall_s = %g s: the job ends here; run the same command to go "
              "on from the last checkpoint",
              dog.stall_s);
}

/* Whether it is this rank's turn to end the job: the lowest that is alive comes first, the others
 * when it does not. */
static bool has_stalled(double now_s)
{
  const double patience_s =
      is_lowest_alive(now_s) || is_blind(now_s) ? MARGIN_S : MARGIN_S + interval_s() + LAST_WORDS_S;
  return now_s - dog.any_move_s > dog.stall_s + patience_s;
}

static void *watch(void *unused)
{
  (void)unused;
  pthread_mutex_lock(&dog.lock);
  double before_s = cst_now_s();
  do {
    const double now_s = cst_now_s();
    if (now_s - before_s > MARGIN_S) dog.my_move_s = dog.any_move_s = now_s; /* was suspended */
    before_s = now_s;
    if (!has_stalled(now_s)) continue;
    dog.seen[dog.rank].beat = dog.mine;
    dog.judging = true; /* from here on nobody else touches what was seen */
    pthread_mutex_unlock(&dog.lock);
    signal(SIGALRM, SIG_DFL); /* standard error may hang, too */
    alarm(LAST_RESORT_S);
    name_culprits(now_s);
    cst_comm_abort(dog.comm, CST_ERR_INTERNAL);
  } while (next_second());
  pthread_mutex_unlock(&dog.lock);
  return NULL;
}

/* --- start and stop --- */

/* Signals belong to the main thread. */
static cst_status start_threads(void)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const bool beats = pthread_create(&dog.beater, NULL, beat, NULL) == 0;
  const bool watches = beats && pthread_create(&dog.watcher, NULL, watch, NULL) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  dog.running = watches;
  if (watches) return CST_OK;
  if (beats) {
    dog.ending = true;
    pthread_join(dog.beater, NULL);
  }
  return cst_raise(CST_ERR_INTERNAL, "cannot start the watchdog's threads; check ulimit -u");
}

static cst_status prepare(const cst_comm *comm, const char *dir, double stall_s)
{
  cst_status st = CST_OK;
  dog.comm = comm;
  dog.rank = cst_comm_rank(comm);
  dog.size = cst_comm_size(comm);
  dog.stall_s = stall_s;
  dog.ending = dog.judging = false;
  dog.path = cst_path_join(dir, "heartbeat");
  if (!dog.path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_ALLOC(dog.seen, (size_t)dog.size);
  CST_ALLOC(dog.scratch, (size_t)dog.size);
  CST_TRY(heartbeat_make(dog.path));
  snprintf(dog.mine.host, sizeof dog.mine.host, "%s", cst_comm_host());
  dog.seen_s = cst_now_s();
  for (int r = 0; r < dog.size; r++) dog.seen[r].beaten_s = dog.seen_s;
done:
  return st;
}

cst_status cst_watchdog_start(const cst_comm *comm, const char *dir, double stall_s)
{
  cst_status st = CST_OK;
  uint32_t start = (uint32_t)(int64_t)(1000.0 * cst_wall_s()) | 1u;
  if (stall_s <= 0.0) return CST_OK;
  cst_comm_broadcast(comm, &start, sizeof start);
  dog.mine = (heartbeat){.job = start};
  cst_watchdog_enter("start", "", -1, -1);
  st = prepare(comm, dir, stall_s);
  if (st == CST_OK) st = start_threads();
  st = cst_comm_agree(comm, st);
  if (st != CST_OK) cst_watchdog_stop();
  return st;
}

void cst_watchdog_stop(void)
{
  if (dog.running) {
    pthread_mutex_lock(&dog.lock);
    dog.ending = true;
    pthread_cond_broadcast(&dog.wake);
    pthread_mutex_unlock(&dog.lock);
    pthread_join(dog.beater, NULL);
    pthread_join(dog.watcher, NULL);
    dog.running = false;
    if (dog.rank == 0) unlink(dog.path); /* nobody runs here now */
  }
  cst_free(dog.path);
  cst_free(dog.seen);
  cst_free(dog.scratch);
  dog.path = NULL;
  dog.seen = NULL;
  dog.scratch = NULL;
}
