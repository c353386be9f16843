/* Contract in sound_open.h. */
#include "sound_open.h"

#include <pthread.h>
#include <stdio.h>

SNDFILE *cst_sound_open(int fd, int mode, SF_INFO *header, char *why, size_t bytes)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

  pthread_mutex_lock(&lock);
  SNDFILE *file = sf_open_fd(fd, mode, header, SF_FALSE);
  if (!file) snprintf(why, bytes, "%s", sf_strerror(NULL));
  pthread_mutex_unlock(&lock);
  return file;
}
