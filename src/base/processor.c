/* Contract in cassette/processor.h.  Linux tells it in /proc/cpuinfo and below /sys. */
#include "cassette/processor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text after "KEY : " of the first processor, where a line's key is wholly @p key. */
static bool cpuinfo(const char *key, char *out, size_t bytes)
{
  char line[512];
  bool found = false;
  const size_t n = strlen(key);
  FILE *file = fopen("/proc/cpuinfo", "r");
  while (file && !found && fgets(line, sizeof line, file)) {
    const char *colon = line + n + strspn(line + (strncmp(line, key, n) ? strlen(line) : n), " \t");
    if (strncmp(line, key, n) != 0 || *colon != ':') continue;
    colon += 1 + strspn(colon + 1, " \t");
    snprintf(out, bytes, "%.*s", (int)strcspn(colon, "\n"), colon);
    found = true;
  }
  if (file) fclose(file);
  return found;
}

void cst_processor_name(char text[CST_PROCESSOR_BYTES])
{
  if (!cpuinfo("model name", text, CST_PROCESSOR_BYTES) &&
      !cpuinfo("Hardware", text, CST_PROCESSOR_BYTES))
    snprintf(text, CST_PROCESSOR_BYTES, "unknown");
}

/* Keys in the order in which they are told, each by its name in the text. */
typedef struct {
  const char *key, *name;
} fact;

static const fact x86[] = {
    {"vendor_id", ""}, {"cpu family", "family"}, {"model", "model"}, {"stepping", "stepping"}};
static const fact arm[] = {{"CPU implementer", "implementer"},
                           {"CPU architecture", "architecture"},
                           {"CPU part", "part"},
                           {"CPU revision", "revision"}};
enum { FACTS = 4 };

void cst_processor_id(char text[CST_PROCESSOR_BYTES])
{
  char value[64];
  size_t used = 0;
  const fact *facts = cpuinfo("CPU implementer", value, sizeof value) ? arm : x86;
  text[0] = '\0';
  for (size_t i = 0; i < FACTS; i++) {
    if (!cpuinfo(facts[i].key, value, sizeof value)) continue;
    used += (size_t)snprintf(text + used, CST_PROCESSOR_BYTES - used, "%s%s%s%s", used ? " " : "",
                             facts[i].name, *facts[i].name ? " " : "", value);
  }
  if (!used) snprintf(text, CST_PROCESSOR_BYTES, "unknown");
}

/* ---- caches ---- */

static bool read_fact(int cache, const char *name, char *out, size_t bytes)
{
  char path[96];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", cache, name);
  FILE *file = fopen(path, "r");
  const bool found = file && fgets(out, (int)bytes, file);
  if (file) fclose(file);
  if (found) out[strcspn(out, "\n")] = '\0';
  return found;
}

/* Processors in "0-3,8". */
static unsigned long count_listed(const char *list)
{
  unsigned long n = 0;
  for (char *end; *list; list = *end == ',' ? end + 1 : end) {
    const unsigned long first = strtoul(list, &end, 10);
    if (end == list) break;
    const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
    n += last - first + 1;
  }
  return n;
}

void cst_processor_caches(char text[CST_PROCESSOR_BYTES])
{
  char level[16], type[32], size[32], list[256];
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; read_fact(i, "level", level, sizeof level); i++) {
    if (!read_fact(i, "type", type, sizeof type) || !read_fact(i, "size", size, sizeof size))
      continue;
    if (strcmp(type, "Instruction") == 0 || used + 64 > CST_PROCESSOR_BYTES) continue;
    size[strcspn(size, "K")] = '\0';
    used += (size_t)snprintf(text + used, CST_PROCESSOR_BYTES - used, "%sL%.4s%s %.16s KiB",
                             used ? ", " : "", level, strcmp(type, "Data") == 0 ? "d" : "", size);
    const unsigned long shared =
        read_fact(i, "shared_cpu_list", list, sizeof list) ? count_listed(list) : 1;
    if (shared > 1)
      used += (size_t)snprintf(text + used, CST_PROCESSOR_BYTES - used, " shared by %lu", shared);
  }
}
