/* Contract in journal.h. */
#include "cassette/journal.h"

#include "journal_parts.h"

#include "cassette/clock.h"
#include "cassette/delay.h"
#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For reading and appending. */
static FILE *open_to_append(const char *path)
{
  const int fd = open(path, O_CREAT | O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
  return fd < 0 ? NULL : fdopen(fd, "a+");
}

cst_status cst_journal_open(const char *dir, uint64_t bytes, cst_journal **out)
{
  cst_status st = CST_OK;
  cst_journal *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  self->path = cst_path_join(dir, "metrics.jsonl");
  if (!self->path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_target_check(self->path));
  self->file = open_to_append(self->path);
  if (!self->file) CST_TRY(cst_file_failed(self->path, "write"));
  if (fseeko(self->file, 0, SEEK_END) != 0) CST_TRY(cst_file_failed(self->path, "write"));
  if ((uint64_t)ftello(self->file) < bytes)
    cst_log(CST_LOG_WARN, "%s: shorter than at the checkpoint; its missing events stay missing",
            self->path);
  else if (ftruncate(fileno(self->file), (off_t)bytes) != 0)
    CST_TRY(cst_file_failed(self->path, "write"));
  CST_TRY(tfevents_open(dir, self->path, &self->tensorboard));
  *out = self;
  self = NULL;
done:
  cst_journal_close(&self);
  return st;
}

cst_status cst_journal_add(cst_journal *self, const cst_journal_event *event)
{
  cst_status st = CST_OK;
  char *text = NULL;
  cst_journal_event timed = *event;
  cst_json *json = NULL;
  if (!self) goto done;
  timed.time = cst_wall_s();
  json = cst_rows_json(&cst_journal_event_shape, &timed);
  CST_TRY(cst_json_text(json, 0, &text));
  if (fprintf(self->file, "%s\n", text) < 0 || fflush(self->file) != 0)
    CST_TRY(cst_file_failed(self->path, "write"));
  cst_delay_point("journal-written");
  CST_TRY(tfevents_add(&self->tensorboard, json, &timed));
done:
  cst_free(text);
  if (json) cst_json_destroy(&json);
  return st;
}

cst_status cst_journal_sync(cst_journal *self, uint64_t *bytes)
{
  *bytes = 0;
  if (!self) return CST_OK;
  if (fflush(self->file) != 0 || fsync(fileno(self->file)) != 0)
    return cst_file_failed(self->path, "write");
  if (fseeko(self->file, 0, SEEK_END) != 0) return cst_file_failed(self->path, "write");
  *bytes = (uint64_t)ftello(self->file);
  return CST_OK;
}

void cst_journal_close(cst_journal **pointer)
{
  cst_journal *self = *pointer;
  if (!self) return;
  if (self->file) fclose(self->file);
  tfevents_close(&self->tensorboard);
  cst_free(self->path);
  cst_free(self);
  *pointer = NULL;
}

cst_status cst_journal_tells_of(const char *dir, const char *stage, bool *found)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, "metrics.jsonl"), *text = NULL;
  size_t n = 0;
  *found = false;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (cst_file_exists(path)) CST_TRY(cst_file_read(path, &text, &n));
  for (const char *line = text, *end; line && !*found && (end = strchr(line, '\n'));
       line = end + 1) {
    cst_json *document = NULL;
    cst_journal_event event;
    st = cst_journal_event_parse(line, (size_t)(end - line), path, &document, &event);
    *found = st == CST_OK && event.stage && strcmp(event.stage, stage) == 0;
    cst_json_destroy(&document);
    if (st == CST_ERR_DATA) cst_clear(); /* a damaged line tells nothing */
    CST_TRY(st == CST_ERR_DATA ? CST_OK : st);
  }
done:
  cst_free(text);
  cst_free(path);
  return st;
}
