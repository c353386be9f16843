/* Contract in cassette/stop.h. */
#include "cassette/stop.h"

#include <signal.h>

static volatile sig_atomic_t asked;

void cst_stop_ask(void) { asked = 1; }

cst_status cst_stop_check(const char *doing)
{
  if (!asked) return CST_OK;
  return cst_raise(CST_INTERRUPTED, "stopped by a signal while %s; run the same command again",
                   doing);
}
