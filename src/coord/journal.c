/* Contract in journal.h. */
#include "journal.h"

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

cst_status journal_open(const char *dir, uint64_t bytes, journal *out)
{
  cst_status st = CST_OK;
  *out = (journal){.path = cst_path_join(dir, "metrics.jsonl")};
  if (!out->path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_target_check(out->path));
  out->file = open_to_append(out->path);
  if (!out->file) CST_TRY(cst_file_failed(out->path, "write"));
  if (fseeko(out->file, 0, SEEK_END) != 0) CST_TRY(cst_file_failed(out->path, "write"));
  if ((uint64_t)ftello(out->file) < bytes)
    cst_log(CST_LOG_WARN, "%s: shorter than at the checkpoint; its missing events stay missing",
            out->path);
  else if (ftruncate(fileno(out->file), (off_t)bytes) != 0)
    CST_TRY(cst_file_failed(out->path, "write"));
  CST_TRY(tfevents_open(dir, out->path, &out->tensorboard));
done:
  if (st != CST_OK) journal_close(out);
  return st;
}

cst_status journal_add(journal *self, cst_json *event)
{
  cst_status st = CST_OK;
  char *text = NULL;
  if (!self->file) goto done;
  cst_json_set_number(event, "time", cst_wall_s());
  CST_TRY(cst_json_text(event, 0, &text));
  if (fprintf(self->file, "%s\n", text) < 0 || fflush(self->file) != 0)
    CST_TRY(cst_file_failed(self->path, "write"));
  cst_delay_point("journal-written");
  CST_TRY(tfevents_add(&self->tensorboard, event));
done:
  cst_free(text);
  cst_json_destroy(&event);
  return st;
}

cst_status journal_sync(journal *self, uint64_t *bytes)
{
  *bytes = 0;
  if (!self->file) return CST_OK;
  if (fflush(self->file) != 0 || fsync(fileno(self->file)) != 0)
    return cst_file_failed(self->path, "write");
  if (fseeko(self->file, 0, SEEK_END) != 0) return cst_file_failed(self->path, "write");
  *bytes = (uint64_t)ftello(self->file);
  return CST_OK;
}

void journal_close(journal *self)
{
  if (self->file) fclose(self->file);
  tfevents_close(&self->tensorboard);
  cst_free(self->path);
  *self = (journal){0};
}

bool journal_tells_of(const char *dir, const char *stage)
{
  char *path = cst_path_join(dir, "metrics.jsonl"), *line = NULL;
  FILE *file = path ? fopen(path, "r") : NULL;
  size_t capacity = 0;
  bool found = false;
  for (ssize_t n; file && !found && (n = getline(&line, &capacity, file)) > 0;) {
    cst_json *event = NULL;
    if (cst_json_parse(line, (size_t)n, path, &event) == CST_OK)
      found = strcmp(cst_json_get_string(event, "stage", ""), stage) == 0;
    else
      cst_clear(); /* a line that was cut off tells nothing */
    cst_json_destroy(&event);
  }
  if (file) fclose(file);
  free(line);
  cst_free(path);
  return found;
}
