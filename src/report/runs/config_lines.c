/* Contract in config_lines.h. */
#include "config_lines.h"

#include "cassette/config.h"
#include "cassette/file.h"
#include "cassette/memory.h"

#include <string.h>

static cst_status add(config_lines *out, const char *section, size_t section_bytes,
                      const char *line, size_t bytes)
{
  char **grown = cst_realloc(out->line, out->n + 1, sizeof *grown);
  if (!grown) return cst_no_memory("lines", out->n + 1, sizeof *grown);
  out->line = grown;
  grown[out->n] = cst_format("%.*s%s%.*s", (int)section_bytes, section, section_bytes ? "." : "",
                             (int)bytes, line);
  return grown[out->n++] ? CST_OK : cst_no_memory("line", bytes, 1);
}

static cst_status split(const char *text, config_lines *out)
{
  cst_status st = CST_OK;
  const char *section = "";
  size_t section_bytes = 0;
  while (*text) {
    const size_t bytes = strcspn(text, "\n"), indent = strspn(text, " #"); /* "# key: absent" */
    if (bytes > indent && text[0] != '#') {
      if (indent == 0) section_bytes = 0;
      if (indent == 0 && text[bytes - 1] == ':') {
        section = text;
        section_bytes = bytes - 1;
      } else {
        CST_TRY(add(out, section, section_bytes, text + indent, bytes - indent));
      }
    }
    text += bytes + (text[bytes] == '\n');
  }
done:
  return st;
}

cst_status config_lines_read(const char *path, config_lines *out)
{
  cst_status st = CST_OK;
  char *text = NULL;
  size_t bytes = 0;
  *out = (config_lines){0};
  if (cst_file_exists(path)) CST_TRY(cst_file_read(path, &text, &bytes));
  if (text) CST_TRY(split(text, out));
done:
  if (st != CST_OK) config_lines_reset(out);
  cst_free(text);
  return st;
}

void config_lines_reset(config_lines *self)
{
  for (size_t i = 0; i < self->n; i++) cst_free(self->line[i]);
  cst_free(self->line);
  *self = (config_lines){0};
}

bool config_lines_has(const config_lines *self, const char *line)
{
  for (size_t i = 0; i < self->n; i++)
    if (strcmp(self->line[i], line) == 0) return true;
  return false;
}

char *config_lines_text(const config_lines *self, const char *key)
{
  const size_t n = strlen(key);
  for (size_t i = 0; i < self->n; i++) {
    const char *line = self->line[i];
    if (strncmp(line, key, n) != 0 || strncmp(line + n, ": ", 2) != 0) continue;
    const char *value = line + n + 2;
    const size_t bytes = strlen(value);
    const bool quoted = bytes >= 2 && value[0] == '"' && value[bytes - 1] == '"';
    const size_t inside = quoted ? bytes - 2 : bytes;
    return inside > 0 ? cst_strndup(value + quoted, inside) : NULL;
  }
  return NULL;
}

bool config_line_matters(const char *line)
{
  return cst_config_affects(line) != CST_AFFECTS_NOTHING;
}
