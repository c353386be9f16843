/*
 * CAS 2023: the tables of the ICME 2024 and APSIPA 2025 challenges, and what `cassette synth` writes.
 *
 * ICME's table has labels only, APSIPA's the same clips with cities and times of recording; either
 * is enough.  A session is a city and a time.
 */
#include "layouts.h"

#include "cassette/log.h"

#include <ctype.h>

const char *const cst_cas_classes[10] = {
    "Bus",           "Airport",    "Metro",          "Restaurant",        "Shopping mall",
    "Public square", "Urban park", "Traffic street", "Construction site", "Bar"};

/* The only format in use; another one means that a spreadsheet rewrote the table, perhaps without
 * the seconds, and that sessions of two tables no longer match. */
static bool is_time(const char *text)
{
  static const char form[] = "dddd-dd-dd dd:dd:dd";
  for (size_t i = 0; i < sizeof form; i++)
    if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i]) return false;
  return true;
}

static void warn_times(const records *from)
{
  for (size_t i = 0; i < from->n; i++) {
    const statement *s = &from->item[i].said[FACT_SESSION];
    if (!s->text || !*s->text || is_time(s->text)) continue;
    cst_log(CST_LOG_WARN,
            "%s:%zu: record_time '%s' is not YYYY-MM-DD HH:MM:SS; times are compared as text, so "
            "sessions are right only if all tables write them alike",
            cst_table_name(s->table), cst_table_line(s->table, s->row), s->text);
    return;
  }
}

#define CAS                                                                                        \
  .columns = {.fact = {[FACT_SCENE] = "scene_label",                                               \
                       [FACT_PLACE] = "location",                                                  \
                       [FACT_SESSION] = "record_time"}},                                           \
  .usual = {{"ICME2024_ASC_dev_label.csv", "APSIPA2025_GC_ASC_dev_metadata.csv"},                  \
            {"APSIPA2025_GC_ASC_eval_metadata.csv", "ICME2024_ASC_eval.csv"}},                     \
  .classes = cst_cas_classes, .n_classes = 10, .warn = warn_times

const table_layout cst_read_cas = {.name = "cas", CAS};
const table_layout cst_read_synth = {.name = "synth", CAS, .maker = "cassette synth --out"};
