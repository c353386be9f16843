/*
 * Which vector kernels serve: read anew by every plan, so that tests can go through them all.
 */
#include "isa.h"
#include "cassette/conv.h"
#include "tiles.h"

#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#  include <cpuid.h>
#  include <pthread.h>
#  include <sys/syscall.h>
#  include <unistd.h>
#endif

/* Widest first. */
static const kernel_isa *const known[] = {
#if defined(__x86_64__)
    &cst_isa_amx, &cst_isa_avx512, &cst_isa_avx2,
#elif defined(__aarch64__)
    &cst_isa_neon,
#endif
    &cst_isa_plain};
enum { KNOWN = sizeof known / sizeof *known };

#define ENTRY(name) name,
static const char *const names[] = {CST_ISA_NAMES(ENTRY)};
#undef ENTRY
enum { NAMES = sizeof names / sizeof *names };

#if defined(__x86_64__)

static bool tiles;

static void ask_for_tiles(void)
{
  enum { REQUEST_STATE = 0x1023, TILE_STATE = 18, AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24 };
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
  tiles =
      (d & AMX_BF16) && (d & AMX_TILE) && syscall(SYS_arch_prctl, REQUEST_STATE, TILE_STATE) == 0;
}

/* Once: a virtual machine answers CPUID slowly. */
bool cst_tiles_allowed(void)
{
  static pthread_once_t asked = PTHREAD_ONCE_INIT;
  pthread_once(&asked, ask_for_tiles);
  return tiles;
}

#endif

static bool available(const kernel_isa *isa)
{
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx2") &&
                      __builtin_cpu_supports("fma");
  if (isa == &cst_isa_amx) return avx512 && cst_tiles_allowed();
  if (isa == &cst_isa_avx512) return avx512;
  if (isa == &cst_isa_avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
  if (isa == &cst_isa_neon) return true; /* part of the architecture */
#endif
  return isa == &cst_isa_plain;
}

static const kernel_isa *named(const char *name)
{
  for (size_t i = 0; i < KNOWN; i++)
    if (available(known[i]) && (!name || strcmp(name, known[i]->name) == 0)) return known[i];
  return NULL;
}

/* An empty variable counts as none: job scripts clear variables that way. */
static const char *wanted(void)
{
  const char *name = getenv("CST_ISA");
  return name && *name ? name : NULL;
}

cst_status cst_isa_choose(const kernel_isa **out)
{
  *out = named(wanted());
  return cst_conv_isa_check();
}

cst_status cst_conv_isa_check(void)
{
  char here[64] = "";
  if (named(wanted())) return CST_OK;
  for (size_t i = 0; i < KNOWN; i++) {
    if (!available(known[i])) continue;
    if (*here) strcat(here, ", ");
    strcat(here, known[i]->name);
  }
  return cst_raise(
      CST_ERR_USAGE,
      "environment variable CST_ISA=%s: no such kernels on this CPU; unset it, or take "
      "what is here: %s",
      wanted(), here);
}

const char *cst_conv_isa_name(size_t i) { return i < NAMES ? names[i] : NULL; }

bool cst_conv_products_fit(cst_products products, const char *isa)
{
  return products == CST_PRODUCTS_FP32 || strcmp(isa, "amx") == 0;
}

size_t cst_conv_isa_width(const char *name)
{
  size_t i = 0;
  while (i + 1 < NAMES && strcmp(name, names[i]) != 0) i++;
  return i;
}

const kernel_isa *cst_isa_current(void)
{
  const kernel_isa *isa = named(wanted());
  return isa ? isa : named(NULL);
}

const char *cst_conv_isa(void)
{
  const kernel_isa *isa = named(wanted());
  return isa ? isa->name : "none";
}
