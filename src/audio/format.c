/* Contract in format.h. */
#include "format.h"

#include <stdio.h>

typedef struct {
  int encoding;
  unsigned bytes; /* of a sample */
} encoding;

static const encoding wav[] = {
    {SF_FORMAT_PCM_S8, 1}, {SF_FORMAT_PCM_U8, 1}, {SF_FORMAT_ULAW, 1},
    {SF_FORMAT_ALAW, 1},   {SF_FORMAT_PCM_16, 2}, {SF_FORMAT_PCM_24, 3},
    {SF_FORMAT_PCM_32, 4}, {SF_FORMAT_FLOAT, 4},  {SF_FORMAT_DOUBLE, 8},
};

bool cst_format_is_flac(const SF_INFO *header)
{
  return (header->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
}

static bool is_wav(int container)
{
  return container == SF_FORMAT_WAV || container == SF_FORMAT_WAVEX || container == SF_FORMAT_RF64;
}

static const encoding *wav_encoding(const SF_INFO *header)
{
  if (!is_wav(header->format & SF_FORMAT_TYPEMASK)) return NULL;
  for (size_t i = 0; i < sizeof wav / sizeof *wav; i++)
    if ((header->format & SF_FORMAT_SUBMASK) == wav[i].encoding) return &wav[i];
  return NULL;
}

uint64_t cst_format_frame_bytes(const SF_INFO *header)
{
  const encoding *e = wav_encoding(header);
  return e ? (uint64_t)e->bytes * (uint64_t)header->channels : 0;
}

static const char *name_of(int format)
{
  SF_FORMAT_INFO info = {.format = format};
  return sf_command(NULL, SFC_GET_FORMAT_INFO, &info, sizeof info) == 0 ? info.name : "unknown";
}

bool cst_format_known(const SF_INFO *header, char *name, size_t bytes)
{
  const int container = header->format & SF_FORMAT_TYPEMASK;
  const int coding = header->format & SF_FORMAT_SUBMASK;
  if (cst_format_is_flac(header) || wav_encoding(header)) return true;
  if (container == SF_FORMAT_OGG && (coding == SF_FORMAT_VORBIS || coding == SF_FORMAT_OPUS))
    return true;
  const bool parts = is_wav(container) || container == SF_FORMAT_OGG;
  snprintf(name, bytes, "%s%s%s", name_of(container), parts ? ", " : "",
           parts ? name_of(coding) : "");
  return false;
}
