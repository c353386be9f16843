/**
 * @file json_rows.h
 * A JSON object as a C structure.  One table of rows, a row for each member, both reads and writes it:
 * with it a file format of the program stands in one place, and who uses it uses a structure.
 *
 * A member that is not there, or of another type, is none: what that is, each kind says.  Members that
 * no row names are passed over.
 */
#ifndef CST_JSON_ROWS_H
#define CST_JSON_ROWS_H

#include "cassette/json.h"

#include <stddef.h>

/** What the structure has for a member. */
typedef enum {
  CST_ROW_TEXT,   /**< const char *; read: borrowed from the document; none: NULL */
  CST_ROW_COUNT,  /**< int64_t, not negative; none: CST_NO_COUNT */
  CST_ROW_NUMBER, /**< double; none, or null: NaN */
  CST_ROW_TRUTH,  /**< bool; none: false */
  CST_ROW_RANGE,  /**< two doubles, an array of two; none: NaN */
  CST_ROW_TREE,   /**< const cst_json *: names that are data; read: borrowed; none: NULL */
  CST_ROW_PART,   /**< a structure with rows of its own, which begins with `bool there` */
  CST_ROW_SAME,   /**< a structure whose members are members of this very object */
  CST_ROW_MAYBE,  /**< the same, all of them or none; it begins with `bool there` */
  CST_ROW_LIST    /**< CST_LIST_OF(a structure with rows of its own); none: n = 0 */
} cst_row_kind;
enum { CST_NO_COUNT = -1 };

/** How none is written. */
typedef enum { CST_NONE_AS_NULL, CST_NONE_LEFT_OUT } cst_row_none;

typedef struct cst_json_shape cst_json_shape;
typedef struct {
  const char *key; /**< of no use in CST_ROW_SAME and CST_ROW_MAYBE */
  cst_row_kind kind;
  size_t offset; /**< in the structure */
  cst_row_none none;
  const cst_json_shape *of; /**< of a part, of what is the same, of each element of a list */
} cst_json_row;

struct cst_json_shape {
  size_t bytes; /**< of the structure */
  const cst_json_row *row;
  size_t n;
};
/** Shape of @p type by the array @p rows. */
#define CST_SHAPE(type, rows)                                                                      \
  {                                                                                                \
    sizeof(type), rows, sizeof(rows) / sizeof *(rows)                                              \
  }
/** Row of member @p m, which is called so in the file, too; and one that says more. */
#define CST_ROW(type, m, what)                                                                     \
  {                                                                                                \
    .key = #m, .kind = CST_ROW_##what, .offset = offsetof(type, m)                                 \
  }
#define CST_ROW_WITH(type, m, what, ...)                                                           \
  {                                                                                                \
    .key = #m, .kind = CST_ROW_##what, .offset = offsetof(type, m), __VA_ARGS__                    \
  }
#define CST_LIST_OF(type)                                                                          \
  struct {                                                                                         \
    type *item;                                                                                    \
    size_t n;                                                                                      \
  }

/** Nothing there. */
void cst_rows_init(const cst_json_shape *shape, void *out);
/** What @p object (NULL: an empty one) says, which must outlive @p out.  Lists are new:
 *  cst_rows_reset() also where it fails, which is for lack of memory alone. */
cst_status cst_rows_read(const cst_json_shape *shape, const cst_json *object, void *out);
/** Set the members of @p out; trees are shared with it. */
void cst_rows_write(const cst_json_shape *shape, const void *from, cst_json *out);
/** A new object with them. */
cst_json *cst_rows_json(const cst_json_shape *shape, const void *from);
/** Free the lists; nothing is there then. */
void cst_rows_reset(const cst_json_shape *shape, void *self);
/** The same of what was made for writing: trees are its own. */
void cst_rows_destroy(const cst_json_shape *shape, void *self);

#endif
