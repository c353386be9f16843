/* The handler sets a flag; everything else happens at a step boundary, agreed by all ranks. */
#include "interrupt.h"

#include "cassette/coord.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static volatile sig_atomic_t caught;

static void on_signal(int number) { caught = number; }

static void catch (int number)
{
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART; /* reads and writes go on */
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void cst_job_expect_signals(void) { catch (SIGUSR1); }

void interrupt_install(void)
{
  catch (SIGUSR1);
  catch (SIGTERM);
  catch (SIGINT);
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
