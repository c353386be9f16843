/*
 * Contract in cassette/run_status.h.
 *
 * The lock says that a process lives where the file system has locks that reach other nodes.  The
 * heartbeats say so everywhere: they are counted twice, and no clocks are compared.
 */
#include "cassette/run_status.h"

#include "heartbeat.h"

#include "cassette/clock.h"
#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/run_lock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Ranks write once a second; a loaded node or network file system may be late. */
static const double PATIENCE_S = 4.0;

/* Whether rank 0's count goes up within that time. */
static bool beats(const char *path, uint64_t before)
{
  const struct timespec pause = {.tv_nsec = 100000000};
  const double started_s = cst_now_s();
  heartbeat now = {0};
  while (cst_now_s() - started_s < PATIENCE_S) {
    nanosleep(&pause, NULL);
    if (!heartbeat_read(path, 1, &now)) return false; /* it has ended meanwhile */
    if (now.beats != before) return true;
  }
  return false;
}

/* Ranks of rank 0's start, and the hosts that they are on.  Others are left from a start before. */
static void count_ranks(const heartbeat *all, int n, cst_run_status *out)
{
  for (int r = 0; r < n; r++) {
    bool is_new = true;
    if (all[r].beats == 0 || all[r].job != all[0].job) continue;
    for (int q = 0; q < r && is_new; q++)
      is_new = all[q].job != all[0].job || strcmp(all[q].host, all[r].host) != 0;
    out->ranks++;
    out->hosts += is_new;
  }
}

static void take_phase(const heartbeat *root, cst_run_status *out)
{
  snprintf(out->phase, sizeof out->phase, "%.31s", root->phase);
  snprintf(out->stage, sizeof out->stage, "%.31s", root->stage);
  out->epoch = root->epoch;
  out->step = root->step;
}

static cst_status read_heartbeats(const char *path, cst_run_status *out)
{
  cst_status st = CST_OK;
  heartbeat *all = NULL;
  uint64_t bytes = 0;
  CST_TRY(cst_file_bytes(path, &bytes));
  const int n = (int)(bytes / HEARTBEAT_SLOT_BYTES) + 1;
  CST_ALLOC(all, (size_t)n);
  if (!heartbeat_read(path, n, all)) goto done;
  count_ranks(all, n, out);
  take_phase(&all[0], out);
done:
  cst_free(all);
  return st;
}

cst_status cst_run_status_read(const char *dir, cst_run_status *out)
{
  cst_status st = CST_OK;
  heartbeat root = {0};
  char *path = cst_path_join(dir, "heartbeat");
  *out = (cst_run_status){.epoch = -1, .step = -1};
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  const bool locked = cst_run_lock_is_held(dir, out->holder);
  if (!heartbeat_read(path, 1, &root)) {
    out->state = locked ? CST_RUN_ALIVE : CST_RUN_IDLE;
    goto done;
  }
  if (beats(path, root.beats))
    out->state = CST_RUN_ALIVE;
  else if (cst_run_lock_is_held(dir, out->holder))
    out->state = CST_RUN_SILENT;
  else
    out->state = cst_file_exists(path) ? CST_RUN_KILLED : CST_RUN_IDLE;
  if (cst_file_exists(path)) CST_TRY(read_heartbeats(path, out));
done:
  cst_free(path);
  return st;
}
