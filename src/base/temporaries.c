/*
 * Names of temporary files, and what becomes of those whose writers were killed.
 *
 * A name carries host and process, so that another start can tell: on the same host the process
 * can be looked for; elsewhere a file that was not touched for long has no writer.
 */
#include "cassette/file.h"

#include "cassette/memory.h"

#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOST_BYTES = 48, STALE_S = 3600, OPEN_DIRS = 16 };
static const char SUFFIX[] = ".tmp";

/* Where process numbers have a meaning: the host, and the container on it.  Without dots, which
 * separate the parts of a temporary name. */
static void host_name(char out[HOST_BYTES])
{
  char name[256] = "";
  struct stat space = {0};
  if (gethostname(name, sizeof name - 1) != 0 || !name[0]) strcpy(name, "unknown");
  if (stat("/proc/self/ns/pid", &space) != 0) space.st_ino = 0;
  snprintf(out, HOST_BYTES, "%.30s-%llx", name, (unsigned long long)space.st_ino);
  for (char *at = out; *at; at++)
    if (!isalnum((unsigned char)*at)) *at = '-';
}

char *cst_file_temp(const char *path)
{
  char *dir = cst_path_dir(path), *temp = NULL, host[HOST_BYTES];
  host_name(host);
  if (dir)
    temp = cst_format("%s/.%s.%s.%ld%s", dir, cst_path_name(path), host, (long)getpid(), SUFFIX);
  cst_free(dir);
  return temp;
}

/* ".NAME.HOST.PID.tmp"; false: not a name of ours. */
static bool parse(const char *name, char host[HOST_BYTES], long *pid)
{
  const size_t n = strlen(name), tail = strlen(SUFFIX);
  if (name[0] != '.' || n <= tail || strcmp(name + n - tail, SUFFIX) != 0) return false;
  const char *end = name + n - tail, *number = end, *at;
  while (number > name && isdigit((unsigned char)number[-1])) number--;
  if (number == end || number - name < 3 || number[-1] != '.') return false;
  *pid = strtol(number, NULL, 10);
  for (at = number - 1; at > name + 1 && at[-1] != '.'; at--) continue;
  if (at <= name + 1 || number - 1 - at >= HOST_BYTES) return false;
  snprintf(host, HOST_BYTES, "%.*s", (int)(number - 1 - at), at);
  return true;
}

static int visit(const char *path, const struct stat *info, int type, struct FTW *where)
{
  char host[HOST_BYTES], here[HOST_BYTES];
  long pid = 0;
  host_name(here);
  if (type != FTW_F || !parse(path + where->base, host, &pid)) return 0;
  const bool gone = strcmp(host, here) == 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
  if (gone || time(NULL) - info->st_mtime > STALE_S) unlink(path);
  return 0;
}

/* Failures do not matter: a stale file costs room and nothing else. */
void cst_remove_stale_temps(const char *root) { nftw(root, visit, OPEN_DIRS, FTW_PHYS); }
