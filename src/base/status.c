/* Contract in cassette/status.h. */
#include "cassette/status.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char message[CST_MESSAGE_BYTES];
static cst_status raised; /* with the message */

const char *cst_status_text(cst_status st)
{
  switch (st) {
#define X(name, value, text)                                                                       \
  case name:                                                                                       \
    return text;
    CST_STATUS_LIST(X)
#undef X
  }
  return "unknown status";
}

/* A message is one line whatever was in the data it quotes. */
static void flatten(char *text)
{
  for (; *text; text++)
    if ((unsigned char)*text < ' ') *text = ' ';
}

cst_status cst_raise(cst_status st, const char *format, ...)
{
  va_list args;
  pthread_mutex_lock(&lock);
  if (!message[0]) {
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    flatten(message);
    raised = st;
  }
  pthread_mutex_unlock(&lock);
  return st;
}

cst_status cst_raised(void)
{
  pthread_mutex_lock(&lock);
  const cst_status st = message[0] ? raised : CST_OK;
  pthread_mutex_unlock(&lock);
  return st;
}

const char *cst_message(void) { return message; }

void cst_set_message(const char *text)
{
  pthread_mutex_lock(&lock);
  if (text != message) snprintf(message, sizeof message, "%s", text);
  flatten(message);
  pthread_mutex_unlock(&lock);
}

void cst_clear(void)
{
  pthread_mutex_lock(&lock);
  message[0] = '\0';
  pthread_mutex_unlock(&lock);
}

void cst_assert_failed(const char *condition, const char *file, int line)
{
  fprintf(stderr, "cassette: internal error: %s:%d: assertion failed: %s\n", file, line, condition);
  abort();
}
