/* Contract in cassette/build_info.h; build_info.h.in is filled in by CMake. */
#include "cassette/build_info.h"

#include <build_info.h>

const char *cst_build_version(void) { return CST_VERSION; }
const char *cst_build_commit(void) { return CST_COMMIT[0] ? CST_COMMIT : "unknown"; }
const char *cst_build_flags(void) { return CST_FLAGS; }

const char *cst_build_compiler(void)
{
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}
