/* Contract in cassette/file.h. */
#include "cassette/file.h"

#include "cassette/delay.h"
#include "cassette/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static cst_status sync_path(const char *path, int flags)
{
  cst_status st = CST_OK;
  const int fd = open(path, flags | O_CLOEXEC);
  if (fd < 0) return cst_file_failed(path, "open");
  if (fsync(fd) != 0 && errno != EINVAL)
    st = cst_file_failed(path, "write"); /* EINVAL: not supported there */
  if (close(fd) != 0 && st == CST_OK) st = cst_file_failed(path, "write");
  return st;
}

/* One directory; that its name survives a loss of power is up to the directory above. */
static cst_status make_dir(const char *path)
{
  cst_status st = CST_OK;
  struct stat info;
  char *above = NULL;
  if (mkdir(path, 0777) != 0) {
    /* A concurrent rank may make it first; only the outcome counts. */
    const int why = errno; /* stat() has a reason of its own */
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) goto done;
    errno = why;
    CST_TRY(cst_file_failed(path, "create directory"));
  }
  above = cst_path_dir(path);
  if (!above) CST_TRY(cst_no_memory(path, strlen(path), 1));
  if (access(above, R_OK) == 0) CST_TRY(sync_path(above, O_RDONLY | O_DIRECTORY));
done:
  cst_free(above);
  return st;
}

cst_status cst_make_dirs(const char *path)
{
  cst_status st = CST_OK;
  char *copy = cst_strdup(path);
  if (!copy) CST_TRY(cst_no_memory(path, strlen(path) + 1, 1));
  for (char *at = copy + 1; st == CST_OK; at++) {
    if (*at != '/' && *at) continue;
    const char end = *at;
    *at = '\0';
    st = make_dir(copy);
    *at = end;
    if (!end) break;
  }
done:
  cst_free(copy);
  return st;
}

cst_status cst_dir_writable(const char *path)
{
  cst_status st = CST_OK;
  char *name = cst_path_join(path, "probe"), *probe = name ? cst_file_temp(name) : NULL;
  if (!probe) CST_TRY(cst_no_memory(path, 1, strlen(path)));
  const int fd = cst_temp_open(probe);
  if (fd < 0) CST_TRY(cst_file_failed(path, "create files in this directory"));
  close(fd);
  unlink(probe);
done:
  cst_free(probe);
  cst_free(name);
  return st;
}

bool cst_file_exists(const char *path)
{
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool cst_dir_exists(const char *path)
{
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

cst_status cst_file_bytes(const char *path, uint64_t *bytes)
{
  struct stat info;
  *bytes = 0;
  if (stat(path, &info) != 0) return cst_file_failed(path, "read");
  *bytes = (uint64_t)info.st_size;
  return CST_OK;
}

int cst_temp_open(const char *temp)
{
  /* What stands there is a killed process's, or was laid to be written through. */
  if (unlink(temp) != 0 && errno != ENOENT) return -1;
  return open(temp, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0666);
}

cst_status cst_file_commit(const char *temp, const char *path)
{
  cst_status st = CST_OK;
  char *dir = cst_path_dir(path);
  if (!dir) CST_TRY(cst_no_memory(path, strlen(path), 1));
  CST_TRY(cst_target_check(path));
  CST_TRY(sync_path(temp, O_RDWR | O_NOFOLLOW));
  cst_delay_point("file-before-rename");
  if (rename(temp, path) != 0) CST_TRY(cst_file_failed(path, "write"));
  CST_TRY(sync_path(dir, O_RDONLY | O_DIRECTORY));
done:
  if (st != CST_OK) unlink(temp);
  cst_free(dir);
  return st;
}

static cst_status write_all(const char *path, const char *shown, const char *bytes, size_t n)
{
  const int fd = cst_temp_open(path);
  const size_t half = n / 2;
  if (fd < 0) return cst_file_failed(shown, "write");
  while (n > 0) {
    const ssize_t written = write(fd, bytes, n > half ? n - half : n);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const cst_status st = cst_file_failed(shown, "write");
      close(fd);
      return st;
    }
    bytes += written;
    n -= (size_t)written;
    if (n == half) cst_delay_point("file-half-written");
  }
  return close(fd) == 0 ? CST_OK : cst_file_failed(shown, "write");
}

cst_status cst_file_write(const char *path, const void *bytes, size_t n)
{
  cst_status st = CST_OK;
  char *temp = cst_file_temp(path);
  if (!temp) CST_TRY(cst_no_memory(path, strlen(path), 1));
  if ((st = write_all(temp, path, bytes, n)) != CST_OK) {
    unlink(temp);
    goto done;
  }
  CST_TRY(cst_file_commit(temp, path));
done:
  cst_free(temp);
  return st;
}

cst_status cst_file_read(const char *path, char **out, size_t *n)
{
  cst_status st = CST_OK;
  size_t capacity = 1 << 16;
  char *bytes = NULL;
  *out = NULL;
  *n = 0;
  FILE *file = fopen(path, "rb");
  if (!file) CST_TRY(cst_file_failed(path, "read"));
  CST_ALLOC(bytes, capacity);
  for (;;) {
    const size_t got = fread(bytes + *n, 1, capacity - *n - 1, file);
    *n += got;
    if (got == 0) break;
    if (capacity - *n > 1) continue;
    char *grown = cst_realloc(bytes, capacity * 2, 1);
    if (!grown) CST_TRY(cst_no_memory(path, capacity, 2));
    bytes = grown;
    capacity *= 2;
  }
  if (ferror(file)) CST_TRY(cst_file_failed(path, "read"));
  bytes[*n] = '\0';
  *out = bytes;
  bytes = NULL;
done:
  if (file) fclose(file);
  cst_free(bytes);
  return st;
}

cst_status cst_file_remove(const char *path)
{
  return unlink(path) == 0 || errno == ENOENT ? CST_OK : cst_file_failed(path, "remove");
}
