/* Shared by the sources of store: the object, the lock, and HDF5's errors as one line. */
#ifndef CST_STORE_IMPL_H
#define CST_STORE_IMPL_H

#include "cassette/store.h"

#include <hdf5.h>

struct cst_store {
  hid_t file;
  bool writing, foreign; /* foreign: `file` is a copy that a child process made */
  char *path;
  uint64_t bytes;       /* reading: of the file */
  unsigned char *image; /* writing: the file so far, in memory */
  size_t image_capacity;
};

enum { STORE_REASON_BYTES = 200 };

/* Every public function holds this lock (it nests): HDF5 may have been built without thread
 * safety.  Entering also keeps HDF5 from printing its error stack, a per-thread setting. */
void store_enter(void);
void store_leave(void);
void store_enter_as_child(void); /* right after fork() under the lock */

/* Innermost text of HDF5's error stack: call it right after the call that failed. */
const char *store_reason(char reason[STORE_REASON_BYTES]);

/* Fail with HDF5's reason: an array that cannot be read, and one that cannot be built. */
cst_status store_damaged(const cst_store *self, const char *name, const char *what);
cst_status store_unbuilt(const cst_store *self, const char *name, const char *what);

/* Release an identifier of any kind; negative ones are ignored.  Whether that worked. */
bool store_drop(hid_t id);

hid_t store_memory_type(cst_type type);

/* Make a dataset with its groups.  `dims` 0 is a scalar.  store_drop() it, and look at the
 * answer: chunks are filtered and stored as late as that. */
cst_status store_make(cst_store *self, const char *name, hid_t type, size_t dims,
                      const size_t *shape, bool checksum, hid_t *out);
/* Open a dataset; says whether it is absent, something else, damaged, or not all in this file. */
cst_status store_find(const cst_store *self, const char *name, hid_t *out);
/* Whether all values of an open dataset are in the file, in a form that is read here. */
cst_status store_check_claims(const cst_store *self, const char *name, hid_t dataset);
/* Whether a type is a number in one of the usual layouts, or an enumeration of such. */
bool store_is_plain_number(hid_t type);
cst_status store_check_numeric(const cst_store *self, const char *name, hid_t type);
/* What can be told of a file without HDF5, in words: *bytes, and whether it must be read in a child
 * process: superblock 0 or 1 (what h5py makes by default) comes without checksums. */
cst_status store_look(const char *path, uint64_t *bytes, bool *foreign);
/* Such a file's arrays, and the numbers among its attributes, in a file of its own without a name.
 * Under the lock. */
cst_status store_open_foreign(const char *path, uint64_t bytes, hid_t *file);
/* The attribute that says why an array was not copied into it. */
#define STORE_REFUSAL "refused"
/* Fail with that, if it is there. */
cst_status store_check_refusal(hid_t dataset);
hid_t store_open_file(const char *path); /* for reading; -1: store_unreadable() right after */
cst_status store_unreadable(const char *path);
/* Dimensions of an open dataset. */
cst_status store_extent(const cst_store *self, const char *name, hid_t dataset, size_t *dims,
                        size_t shape[CST_STORE_MAX_DIMS]);
/* Selection of rows [first, first+n) in the file and its shape in memory (drop both), and the
 * elements of a row. */
cst_status store_select_rows(const cst_store *self, const char *name, hid_t dataset, size_t first,
                             size_t n, size_t *row, hid_t *space, hid_t *memory);

#endif
