/*
 * Names of temporary files, and what becomes of those whose writers were killed.
 *
 * A name carries host, process and its start, so that another start can tell: on the same host the
 * process can be looked for; elsewhere a file that was not touched for long has no writer.
 */
#include "cassette/file.h"

#include "cassette/memory.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
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

/* State ('R', 'Z' ...) and start of a process, in ticks since the system's: a number is given again
 * once its process is gone.  ' ' and 0 where nothing tells. */
static void look_up(long pid, char *state, unsigned long long *start)
{
  char path[64], text[1024] = "";
  *state = ' ';
  *start = 0;
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  const ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  const char *after =
      n > 0 ? strrchr(text, ')') : NULL; /* behind the name, which may hold anything */
  if (after)
    sscanf(after,
           ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
           state, start);
}

char *cst_file_temp(const char *path)
{
  char *dir = cst_path_dir(path), *temp = NULL, host[HOST_BYTES], state;
  unsigned long long start;
  host_name(host);
  look_up(getpid(), &state, &start);
  if (dir)
    temp = cst_format("%s/.%s.%s.%ld-%llu%s", dir, cst_path_name(path), host, (long)getpid(), start,
                      SUFFIX);
  cst_free(dir);
  return temp;
}

typedef struct {
  char host[HOST_BYTES];
  long pid;
  unsigned long long start; /* 0: not known */
} writer;

/* ".NAME.HOST.PID-START.tmp", also without -START; false: not a name of ours. */
static bool parse(const char *name, writer *out)
{
  const size_t n = strlen(name), tail = strlen(SUFFIX);
  if (name[0] != '.' || n <= tail || strcmp(name + n - tail, SUFFIX) != 0) return false;
  const char *end = name + n - tail, *number = end, *host;
  char *rest;
  while (number > name + 1 && number[-1] != '.') number--;
  if (number - name < 3 || !isdigit((unsigned char)*number)) return false;
  out->pid = strtol(number, &rest, 10);
  out->start = *rest == '-' && isdigit((unsigned char)rest[1]) ? strtoull(rest + 1, &rest, 10) : 0;
  if (rest != end) return false;
  for (host = number - 1; host > name + 1 && host[-1] != '.'; host--) continue;
  if (host <= name + 1 || number - 1 - host >= HOST_BYTES) return false;
  snprintf(out->host, HOST_BYTES, "%.*s", (int)(number - 1 - host), host);
  return true;
}

/* Whether the process has ended, another has its number, or only its parent still remembers it. */
static bool is_gone(const writer *self)
{
  char state;
  unsigned long long start;
  if (kill((pid_t)self->pid, 0) != 0 && errno == ESRCH) return true;
  look_up(self->pid, &state, &start);
  return state == 'Z' || state == 'X' || (self->start && start && self->start != start);
}

static int visit(const char *path, const struct stat *info, int type, struct FTW *where)
{
  char here[HOST_BYTES];
  writer who;
  host_name(here);
  if (type != FTW_F || !parse(path + where->base, &who)) return 0;
  const bool gone = strcmp(who.host, here) == 0 && is_gone(&who);
  if (gone || time(NULL) - info->st_mtime > STALE_S) unlink(path);
  return 0;
}

/* Failures do not matter: a stale file costs room and nothing else. */
void cst_remove_stale_temps(const char *root) { nftw(root, visit, OPEN_DIRS, FTW_PHYS); }
