/* Contracts in fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t fuzz_held;
static char path[256];

static void remove_file(void) { unlink(path); }

const char *fuzz_file(const uint8_t *data, size_t size, const char *suffix)
{
  if (!path[0]) {
    snprintf(path, sizeof path, "%s/cassette-fuzz-%ld%s",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (long)getpid(), suffix);
    atexit(remove_file);
  }
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0) abort();
  return path;
}

void fuzz_done(cst_status st)
{
  if (cst_memory_blocks() != fuzz_held) abort(); /* something was not released */
  if (st != CST_OK && (!cst_message()[0] || strchr(cst_message(), '\n'))) abort();
  if (st == CST_ERR_INTERNAL && !strstr(cst_message(), "memory")) abort(); /* bad input is no bug */
  cst_clear();
}
