/*
 * What an array says about itself, against what the file holds.
 *
 * HDF5 believes a file: a kilobyte may announce terabytes of fill values, name another file as its
 * storage, or ask for a filter that is loaded from a library.  An array counts as one only if all
 * of its values are in this file, so that no caller allocates more than there is to read.
 */
#include "store_impl.h"

#include "cassette/memory.h"

enum {
  MAX_FILTERS = 8,
  DEFLATE_MOST = 1032, /* deflate makes of one byte no more than these */
};

static cst_status refuse(const cst_store *self, const char *name, const char *what)
{
  return cst_raise(CST_ERR_DATA, "%s: array %s: %s; restore the file or make it again", self->path,
                   name, what);
}

/* Sign, exponent and mantissa side by side, over the whole number. */
static bool is_plain_real(hid_t type, size_t bits)
{
  size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
  return H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
         mantissa == 0 && exponent == mantissa_bits && sign == bits - 1 &&
         exponent + exponent_bits == sign;
}

/* HDF5 converts numbers of any layout of bits, and on a damaged one runs off its own buffers. */
bool store_is_plain_number(hid_t type)
{
  const H5T_class_t class = H5Tget_class(type);
  const size_t bytes = H5Tget_size(type), bits = 8 * bytes;
  if (class == H5T_ENUM) { /* h5py's booleans */
    const hid_t base = H5Tget_super(type);
    const bool plain =
        base >= 0 && H5Tget_class(base) == H5T_INTEGER && store_is_plain_number(base);
    store_drop(base);
    return plain;
  }
  if ((class != H5T_INTEGER && class != H5T_FLOAT) || bytes == 0 || bytes > sizeof(double) ||
      (bytes & (bytes - 1)) != 0 || H5Tget_precision(type) != bits || H5Tget_offset(type) != 0)
    return false;
  return class == H5T_INTEGER || (bytes > 1 && is_plain_real(type, bits));
}

/* How many bytes one stored byte can stand for; 0: a filter that nothing here writes. */
static size_t expansion(hid_t list)
{
  const int n = H5Pget_nfilters(list);
  size_t max = 1;
  if (n < 0 || n > MAX_FILTERS) return 0;
  for (int i = 0; i < n; i++) {
    unsigned flags = 0, values[16], config = 0;
    size_t n_values = sizeof values / sizeof *values;
    const H5Z_filter_t filter =
        H5Pget_filter2(list, (unsigned)i, &flags, &n_values, values, 0, NULL, &config);
    if (filter == H5Z_FILTER_DEFLATE)
      max = cst_product(max, DEFLATE_MOST);
    else if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
      return 0;
  }
  return max;
}

/* Bytes of a chunk, 0 where there are none. */
static size_t chunk_bytes(hid_t list, size_t element_bytes)
{
  hsize_t chunk[H5S_MAX_RANK];
  if (H5Pget_layout(list) != H5D_CHUNKED) return 0;
  const int dims = H5Pget_chunk(list, H5S_MAX_RANK, chunk);
  size_t bytes = dims < 0 ? SIZE_MAX : element_bytes;
  for (int d = 0; d < dims; d++) bytes = cst_product(bytes, (size_t)chunk[d]);
  return bytes;
}

static cst_status check_list(const cst_store *self, const char *name, hid_t dataset, hid_t list,
                             size_t n, size_t element_bytes)
{
  const H5D_layout_t layout = H5Pget_layout(list);
  const hsize_t stored = H5Dget_storage_size(dataset);
  const size_t max = expansion(list), values = cst_product(n, element_bytes);
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
    return refuse(self, name, "is not stored in this file");
  if (H5Pget_external_count(list) != 0) return refuse(self, name, "is stored in another file");
  if (max == 0) return refuse(self, name, "went through a filter that is not read here");
  const size_t capacity = cst_product((size_t)stored, max);
  if (stored > self->bytes || values > capacity ||
      (n > 0 && chunk_bytes(list, element_bytes) > capacity))
    return refuse(self, name, "announces more values than the file holds");
  return CST_OK;
}

cst_status store_check_claims(const cst_store *self, const char *name, hid_t dataset)
{
  cst_status st = CST_OK;
  hsize_t extent[H5S_MAX_RANK];
  const hid_t list = H5Dget_create_plist(dataset), type = H5Dget_type(dataset),
              space = H5Dget_space(dataset);
  const int dims = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
  size_t n = H5Sget_simple_extent_type(space) != H5S_NULL;
  const size_t bytes = type < 0 ? 0 : H5Tget_size(type);
  if (list < 0 || dims < 0 || bytes == 0)
    CST_TRY(store_damaged(self, name, "cannot read what it is"));
  for (int d = 0; d < dims; d++) n = cst_product(n, (size_t)extent[d]);
  CST_TRY(check_list(self, name, dataset, list, n, bytes));
done:
  store_drop(space);
  store_drop(type);
  store_drop(list);
  return st;
}

cst_status store_check_refusal(hid_t dataset)
{
  cst_status st = CST_OK;
  char why[CST_MESSAGE_BYTES] = "";
  if (H5Aexists(dataset, STORE_REFUSAL) <= 0) return CST_OK;
  const hid_t note = H5Aopen(dataset, STORE_REFUSAL, H5P_DEFAULT), type = H5Aget_type(note);
  if (H5Tget_size(type) == sizeof why && H5Aread(note, type, why) >= 0)
    st = cst_raise(CST_ERR_DATA, "%.*s", CST_MESSAGE_BYTES - 1, why);
  store_drop(type);
  store_drop(note);
  return st;
}
