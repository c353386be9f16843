/*
 * Contract in process.h.
 *
 * Input and output are unnamed temporary files: no pipe can fill up, no name can clash, and nothing
 * is left behind.  posix_spawn() instead of fork(): the caller may be a large MPI process.
 */
#include "process.h"

#include "cassette/clock.h"
#include "cassette/memory.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { INPUT, OUTPUT, ERRORS, STREAMS };

static cst_status failed(const char *what)
{
  return cst_raise(CST_ERR_DATA, "%s: %s; is there room in %s?", what, strerror(errno), P_tmpdir);
}

static cst_status spawn(const char *const *argv, FILE *const *stream, bool *found, pid_t *pid)
{
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return cst_no_memory(argv[0], 1, 1);
  for (int i = 0; i < STREAMS && !error; i++)
    error = posix_spawn_file_actions_adddup2(&actions, fileno(stream[i]), i);
  if (!error)
    error = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  *found = !error;
  if (error == 0 || error == ENOENT || error == EACCES || error == ENOTDIR) return CST_OK;
  return cst_raise(CST_ERR_DATA, "%s: cannot be started: %s", argv[0], strerror(error));
}

/* A program that does not end is stopped: a report must not hang a job. */
static int wait_for(pid_t pid, double limit_s)
{
  const struct timespec nap = {.tv_nsec = 5 * 1000 * 1000};
  const double end_s = cst_now_s() + limit_s;
  int status = 0;
  pid_t ended;
  while ((ended = waitpid(pid, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
    if (cst_now_s() > end_s) {
      kill(pid, SIGKILL);
      while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
      return -1;
    }
    nanosleep(&nap, NULL);
  }
  return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static cst_status slurp(FILE *file, char **out)
{
  cst_status st = CST_OK;
  const long bytes = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  if (bytes < 0) CST_TRY(failed("its output"));
  rewind(file);
  CST_ALLOC(*out, (size_t)bytes + 1);
  if (fread(*out, 1, (size_t)bytes, file) != (size_t)bytes) CST_TRY(failed("its output"));
done:
  return st;
}

static void keep_last_line(char *text)
{
  size_t n = strlen(text);
  while (n > 0 && strchr(" \t\r\n", text[n - 1])) n--;
  text[n] = '\0';
  const char *line = strrchr(text, '\n');
  if (line) memmove(text, line + 1, strlen(line));
}

cst_status process_run(const char *const *argv, const char *input, double limit_s,
                       process_result *out)
{
  cst_status st = CST_OK;
  FILE *stream[STREAMS] = {NULL};
  pid_t pid = 0;
  *out = (process_result){.exit = -1};
  for (int i = 0; i < STREAMS; i++)
    if (!(stream[i] = tmpfile())) CST_TRY(failed("a temporary file"));
  if (fputs(input, stream[INPUT]) < 0 || fflush(stream[INPUT]) != 0) CST_TRY(failed(argv[0]));
  rewind(stream[INPUT]);
  CST_TRY(spawn(argv, stream, &out->found, &pid));
  if (out->found) out->exit = wait_for(pid, limit_s);
  CST_TRY(slurp(stream[OUTPUT], &out->output));
  CST_TRY(slurp(stream[ERRORS], &out->errors));
  keep_last_line(out->errors);
done:
  for (int i = 0; i < STREAMS; i++)
    if (stream[i]) fclose(stream[i]);
  if (st != CST_OK) process_reset(out);
  return st;
}

void process_reset(process_result *self)
{
  cst_free(self->output);
  cst_free(self->errors);
  *self = (process_result){.exit = -1};
}
