/* HDF5's lock, and its errors as one line.  Contracts in store_impl.h. */
#include "store_impl.h"

#include "cassette/limits.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/* Before HDF5's first call: at exit it would close what is open, and after an error of the disk or
 * of memory it crashes there.  Everything that is closed here is closed by name. */
static void begin(void) { H5dont_atexit(); }

void store_enter(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, begin);
  pthread_mutex_lock(&lock);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void store_leave(void) { pthread_mutex_unlock(&lock); }

void store_enter_as_child(void)
{
  static const pthread_mutex_t fresh = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  memcpy(&lock, &fresh, sizeof lock); /* it belongs to a thread of the parent */
  store_enter();
}

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *error, void *reason)
{
  if (depth == 0 && error->desc) snprintf(reason, STORE_REASON_BYTES, "%s", error->desc);
  return 0;
}

const char *store_reason(char reason[STORE_REASON_BYTES])
{
  snprintf(reason, STORE_REASON_BYTES, "no reason given");
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, reason);
  return reason;
}

static herr_t find_no_memory(unsigned depth, const H5E_error2_t *error, void *found)
{
  (void)depth;
  if (error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC) *(bool *)found = true;
  return 0;
}

static bool lacked_memory(void)
{
  bool found = false;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, find_no_memory, &found);
  return found;
}

cst_status store_damaged(const cst_store *self, const char *name, const char *what)
{
  char reason[STORE_REASON_BYTES];
  store_reason(reason);
  return cst_raise(CST_ERR_DATA, "%s: array %s: %s (HDF5: %s); restore the file or make it again",
                   self->path, name, what, reason);
}

cst_status store_unbuilt(const cst_store *self, const char *name, const char *what)
{
  char reason[STORE_REASON_BYTES], limits[CST_LIMIT_BYTES];
  store_reason(reason);
  if (lacked_memory())
    return cst_raise(CST_ERR_INTERNAL,
                     "out of memory: %s: array %s: %s (HDF5: %s%s); use more nodes or fewer ranks "
                     "per node",
                     self->path, name, what, reason, cst_limits_text(limits));
  return cst_raise(CST_ERR_INTERNAL, "%s: array %s: %s (HDF5: %s)", self->path, name, what, reason);
}

cst_status store_unreadable(const char *path)
{
  char reason[STORE_REASON_BYTES];
  store_reason(reason);
  return cst_raise(CST_ERR_DATA, "%s: damaged (HDF5: %s); restore the file or make it again", path,
                   reason);
}

bool store_drop(hid_t id) { return id < 0 || H5Idec_ref(id) >= 0; }
