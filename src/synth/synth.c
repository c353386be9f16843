/*
 * The planned data set as an object: create, write its tables, write any of its clips.
 *
 * Contract in cassette/synth.h.  A data set's directory holds synth.txt, which says what it is:
 * clips that are there already are taken for good, so a directory of another plan must not be
 * continued.
 */
#include "synth_plan.h"

#include "cassette/digest.h"
#include "cassette/memory.h"
#include "synth_voice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOUND_VERSION = 1 }; /* raise it when the same plan would sound different */
static const char *const description = "synth.txt";

/* Length of a clip and its rate: TAU's is 44.1 kHz, CAS's 48 kHz. */
static const double preset_seconds[] = {
    [CST_SYNTH_TINY] = 1.0, [CST_SYNTH_DEMO] = 4.0, [CST_SYNTH_CAS] = 10.0};
static const char *const preset_names[] = {
    [CST_SYNTH_TINY] = "tiny", [CST_SYNTH_DEMO] = "demo", [CST_SYNTH_CAS] = "cas"};

synth_format synth_clip_format(const cst_synth *self, const synth_clip *clip)
{
  synth_dice dice = synth_dice_make(self->seed, SYNTH_DRAW_FORMAT, clip->clip_key, 0);
  const double u = synth_between(&dice, 0.0, 1.0);

  if (self->layout == CST_SYNTH_LAYOUT_TAU) return (synth_format){CST_WAVE_PCM24, 1};
  if (u < 0.60) return (synth_format){CST_WAVE_PCM16, 1};
  if (u < 0.75) return (synth_format){CST_WAVE_PCM24, 1};
  if (u < 0.86) return (synth_format){CST_WAVE_PCM16, 2};
  if (u < 0.92) return (synth_format){CST_WAVE_PCM24, 2};
  return (synth_format){CST_WAVE_FLAC16, 1};
}

cst_status synth_clip_path(const cst_synth *self, const synth_clip *clip, char **out)
{
  const bool flac = synth_clip_format(self, clip).wave == CST_WAVE_FLAC16;

  *out = self->layout == CST_SYNTH_LAYOUT_TAU
             ? cst_strdup(clip->name)
             : cst_format("audio/%s.%s", clip->name, flac ? "flac" : "wav");
  return *out ? CST_OK : cst_no_memory("a path", SYNTH_NAME_BYTES, 1);
}

cst_status cst_synth_create(cst_synth_preset preset, cst_synth_layout layout, const char *metadata,
                            uint64_t seed, cst_synth **out)
{
  cst_status st = CST_OK;
  const bool tau = layout == CST_SYNTH_LAYOUT_TAU;

  *out = NULL;
  if (tau && metadata)
    CST_FAIL(CST_ERR_USAGE, "--metadata takes a CAS table; leave out --layout tau");
  CST_ALLOC(*out, 1);
  **out = (cst_synth){.preset = preset,
                      .layout = layout,
                      .seed = seed,
                      .seconds = preset_seconds[preset],
                      .rate_hz = tau ? 44100 : 48000,
                      .from_metadata = metadata != NULL};
  if (metadata)
    CST_TRY(synth_plan_metadata(*out, metadata));
  else
    CST_TRY(tau ? synth_plan_tau(*out) : synth_plan_cas(*out));
  for (size_t i = 0; i < (*out)->n_tables; i++) CST_TRY(cst_text_status(&(*out)->table[i].text));
done:
  if (st != CST_OK) cst_synth_destroy(out);
  return st;
}

void cst_synth_destroy(cst_synth **self)
{
  if (!*self) return;
  for (size_t i = 0; i < (*self)->n_tables; i++) cst_text_reset(&(*self)->table[i].text);
  cst_free((*self)->clip);
  cst_free(*self);
  *self = NULL;
}

void cst_synth_set_seconds(cst_synth *self, double seconds)
{
  CST_ASSERT(seconds >= CST_SYNTH_SHORTEST_S);
  self->seconds = seconds;
}

size_t cst_synth_clips(const cst_synth *self) { return self->n; }

uint64_t cst_synth_bytes(const cst_synth *self)
{
  const double frames = self->seconds * self->rate_hz;
  double bytes = 0.0;

  for (size_t i = 0; i < self->n; i++) {
    const synth_format f = synth_clip_format(self, &self->clip[i]);
    const double sample = f.wave == CST_WAVE_PCM24 ? 3.0 : f.wave == CST_WAVE_FLAC16 ? 1.2 : 2.0;
    bytes += 64.0 + frames * f.channels * sample;
  }
  return (uint64_t)bytes;
}

/* One line that two plans share only if they write the same files. */
static cst_status describe(const cst_synth *self, cst_text *out)
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  char hex[CST_DIGEST_HEX];

  CST_TRY(cst_digest_create(&digest));
  synth_voice_fingerprint(hex);
  cst_digest_add(digest, hex, sizeof hex);
  for (size_t i = 0; i < self->n_tables; i++) {
    cst_digest_add(digest, self->table[i].name, strlen(self->table[i].name) + 1);
    cst_digest_add(digest, self->table[i].text.data, self->table[i].text.bytes);
  }
  cst_digest_hex(digest, hex);
  cst_text_add(
      out, "cassette synth version=%d layout=%s preset=%s seconds=%g seed=%llu clips=%zu plan=%s\n",
      SOUND_VERSION, self->layout == CST_SYNTH_LAYOUT_TAU ? "tau" : "cas",
      preset_names[self->preset], self->seconds, (unsigned long long)self->seed, self->n, hex);
  st = cst_text_status(out);
done:
  cst_digest_destroy(&digest);
  return st;
}

/* Fail unless @p dir is new, or holds this very plan. */
static cst_status claim(const cst_synth *self, const char *dir, const char *line)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, description), *there = NULL, *table = NULL;
  size_t n = 0;

  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  if (cst_file_exists(path)) {
    CST_TRY(cst_file_read(path, &there, &n));
    there[strcspn(there, "\r\n")] = '\0';
    if (strncmp(there, line, strlen(there)) || line[strlen(there)] != '\n')
      CST_FAIL(CST_ERR_DATA,
               "%s holds another data set (%s): choose another directory or remove it", dir, there);
    goto done;
  }
  table = cst_path_join(dir, "audio"); /* never write over somebody's recordings and tables */
  if (!table) CST_TRY(cst_no_memory("a path", 1, 1));
  if (cst_dir_exists(table))
    CST_FAIL(CST_ERR_DATA, "%s is there and not from synth: choose an empty directory", table);
  for (size_t i = 0; i < self->n_tables; i++) {
    cst_free(table);
    table = cst_path_join(dir, self->table[i].name);
    if (!table) CST_TRY(cst_no_memory("a path", 1, 1));
    if (cst_file_exists(table))
      CST_FAIL(CST_ERR_DATA, "%s is there and not from synth: choose an empty directory", table);
  }
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_file_write(path, line, strlen(line)));
done:
  cst_free(table);
  cst_free(there);
  cst_free(path);
  return st;
}

static cst_status make_dir(const char *dir, const char *below)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, below);

  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(cst_make_dirs(path));
done:
  cst_free(path);
  return st;
}

cst_status cst_synth_write_tables(const cst_synth *self, const char *out_dir)
{
  cst_status st = CST_OK;
  cst_text line = {0};
  char *path = NULL;

  CST_TRY(describe(self, &line));
  CST_TRY(claim(self, out_dir, line.data));
  CST_TRY(make_dir(out_dir, "audio"));
  if (self->layout == CST_SYNTH_LAYOUT_TAU) CST_TRY(make_dir(out_dir, "evaluation_setup"));
  for (size_t i = 0; i < self->n_tables; i++) {
    cst_free(path);
    path = cst_path_join(out_dir, self->table[i].name);
    if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
    CST_TRY(cst_file_write(path, self->table[i].text.data, self->table[i].text.bytes));
  }
done:
  cst_free(path);
  cst_text_reset(&line);
  return st;
}

/* Whether @p path can be decoded from end to end and has the length it should have. */
static cst_status is_whole(const cst_synth *self, const char *path, synth_format format, size_t n,
                           bool *whole)
{
  cst_audio clip;
  const cst_status st = cst_audio_read(path, 0.0, &clip);

  *whole = st == CST_OK && cst_audio_usable(clip.info.status) && clip.n == n &&
           clip.info.rate_hz == self->rate_hz && clip.info.channels == format.channels;
  cst_audio_reset(&clip);
  return st;
}

cst_status cst_synth_write_clip(const cst_synth *self, size_t i, const char *out_dir)
{
  cst_status st = CST_OK;
  CST_ASSERT(i < self->n);
  const synth_clip *clip = &self->clip[i];
  const synth_format format = synth_clip_format(self, clip);
  const size_t n = (size_t)(self->seconds * self->rate_hz);
  char *relative = NULL, *path = NULL;
  float *samples = NULL;
  bool whole = false;

  CST_TRY(synth_clip_path(self, clip, &relative));
  path = cst_path_join(out_dir, relative);
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(is_whole(self, path, format, n, &whole));
  if (whole) goto done;
  CST_ALLOC(samples, n * format.channels);
  CST_TRY(synth_render(self, clip, format.channels, n, samples));
  CST_TRY(cst_audio_write(path, format.wave, self->rate_hz, format.channels, samples, n));
done:
  cst_free(samples);
  cst_free(path);
  cst_free(relative);
  return st;
}
