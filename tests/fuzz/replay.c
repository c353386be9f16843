/* Runs a fuzzer over files and the files of directories, without libFuzzer: the corpus as a test.
 */
#include "fuzz.h"

#include "cassette/file.h"

#include <stdio.h>

static cst_status replay_file(void *directory, const char *name)
{
  cst_status st = CST_OK;
  size_t n = 0;
  char *path = cst_path_join(directory, name), *bytes = NULL;
  static uint8_t input[1 << 20];
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_file_read(path, &bytes, &n));
  if (n > sizeof input) n = sizeof input;
  for (size_t i = 0; i < n; i++) input[i] = (uint8_t)bytes[i];
done:
  cst_free(bytes);
  cst_free(path);
  fuzz_held = cst_memory_blocks();
  if (st == CST_OK) LLVMFuzzerTestOneInput(input, n);
  return st;
}

int main(int argc, char **argv)
{
  cst_status st = CST_OK;
  for (int i = 1; i < argc && st == CST_OK; i++)
    if (cst_dir_exists(argv[i])) st = cst_walk(argv[i], replay_file, argv[i]);
  if (st != CST_OK) fprintf(stderr, "%s\n", cst_message());
  return st != CST_OK || argc < 2;
}
