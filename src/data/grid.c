/* Contract in grid.h. */
#include "grid.h"

#include "cassette/memory.h"
#include "cassette/utf8.h"
#include "grow.h"

#include <stdio.h>
#include <string.h>

const char *cst_count_text(size_t count, char text[32])
{
  char digits[24];
  const int n = snprintf(digits, sizeof digits, "%zu", count);
  char *at = text;
  for (int i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0) *at++ = ',';
    *at++ = digits[i];
  }
  *at = '\0';
  return text;
}

void cst_grid_add(cst_grid *self, const char *text)
{
  void *cells = self->cell;
  char *copy = cst_strdup(text);
  if (!copy || !grow(&cells, self->n, &self->capacity, sizeof *self->cell)) {
    cst_free(copy);
    self->failed = 1;
    return;
  }
  self->cell = cells;
  self->cell[self->n++] = copy;
}

void cst_grid_add_count(cst_grid *self, size_t count)
{
  char text[32];
  cst_grid_add(self, cst_count_text(count, text));
}

static bool is_number(const char *text) { return text[strspn(text, "0123456789,.% -")] == '\0'; }

static size_t column_width(const cst_grid *self, size_t column)
{
  size_t width = 3; /* the rule below the header needs three dashes */
  for (size_t i = column; i < self->n; i += self->columns) {
    const size_t w = cst_utf8_width(self->cell[i]);
    if (w > width) width = w;
  }
  return width;
}

static bool column_numeric(const cst_grid *self, size_t column)
{
  for (size_t i = column + self->columns; i < self->n; i += self->columns)
    if (!is_number(self->cell[i])) return false;
  return true;
}

static void print_cell(const char *text, size_t width, bool right, cst_text *out)
{
  const int pad = (int)(width - cst_utf8_width(text));
  cst_text_add(out, "| %*s%s%*s ", right ? pad : 0, "", text, right ? 0 : pad, "");
}

static void print_rule(size_t width, bool right, cst_text *out)
{
  static const char dash[] = "--------";
  cst_text_add_bytes(out, "|-", 2);
  for (size_t left = width; left > 0;) {
    const size_t n = left < sizeof dash - 1 ? left : sizeof dash - 1;
    cst_text_add_bytes(out, dash, n);
    left -= n;
  }
  cst_text_add_bytes(out, right ? ":" : "-", 1);
}

/* How a column is set. */
typedef struct {
  size_t width;
  bool right;
} alignment;

static void print_row(const cst_grid *self, size_t row, const alignment *column, cst_text *out)
{
  for (size_t c = 0; c < self->columns; c++)
    print_cell(self->cell[row * self->columns + c], column[c].width, column[c].right, out);
  cst_text_add_bytes(out, "|\n", 2);
}

static cst_status print(const cst_grid *self, cst_text *out)
{
  cst_status st = CST_OK;
  alignment *column = NULL;
  if (self->failed) CST_TRY(cst_no_memory("table", self->n, 1));
  CST_ASSERT(self->columns > 0 && self->n % self->columns == 0);
  CST_ALLOC(column, self->columns);
  for (size_t c = 0; c < self->columns; c++)
    column[c] = (alignment){.width = column_width(self, c), .right = column_numeric(self, c)};
  for (size_t row = 0; row < self->n / self->columns; row++) {
    print_row(self, row, column, out);
    for (size_t c = 0; row == 0 && c < self->columns; c++)
      print_rule(column[c].width, column[c].right, out);
    if (row == 0) cst_text_add_bytes(out, "|\n", 2);
  }
done:
  cst_free(column);
  return st;
}

cst_status cst_grid_print(cst_grid *self, cst_text *out)
{
  const cst_status st = print(self, out);
  for (size_t i = 0; i < self->n; i++) cst_free(self->cell[i]);
  cst_free(self->cell);
  *self = (cst_grid){.columns = self->columns};
  return st;
}

enum { MOST_LISTED = 20 };

void cst_list_add(cst_list *self, const char *name, const char *with, cst_text *out)
{
  if (self->n++ >= MOST_LISTED) return;
  if (self->n > 1)
    cst_text_add_bytes(out, ", ", 2);
  else
    cst_text_add(out, "- %s%s%s: ", self->of ? self->of : "", self->of ? ": " : "", self->head);
  cst_text_add(out, "%s%s%s%s", name, with ? " (" : "", with ? with : "", with ? ")" : "");
}

void cst_list_end(const cst_list *self, cst_text *out)
{
  if (self->n > MOST_LISTED) cst_text_add(out, " and %zu more", self->n - MOST_LISTED);
  if (self->n > 0) cst_text_add(out, ".\n");
}
