/*
 * Whether a FLAC stream of unknown length ends with a whole frame, in container.h.
 *
 * Its decoder drops a frame that is cut in silence.  A frame starts with a header that has a
 * checksum of its own (CRC-8, polynomial 0x07) and ends with one over all its bytes (CRC-16,
 * polynomial 0x8005), which is zero over a whole frame with its checksum: RFC 9639, section 9.
 */
#include "container.h"

enum { TAIL_BYTES = 1 << 17, HEADER_BYTES_MOST = 16 };

static unsigned crc8(const uint8_t *p, size_t n)
{
  unsigned sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum ^= p[i];
    for (int bit = 0; bit < 8; bit++) sum = (sum << 1 ^ (sum & 0x80 ? 0x07 : 0)) & 0xFF;
  }
  return sum;
}

static unsigned crc16(const uint8_t *p, size_t n)
{
  unsigned sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum ^= (unsigned)p[i] << 8;
    for (int bit = 0; bit < 8; bit++) sum = (sum << 1 ^ (sum & 0x8000 ? 0x8005 : 0)) & 0xFFFF;
  }
  return sum;
}

/* Bytes of the frame or sample number, coded like UTF-8 of up to 36 bits. */
static size_t number_bytes(uint8_t first)
{
  size_t ones = 0;
  while (ones < 8 && first & 0x80 >> ones) ones++;
  return ones == 0 ? 1 : ones;
}

static bool is_frame_header(const uint8_t *p, size_t n)
{
  if (n < HEADER_BYTES_MOST || p[0] != 0xFF || (p[1] & 0xFE) != 0xF8) return false;
  const unsigned block = p[2] >> 4, rate = p[2] & 15;
  const size_t size = 4 + number_bytes(p[4]) +
                      (block == 6   ? 1
                       : block == 7 ? 2
                                    : 0) +
                      (rate == 12                 ? 1
                       : rate == 13 || rate == 14 ? 2
                                                  : 0);
  return size < HEADER_BYTES_MOST && crc8(p, size) == p[size];
}

bool cst_container_flac_ends(sound_bytes *file)
{
  const size_t n = file->bytes < TAIL_BYTES ? (size_t)file->bytes : TAIL_BYTES;
  uint8_t tail[TAIL_BYTES];
  if (!sound_bytes_read(file, file->bytes - n, tail, n)) return false;
  for (size_t at = n; at-- > 0;)
    if (is_frame_header(tail + at, n - at) && crc16(tail + at, n - at) == 0) return true;
  return false;
}
