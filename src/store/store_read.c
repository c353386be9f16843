/* Numbers out of a store, in cassette/store.h. */
#include "store_impl.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* 1 there, 0 not there, -1 damaged.  Each step of the path by itself: HDF5 takes a missing group on
 * the way for an error. */
static int presence(hid_t file, const char *name)
{
  char path[1024];
  H5L_info_t link;
  const size_t bytes = strlen(name);
  if (bytes == 0 || bytes >= sizeof path) return 0;
  for (size_t i = 1; i <= bytes; i++) {
    if (name[i] != '/' && name[i] != '\0') continue;
    memcpy(path, name, i);
    path[i] = '\0';
    const htri_t there = H5Lexists(file, path, H5P_DEFAULT);
    if (there <= 0) return there < 0 ? -1 : 0;
    if (H5Lget_info(file, path, &link, H5P_DEFAULT) < 0) return -1;
    if (link.type != H5L_TYPE_HARD) return 0; /* it may lead nowhere, or into another file */
  }
  return 1;
}

bool cst_store_has(const cst_store *self, const char *name)
{
  store_enter();
  const bool there = presence(self->file, name) == 1;
  store_leave();
  return there;
}

cst_status cst_store_look(const cst_store *self, const char *name, bool *there)
{
  store_enter();
  const int found = presence(self->file, name);
  const cst_status st = found < 0 ? store_damaged(self, name, "cannot look it up") : CST_OK;
  store_leave();
  *there = found == 1;
  return st;
}

bool cst_store_has_group(const cst_store *self, const char *name)
{
  store_enter();
  const hid_t id = presence(self->file, name) == 1 ? H5Gopen2(self->file, name, H5P_DEFAULT) : -1;
  store_drop(id);
  store_leave();
  return id >= 0;
}

cst_status store_find(const cst_store *self, const char *name, hid_t *out)
{
  *out = -1;
  const int there = presence(self->file, name);
  if (there < 0) return store_damaged(self, name, "cannot look it up");
  if (there == 0)
    return cst_raise(CST_ERR_DATA,
                     "%s: no array %s; is this the right file, from a current version?", self->path,
                     name);
  *out = H5Dopen2(self->file, name, H5P_DEFAULT);
  if (*out < 0) return store_damaged(self, name, "not an array, or damaged");
  if (self->foreign && store_check_refusal(*out) != CST_OK) return CST_ERR_DATA;
  return self->writing ? CST_OK : store_check_claims(self, name, *out);
}

cst_status store_extent(const cst_store *self, const char *name, hid_t dataset, size_t *dims,
                        size_t shape[CST_STORE_MAX_DIMS])
{
  cst_status st = CST_OK;
  hsize_t extent[H5S_MAX_RANK];
  const hid_t space = H5Dget_space(dataset);
  const int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
  *dims = 0;
  if (rank < 0) CST_TRY(store_damaged(self, name, "cannot read its shape"));
  if (rank > CST_STORE_MAX_DIMS)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: %d dimensions, at most %d are expected", self->path, name,
             rank, CST_STORE_MAX_DIMS);
  if (H5Sget_simple_extent_type(space) == H5S_NULL)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: holds no values", self->path, name);
  *dims = (size_t)rank;
  for (int d = 0; d < rank; d++) shape[d] = (size_t)extent[d];
done:
  store_drop(space);
  return st;
}

cst_status cst_store_shape(const cst_store *self, const char *name, size_t *dims,
                           size_t shape[CST_STORE_MAX_DIMS])
{
  cst_status st = CST_OK;
  hid_t dataset = -1;
  *dims = 0;
  store_enter();
  CST_TRY(store_find(self, name, &dataset));
  CST_TRY(store_extent(self, name, dataset, dims, shape));
done:
  store_drop(dataset);
  store_leave();
  return st;
}

cst_status store_select_rows(const cst_store *self, const char *name, hid_t dataset, size_t first,
                             size_t n, size_t *row, hid_t *space, hid_t *memory)
{
  cst_status st = CST_OK;
  size_t dims = 0, shape[CST_STORE_MAX_DIMS];
  hsize_t start[CST_STORE_MAX_DIMS] = {first}, count[CST_STORE_MAX_DIMS];
  *space = *memory = -1;
  *row = 1;
  CST_TRY(store_extent(self, name, dataset, &dims, shape));
  if (dims == 0)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: a single value, rows are expected", self->path, name);
  if (first > shape[0] || n > shape[0] - first)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: %zu rows from %zu are needed, it has %zu", self->path,
             name, n, first, shape[0]);
  for (size_t d = 0; d < dims; d++) count[d] = d == 0 ? n : shape[d];
  for (size_t d = 1; d < dims; d++) *row = cst_product(*row, shape[d]);
  *space = H5Dget_space(dataset);
  *memory = H5Screate_simple((int)dims, count, NULL);
  if (*space < 0 || *memory < 0 ||
      H5Sselect_hyperslab(*space, H5S_SELECT_SET, start, NULL, count, NULL) < 0)
    CST_TRY(store_damaged(self, name, "cannot select rows"));
done:
  return st;
}

cst_status store_check_numeric(const cst_store *self, const char *name, hid_t type)
{
  const H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
  if (type >= 0 && store_is_plain_number(type)) return CST_OK;
  if (class == H5T_NO_CLASS) return store_damaged(self, name, "cannot read its type");
  return cst_raise(CST_ERR_DATA, "%s: array %s: holds %s, numbers are expected", self->path, name,
                   class == H5T_STRING ? "text" : "a structured type or unusual numbers");
}

/* HDF5 would clip 300 to 127 and 0.5 to 0 in silence.  Infinity and NaN survive between real types,
 * and fewer digits are what a caller who asks for float32 wants. */
static H5T_conv_ret_t refuse_misfit(H5T_conv_except_t problem, hid_t from, hid_t to, void *source,
                                    void *target, void *misfit)
{
  (void)target;
  if (problem == H5T_CONV_EXCEPT_PRECISION) return H5T_CONV_UNHANDLED;
  if (H5Tget_class(to) == H5T_FLOAT && H5Tequal(from, H5T_NATIVE_DOUBLE) > 0) {
    double value;
    memcpy(&value, source, sizeof value);
    if (!isfinite(value)) return H5T_CONV_UNHANDLED;
  }
  *(bool *)misfit = true;
  return H5T_CONV_ABORT;
}

static cst_status take(const cst_store *self, const char *name, hid_t dataset, cst_type type,
                       hid_t memory, hid_t space, void *data)
{
  cst_status st = CST_OK;
  bool misfit = false;
  const hid_t stored = H5Dget_type(dataset), transfer = H5Pcreate(H5P_DATASET_XFER);
  CST_TRY(store_check_numeric(self, name, stored));
  if (H5Pset_type_conv_cb(transfer, refuse_misfit, &misfit) < 0)
    CST_TRY(store_damaged(self, name, "cannot prepare reading"));
  if (H5Dread(dataset, store_memory_type(type), memory, space, transfer, data) >= 0) goto done;
  if (misfit)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: a value does not fit the type that is expected",
             self->path, name);
  CST_TRY(store_damaged(self, name, "cannot be read"));
done:
  store_drop(transfer);
  store_drop(stored);
  return st;
}

static void shape_text(size_t dims, const size_t *shape, char *out, size_t bytes)
{
  size_t at = (size_t)snprintf(out, bytes, "[");
  for (size_t d = 0; d < dims && at < bytes; d++)
    at += (size_t)snprintf(out + at, bytes - at, d ? ", %zu" : "%zu", shape[d]);
  if (at < bytes) snprintf(out + at, bytes - at, "]");
}

cst_status cst_store_read(const cst_store *self, const char *name, cst_type type, size_t count,
                          void *data)
{
  cst_status st = CST_OK;
  hid_t dataset = -1;
  size_t dims = 0, shape[CST_STORE_MAX_DIMS], held = 1;
  char text[128];
  store_enter();
  CST_TRY(store_find(self, name, &dataset));
  CST_TRY(store_extent(self, name, dataset, &dims, shape));
  for (size_t d = 0; d < dims; d++) held = cst_product(held, shape[d]);
  shape_text(dims, shape, text, sizeof text);
  if (held != count)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: has shape %s, %zu values are expected", self->path, name,
             text, count);
  if (count > 0) CST_TRY(take(self, name, dataset, type, H5S_ALL, H5S_ALL, data));
done:
  store_drop(dataset);
  store_leave();
  return st;
}

cst_status cst_store_read_rows(const cst_store *self, const char *name, cst_type type, size_t first,
                               size_t n, size_t row, void *data)
{
  cst_status st = CST_OK;
  hid_t dataset = -1, memory = -1, space = -1;
  size_t held = 0;
  store_enter();
  CST_TRY(store_find(self, name, &dataset));
  CST_TRY(store_select_rows(self, name, dataset, first, n, &held, &space, &memory));
  if (held != row)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: rows of %zu values, %zu are expected", self->path, name,
             held, row);
  if (n > 0) CST_TRY(take(self, name, dataset, type, memory, space, data));
done:
  store_drop(memory);
  store_drop(space);
  store_drop(dataset);
  store_leave();
  return st;
}

cst_status cst_store_attribute(const cst_store *self, const char *name, double *value)
{
  cst_status st = CST_OK;
  hid_t attribute = -1, type = -1, space = -1;
  *value = 0.0;
  store_enter();
  if (H5Aexists(self->file, name) == 0)
    CST_FAIL(CST_ERR_DATA, "%s: no attribute %s; is this the right file?", self->path, name);
  attribute = H5Aopen(self->file, name, H5P_DEFAULT);
  if (attribute < 0) CST_TRY(store_damaged(self, name, "cannot open this attribute"));
  type = H5Aget_type(attribute);
  space = H5Aget_space(attribute);
  CST_TRY(store_check_numeric(self, name, type));
  if (H5Sget_simple_extent_npoints(space) != 1)
    CST_FAIL(CST_ERR_DATA, "%s: attribute %s: one number is expected", self->path, name);
  if (H5Aread(attribute, H5T_NATIVE_DOUBLE, value) < 0)
    CST_TRY(store_damaged(self, name, "cannot read this attribute"));
done:
  store_drop(space);
  store_drop(type);
  store_drop(attribute);
  store_leave();
  return st;
}
