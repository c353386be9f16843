/* Shared by the sources of store: the object, the lock, and HDF5's errors as one line. */
#ifndef CST_STORE_IMPL_H
#define CST_STORE_IMPL_H

#include "cassette/store.h"

#include <hdf5.h>

struct cst_store {
  hid_t file;
  bool writing;
  char *path;
  unsigned char *image; /* writing: the file so far, in memory */
  size_t image_room;
};

enum { STORE_REASON_BYTES = 200 };

/* Every public function holds this lock (it nests): HDF5 may have been built without thread
 * safety.  Entering also keeps HDF5 from printing its error stack, a per-thread setting. */
void store_enter(void);
void store_leave(void);

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
/* Open a dataset; says whether it is absent, something else, or damaged. */
cst_status store_find(const cst_store *self, const char *name, hid_t *out);
/* Dimensions of an open dataset. */
cst_status store_extent(const cst_store *self, const char *name, hid_t dataset, size_t *dims,
                        size_t shape[CST_STORE_MAX_DIMS]);
/* Selection of rows [first, first+n) in the file and its shape in memory; drop both. */
cst_status store_select_rows(const cst_store *self, const char *name, hid_t dataset, size_t first,
                             size_t n, hid_t *space, hid_t *memory);

#endif
