/* The table of layouts: how the tables of a data set are called, and what their columns mean. */
#ifndef CST_DATA_LAYOUTS_H
#define CST_DATA_LAYOUTS_H

#include "cassette/dataset.h"
#include "record.h"

enum { USUAL_TABLES = 3 };

/* What a record says in the layout's terms; "" where nothing is said.  The arrays are room for what
 * is no text of a table: a name has at most 1,024 bytes, and what a column says 256. */
typedef struct {
  const char *city, *session, *device;
  char city_text[1100], session_text[1400], device_text[1100];
} facts;

/* One layout.  A NULL function means what is said beside it. */
typedef struct {
  const char *name;
  record_columns columns;
  /* Development (or pre-training), then evaluation; below root, as many as there are.  A layout
   * without usual names for the first takes the only *.csv in root, one without any for the second
   * has no evaluation set of its own. */
  const char *usual[2][USUAL_TABLES];
  /* In index order; NULL: dataset.classes, or those found, sorted by bytes. */
  const char *const *classes;
  size_t n_classes;
  /* The part of the set that a table lists, by its name.  NULL: every table lists all clips, and
   * one that does not is warned of. */
  cst_part (*part)(const char *table);
  /* CST_ERR_DATA where a record contradicts itself.  NULL: city and device are their columns', a
   * session is in one city. */
  cst_status (*facts)(const record *r, const cst_names *scenes, facts *out);
  void (*warn)(const records *from); /* of what is odd in all of a set.  NULL: of nothing */
  const char *maker; /* command that makes such a set where the path follows it, or NULL */
} table_layout;

/* The table: a line for each layout, in the order of the configuration. */
#define CST_LAYOUTS(EACH)                                                                          \
  EACH(cst_read_cas)                                                                               \
  EACH(cst_read_tau)                                                                               \
  EACH(cst_read_csv)                                                                               \
  EACH(cst_read_synth)

#define CST_DECLARE_LAYOUT(name) extern const table_layout name;
CST_LAYOUTS(CST_DECLARE_LAYOUT)
#undef CST_DECLARE_LAYOUT

#endif
