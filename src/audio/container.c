/*
 * Chunk headers of the RIFF family and pages of Ogg, as far as completeness needs them.
 *
 * Sources: Multimedia Programming Interface and Data Specifications 1.0 (RIFF), EBU Tech 3306
 * (RF64), RFC 3533 (Ogg pages; the end-of-stream flag must be set on the last one), RFC 9639
 * (FLAC).
 */
#include "container.h"

#include <stddef.h>
#include <string.h>

enum {
  MAX_CHUNKS = 4096,     /* a hostile file of empty chunks ends here */
  OGG_HEADER_BYTES = 27, /* before the segment table */
  OGG_PAGE_BYTES = 27 + 255 + 255 * 255,
  OGG_BEGIN_OF_STREAM = 2,
  OGG_END_OF_STREAM = 4,
  SEARCH_BYTES = 1 << 16,
};
/* Lengths from here on come from writers that stream: 0xFFFFFFFF (ffmpeg), 0x80000000 (arecord),
 * 0x7FFFF000 (SoX).  Some round them down to whole frames, as SoX does. */
static const uint64_t STREAMED_BYTES = 0x7FFFF000u;

typedef struct {
  sound_bytes *file;
  uint64_t bytes;
  bool big_endian;
} source;

static source source_of(sound_bytes *file) { return (source){.file = file, .bytes = file->bytes}; }

static bool read_at(const source *s, uint64_t at, void *to, size_t n)
{
  return sound_bytes_read(s->file, at, to, n);
}

static uint64_t number(const source *s, const uint8_t *p, size_t n)
{
  uint64_t value = 0;
  for (size_t i = 0; i < n; i++) value = value << 8 | p[s->big_endian ? i : n - 1 - i];
  return value;
}

/* Whether it is a wav; sets the byte order. */
static bool is_wav(source *s, uint64_t at)
{
  uint8_t head[12];
  if (!read_at(s, at, head, sizeof head) || memcmp(head + 8, "WAVE", 4)) return false;
  s->big_endian = !memcmp(head, "RIFX", 4);
  return s->big_endian || !memcmp(head, "RIFF", 4) || !memcmp(head, "RF64", 4);
}

/* Whether a wav "fmt " body is one that sample counts can be trusted to: whole bytes per sample and
 * frame = channels x bytes.  Compressed formats (bits that fill no byte) have frames of their own.
 */
static bool format_consistent(const source *s, uint64_t at, uint64_t *frame_bytes)
{
  uint8_t fmt[16];

  if (!read_at(s, at, fmt, sizeof fmt)) return true; /* libsndfile refuses it */
  const uint64_t tag = number(s, fmt, 2), channels = number(s, fmt + 2, 2);
  const uint64_t bits = number(s, fmt + 14, 2);
  const bool plain = tag == 1 || tag == 3 || tag == 0xFFFE;
  *frame_bytes = number(s, fmt + 12, 2);
  return !plain || *frame_bytes == channels * ((bits + 7) / 8);
}

static bool is_name(const uint8_t *name)
{
  for (size_t i = 0; i < 4; i++)
    if (name[i] < ' ' || name[i] > '~') return false;
  return true;
}

/* Whether chunks, and nothing else, fill the file from @p at: then an empty chunk before them is
 * meant to be empty.  Sound does not look like that. */
static bool chunks_follow(const source *s, uint64_t at)
{
  uint8_t head[8];
  for (int i = 0; i < MAX_CHUNKS && at < s->bytes; i++) {
    if (!read_at(s, at, head, sizeof head) || !is_name(head)) return false;
    at += sizeof head + number(s, head + 4, 4);
    if (at > s->bytes) return false;
    at += at & 1;
  }
  return true;
}

/* The number as the container writes it. */
static sound_correction correction(const source *s, uint64_t at, size_t n, uint64_t value)
{
  sound_correction out = {.at = at, .n = n};
  for (size_t i = 0; i < n; i++)
    out.bytes[s->big_endian ? n - 1 - i : i] = (uint8_t)(value >> (8 * i));
  return out;
}

/* What a wav has said before its samples. */
typedef struct {
  uint64_t frame_bytes;
  uint64_t long_at, long_bytes; /* RF64: where the 64-bit length is; 0: nowhere */
} wav_head;

static void measure(const source *s, uint64_t body, uint64_t bytes, const wav_head *head,
                    cst_sample_chunk *out)
{
  const bool is_long = bytes == UINT32_MAX && head->long_at;
  const uint64_t announced = is_long ? head->long_bytes : bytes;
  out->announced_bytes = announced;
  out->present_bytes = s->bytes - body;
  const bool open = is_long ? announced == 0 || announced > INT64_MAX
                            : announced + head->frame_bytes >= STREAMED_BYTES ||
                                  (announced == 0 && !chunks_follow(s, body));
  out->known = !open;
  if (!open)
    out->after = body + announced + (announced & 1);
  else if (is_long)
    out->length = correction(s, head->long_at, 8, out->present_bytes);
  else if (out->present_bytes < UINT32_MAX)
    out->length = correction(s, body - 4, 4, out->present_bytes);
}

cst_sample_chunk cst_container_samples(sound_bytes *file)
{
  cst_sample_chunk found = {.consistent = true};
  source s = source_of(file);
  wav_head said = {0};
  uint64_t at = 12;

  for (int i = 0; is_wav(&s, 0) && i < MAX_CHUNKS; i++) {
    uint8_t head[8], wide[16];
    if (!read_at(&s, at, head, sizeof head)) break;
    const uint64_t body = at + sizeof head, size = number(&s, head + 4, 4);

    if (!memcmp(head, "ds64", 4) && read_at(&s, body, wide, sizeof wide)) {
      said.long_at = body + 8;
      said.long_bytes = number(&s, wide + 8, 8);
    }
    if (!memcmp(head, "fmt ", 4)) found.consistent = format_consistent(&s, body, &said.frame_bytes);
    if (!memcmp(head, "data", 4)) {
      measure(&s, body, size, &said, &found);
      break;
    }
    at = body + size + (size & 1); /* chunks start at even bytes */
  }
  return found;
}

/* Checksum of RFC 3533: polynomial 0x04C11DB7, no reflection, zero start; its own field counts as
 * zero. */
static uint32_t ogg_checksum(const uint8_t *page, size_t n)
{
  static const uint32_t nibble[16] = {0x00000000, 0x04C11DB7, 0x09823B6E, 0x0D4326D9,
                                      0x130476DC, 0x17C56B6B, 0x1A864DB2, 0x1E475005,
                                      0x2608EDB8, 0x22C9F00F, 0x2F8AD6D6, 0x2B4BCB61,
                                      0x350C9B64, 0x31CD86D3, 0x3C8EA00A, 0x384FBDBD};
  uint32_t sum = 0;

  for (size_t i = 0; i < n; i++) {
    sum ^= (uint32_t)(i >= 22 && i < 26 ? 0 : page[i]) << 24;
    sum = sum << 4 ^ nibble[sum >> 28];
    sum = sum << 4 ^ nibble[sum >> 28];
  }
  return sum;
}

/* Bytes of the page at @p at, 0 if there is none that is whole and sound. */
static size_t ogg_page(const source *s, uint64_t at, uint8_t *page)
{
  size_t n = OGG_HEADER_BYTES;

  if (!read_at(s, at, page, n) || memcmp(page, "OggS", 4)) return 0;
  const size_t segments = page[26];
  if (!read_at(s, at + n, page + n, segments)) return 0;
  for (size_t i = 0; i < segments; i++) n += page[OGG_HEADER_BYTES + i];
  n += segments;
  if (!read_at(s, at, page, n)) return 0;
  return number(s, page + 22, 4) == ogg_checksum(page, n) ? n : 0;
}

bool cst_container_ogg_whole(sound_bytes *file, uint64_t *damaged_at)
{
  const source s = source_of(file);
  uint8_t page[OGG_PAGE_BYTES];
  bool ended = false;

  *damaged_at = 0;
  if (!read_at(&s, 0, page, 4) || memcmp(page, "OggS", 4)) return true;
  for (size_t n; (n = ogg_page(&s, *damaged_at, page)) != 0; *damaged_at += n)
    ended = page[5] & OGG_END_OF_STREAM;
  return ended; /* what follows the last page, such as a tag, is nobody's sound */
}

/* A stream that begins once another has begun to carry sound: streams side by side all begin
 * first. */
static uint64_t chained_ogg(const source *s)
{
  uint8_t page[OGG_PAGE_BYTES];
  bool sound = false;
  uint64_t at = 0;

  for (size_t n; (n = ogg_page(s, at, page)) != 0; at += n) {
    const bool begins = page[5] & OGG_BEGIN_OF_STREAM;
    if (begins && sound) return at;
    sound |= !begins;
  }
  return 0;
}

/* A second stream's marker, followed by the head of a STREAMINFO block of its one length. */
static uint64_t joined_flac(const source *s)
{
  static const uint8_t marker[] = {'f', 'L', 'a', 'C', 0, 0, 0, 34};
  const size_t overlap = sizeof marker - 1;
  uint8_t block[SEARCH_BYTES];

  for (uint64_t at = sizeof marker; at + overlap < s->bytes; at += sizeof block - overlap) {
    const uint64_t left = s->bytes - at;
    const size_t n = left < sizeof block ? (size_t)left : sizeof block;
    if (!read_at(s, at, block, n)) return 0;
    const uint8_t *found = memmem(block, n, marker, sizeof marker);
    if (found) return at + (uint64_t)(found - block);
  }
  return 0;
}

uint64_t cst_container_joined(sound_bytes *file, const cst_sample_chunk *chunk)
{
  source s = source_of(file);
  uint8_t head[4];

  if (!read_at(&s, 0, head, sizeof head)) return 0;
  if (!memcmp(head, "OggS", 4)) return chained_ogg(&s);
  if (!memcmp(head, "fLaC", 4)) return joined_flac(&s);
  if (!chunk->known) return 0;
  if (is_wav(&s, chunk->after)) return chunk->after;
  return chunk->after && is_wav(&s, chunk->after - 1) ? chunk->after - 1 : 0; /* no padding */
}
