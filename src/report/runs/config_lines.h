/* A resolved configuration as lines "section.key: value", to show how two runs differ. */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char **line;
  size_t n;
} config_lines;

/* Read @p path as cst_config_text() writes it: sections unindented, one key a line.  No file, no
 * lines. */
cst_status config_lines_read(const char *path, config_lines *out);
void config_lines_reset(config_lines *self);
bool config_lines_has(const config_lines *self, const char *line);
/* The text of key "section.key", without quotes: new (cst_free()), NULL where it is empty or absent. */
char *config_lines_text(const config_lines *self, const char *key);
/* Whether a line bears on results: not the name, nor where and how long the run ran. */
bool config_line_matters(const char *line);

#endif
