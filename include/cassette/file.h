/**
 * @file file.h
 * Files that are either whole or absent: written beside the target, fsync, rename, fsync of the
 * directory.  All functions are local.  Errors are CST_ERR_DATA and name path and reason.
 */
#ifndef CST_FILE_H
#define CST_FILE_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Fail with errno, which an attempt to @p what ("read") at @p path has left, and its cure.  What
 * this process lacks (open files, memory) is CST_ERR_INTERNAL, all else CST_ERR_DATA. */
cst_status cst_file_failed(const char *path, const char *what);

/** Create @p path and its parents. */
cst_status cst_make_dirs(const char *path);
/** Fail unless files can be created in @p path (tries it). */
cst_status cst_dir_writable(const char *path);
bool cst_file_exists(const char *path);
bool cst_dir_exists(const char *path);
/** Bytes of a file. */
cst_status cst_file_bytes(const char *path, uint64_t *bytes);

/** Name of the temporary file for @p path: beside it, ".<name>.<host>.<pid>-<start>.tmp".
 * cst_free() it.
 */
char *cst_file_temp(const char *path);
/** Open a new file by such a name, for writing; what stood there is removed, never written through.
 *  -1: errno says why. */
int cst_temp_open(const char *temp);
/** Remove temporary files below @p root that killed processes have left: those of this host whose
 *  process is gone, and any that were not written to for an hour.  Safe beside living writers. */
void cst_remove_stale_temps(const char *root);

/** A new directory "cassette-@p name-XXXXXX" of this process alone, for what nobody else needs: in
 *  TMPDIR, in /tmp where that is unset or takes none.  cst_scratch_remove() it. */
cst_status cst_scratch_make(const char *name, char **dir);
/** Remove it (NULL: nothing) with all that is in it, and its name. */
void cst_scratch_remove(char **dir);

/** Remember that the file @p path is read: no output of this process may replace it. */
void cst_input_keep(const char *path);
/** Whether an output may be called @p path: nothing is there, or a regular file that is no input,
 * by whatever name.  Every write here asks; ask before long work too.  An input is CST_ERR_USAGE.
 */
cst_status cst_target_check(const char *path);
/** fsync @p temp, rename it to @p path, fsync the directory.  On error @p temp is removed. */
cst_status cst_file_commit(const char *temp, const char *path);
/** Write a whole file atomically. */
cst_status cst_file_write(const char *path, const void *bytes, size_t n);
/** Read a whole file; *out has a NUL after the last byte; cst_free() it. */
cst_status cst_file_read(const char *path, char **out, size_t *n);
/** Remove a file that may be absent. */
cst_status cst_file_remove(const char *path);

/** Whether @p path is in @p dir, links followed: CST_ERR_DATA names the one that leads out.  What
 * is not there yet is. */
cst_status cst_path_inside(const char *dir, const char *path);
/** Whether both are there and the same directory, by whatever names. */
bool cst_same_dir(const char *a, const char *b);

/** "a/b" joined; an absolute @p b is returned as it is.  cst_free() it. */
char *cst_path_join(const char *a, const char *b);
/** Last component of a path (borrowed, points into @p path). */
const char *cst_path_name(const char *path);
/** Directory of a path, "." if none.  cst_free() it. */
char *cst_path_dir(const char *path);

enum { CST_SAFE_NAME_BYTES = 64 }; /**< with the NUL */
/** @p name (of a fold, say) as one component of a path: itself where it is letters, digits, '-' and
 *  '_' of ASCII and fits, else what is left of it, a dot and 64 bits of its digest.  Different
 * names stay different; in a file system that ignores letter case, those that differ in more than
 * that. */
void cst_safe_name(const char *name, char out[CST_SAFE_NAME_BYTES]);

/** Called for each regular file below a root; @p relative is its path from the root. */
typedef cst_status (*cst_walk_fn)(void *context, const char *relative);
/** Visit the regular files below @p root in byte order of their names, following links. */
cst_status cst_walk(const char *root, cst_walk_fn visit, void *context);

/** Growing text buffer.  Errors (memory) are kept and reported by cst_text_status(). */
typedef struct {
  char *data;   /**< NUL-terminated; NULL until something was added */
  size_t bytes; /**< without the NUL */
  size_t capacity;
  bool failed;
} cst_text;
void cst_text_add(cst_text *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cst_text_add_bytes(cst_text *self, const void *bytes, size_t n);
cst_status cst_text_status(const cst_text *self);
void cst_text_reset(cst_text *self); /**< releases the buffer */

#endif
