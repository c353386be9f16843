/* Contract in sound_open.h. */
#include "sound_open.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

SNDFILE *cst_sound_open(int fd, int mode, SF_INFO *header, char *why, size_t bytes)
{
  pthread_mutex_lock(&lock);
  SNDFILE *file = sf_open_fd(fd, mode, header, SF_FALSE);
  if (!file) snprintf(why, bytes, "%s", sf_strerror(NULL));
  pthread_mutex_unlock(&lock);
  return file;
}

/* --- with some bytes replaced --- */

static sf_count_t length(void *context) { return (sf_count_t)((cst_overlaid *)context)->bytes; }
static sf_count_t tell(void *context) { return (sf_count_t)((cst_overlaid *)context)->at; }

static sf_count_t seek(sf_count_t offset, int whence, void *context)
{
  cst_overlaid *self = context;
  const sf_count_t from = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? (sf_count_t)self->at
                                               : (sf_count_t)self->bytes;
  if (from + offset < 0) return -1;
  self->at = (uint64_t)(from + offset);
  return (sf_count_t)self->at;
}

static sf_count_t read_bytes(void *to, sf_count_t n, void *context)
{
  cst_overlaid *self = context;
  const cst_overlay *o = &self->overlay;
  const ssize_t got = pread(self->fd, to, (size_t)n, (off_t)self->at);
  if (got <= 0) return 0;
  for (size_t i = 0; i < o->n; i++)
    if (o->at + i >= self->at && o->at + i < self->at + (uint64_t)got)
      ((uint8_t *)to)[o->at + i - self->at] = o->bytes[i];
  self->at += (uint64_t)got;
  return got;
}

SNDFILE *cst_sound_open_overlaid(cst_overlaid *self, SF_INFO *header, char *why, size_t bytes)
{
  SF_VIRTUAL_IO io = {length, seek, read_bytes, NULL, tell};
  pthread_mutex_lock(&lock);
  SNDFILE *file = sf_open_virtual(&io, SFM_READ, header, self);
  if (!file) snprintf(why, bytes, "%s", sf_strerror(NULL));
  pthread_mutex_unlock(&lock);
  return file;
}
