/*
 * Files, in cassette/store.h.
 *
 * HDF5 1.10 cannot be trusted with a disk that fills up: H5Fclose() says it worked after H5Dclose()
 * failed, objects stay open, and the program may crash when the library closes itself at exit.
 * So files are built by its "core" driver, in memory, and written by cst_file_write().
 */
#include "store_impl.h"

#include "cassette/file.h"
#include "cassette/limits.h"
#include "cassette/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define HAVE_LOCK_PROPERTY                                                                         \
  (H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0))

enum { GROWTH_BYTES = 1 << 20 };

const char *cst_store_version(void)
{
  static char text[32];
  unsigned major = 0, minor = 0, release = 0;
  store_enter();
  H5get_libversion(&major, &minor, &release);
  snprintf(text, sizeof text, "HDF5 %u.%u.%u", major, minor, release);
  store_leave();
  return text;
}

/* Libhdf5 crashes when it lacks memory while it opens a file; it takes less than this. */
enum { HDF5_FILE_BYTES = 4 << 20 };

static cst_status new_store(const char *path, bool writing, cst_store **out)
{
  cst_status st = CST_OK;
  cst_store *self = NULL;
  *out = NULL;
  CST_TRY(cst_limits_memory("HDF5", HDF5_FILE_BYTES));
  CST_ALLOC(self, 1);
  *self = (cst_store){.file = -1, .writing = writing, .path = cst_strdup(path)};
  if (!self->path) CST_TRY(cst_no_memory(path, strlen(path), 1));
  *out = self;
  self = NULL;
done:
  cst_free(self);
  return st;
}

static void destroy(cst_store **self)
{
  if (!*self) return;
  if ((*self)->file >= 0) H5Fclose((*self)->file);
  cst_free((*self)->image);
  cst_free((*self)->path);
  cst_free(*self);
  *self = NULL;
}

/* HDF5's memory for the file, which would be gone when the file is closed; but before, its header
 * still says that somebody is writing.  Grows by a quarter, so that it is seldom copied. */
static void *resize_image(void *bytes, size_t n, H5FD_file_image_op_t op, void *store)
{
  cst_store *self = store;
  (void)op;
  CST_ASSERT(bytes == self->image);
  if (n <= self->image_capacity) return self->image;
  const size_t capacity = n + n / 4;
  unsigned char *grown = cst_realloc(self->image, capacity, 1);
  if (!grown) return NULL;
  self->image = grown;
  self->image_capacity = capacity;
  return grown;
}

static herr_t keep_image(void *bytes, H5FD_file_image_op_t op, void *store)
{
  (void)bytes, (void)op, (void)store;
  return 0; /* destroy() releases it */
}

static void *same_store(void *store) { return store; }

static herr_t leave_store(void *store)
{
  (void)store;
  return 0;
}

/* The 1.10 format has checksums over all of its structure. No times: same content, same bytes.
 * The name is one that no file can have: HDF5 would first load what is there. */
static cst_status create_in_memory(cst_store *self)
{
  cst_status st = CST_OK;
  H5FD_file_image_callbacks_t memory = {.image_realloc = resize_image,
                                        .image_free = keep_image,
                                        .udata_copy = same_store,
                                        .udata_free = leave_store,
                                        .udata = self};
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
  char *name = cst_format("%s/in memory at %p", self->path, (void *)self);
  if (name && H5Pset_fapl_core(access, GROWTH_BYTES, false) >= 0 &&
      H5Pset_file_image_callbacks(access, &memory) >= 0 &&
      H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
      H5Pset_obj_track_times(creation, false) >= 0)
    self->file = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
  if (!name) st = cst_no_memory(self->path, strlen(self->path), 1);
  if (name && self->file < 0) st = store_unbuilt(self, "/", "cannot begin the file in memory");
  cst_free(name);
  store_drop(creation);
  store_drop(access);
  return st;
}

cst_status cst_store_create(const char *path, cst_store **out)
{
  cst_status st = CST_OK;
  cst_store *self = NULL;
  char *dir = cst_path_dir(path);
  *out = NULL;
  store_enter();
  if (!dir) CST_TRY(cst_no_memory(path, strlen(path), 1));
  CST_TRY(cst_dir_writable(dir));
  CST_TRY(cst_target_check(path));
  CST_TRY(new_store(path, true, &self));
  CST_TRY(create_in_memory(self));
  *out = self;
  self = NULL;
done:
  destroy(&self);
  cst_free(dir);
  store_leave();
  return st;
}

/* Closing gives back reserved space at the end; where the file ends then is said only in its
 * superblock (File Format Specification 3.0, II.A: version 2 and 3, "End of File Address"). */
static size_t image_bytes(const cst_store *self)
{
  enum { OFFSET_BYTES_AT = 9, END_AT = 28 };
  uint64_t end = 0;
  CST_ASSERT(self->image_capacity >= END_AT + 8 && self->image[OFFSET_BYTES_AT] == 8);
  for (int i = 8; i-- > 0;) end = end << 8 | self->image[END_AT + i];
  CST_ASSERT(end <= self->image_capacity);
  return (size_t)end;
}

cst_status cst_store_commit(cst_store **store)
{
  cst_status st = CST_OK;
  cst_store *self = *store;
  CST_ASSERT(self && self->writing);
  store_enter();
  if (H5Fflush(self->file, H5F_SCOPE_GLOBAL) < 0 || H5Fclose(self->file) < 0)
    st = store_unbuilt(self, "/", "cannot finish the file");
  self->file = -1;
  if (st == CST_OK) st = cst_file_write(self->path, self->image, image_bytes(self));
  destroy(store);
  store_leave();
  return st;
}

void cst_store_close(cst_store **self)
{
  store_enter();
  destroy(self);
  store_leave();
}

/* Locks fail on many parallel file systems, and files here never change once they have a name. */
hid_t store_open_file(const char *path)
{
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  hid_t file = -1;
#if HAVE_LOCK_PROPERTY
  H5Pset_file_locking(access, false, true);
#else
  setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
#endif
  if (H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
    file = H5Fopen(path, H5F_ACC_RDONLY, access);
  if (file >= 0) store_drop(access); /* after a failure any call would wipe its reason */
  return file;
}

cst_status cst_store_open(const char *path, cst_store **out)
{
  cst_status st = CST_OK;
  cst_store *self = NULL;
  uint64_t bytes = 0;
  bool foreign = false;
  *out = NULL;
  store_enter();
  CST_TRY(store_look(path, &bytes, &foreign));
  CST_TRY(new_store(path, false, &self));
  self->bytes = bytes;
  if (foreign)
    CST_TRY(store_open_foreign(path, bytes, &self->file));
  else
    self->file = store_open_file(path);
  if (self->file < 0) CST_TRY(store_unreadable(path));
  self->foreign = foreign;
  *out = self;
  self = NULL;
done:
  destroy(&self);
  store_leave();
  return st;
}
