/* Types of values in memory.  Contracts in cassette/store.h and store_impl.h. */
#include "store_impl.h"

size_t cst_type_bytes(cst_type type)
{
  static const size_t bytes[] = {[CST_F32] = 4, [CST_F64] = 8, [CST_I8] = 1, [CST_I32] = 4,
                                 [CST_I64] = 8, [CST_U8] = 1,  [CST_U64] = 8};
  CST_ASSERT((size_t)type < sizeof bytes / sizeof *bytes);
  return bytes[type];
}

hid_t store_memory_type(cst_type type)
{
  switch (type) {
  case CST_F32:
    return H5T_NATIVE_FLOAT;
  case CST_F64:
    return H5T_NATIVE_DOUBLE;
  case CST_I8:
    return H5T_NATIVE_INT8;
  case CST_I32:
    return H5T_NATIVE_INT32;
  case CST_I64:
    return H5T_NATIVE_INT64;
  case CST_U8:
    return H5T_NATIVE_UINT8;
  case CST_U64:
    return H5T_NATIVE_UINT64;
  }
  return -1;
}
