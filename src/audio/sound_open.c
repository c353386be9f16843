/* Contract in sound_open.h. */
#include "sound_open.h"

#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

SNDFILE *cst_sound_create(int fd, SF_INFO *header, char *why, size_t why_bytes)
{
  pthread_mutex_lock(&lock);
  SNDFILE *file = sf_open_fd(fd, SFM_WRITE, header, SF_FALSE);
  if (!file) snprintf(why, why_bytes, "%s", sf_strerror(NULL));
  pthread_mutex_unlock(&lock);
  return file;
}

static sf_count_t length(void *context)
{
  return (sf_count_t)((cst_sound_source *)context)->file.bytes;
}
static sf_count_t tell(void *context) { return (sf_count_t)((cst_sound_source *)context)->at; }

static sf_count_t seek(sf_count_t offset, int whence, void *context)
{
  cst_sound_source *self = context;
  const sf_count_t from = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? (sf_count_t)self->at
                                               : (sf_count_t)self->file.bytes;
  if (from + offset < 0) return -1;
  self->at = (uint64_t)(from + offset);
  return (sf_count_t)self->at;
}

static sf_count_t read_bytes(void *to, sf_count_t n, void *context)
{
  cst_sound_source *self = context;
  const uint64_t bytes = self->file.bytes;
  if (n <= 0 || self->at >= bytes) return 0;
  const uint64_t left = bytes - self->at, got = (uint64_t)n < left ? (uint64_t)n : left;
  if (!sound_bytes_read(&self->file, self->at, to, (size_t)got)) return 0;
  self->at += got;
  return (sf_count_t)got;
}

SNDFILE *cst_sound_open(cst_sound_source *source, SF_INFO *header, char *why, size_t why_bytes)
{
  SF_VIRTUAL_IO io = {length, seek, read_bytes, NULL, tell};
  pthread_mutex_lock(&lock);
  SNDFILE *file = sf_open_virtual(&io, SFM_READ, header, source);
  if (!file) snprintf(why, why_bytes, "%s", sf_strerror(NULL));
  pthread_mutex_unlock(&lock);
  return file;
}
