/**
 * @file store.h
 * Named arrays and attributes in one HDF5 file.  The only module that calls HDF5.
 *
 * A file is built in memory and reaches the disk in cst_store_commit(), as a temporary file beside
 * the target that is synchronised and renamed: no disk error can leave half a file or upset HDF5.
 * The same calls give the same bytes (no times inside).  Every array written with a checksum, every
 * scalar, every text and all structure is guarded: a flipped bit is an error, never another value.
 * Reading is read-only and takes no file locks (parallel file systems).  Errors are CST_ERR_DATA
 * and name the file, the array and the cure.  What a file announces is believed only as far as its
 * length goes: an array that is not all in the file (fill values, external storage, links into
 * other files) is refused, so a shape read from a file is safe to allocate.  Local: one rank writes
 * a file.  Calls from several threads are safe, also where HDF5 was built without thread safety.
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

/** For writing; fails early where the directory cannot be written to. */
cst_status cst_store_create(const char *path, cst_store **out);
/** For reading.  A file in HDF5's old format, which h5py makes by default and which carries no
 *  checksums, is read by a child process, which copies it into one that this process opens (below
 *  TMPDIR, without a name): damage can end the library. */
cst_status cst_store_open(const char *path, cst_store **out);
/** Whether files of any format are opened so from now on, for those whose maker is unknown; returns what
 *  held before. */
bool cst_store_distrust(bool all);
/** Make what was written visible at its path. On error nothing is. Destroys the object. */
cst_status cst_store_commit(cst_store **self);
/** Close; what was not committed is forgotten.  NULL allowed. */
void cst_store_close(cst_store **self);

/** Write a whole array; intermediate groups of @p name ("f64/step0/loss") are made.
 *  Chunked with Fletcher-32 if @p checksum (dims >= 1, not empty). */
cst_status cst_store_write(cst_store *self, const char *name, cst_type type, size_t dims,
                           const size_t *shape, const void *data, bool checksum);
/** Make an array to be filled in pieces; one that lacks some is refused when it is read. */
cst_status cst_store_begin(cst_store *self, const char *name, cst_type type, size_t dims,
                           const size_t *shape, bool checksum);
/** Write elements [first, first+n) along the first dimension of an array that was begun. */
cst_status cst_store_write_rows(cst_store *self, const char *name, cst_type type, size_t first,
                                size_t n, const void *data);
cst_status cst_store_write_string(cst_store *self, const char *name, const char *text);
/** One-dimensional array of @p n texts (fixed width: the longest). */
cst_status cst_store_write_strings(cst_store *self, const char *name, size_t n,
                                   const char *const *texts);

/** Whether the file starts as HDF5 does. */
bool cst_store_is_one(const char *path);
bool cst_store_has_group(const cst_store *self, const char *name);
bool cst_store_has(const cst_store *self, const char *name);
/** Whether the file at @p path has both: what kind of file it is. */
cst_status cst_store_file_has(const char *path, const char *one, const char *other, bool *has);
/** The same where an answer that damage prevents must not pass for no: CST_ERR_DATA. */
cst_status cst_store_look(const cst_store *self, const char *name, bool *there);
enum { CST_STORE_MAX_DIMS = 6 };
/** Shape of an array; scalars have dims = 0. */
cst_status cst_store_shape(const cst_store *self, const char *name, size_t *dims,
                           size_t shape[CST_STORE_MAX_DIMS]);
/** Read a whole array into @p data, converting numbers to @p type; fails unless it holds exactly
 *  @p count elements and each of them fits @p type (rounding to a float type is fine). */
cst_status cst_store_read(const cst_store *self, const char *name, cst_type type, size_t count,
                          void *data);
/** Read elements [first, first+n) along the first dimension, which must have @p row elements each,
 *  into @p data [n][row]. */
cst_status cst_store_read_rows(const cst_store *self, const char *name, cst_type type, size_t first,
                               size_t n, size_t row, void *data);
/** A text: fixed or variable length, scalar or one element.  cst_free() it. */
cst_status cst_store_read_string(const cst_store *self, const char *name, char **text);
/** All texts of a one-dimensional array, in one block: cst_free(*texts) releases everything. */
cst_status cst_store_read_strings(const cst_store *self, const char *name, size_t *n,
                                  char ***texts);
/** Attribute of the root group, numeric scalar. */
cst_status cst_store_attribute(const cst_store *self, const char *name, double *value);
/** Names of the members of a group ("" = root), in byte order; visit returns non-OK to stop. */
typedef cst_status (*cst_store_visit_fn)(void *context, const char *name);
cst_status cst_store_list(const cst_store *self, const char *group, cst_store_visit_fn visit,
                          void *context);
const char *cst_store_version(void); /**< "HDF5 1.10.8" */

#endif
