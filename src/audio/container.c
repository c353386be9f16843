/*
 * Chunk headers of the RIFF family and pages of Ogg, as far as completeness needs them.
 *
 * Sources: Multimedia Programming Interface and Data Specifications 1.0 (RIFF), EBU Tech 3306
 * (RF64), Apple AIFF 1.3, RFC 3533 (Ogg pages; the end-of-stream flag must be set on the last one).
 */
#include "container.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum {
  MAX_CHUNKS = 4096,     /* a hostile file of empty chunks ends here */
  OGG_HEADER_BYTES = 27, /* before the segment table */
  OGG_PAGE_BYTES = 27 + 255 + 255 * 255,
  OGG_END_OF_STREAM = 4,
};
/* Lengths from here on come from writers that stream: 0xFFFFFFFF (ffmpeg), 0x7FFFF000 (SoX). */
static const uint64_t STREAMED_BYTES = 0x7FFFF000u;

typedef struct {
  int fd;
  uint64_t bytes;
  bool big_endian;
} source;

static bool read_at(const source *s, uint64_t at, void *to, size_t n)
{
  return at <= s->bytes && n <= s->bytes - at && pread(s->fd, to, n, (off_t)at) == (ssize_t)n;
}

static uint64_t number(const source *s, const uint8_t *p, size_t n)
{
  uint64_t value = 0;
  for (size_t i = 0; i < n; i++) value = value << 8 | p[s->big_endian ? i : n - 1 - i];
  return value;
}

/* Magic of the container; sets the byte order.  Returns the name of its sample chunk or NULL. */
static const char *recognise(source *s)
{
  uint8_t head[12];

  if (!read_at(s, 0, head, sizeof head)) return NULL;
  s->big_endian = !memcmp(head, "RIFX", 4) || !memcmp(head, "FORM", 4);
  if (!memcmp(head, "FORM", 4))
    return memcmp(head + 8, "AIFF", 4) && memcmp(head + 8, "AIFC", 4) ? NULL : "SSND";
  if (memcmp(head, "RIFF", 4) && memcmp(head, "RIFX", 4) && memcmp(head, "RF64", 4) &&
      memcmp(head, "BW64", 4))
    return NULL;
  return memcmp(head + 8, "WAVE", 4) ? NULL : "data";
}

/* Whether a wav "fmt " body is one that sample counts can be trusted to: whole bytes per sample and
 * frame = channels x bytes.  Compressed formats (bits that fill no byte) have frames of their own.
 */
static bool format_consistent(const source *s, uint64_t at)
{
  uint8_t fmt[16];

  if (!read_at(s, at, fmt, sizeof fmt)) return true; /* libsndfile refuses it */
  const uint64_t tag = number(s, fmt, 2), channels = number(s, fmt + 2, 2);
  const uint64_t frame_bytes = number(s, fmt + 12, 2), bits = number(s, fmt + 14, 2);
  const bool plain = tag == 1 || tag == 3 || tag == 0xFFFE;
  return !plain || frame_bytes == channels * ((bits + 7) / 8);
}

cst_sample_chunk cst_container_samples(int fd, uint64_t file_bytes)
{
  cst_sample_chunk found = {.consistent = true};
  source s = {.fd = fd, .bytes = file_bytes};
  const char *wanted = recognise(&s);
  uint64_t at = 12, long_bytes = 0; /* the 64-bit length of RF64 */

  for (int i = 0; wanted && i < MAX_CHUNKS; i++) {
    uint8_t head[8], wide[16];
    if (!read_at(&s, at, head, sizeof head)) break;
    const uint64_t body = at + sizeof head, bytes = number(&s, head + 4, 4);

    if (!memcmp(head, "ds64", 4) && read_at(&s, body, wide, sizeof wide))
      long_bytes = number(&s, wide + 8, 8);
    if (!memcmp(head, "fmt ", 4)) found.consistent = format_consistent(&s, body);
    if (!memcmp(head, wanted, 4)) {
      const bool is_long = bytes == UINT32_MAX && long_bytes;
      const uint64_t before = wanted[0] == 'S' ? 8 : 0; /* SSND: two numbers first */
      const uint64_t announced = is_long ? long_bytes : bytes;
      found.announced_bytes = announced > before ? announced - before : 0;
      found.present_bytes = file_bytes - body > before ? file_bytes - body - before : 0;
      found.known = is_long ? long_bytes <= INT64_MAX : bytes < STREAMED_BYTES;
      break;
    }
    at = body + bytes + (bytes & 1); /* chunks start at even bytes */
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

bool cst_container_ogg_whole(int fd, uint64_t file_bytes, uint64_t *damaged_at)
{
  const source s = {.fd = fd, .bytes = file_bytes};
  uint8_t page[OGG_PAGE_BYTES];
  bool ended = false;

  *damaged_at = 0;
  if (!read_at(&s, 0, page, 4) || memcmp(page, "OggS", 4)) return true;
  for (size_t n; (n = ogg_page(&s, *damaged_at, page)) != 0; *damaged_at += n)
    ended = page[5] & OGG_END_OF_STREAM;
  return ended; /* what follows the last page, such as a tag, is nobody's sound */
}
