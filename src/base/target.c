/*
 * What an output may replace, in cassette/file.h.
 *
 * Outputs are renamed over their target, which works for whatever stands there: the recording that
 * was just read, a FIFO, and for root /dev/null.  Files are known by device and inode: a name has
 * many spellings, and a file many names.
 */
#include "cassette/file.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

/* A command reads a few: configurations, tables, one recording.  Beyond this the oldest go. */
enum { INPUTS = 64 };

typedef struct {
  dev_t device;
  ino_t inode;
} identity;

static identity inputs[INPUTS];
static size_t n_inputs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_input(const struct stat *info)
{
  for (size_t i = 0; i < n_inputs && i < INPUTS; i++)
    if (inputs[i].device == info->st_dev && inputs[i].inode == info->st_ino) return true;
  return false;
}

void cst_input_keep(const char *path)
{
  struct stat info;
  if (stat(path, &info) != 0) return; /* whoever reads it will say so */
  pthread_mutex_lock(&lock);
  if (!is_input(&info)) inputs[n_inputs++ % INPUTS] = (identity){info.st_dev, info.st_ino};
  pthread_mutex_unlock(&lock);
}

static const char *kind(mode_t mode)
{
  return S_ISDIR(mode)    ? "a directory"
         : S_ISFIFO(mode) ? "a pipe"
         : S_ISSOCK(mode) ? "a socket"
                          : "a device";
}

cst_status cst_target_check(const char *path)
{
  struct stat info;
  if (lstat(path, &info) != 0) return CST_OK; /* nothing there, or writing tells better */
  if (S_ISLNK(info.st_mode))
    return cst_raise(CST_ERR_DATA, "%s: a symbolic link stands there; name the file itself", path);
  if (!S_ISREG(info.st_mode))
    return cst_raise(CST_ERR_DATA, "%s: is %s; choose the name of a new or regular file", path,
                     kind(info.st_mode));
  pthread_mutex_lock(&lock);
  const bool read = is_input(&info);
  pthread_mutex_unlock(&lock);
  if (!read) return CST_OK;
  return cst_raise(CST_ERR_USAGE,
                   "%s: this command reads that file and would replace it; choose another name for "
                   "what is written",
                   path);
}
