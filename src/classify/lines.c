/* Contract in lines.h. */
#include "lines.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <unistd.h>

cst_status lines_open(lines *self, const char *path)
{
  cst_status st = CST_OK;
  int fd = -1;
  *self = (lines){.path = path};
  if (!path) {
    self->file = stdout;
    goto done;
  }
  CST_TRY(cst_target_check(path));
  if (!(self->temp = cst_file_temp(path))) CST_TRY(cst_no_memory("path", 1, 1));
  if ((fd = cst_temp_open(self->temp)) < 0) CST_TRY(cst_file_failed(path, "write"));
  if (!(self->file = fdopen(fd, "w"))) {
    close(fd);
    CST_TRY(cst_file_failed(path, "write"));
  }
done:
  return st;
}

static cst_status failed(const lines *self)
{
  if (self->path) return cst_file_failed(self->path, "write");
  return cst_raise(CST_ERR_DATA, "standard output cannot be written: disk full or pipe closed");
}

cst_status lines_write(lines *self, const char *text, size_t bytes)
{
  if (bytes == 0 || fwrite(text, 1, bytes, self->file) == bytes) return CST_OK;
  return failed(self);
}

cst_status lines_flush(lines *self) { return fflush(self->file) == 0 ? CST_OK : failed(self); }

cst_status lines_commit(lines *self)
{
  cst_status st = lines_flush(self);
  if (st != CST_OK || !self->path) return st;
  FILE *file = self->file;
  self->file = NULL;
  if (fclose(file) != 0) return failed(self);
  st = cst_file_commit(self->temp, self->path);
  cst_free(self->temp); /* renamed, or removed */
  self->temp = NULL;
  return st;
}

void lines_close(lines *self)
{
  if (self->file && self->path) fclose(self->file);
  if (self->temp) unlink(self->temp);
  cst_free(self->temp);
  *self = (lines){0};
}
