/*
 * Contract in heartbeat.h.
 *
 * Every rank has a page of its own, and the file is opened and closed for each access: network file
 * systems show other nodes what was written when the writer closes and the reader opens, and merge
 * writes to different pages only.
 */
#include "heartbeat.h"

#include "cassette/file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

cst_status heartbeat_make(const char *path)
{
  const cst_status st = cst_target_check(path);
  if (st != CST_OK) return st;
  const int fd = open(path, O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) return cst_file_failed(path, "write");
  close(fd);
  return CST_OK;
}

bool heartbeat_write(const char *path, int rank, const heartbeat *mine)
{
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t n = pwrite(fd, mine, sizeof *mine, (off_t)rank * HEARTBEAT_SLOT_BYTES);
  return close(fd) == 0 && n == (ssize_t)sizeof *mine;
}

bool heartbeat_read(const char *path, int n, heartbeat *all)
{
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool good = true;
  memset(all, 0, (size_t)n * sizeof *all);
  for (int r = 0; r < n && good; r++)
    good = pread(fd, &all[r], sizeof all[r], (off_t)r * HEARTBEAT_SLOT_BYTES) >= 0;
  close(fd);
  return good;
}
