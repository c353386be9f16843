/*
 * Whole recordings in memory, and the words for what is wrong with one, in cassette/clip.h.
 */
#include "cassette/clip.h"

#include "cassette/memory.h"
#include "cassette/recording.h"
#include "recording_of.h"

#include <string.h>

enum { FIRST_FRAMES = 1 << 20 }; /* headers lie: room for more comes with what is read */

static const struct {
  const char *text;
  bool usable;
} statuses[] = {
#define X(name, text, usable) [name] = {text, usable},
    CST_AUDIO_STATUS_LIST(X)
#undef X
};
enum { STATUSES = sizeof statuses / sizeof *statuses };

const char *cst_audio_status_text(cst_audio_status status)
{
  CST_ASSERT((size_t)status < STATUSES);
  return statuses[status].text;
}

bool cst_audio_usable(cst_audio_status status)
{
  CST_ASSERT((size_t)status < STATUSES);
  return statuses[status].usable;
}

bool cst_audio_status_parse(const char *text, cst_audio_status *out)
{
  for (size_t i = 0; i < STATUSES; i++)
    if (!strcmp(statuses[i].text, text)) {
      *out = (cst_audio_status)i;
      return true;
    }
  return false;
}

/* All that can be decoded. */
static cst_status read_all(cst_recording *from, float **samples, size_t *n)
{
  cst_status st = CST_OK;
  size_t capacity = recording_frames_announced(from), got;
  float one;

  if (capacity == 0 || capacity > FIRST_FRAMES) capacity = FIRST_FRAMES;
  CST_ALLOC(*samples, capacity);
  for (;;) {
    if (*n == capacity) {
      CST_TRY(cst_recording_read(from, &one, 1, &got)); /* most files end just here */
      if (got == 0) break;
      float *more = cst_realloc(*samples, 2 * capacity, sizeof *more);
      if (!more)
        CST_FAIL(CST_ERR_INTERNAL, "no memory for a recording of more than %zu samples", capacity);
      *samples = more;
      capacity *= 2;
      more[(*n)++] = one;
    }
    CST_TRY(cst_recording_read(from, *samples + *n, capacity - *n, &got));
    if (got == 0) break;
    *n += got;
  }
done:
  return st;
}

cst_status cst_audio_read(const char *path, double seconds, cst_audio *out)
{
  cst_status st = CST_OK;
  cst_recording *recording = NULL;

  *out = (cst_audio){0};
  CST_TRY(recording_open(path, true, &recording));
  CST_TRY(read_all(recording, &out->samples, &out->n));
done:
  if (recording) out->info = *cst_recording_info(recording);
  if (out->info.status == CST_AUDIO_OK &&
      (double)out->n + 1.0 <= seconds * out->info.rate_hz + 1e-6)
    out->info.status = CST_AUDIO_SHORT;
  if (st != CST_OK || !cst_audio_usable(out->info.status)) cst_audio_reset(out);
  cst_recording_close(&recording);
  return st;
}

void cst_audio_reset(cst_audio *self)
{
  cst_free(self->samples);
  self->samples = NULL;
  self->n = 0;
}
