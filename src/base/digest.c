/* XXH3-128, streamed.  Contract in cassette/digest.h. */
#include "cassette/digest.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

struct cst_digest {
  XXH3_state_t *state;
};

static void to_hex(XXH128_hash_t hash, char hex[CST_DIGEST_HEX])
{
  snprintf(hex, CST_DIGEST_HEX, "%016llx%016llx", (unsigned long long)hash.high64,
           (unsigned long long)hash.low64);
}

cst_status cst_digest_create(cst_digest **out)
{
  cst_status st = CST_OK;
  *out = NULL;
  CST_ALLOC(*out, 1);
  (*out)->state = XXH3_createState();
  if (!(*out)->state || XXH3_128bits_reset((*out)->state) == XXH_ERROR) {
    cst_digest_destroy(out);
    st = cst_no_memory("digest", 1, 576);
  }
done:
  return st;
}

void cst_digest_destroy(cst_digest **self)
{
  if (!*self) return;
  XXH3_freeState((*self)->state);
  cst_free(*self);
  *self = NULL;
}

void cst_digest_add(cst_digest *self, const void *bytes, size_t n)
{
  if (n) XXH3_128bits_update(self->state, bytes, n);
}

void cst_digest_hex(const cst_digest *self, char hex[CST_DIGEST_HEX])
{
  to_hex(XXH3_128bits_digest(self->state), hex);
}

void cst_digest_bytes(const void *bytes, size_t n, char hex[CST_DIGEST_HEX])
{
  to_hex(XXH3_128bits(bytes, n), hex);
}

cst_status cst_digest_file(const char *path, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  char *buffer = NULL;
  size_t n;
  FILE *file = fopen(path, "rb");
  if (!file) CST_TRY(cst_file_failed(path, "read"));
  CST_TRY(cst_digest_create(&digest));
  CST_ALLOC(buffer, 1 << 16);
  while ((n = fread(buffer, 1, 1 << 16, file)) > 0) cst_digest_add(digest, buffer, n);
  if (ferror(file)) CST_TRY(cst_file_failed(path, "read"));
  cst_digest_hex(digest, hex);
done:
  if (file) fclose(file);
  cst_free(buffer);
  cst_digest_destroy(&digest);
  return st;
}
