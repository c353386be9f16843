/**
 * @file digest.h
 * 128-bit XXH3 digests of bytes, for integrity and for telling whether two results are the same.
 */
#ifndef CST_DIGEST_H
#define CST_DIGEST_H

#include "cassette/status.h"

#include <stddef.h>
#include <stdint.h>

enum { CST_DIGEST_HEX = 33 }; /**< 32 hexadecimal digits and the final NUL */

typedef struct cst_digest cst_digest;

cst_status cst_digest_create(cst_digest **out);
void cst_digest_destroy(cst_digest **self);
void cst_digest_add(cst_digest *self, const void *bytes, size_t n);
/** The digest of all that was added; the object can be added to further. */
void cst_digest_hex(const cst_digest *self, char hex[CST_DIGEST_HEX]);

/** One call for one buffer. */
void cst_digest_bytes(const void *bytes, size_t n, char hex[CST_DIGEST_HEX]);
/** Content of a file. */
cst_status cst_digest_file(const char *path, char hex[CST_DIGEST_HEX]);

#endif
