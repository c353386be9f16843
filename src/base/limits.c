/* Contract in cassette/limits.h. */
#include "cassette/limits.h"

#include "cassette/memory.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* With less, Open MPI ends in MPI_Init by a signal: with a stack of 128 KiB, though not of 256, and
 * with 83 MB to map in. */
enum { STACK_BYTES = 512 << 10, ADDRESS_BYTES = 128 << 20 };
static const double MIB = 1048576.0;

static uint64_t limit_of(int resource)
{
  struct rlimit limit;
  return getrlimit((__rlimit_resource_t)resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
             ? limit.rlim_cur
             : 0;
}

uint64_t cst_address_limit_bytes(void) { return limit_of(RLIMIT_AS); }

/* --- control groups --- */

/* The number in a file; 0 for none, "max", and the huge number by which version 1 says "no limit".
 */
static uint64_t number_in(const char *dir, const char *name)
{
  char path[2 * PATH_MAX];
  unsigned long long bytes = 0;
  FILE *file;

  snprintf(path, sizeof path, "%s/%s", dir, name);
  file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%llu", &bytes) != 1 || bytes >= 1ull << 60) bytes = 0;
  fclose(file);
  return bytes;
}

/* The least of the limits in @p root/@p group and every directory above it.  A container sees its
 * own group as the root, whatever /proc calls it: what is not there sets no limit. */
static uint64_t min_upwards(const char *root, const char *group, const char *name)
{
  char dir[PATH_MAX];
  uint64_t min = 0;
  const int top = snprintf(dir, sizeof dir, "%s", root);

  if (top < 0 || snprintf(dir, sizeof dir, "%s%s", root, group) >= (int)sizeof dir) return 0;
  for (;;) {
    const uint64_t bytes = number_in(dir, name);
    char *slash = strrchr(dir, '/');
    if (bytes > 0 && (min == 0 || bytes < min)) min = bytes;
    if (!slash || slash - dir < top) return min;
    *slash = '\0';
  }
}

static bool names_memory(const char *controllers)
{
  for (const char *at = controllers; *at; at += *at == ',') {
    const size_t n = strcspn(at, ",");
    if (n == 6 && strncmp(at, "memory", n) == 0) return true;
    at += n;
  }
  return false;
}

uint64_t cst_group_limit_bytes(const char *groups, const char *root)
{
  char line[PATH_MAX], tree[PATH_MAX];
  uint64_t min = 0;
  FILE *file = fopen(groups, "r");

  while (file && fgets(line, sizeof line, file)) { /* ID:CONTROLLERS:GROUP */
    char *controllers = strchr(line, ':'),
         *group = controllers ? strchr(controllers + 1, ':') : NULL;
    uint64_t bytes = 0;
    if (!group) continue;
    *controllers++ = *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (!*controllers) {
      bytes = min_upwards(root, group, "memory.max");
    } else if (names_memory(controllers) &&
               snprintf(tree, sizeof tree, "%s/memory", root) < (int)sizeof tree) {
      bytes = min_upwards(tree, group, "memory.limit_in_bytes");
    }
    if (bytes > 0 && (min == 0 || bytes < min)) min = bytes;
  }
  if (file) fclose(file);
  return min;
}

uint64_t cst_container_limit_bytes(void)
{
  return cst_group_limit_bytes("/proc/self/cgroup", "/sys/fs/cgroup");
}

const char *cst_limits_text(char out[CST_LIMIT_BYTES])
{
  const uint64_t address = cst_address_limit_bytes(), container = cst_container_limit_bytes();
  int n = 0;

  out[0] = '\0';
  if (address > 0)
    n = snprintf(out, CST_LIMIT_BYTES, "; ulimit -v allows %.1f MiB", (double)address / MIB);
  if (container > 0)
    snprintf(out + n, CST_LIMIT_BYTES - (size_t)n, "; the container (cgroup) allows %.1f MiB",
             (double)container / MIB);
  return out;
}

cst_status cst_limits_memory(const char *what, size_t bytes)
{
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return cst_no_memory(what, bytes, 1);
  munmap(memory, bytes);
  return CST_OK;
}

/* --- threads and stack --- */

static void *wait_at(void *gate)
{
  pthread_mutex_lock(gate);
  pthread_mutex_unlock(gate);
  return NULL;
}

/* libgomp would end the process with a line that names no cure. */
cst_status cst_limits_threads(int n)
{
  cst_status st = CST_OK;
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_t *thread = NULL;
  int started = 0;

  pthread_mutex_lock(&gate);
  CST_ALLOC(thread, (size_t)n);
  while (started < n && pthread_create(&thread[started], NULL, wait_at, &gate) == 0) started++;
  if (started < n)
    st = cst_raise(
        CST_ERR_INTERNAL,
        "only %d of %d more threads can be started: raise the limits of processes (ulimit "
        "-u) and of memory (ulimit -v), or use fewer threads",
        started, n);
done:
  pthread_mutex_unlock(&gate);
  while (started > 0) pthread_join(thread[--started], NULL);
  cst_free(thread);
  return st;
}

cst_status cst_limits_start(void)
{
  const uint64_t stack = limit_of(RLIMIT_STACK), address = cst_address_limit_bytes();
  if (stack > 0 && stack < STACK_BYTES)
    return cst_raise(
        CST_ERR_INTERNAL,
        "the limit of the stack is %llu KiB, and %d KiB are needed: raise it (ulimit -s)",
        (unsigned long long)stack / 1024, STACK_BYTES / 1024);
  if (address > 0 && address < ADDRESS_BYTES)
    return cst_raise(CST_ERR_INTERNAL,
                     "out of memory: ulimit -v allows %.1f MiB, and %d MiB are needed to start: "
                     "raise it, or use no limit",
                     (double)address / MIB, ADDRESS_BYTES >> 20);
  return CST_OK;
}
