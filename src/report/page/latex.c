/* Contract in latex.h. */
#include "latex.h"

#include "cassette/build_info.h"
#include "cassette/memory.h"

#include <ctype.h>
#include <string.h>

void latex_reset(latex_doc *self)
{
  for (size_t i = 0; i < self->tables; i++) {
    cst_free(self->table[i].name);
    cst_text_reset(&self->table[i].text);
  }
  cst_free(self->table);
  cst_free(self->dir);
  cst_text_reset(&self->row);
  cst_text_reset(&self->document);
}

/* --- characters --- */

/* What means something to LaTeX, or looks otherwise in its older encoding of fonts. */
static const char *special(const char *at, size_t *bytes)
{
  static const char *const pairs[][2] = {{"\\", "\\textbackslash{}"},
                                         {"{", "\\{"},
                                         {"}", "\\}"},
                                         {"$", "\\$"},
                                         {"&", "\\&"},
                                         {"#", "\\#"},
                                         {"_", "\\_"},
                                         {"%", "\\%"},
                                         {"~", "\\textasciitilde{}"},
                                         {"^", "\\textasciicircum{}"},
                                         {"<", "\\textless{}"},
                                         {">", "\\textgreater{}"},
                                         {"|", "\\textbar{}"},
                                         {"\"", "\\textquotedbl{}"},
                                         {"[", "{[}"},
                                         {"]", "{]}"},
                                         {"*", "{*}"}, /* after the end of a row */
                                         {"–", "--"},
                                         {"·", "\\textperiodcentered{}"},
                                         {"×", "\\texttimes{}"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    *bytes = strlen(pairs[i][0]);
    if (strncmp(at, pairs[i][0], *bytes) == 0) return pairs[i][1];
  }
  *bytes = 1;
  return (unsigned char)*at < ' ' || *at == 0x7f ? " " : NULL;
}

static void escape(cst_text *out, const char *text)
{
  size_t bytes;
  for (; *text; text += bytes) {
    const char *instead = special(text, &bytes);
    if (instead)
      cst_text_add(out, "%s", instead);
    else
      cst_text_add_bytes(out, text, 1);
  }
}

/* A comment ends where its line does. */
static void add_origin(const latex_doc *self, cst_text *out)
{
  cst_text_add(out, "%% ");
  for (const char *c = self->of; *c; c++)
    cst_text_add_bytes(out, (unsigned char)*c < ' ' || *c == 0x7f ? " " : c, 1);
  cst_text_add(out, ": written by cassette report --latex (Cassette %s); needs booktabs\n",
               cst_build_version());
}

void latex_say(latex_doc *self, const char *text)
{
  if (self->open) escape(&self->row, text);
}

void latex_code(latex_doc *self, const char *text)
{
  if (!self->open) return;
  cst_text_add(&self->row, "\\texttt{");
  escape(&self->row, text);
  cst_text_add(&self->row, "}");
}

void latex_strong(latex_doc *self, bool begin)
{
  if (self->open) cst_text_add(&self->row, begin ? "\\textbf{" : "}");
}

/* --- tables --- */

/* "Accuracy of each class" is accuracy-of-each-class; a second one has -2. */
static char *make_name(const latex_doc *self, const char *what)
{
  cst_text name = {0};
  size_t before = 0;
  for (const char *c = what; *c; c++)
    if (isalnum((unsigned char)*c))
      cst_text_add(&name, "%c", tolower((unsigned char)*c));
    else if (name.bytes && name.data[name.bytes - 1] != '-')
      cst_text_add(&name, "-");
  while (name.bytes && name.data[name.bytes - 1] == '-') name.data[--name.bytes] = '\0';
  for (size_t i = 0; name.data && i < self->tables; i++)
    before += strncmp(self->table[i].name, name.data, name.bytes) == 0 &&
              !isalpha((unsigned char)self->table[i].name[name.bytes]);
  if (before > 0) cst_text_add(&name, "-%zu", before + 1);
  char *copy = name.failed || !name.data ? NULL : cst_strdup(name.data);
  cst_text_reset(&name);
  return copy;
}

void latex_begin(latex_doc *self, const char *what)
{
  if (!self->dir) return;
  latex_table *more = cst_realloc(self->table, self->tables + 1, sizeof *more);
  if (more) self->table = more;
  char *name = more ? make_name(self, what) : NULL;
  if (!name) {
    self->failed = true;
    return;
  }
  latex_table *t = &self->table[self->tables++];
  *t = (latex_table){.name = name};
  add_origin(self, &t->text);
  self->open = true;
  cst_text_reset(&self->row);
  cst_text_add(&self->document, "\n\\begin{table}[htbp]\n\\centering\n\\caption{");
  escape(&self->document, what);
  cst_text_add(&self->document, ".}\n\\label{tab:%s}\n\\input{%s}\n\\end{table}\n", name, name);
}

void latex_next(latex_doc *self)
{
  if (self->open) cst_text_add(&self->row, " & ");
}

void latex_row(latex_doc *self, const char *align, size_t columns)
{
  if (!self->open) return;
  cst_text *text = &self->table[self->tables - 1].text;
  const char *row = self->row.data ? self->row.data : "";
  if (align) cst_text_add(text, "\\begin{tabular}{%.*s}\n\\toprule\n", (int)columns, align);
  cst_text_add(text, "%s \\\\\n%s", row, align ? "\\midrule\n" : "");
  self->failed = self->failed || self->row.failed;
  cst_text_reset(&self->row);
}

void latex_end(latex_doc *self)
{
  if (!self->open) return;
  cst_text_add(&self->table[self->tables - 1].text, "\\bottomrule\n\\end{tabular}\n");
  self->open = false;
}

void latex_figure(latex_doc *self, const char *id, const char *caption)
{
  cst_text_add(&self->document,
               "\n\\begin{figure}[htbp]\n\\centering\n\\includegraphics[width=0.7\\linewidth]{%s}\n"
               "\\caption{",
               id);
  escape(&self->document, caption);
  cst_text_add(&self->document, "}\n\\label{fig:%s}\n\\end{figure}\n", id);
}

/* --- files --- */

static cst_status write_tex(const latex_doc *self, const char *name, const cst_text *text)
{
  cst_status st = CST_OK;
  char *file = cst_format("%s.tex", name), *path = file ? cst_path_join(self->dir, file) : NULL;
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(cst_text_status(text));
  CST_TRY(cst_file_write(path, text->data, text->bytes));
done:
  cst_free(file);
  cst_free(path);
  return st;
}

cst_status latex_write(const latex_doc *self)
{
  cst_status st = CST_OK;
  cst_text all = {0};
  if (!self->dir) return CST_OK;
  if (self->failed) CST_TRY(cst_no_memory("tables", self->tables, 1));
  CST_TRY(cst_text_status(&self->document));
  for (size_t i = 0; i < self->tables; i++)
    CST_TRY(write_tex(self, self->table[i].name, &self->table[i].text));
  add_origin(self, &all);
  cst_text_add(&all, "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n"
                     "\\usepackage[T1]{fontenc}\n\\usepackage{textcomp,booktabs,graphicx}\n"
                     "\\begin{document}\n\\section*{");
  escape(&all, self->of);
  cst_text_add(&all, "}\n%s\n\\end{document}\n", self->document.data ? self->document.data : "");
  CST_TRY(write_tex(self, "report", &all));
done:
  cst_text_reset(&all);
  return st;
}
