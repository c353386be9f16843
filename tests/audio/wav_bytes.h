/* Wav files made byte by byte: what the reader sees does not depend on the writer under test. */
#ifndef WAV_BYTES_H
#define WAV_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  uint8_t bytes[1 << 18];
  size_t n;
} wav_bytes;

static inline void put(wav_bytes *w, const void *p, size_t n)
{
  memcpy(w->bytes + w->n, p, n);
  w->n += n;
}

static inline void put_text(wav_bytes *w, const char *text) { put(w, text, strlen(text)); }

static inline void put_number(wav_bytes *w, uint64_t value, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) w->bytes[w->n++] = (uint8_t)(value >> (8 * i));
}

typedef struct {
  const char *magic; /* NULL: RIFF */
  uint16_t tag;      /* 1 integers, 3 float, 0xFFFE extensible */
  uint16_t channels, bits;
  uint32_t rate_hz;
  uint32_t data_bytes; /* announced */
  const char *before;  /* a chunk name to put before the samples, or NULL */
  uint64_t long_bytes; /* RF64: 64-bit length */
} wav_spec;

/* Everything up to the first sample. */
static inline void put_header(wav_bytes *w, const wav_spec *s)
{
  static const uint8_t guid_tail[14] = {0, 0, 0, 0, 16, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71};
  const uint16_t frame = (uint16_t)(s->channels * s->bits / 8);
  const int extensible = s->tag == 0xFFFE;

  w->n = 0;
  put_text(w, s->magic ? s->magic : "RIFF");
  put_number(w, s->long_bytes ? UINT32_MAX : s->data_bytes + 36u, 4);
  put_text(w, "WAVE");
  if (s->long_bytes) {
    put_text(w, "ds64");
    put_number(w, 28, 4);
    put_number(w, s->long_bytes + 72, 8);
    put_number(w, s->long_bytes, 8);
    put_number(w, s->long_bytes / frame, 8);
    put_number(w, 0, 4);
  }
  put_text(w, "fmt ");
  put_number(w, extensible ? 40 : 16, 4);
  put_number(w, s->tag, 2);
  put_number(w, s->channels, 2);
  put_number(w, s->rate_hz, 4);
  put_number(w, (uint64_t)s->rate_hz * frame, 4);
  put_number(w, frame, 2);
  put_number(w, s->bits, 2);
  if (extensible) {
    put_number(w, 22, 2);
    put_number(w, s->bits, 2);
    put_number(w, 0, 4);
    put_number(w, 1, 2);
    put(w, guid_tail, sizeof guid_tail);
  }
  if (s->before) { /* of odd length: a byte of padding follows */
    put_text(w, s->before);
    put_number(w, 5, 4);
    put_number(w, 0, 6);
  }
  put_text(w, "data");
  put_number(w, s->long_bytes ? UINT32_MAX : s->data_bytes, 4);
}

/* One sample of an integer or float format. */
static inline void put_sample(wav_bytes *w, const wav_spec *s, double x)
{
  if (s->tag == 3 && s->bits == 32) {
    const float f = (float)x;
    put(w, &f, sizeof f);
  } else if (s->tag == 3) {
    put(w, &x, sizeof x);
  } else if (s->bits == 8) {
    put_number(w, (uint64_t)(128 + (int)(x * 128.0)), 1);
  } else {
    put_number(w, (uint64_t)(int64_t)(x * (double)(1ull << (s->bits - 1))), s->bits / 8u);
  }
}

#endif
