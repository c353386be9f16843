/**
 * @file store.h
 * Named arrays and attributes in one HDF5 file.  The only module that calls HDF5.
 *
 * Writing goes to a temporary file beside the target; cst_store_commit() makes it whole (flush,
 * fsync, rename, fsync of the directory).  Reading is read-only and lock-free (parallel file
 * systems).  Errors are CST_ERR_DATA and name the file, the array and the cure.  Serial: one rank
 * writes a file.
 */
#ifndef CST_STORE_H
#define CST_STORE_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { CST_F32, CST_F64, CST_I8, CST_I32, CST_I64, CST_U8, CST_U64 } cst_type;
size_t cst_type_bytes(cst_type type);

typedef struct cst_store cst_store;

cst_status cst_store_create(const char *path, cst_store **out); /**< for writing */
cst_status cst_store_open(const char *path, cst_store **out);   /**< for reading */
/** Make what was written visible at its path. On error nothing is. Destroys the object. */
cst_status cst_store_commit(cst_store **self);
/** Close; an uncommitted file is removed.  NULL allowed. */
void cst_store_close(cst_store **self);

/** Write a whole array; intermediate groups of @p name ("f64/step0/loss") are made.
 *  Chunked with Fletcher-32 if @p checksum (dims >= 1, not empty). */
cst_status cst_store_write(cst_store *self, const char *name, cst_type type, size_t dims,
                           const size_t *shape, const void *data, bool checksum);
cst_status cst_store_write_string(cst_store *self, const char *name, const char *text);

bool cst_store_has(const cst_store *self, const char *name);
enum { CST_STORE_MAX_DIMS = 6 };
/** Shape of an array; scalars have dims = 0. */
cst_status cst_store_shape(const cst_store *self, const char *name, size_t *dims,
                           size_t shape[CST_STORE_MAX_DIMS]);
/** Read a whole array into @p data, converting numbers to @p type; fails unless it holds exactly
 *  @p count elements. */
cst_status cst_store_read(const cst_store *self, const char *name, cst_type type, size_t count,
                          void *data);
/** Read elements [first, first+n) along the first dimension; @p data has n * rest elements. */
cst_status cst_store_read_rows(const cst_store *self, const char *name, cst_type type, size_t first,
                               size_t n, void *data);
cst_status cst_store_read_string(const cst_store *self, const char *name, char **text);
/** Attribute of the root group, numeric scalar. */
cst_status cst_store_attribute(const cst_store *self, const char *name, double *value);
/** Names of the members of a group ("" = root), in byte order; visit returns non-OK to stop. */
typedef cst_status (*cst_store_visit_fn)(void *context, const char *name);
cst_status cst_store_list(const cst_store *self, const char *group, cst_store_visit_fn visit,
                          void *context);
const char *cst_store_version(void); /**< "HDF5 1.10.8" */

#endif
