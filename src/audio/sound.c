/*
 * Which sound a file holds, in cassette/clip.h.
 *
 * The time is that of the inode's last change: copying with preserved times (cp -p, rsync -t, tar)
 * sets the time of the content back, so that a recording of the same length could take another's
 * place unseen.
 */
#include "sound.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void sound_look(const struct stat *about, cst_sound *out)
{
  *out = (cst_sound){.bytes = (int64_t)about->st_size,
                     .changed_ns = (int64_t)about->st_ctim.tv_sec * 1000000000 +
                                   (int64_t)about->st_ctim.tv_nsec};
}

cst_status sound_load(const char *path, int fd, cst_sound *out, uint8_t **file, uint64_t *bytes)
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  uint64_t n = 0;
  ssize_t got = 1;
  *file = NULL;
  CST_ALLOC(*file, (size_t)out->bytes);
  CST_TRY(cst_digest_create(&digest));
  while (n < (uint64_t)out->bytes && got != 0) {
    got = pread(fd, *file + n, (size_t)((uint64_t)out->bytes - n), (off_t)n);
    if (got < 0 && errno != EINTR) CST_TRY(cst_file_failed(path, "read"));
    if (got > 0) n += (uint64_t)got;
  }
  *bytes = n; /* less: it is being written */
  cst_digest_add(digest, *file, (size_t)n);
  cst_digest_hex(digest, out->digest);
done:
  cst_digest_destroy(&digest);
  return st;
}

bool cst_sound_look(const char *path, cst_sound *out)
{
  struct stat about;
  *out = (cst_sound){0};
  if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return false;
  sound_look(&about, out);
  return true;
}

cst_status cst_sound_read(const char *path, cst_sound *out)
{
  cst_status st = CST_OK;
  struct stat about;
  uint8_t *file = NULL;
  uint64_t bytes = 0;
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  *out = (cst_sound){0};
  if (fd < 0 || fstat(fd, &about) != 0) CST_TRY(cst_file_failed(path, "read"));
  if (!S_ISREG(about.st_mode)) CST_FAIL(CST_ERR_DATA, "%s: is not a file", path);
  sound_look(&about, out);
  CST_TRY(sound_load(path, fd, out, &file, &bytes));
done:
  cst_free(file);
  if (fd >= 0) close(fd);
  return st;
}

bool cst_sound_untouched(const cst_sound *before, const cst_sound *now)
{
  return before->digest[0] && before->bytes == now->bytes && before->changed_ns == now->changed_ns;
}
