/* Contract in sound_bytes.h. */
#include "sound_bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool read_file(sound_bytes *self, uint64_t at, uint8_t *to, size_t n)
{
  while (n > 0) {
    const ssize_t got = pread(self->fd, to, n, (off_t)at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && self->error == 0) self->error = errno;
    if (got <= 0) return false; /* nothing: it has become shorter */
    to += got;
    at += (uint64_t)got;
    n -= (size_t)got;
  }
  return true;
}

static void correct(const sound_correction *with, uint64_t at, uint8_t *to, size_t n)
{
  for (size_t i = 0; i < with->n; i++)
    if (with->at + i >= at && with->at + i - at < n) to[with->at + i - at] = with->bytes[i];
}

bool sound_bytes_read(sound_bytes *self, uint64_t at, void *to, size_t n)
{
  if (at > self->bytes || n > self->bytes - at) return false;
  if (self->memory)
    memcpy(to, self->memory + at, n);
  else if (!read_file(self, at, to, n))
    return false;
  correct(&self->correction, at, to, n);
  return true;
}
