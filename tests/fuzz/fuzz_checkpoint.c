/* Payloads of checkpoints, as if their manifest had vouched for them: every array is read. */
#include "fuzz.h"

#include "cassette/checkpoint.h"
#include "cassette/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char hex[CST_DIGEST_HEX];
  fuzz_done(cst_checkpoint_digest(fuzz_file(data, size, ".h5"), hex));
  return 0;
}
