/* What the fuzzers share.  Each is a function of libFuzzer's; replay.c runs it over given files. */
#ifndef FUZZ_H
#define FUZZ_H

#include "cassette/memory.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file with these bytes, for readers that want a path; the same name in every call. */
const char *fuzz_file(const uint8_t *data, size_t size, const char *suffix);
/* Blocks that whoever calls the fuzzer holds: none under libFuzzer. */
extern size_t fuzz_held;
/* After each input: whatever was read is released, and a failure has a text without newlines. */
void fuzz_done(cst_status st);

#endif
