/* The handler sets a flag; everything else happens at a step boundary, agreed by all ranks. */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static volatile sig_atomic_t caught;

static void on_signal(int number) { caught = number; }

void interrupt_install(void)
{
  static const int signals[] = {SIGUSR1, SIGTERM, SIGINT};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART; /* reads and writes go on */
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    sigaction(signals[i], &action, NULL);
}

const char *interrupt_reason(double walltime_s, double elapsed_s, double margin_s)
{
  switch (caught) {
  case 0:
    break;
  case SIGUSR1:
    return "signal USR1";
  case SIGTERM:
    return "signal TERM";
  default:
    return "signal INT";
  }
  return walltime_s > 0.0 && elapsed_s + margin_s >= walltime_s ? "wall-time limit" : NULL;
}
