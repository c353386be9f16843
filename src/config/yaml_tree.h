/**
 * @file yaml_tree.h
 * The small part of YAML a configuration needs, as a tree with positions (private to config).
 *
 * Refused with file, line and column: text that is not UTF-8, anchors, aliases, tags, merge keys,
 * keys that are no plain names, repeated keys, several documents, deep nesting, large texts.
 */
#ifndef CST_YAML_TREE_H
#define CST_YAML_TREE_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Far above any real configuration; they keep hostile ones cheap. */
enum { CST_YAML_MAX_BYTES = 1 << 20, CST_YAML_MAX_DEPTH = 8, CST_YAML_MAX_ITEMS = 4096 };

/** Where something stands: "file:line:column", or the file alone where line is 0. */
typedef struct {
  const char *file; /**< borrowed */
  size_t line, column;
} cst_place;

/** CST_ERR_USAGE with "place: text". */
cst_status cst_blame(cst_place at, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** @p text fit for a one-line message: control characters escaped, long texts cut. Uses out. */
enum { CST_SHOWN_BYTES = 96 };
const char *cst_shown(const char *text, char out[CST_SHOWN_BYTES]);

typedef enum { CST_NODE_SCALAR, CST_NODE_LIST, CST_NODE_MAP } cst_node_kind;

typedef struct cst_node {
  cst_node_kind kind;
  cst_place at;
  char *text;             /**< scalar: its text, without NUL inside */
  bool plain;             /**< scalar: written without quotes */
  struct cst_node **item; /**< list: elements; map: values */
  struct cst_node **key;  /**< map: scalars, unique */
  size_t n, capacity;
} cst_node;

/** Parse one document.  @p place.file names it in errors; with place.line = 0 (an override) errors
 *  carry no line and column.  *out is NULL for an empty document. */
cst_status cst_tree_parse(const char *text, size_t bytes, cst_place place, cst_node **out);
void cst_tree_destroy(cst_node **self);
/** Whether a scalar stands for YAML's null: nothing, ~ or null, unquoted. */
bool cst_node_is_null(const cst_node *self);
#endif
