/*
 * Arrays and texts into a store, in cassette/store.h.
 *
 * What guards the numbers: chunks carry Fletcher-32 sums; scalars and short texts live inside
 * object headers, which carry their own; texts of any length otherwise are chunked.
 */
#include "store_impl.h"

#include "cassette/memory.h"

#include <string.h>

enum {
  CHUNK_BYTES = 1 << 17,  /* one clip of 500 x 64 floats */
  INLINE_BYTES = 1 << 14, /* text kept in its object header; HDF5 allows 64 KiB */
};

static hid_t file_type(cst_type type)
{
  switch (type) {
  case CST_F32:
    return H5T_IEEE_F32LE;
  case CST_F64:
    return H5T_IEEE_F64LE;
  case CST_I8:
    return H5T_STD_I8LE;
  case CST_I32:
    return H5T_STD_I32LE;
  case CST_I64:
    return H5T_STD_I64LE;
  case CST_U8:
    return H5T_STD_U8LE;
  case CST_U64:
    return H5T_STD_U64LE;
  }
  return -1;
}

/* Whole inner dimensions while they fit the chunk, part of the next one, single steps outside. */
static void chunk_shape(size_t dims, const size_t *shape, size_t element_bytes, hsize_t *chunk)
{
  size_t capacity = CHUNK_BYTES / element_bytes;
  if (capacity == 0) capacity = 1;
  for (size_t d = dims; d-- > 0;) {
    chunk[d] = shape[d] < capacity ? shape[d] : capacity;
    capacity /= (size_t)chunk[d];
  }
}

static bool is_empty(size_t dims, const size_t *shape)
{
  for (size_t d = 0; d < dims; d++)
    if (shape[d] == 0) return true;
  return false;
}

static hid_t creation_list(hid_t type, size_t dims, const size_t *shape, bool checksum)
{
  const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  hsize_t chunk[CST_STORE_MAX_DIMS];
  bool good = H5Pset_obj_track_times(list, false) >= 0;
  if (dims == 0) {
    good = good && H5Pset_layout(list, H5D_COMPACT) >= 0;
  } else if (checksum && !is_empty(dims, shape)) {
    chunk_shape(dims, shape, H5Tget_size(type), chunk);
    good = good && H5Pset_chunk(list, (int)dims, chunk) >= 0 && H5Pset_fletcher32(list) >= 0;
  }
  if (good) return list;
  store_drop(list);
  return -1;
}

static hid_t space_of(size_t dims, const size_t *shape)
{
  hsize_t extent[CST_STORE_MAX_DIMS];
  for (size_t d = 0; d < dims; d++) extent[d] = shape[d];
  return dims == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple((int)dims, extent, NULL);
}

/* Groups one by one: those that HDF5 makes by itself would carry the time. */
static cst_status make_groups(cst_store *self, const char *name)
{
  cst_status st = CST_OK;
  hid_t list = H5Pcreate(H5P_GROUP_CREATE), group = -1;
  char *path = cst_strdup(name);
  if (!path) CST_TRY(cst_no_memory(name, strlen(name), 1));
  if (H5Pset_obj_track_times(list, false) < 0)
    CST_TRY(store_unbuilt(self, name, "cannot make groups"));
  for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (*path && H5Lexists(self->file, path, H5P_DEFAULT) <= 0) {
      group = H5Gcreate2(self->file, path, H5P_DEFAULT, list, H5P_DEFAULT);
      if (group < 0) CST_TRY(store_unbuilt(self, name, "cannot make groups"));
      store_drop(group);
    }
    *slash = '/';
  }
done:
  cst_free(path);
  store_drop(list);
  return st;
}

cst_status store_make(cst_store *self, const char *name, hid_t type, size_t dims,
                      const size_t *shape, bool checksum, hid_t *out)
{
  cst_status st = CST_OK;
  hid_t space = -1, list = -1;
  CST_ASSERT(self->writing && dims <= CST_STORE_MAX_DIMS);
  *out = -1;
  CST_TRY(make_groups(self, name));
  space = space_of(dims, shape);
  list = creation_list(type, dims, shape, checksum);
  if (space < 0 || list < 0) CST_TRY(store_unbuilt(self, name, "cannot describe the array"));
  *out = H5Dcreate2(self->file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  if (*out < 0) CST_TRY(store_unbuilt(self, name, "cannot make the array"));
done:
  store_drop(list);
  store_drop(space);
  return st;
}

cst_status cst_store_begin(cst_store *self, const char *name, cst_type type, size_t dims,
                           const size_t *shape, bool checksum)
{
  cst_status st = CST_OK;
  hid_t dataset = -1;
  store_enter();
  CST_TRY(store_make(self, name, file_type(type), dims, shape, checksum, &dataset));
done:
  store_drop(dataset);
  store_leave();
  return st;
}

/* Write what is selected and see it through the filters, which run as late as the closing. */
static cst_status put(cst_store *self, const char *name, hid_t *dataset, hid_t type, hid_t memory,
                      hid_t space, const void *data)
{
  cst_status st = CST_OK;
  if (H5Dwrite(*dataset, type, memory, space, H5P_DEFAULT, data) < 0)
    st = store_unbuilt(self, name, "cannot store the array");
  if (!store_drop(*dataset) && st == CST_OK)
    st = store_unbuilt(self, name, "cannot store the array");
  *dataset = -1;
  return st;
}

cst_status cst_store_write(cst_store *self, const char *name, cst_type type, size_t dims,
                           const size_t *shape, const void *data, bool checksum)
{
  cst_status st = CST_OK;
  hid_t dataset = -1;
  store_enter();
  CST_TRY(store_make(self, name, file_type(type), dims, shape, checksum, &dataset));
  if (!is_empty(dims, shape))
    CST_TRY(put(self, name, &dataset, store_memory_type(type), H5S_ALL, H5S_ALL, data));
done:
  store_drop(dataset);
  store_leave();
  return st;
}

cst_status cst_store_write_rows(cst_store *self, const char *name, cst_type type, size_t first,
                                size_t n, const void *data)
{
  cst_status st = CST_OK;
  hid_t dataset = -1, memory = -1, space = -1;
  size_t row = 0;
  CST_ASSERT(self->writing);
  store_enter();
  CST_TRY(store_find(self, name, &dataset));
  CST_TRY(store_select_rows(self, name, dataset, first, n, &row, &space, &memory));
  if (n > 0) CST_TRY(put(self, name, &dataset, store_memory_type(type), memory, space, data));
done:
  store_drop(memory);
  store_drop(space);
  store_drop(dataset);
  store_leave();
  return st;
}

static size_t widest(size_t n, const char *const *texts)
{
  size_t width = 1;
  for (size_t i = 0; i < n; i++)
    if (strlen(texts[i]) > width) width = strlen(texts[i]);
  return width;
}

static hid_t text_type(size_t width)
{
  const hid_t type = H5Tcopy(H5T_C_S1);
  if (H5Tset_size(type, width) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
      H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
    return type;
  store_drop(type);
  return -1;
}

static cst_status write_texts(cst_store *self, const char *name, size_t dims, size_t n,
                              const char *const *texts)
{
  cst_status st = CST_OK;
  const size_t width = widest(n, texts);
  hid_t type = -1, dataset = -1;
  char *block = NULL;
  CST_ALLOC(block, n * width);
  for (size_t i = 0; i < n; i++) memcpy(block + i * width, texts[i], strlen(texts[i]));
  type = text_type(width);
  if (type < 0) CST_TRY(store_unbuilt(self, name, "cannot describe the text"));
  CST_TRY(store_make(self, name, type, dims, &n, true, &dataset));
  if (n > 0) CST_TRY(put(self, name, &dataset, type, H5S_ALL, H5S_ALL, block));
done:
  store_drop(dataset);
  store_drop(type);
  cst_free(block);
  return st;
}

cst_status cst_store_write_string(cst_store *self, const char *name, const char *text)
{
  const size_t dims = strlen(text) <= INLINE_BYTES ? 0 : 1;
  store_enter();
  const cst_status st = write_texts(self, name, dims, 1, &text);
  store_leave();
  return st;
}

cst_status cst_store_write_strings(cst_store *self, const char *name, size_t n,
                                   const char *const *texts)
{
  store_enter();
  const cst_status st = write_texts(self, name, 1, n, texts);
  store_leave();
  return st;
}
