/* Contract in recordings.h. */
#include "cassette/recordings.h"

#include "cassette/clip.h"
#include "cassette/interrupt.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/slice.h"
#include "cassette/watchdog.h"

#include <string.h>

/* Of one clip; ranks exchange it. */
typedef struct {
  cst_sound sound;
  uint8_t status, touched, gone;
} finding;

typedef struct look look;
struct look {
  const cst_comm *comm;
  int threads;
  double seconds;           /* of a clip that are wanted */
  cst_dataset *data;        /* whose clips are looked at */
  const char *what;         /* for the progress line */
  const char *cure;         /* of a changed file */
  const cst_dataset *known; /* earlier manifest, or NULL */
  cst_names keys;           /* of its clips, in their order */
  cst_status (*one)(const look *self, const cst_clip *clip, finding *out);
};

static cst_status look_share(const look *self, cst_slice mine, finding *found)
{
  bool failed = false;
  size_t done = 0;
#pragma omp parallel for schedule(dynamic, 8) num_threads(self->threads)
  for (size_t i = 0; i < mine.count; i++) {
    if (cst_interrupt_reason(0.0, 0.0, 0.0)) continue;
    const cst_status one = self->one(self, &self->data->clip[mine.first + i], &found[i]);
#pragma omp critical(cst_recordings)
    {
      failed |= one != CST_OK;
      cst_watchdog_tick();
      cst_progress(self->what, (double)++done, (double)mine.count, "");
    }
  }
  if (failed) return cst_raised();
  if (done < mine.count)
    return cst_raise(CST_INTERRUPTED,
                     "stopped while audio was probed by %s; run the same command again",
                     cst_interrupt_reason(0.0, 0.0, 0.0));
  return CST_OK;
}

/* What is found out about every clip, on every rank.  Collective. */
static cst_status look_all(const look *self, finding **all)
{
  cst_status st = CST_OK;
  const cst_comm *comm = self->comm;
  const cst_slice mine = cst_slice_of(self->data->n, cst_comm_rank(comm), cst_comm_size(comm));
  finding *found = NULL;
  size_t bytes = 0;
  *all = NULL;
  cst_watchdog_enter(self->what, "", -1, -1);
  CST_ALLOC(found, mine.count);
  st = look_share(self, mine, found);
done:
  cst_watchdog_wait();
  st = cst_comm_agree(comm, st);
  if (st == CST_OK)
    st = cst_comm_gather(comm, found, mine.count * sizeof *found, (void **)all, &bytes);
  cst_free(found);
  return st;
}

/* --- before the manifest is written --- */

/* Ids are unique within a set only. */
static char *key_of(const cst_clip *clip)
{
  return cst_format("%d.%u/%s", (int)clip->set, (unsigned)clip->source, clip->id);
}

static cst_status index_known(look *self)
{
  for (size_t i = 0; self->known && i < self->known->n; i++) {
    char *key = key_of(&self->known->clip[i]);
    const int at = key ? cst_names_add(&self->keys, key) : CST_NONE;
    cst_free(key);
    if (at == CST_NONE) return cst_no_memory("clips", self->known->n, sizeof(char *));
  }
  return CST_OK;
}

static cst_status find_known(const look *self, const cst_clip *clip, const cst_clip **out)
{
  char *key = key_of(clip);
  *out = NULL;
  if (!key) return cst_no_memory("clip", 1, 1);
  const int at = cst_names_find(&self->keys, key);
  if (at != CST_NONE) *out = &self->known->clip[at];
  cst_free(key);
  return CST_OK;
}

static bool is_same_file(const cst_clip *before, const char *path)
{
  cst_sound now;
  return before && before->path && strcmp(before->path, path) == 0 && cst_sound_look(path, &now) &&
         cst_sound_untouched(&before->sound, &now);
}

static cst_status read_one(const look *self, const cst_clip *clip, finding *out)
{
  cst_status st = CST_OK;
  cst_audio audio = {0};
  const cst_clip *before = NULL;
  *out = (finding){.status = CST_AUDIO_MISSING};
  if (!clip->path) return CST_OK;
  CST_TRY(find_known(self, clip, &before));
  if (is_same_file(before, clip->path)) {
    *out = (finding){.sound = before->sound, .status = (uint8_t)before->status};
    return CST_OK;
  }
  CST_TRY(cst_audio_read(clip->path, self->seconds, &audio));
  *out = (finding){.sound = audio.info.sound, .status = (uint8_t)audio.info.status};
  cst_audio_reset(&audio);
done:
  return st;
}

/* Recordings whose content is not what it was. */
static cst_status warn_changed(const look *self, const finding *all)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->data;
  const char *first = NULL;
  size_t n = 0;
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *before;
    CST_TRY(find_known(self, &data->clip[i], &before));
    if (!before || !before->sound.digest[0] || !all[i].sound.digest[0] ||
        strcmp(before->sound.digest, all[i].sound.digest) == 0)
      continue;
    if (n++ == 0) first = data->clip[i].path;
  }
  if (n > 0)
    cst_log(CST_LOG_WARN, "%zu recordings have changed since the manifest was made, first %s", n,
            first);
done:
  return st;
}

cst_status cst_recordings_read(const cst_comm *comm, int threads, double seconds,
                               const cst_dataset *before, cst_dataset *data)
{
  look reading = {.comm = comm,
                  .threads = threads,
                  .seconds = seconds,
                  .data = data,
                  .what = "probing audio",
                  .known = before,
                  .one = read_one};
  finding *all = NULL;
  cst_status st = CST_OK;
  CST_TRY(cst_comm_agree(comm, index_known(&reading)));
  CST_TRY(look_all(&reading, &all));
  CST_TRY(cst_comm_agree(comm, cst_comm_rank(comm) == 0 ? warn_changed(&reading, all) : CST_OK));
  for (size_t i = 0; i < data->n; i++) {
    data->clip[i].status = (cst_audio_status)all[i].status;
    data->clip[i].sound = all[i].sound;
  }
done:
  cst_free(all);
  cst_names_reset(&reading.keys);
  return st;
}

/* --- once it is written --- */

static cst_status check_one(const look *self, const cst_clip *clip, finding *out)
{
  cst_status st = CST_OK;
  cst_sound now;
  *out = (finding){.sound = clip->sound};
  if (!clip->sound.digest[0]) return CST_OK;
  out->gone = !cst_sound_look(clip->path, &now);
  if (out->gone || cst_sound_untouched(&clip->sound, &now)) return CST_OK;
  CST_TRY(cst_sound_read(clip->path, &now));
  if (strcmp(now.digest, clip->sound.digest) != 0)
    CST_FAIL(CST_ERR_DATA,
             "%s: has changed: its digest was %s when `cassette prepare` read it, now it is %s; %s",
             clip->path, clip->sound.digest, now.digest, self->cure);
  *out = (finding){.sound = now, .touched = true};
done:
  return st;
}

/* A manifest of an earlier version says nothing of content. */
static cst_status check_known(const cst_dataset *data, const char *dir, const char *cure)
{
  for (size_t i = 0; i < data->n; i++)
    if (cst_audio_usable(data->clip[i].status) &&
        (!data->clip[i].sound.digest[0] || !data->clip[i].path))
      return cst_raise(CST_ERR_DATA,
                       "%s/manifest.csv: made by an earlier version, or by hand: it does not say "
                       "which sound clip %s has; %s",
                       dir, data->clip[i].id, cure);
  return CST_OK;
}

cst_status cst_recordings_check(const cst_comm *comm, int threads, const char *dir,
                                const char *cure, cst_dataset *data, bool *touched)
{
  const look checking = {.comm = comm,
                         .threads = threads,
                         .data = data,
                         .what = "checking audio",
                         .cure = cure,
                         .one = check_one};
  finding *all = NULL;
  cst_status st = CST_OK;
  size_t gone = 0;
  *touched = false;
  CST_TRY(cst_comm_agree(comm, check_known(data, dir, cure)));
  CST_TRY(look_all(&checking, &all));
  for (size_t i = 0; i < data->n; i++) {
    data->clip[i].sound = all[i].sound;
    *touched |= all[i].touched;
    gone += all[i].gone;
  }
  if (gone > 0)
    cst_log(CST_LOG_WARN,
            "%zu of %zu recordings are not there any more: this goes on with their features", gone,
            data->n);
done:
  cst_free(all);
  return st;
}
