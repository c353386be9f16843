/*
 * Writes down what a disk is bound to keep when power fails: loaded in front of the C library with
 * LD_PRELOAD.  scripts/power-test makes the disk's state at every moment of the log again.
 *
 *   POWER_LOG=DIR    each fsync() of the program appends a record to DIR/log
 *   POWER_ROOT=DIR   of files and directories below DIR alone
 *
 * A record begins with the line "file KEY BLOB" (DIR/BLOB has the content that is safe now) or
 * "directory KEY" (its entries, "entry KEY TYPE NAME", are safe now), has the whole tree as it is
 * seen at this moment as lines "seen KEY TYPE PATH", and ends with "end".  KEY is inode and time of
 * birth; TYPE is f or d.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *data;
  size_t bytes;
} record;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static record *walked; /* nftw() has no context */
static size_t root_bytes;

__attribute__((format(printf, 2, 3))) static void add(record *r, const char *format, ...)
{
  char line[8192];
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  char *grown = realloc(r->data, r->bytes + (size_t)n);
  if (!grown || (size_t)n >= sizeof line) abort();
  memcpy(grown + r->bytes, line, (size_t)n);
  r->data = grown;
  r->bytes += (size_t)n;
}

static void add_key(record *r, int at, const char *path)
{
  struct statx about;
  if (statx(at, path, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME | STATX_TYPE,
            &about) != 0)
    memset(&about, 0, sizeof about);
  add(r, " %llu.%lld.%u", (unsigned long long)about.stx_ino, (long long)about.stx_btime.tv_sec,
      about.stx_btime.tv_nsec);
}

static int add_seen(const char *path, const struct stat *about, int type, struct FTW *where)
{
  (void)about;
  if (where->level == 0 || (type != FTW_F && type != FTW_D)) return 0;
  add(walked, "seen");
  add_key(walked, AT_FDCWD, path);
  add(walked, " %c %s\n", type == FTW_D ? 'd' : 'f', path + root_bytes + 1);
  return 0;
}

static void add_entries(record *r, const char *path)
{
  DIR *dir = opendir(path);
  for (struct dirent *entry; dir && (entry = readdir(dir));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    add(r, "entry");
    add_key(r, dirfd(dir), entry->d_name);
    add(r, " %c %s\n", entry->d_type == DT_DIR ? 'd' : 'f', entry->d_name);
  }
  if (dir) closedir(dir);
}

static void copy(const char *from, const char *to)
{
  char block[1 << 16];
  const int in = open(from, O_RDONLY | O_CLOEXEC),
            out = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
  ssize_t n;
  if (in < 0 || out < 0) abort();
  while ((n = read(in, block, sizeof block)) > 0)
    if (write(out, block, (size_t)n) != n) abort();
  close(in);
  close(out);
}

static void write_down(const char *log, const char *root, const char *path,
                       const struct stat *about)
{
  static int number;
  record r = {0};
  char name[4096], blob[64];
  if (S_ISDIR(about->st_mode)) {
    add(&r, "directory");
    add_key(&r, AT_FDCWD, path);
    add(&r, "\n");
    add_entries(&r, path);
  } else {
    snprintf(blob, sizeof blob, "blob-%ld-%d", (long)getpid(), number++);
    snprintf(name, sizeof name, "%s/%s", log, blob);
    copy(path, name);
    add(&r, "file");
    add_key(&r, AT_FDCWD, path);
    add(&r, " %s\n", blob);
  }
  walked = &r;
  root_bytes = strlen(root);
  nftw(root, add_seen, 8, FTW_PHYS);
  add(&r, "end\n");
  snprintf(name, sizeof name, "%s/log", log);
  const int fd = open(name, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0 || write(fd, r.data, r.bytes) != (ssize_t)r.bytes) abort();
  close(fd);
  free(r.data);
}

int fsync(int fd)
{
  static int (*real)(int);
  const char *log = getenv("POWER_LOG"), *root = getenv("POWER_ROOT");
  char link[64], path[4096];
  struct stat about;
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "fsync");
  const int got = real(fd);
  if (got != 0 || !log || !root) return got;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0 || fstat(fd, &about) != 0) abort();
  path[n] = '\0';
  if (strncmp(path, root, strlen(root)) != 0) return got;
  pthread_mutex_lock(&mutex);
  write_down(log, root, path, &about);
  pthread_mutex_unlock(&mutex);
  return got;
}
