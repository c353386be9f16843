/* The handler sets a flag; everything else happens at a step boundary, agreed by all ranks. */
#include "cassette/interrupt.h"

#include "cassette/stop.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t caught, speaker;

static const struct {
  int number;
  const char *text;
} reasons[] = {{SIGUSR1, "signal USR1"}, {SIGUSR2, "signal USR2"}, {SIGTERM, "signal TERM"},
               {SIGINT, "signal INT"},   {SIGHUP, "signal HUP"},   {SIGXCPU, "signal XCPU"}};

/* The next step may be a minute away, and a launcher that was told to stop waits for a second only:
 * so this is said now. */
static void on_signal(int number)
{
  static const char text[] = "\ncassette: asked to stop: saving; then the same command goes on\n";
  static const char key[] =
      "\ncassette: asked to stop: saving; then the same command goes on (Ctrl-C again: at once)\n";
  const bool by_key = number == SIGINT;

  if (by_key && caught == SIGINT) {
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
  }
  if (speaker && !caught &&
      write(STDERR_FILENO, by_key ? key : text, by_key ? sizeof key - 1 : sizeof text - 1) < 0) {
    /* nobody listens */
  }
  caught = number;
  cst_stop_ask();
}

/* Started with HUP ignored, as nohup does?  To be seen only before any library begins: UCX, which
 * Open MPI 5 brings, catches HUP for its debugger. */
static bool hup_ignored;

static void look_at_hup(void)
{
  struct sigaction action;
  hup_ignored = sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

__attribute__((section(".preinit_array"),
               used)) static void (*before_libraries)(void) = look_at_hup;

static void catch (int number)
{
  struct sigaction action;
  if (number == SIGHUP && hup_ignored) {
    signal(number, SIG_IGN);
    return;
  }
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART; /* reads and writes go on */
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void cst_interrupt_expect(void)
{
  catch (SIGUSR1);
  catch (SIGUSR2);
  signal(SIGXFSZ, SIG_IGN); /* a write past the limit fails with EFBIG instead */
}

void cst_interrupt_install(bool speaks)
{
  speaker = speaks;
  signal(SIGPIPE, SIG_IGN);
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) catch (reasons[i].number);
}

cst_status cst_interrupt_agree(const cst_comm *comm, const char *what)
{
  const char *why = cst_interrupt_reason(0.0, 0.0, 0.0);
  return cst_comm_agree(comm, why ? cst_raise(CST_INTERRUPTED,
                                              "stopped before %s by %s; run the same command to go "
                                              "on",
                                              what, why)
                                  : CST_OK);
}

const char *cst_interrupt_reason(double walltime_s, double elapsed_s, double margin_s)
{
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (caught == reasons[i].number) return reasons[i].text;
  return walltime_s > 0.0 && elapsed_s + margin_s >= walltime_s ? "wall-time limit" : NULL;
}
