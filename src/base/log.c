/* Contract in cassette/log.h. */
#include "cassette/log.h"

#include "cassette/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE_BYTES = 4096, BAR_CELLS = 24, BAR_CELLS_LEAST = 6, USUAL_COLUMNS = 80 };
static const double LINE_INTERVAL_S = 5.0, BAR_INTERVAL_S = 0.1;
static const char *const level_text[] = {"error", "warning", "info", "debug"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int my_rank = 0, ranks = 1;
static int threshold = -1; /* not read yet */

/* The one progress display of the process. */
static struct {
  char what[64];
  double first, started_s; /* where it stood when it was first heard of, and when that was */
  double shown_s;
  bool bar; /* a bar without a final newline stands on the terminal */
} progress;

void cst_log_set_rank(int rank, int size)
{
  my_rank = rank;
  ranks = size;
}

void cst_log_set_level(cst_log_level level) { threshold = (int)level; }

static bool wanted(cst_log_level level)
{
  if (threshold < 0) {
    const char *text = getenv("CST_LOG");
    threshold = CST_LOG_INFO;
    if (text && strcmp(text, "error") == 0) threshold = CST_LOG_ERROR;
    if (text && strncmp(text, "warn", 4) == 0) threshold = CST_LOG_WARN;
    if (text && strcmp(text, "debug") == 0) threshold = CST_LOG_DEBUG;
  }
  return (int)level <= threshold;
}

/* One write per line, so that the lines of several ranks do not mix. */
static void print(cst_log_level level, bool with_rank, const char *format, va_list args)
{
  char line[LINE_BYTES];
  int n = snprintf(line, sizeof line, "%scassette: ", progress.bar ? "\r\033[K" : "");
  if (with_rank && ranks > 1)
    n += snprintf(line + n, sizeof line - (size_t)n, "rank %d: ", my_rank);
  if (level != CST_LOG_INFO)
    n += snprintf(line + n, sizeof line - (size_t)n, "%s: ", level_text[level]);
  const int m = vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
  n = m < 0 ? n : n + m;
  if (n > LINE_BYTES - 2) n = LINE_BYTES - 2;
  line[n] = '\n';
  fwrite(line, 1, (size_t)n + 1, stderr);
  progress.bar = false;
}

void cst_log(cst_log_level level, const char *format, ...)
{
  va_list args;
  if (my_rank != 0 || !wanted(level)) return;
  pthread_mutex_lock(&lock);
  va_start(args, format);
  print(level, false, format, args);
  va_end(args);
  pthread_mutex_unlock(&lock);
}

void cst_log_any(cst_log_level level, const char *format, ...)
{
  va_list args;
  if (!wanted(level)) return;
  pthread_mutex_lock(&lock);
  va_start(args, format);
  print(level, true, format, args);
  va_end(args);
  pthread_mutex_unlock(&lock);
}

static size_t columns(void)
{
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                         : USUAL_COLUMNS;
}

/* Cut to @p capacity bytes, not inside a character: a line that wraps could not be drawn over. */
static void shorten(char *line, size_t capacity)
{
  if (strlen(line) <= capacity) return;
  while (capacity > 0 && (line[capacity] & 0xc0) == 0x80) capacity--;
  line[capacity] = '\0';
}

/* The bar gives way on a narrow terminal. */
static void show_bar(double done, double total, const char *rest)
{
  char line[LINE_BYTES], bar[BAR_CELLS + 1] = "";
  const size_t capacity = columns() - 1,
               text = strlen(progress.what) + strlen(rest) + strlen(" [] ");
  size_t cells = capacity > text ? capacity - text : 0;
  if (cells > BAR_CELLS) cells = BAR_CELLS;
  const size_t filled = total > 0 ? (size_t)((double)cells * done / total) : cells;
  for (size_t i = 0; i < cells; i++) bar[i] = i < filled ? '#' : '.';
  if (cells >= BAR_CELLS_LEAST)
    snprintf(line, sizeof line, "%.1000s [%s] %.1000s", progress.what, bar, rest);
  else
    snprintf(line, sizeof line, "%.1000s %.1000s", progress.what, rest);
  shorten(line, capacity);
  fprintf(stderr, "\r\033[K%s", line);
  progress.bar = done < total;
  if (!progress.bar) fputc('\n', stderr);
  fflush(stderr);
}

/* "96/320  41.2/s  left 0:05  loss 1.2345" */
static void progress_text(double done, double total, double now_s, const char *note, char *out,
                          size_t bytes)
{
  char speed[64] = "", time[32];
  const bool finished = done >= total;
  const double elapsed_s = now_s - progress.started_s;
  if (elapsed_s > 0 && done > progress.first) {
    const double rate = (done - progress.first) / elapsed_s;
    cst_duration_text(finished ? elapsed_s : (total - done) / rate, time);
    snprintf(speed, sizeof speed, "  %.*f/s  %s %s",
             rate < 10    ? 2
             : rate < 100 ? 1
                          : 0,
             rate, finished ? "took" : "left", time);
  }
  snprintf(out, bytes, "%.0f/%.0f%s%s%s", done, total, speed, note[0] ? "  " : "", note);
}

void cst_progress(const char *what, double done, double total, const char *note)
{
  if (my_rank != 0 || !wanted(CST_LOG_INFO)) return;
  pthread_mutex_lock(&lock);
  const bool terminal = isatty(STDERR_FILENO), finished = done >= total;
  const double now_s = cst_now_s();
  if (strncmp(progress.what, what, sizeof progress.what - 1) != 0) {
    snprintf(progress.what, sizeof progress.what, "%s", what);
    progress.first = done;
    progress.started_s = progress.shown_s = now_s;
  }
  if (finished || now_s - progress.shown_s >= (terminal ? BAR_INTERVAL_S : LINE_INTERVAL_S)) {
    char rest[256];
    progress_text(done, total, now_s, note, rest, sizeof rest);
    progress.shown_s = now_s;
    if (terminal)
      show_bar(done, total, rest);
    else
      fprintf(stderr, "cassette: %s: %s\n", progress.what, rest);
  }
  if (finished) progress.what[0] = '\0';
  pthread_mutex_unlock(&lock);
}
