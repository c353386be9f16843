/*
 * Text to tree, over libyaml's events.
 *
 * The schema gives types, not YAML's guesses: a scalar stays text (so `no` can be a city), and the
 * constructs by which one place of a file changes another (aliases, merge keys, tags) are refused:
 * `extends` does that job in one visible way.
 */
#include "yaml_tree.h"

#include "cassette/config.h"
#include "cassette/memory.h"
#include "cassette/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

typedef struct {
  yaml_parser_t yaml;
  const char *text;
  size_t bytes;
  cst_place base;
} reader;

cst_status cst_blame(cst_place at, const char *format, ...)
{
  char text[CST_MESSAGE_BYTES];
  va_list args;

  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (at.line == 0) return cst_raise(CST_ERR_USAGE, "%s: %s", at.file, text);
  return cst_raise(CST_ERR_USAGE, "%s:%zu:%zu: %s", at.file, at.line, at.column, text);
}

const char *cst_shown(const char *text, char out[CST_SHOWN_BYTES])
{
  size_t used = 0;

  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    /* Cut between characters; what is no UTF-8 (a command line) is cut anywhere. */
    if (used + 5 > CST_SHOWN_BYTES || (used + 8 > CST_SHOWN_BYTES && (*c & 0xC0) != 0x80)) {
      memcpy(out + used, "...", 4);
      return out;
    }
    if (*c < 0x20 || *c == 0x7F)
      used += (size_t)snprintf(out + used, 5, "\\x%02x", *c);
    else
      out[used++] = (char)*c;
  }
  out[used] = '\0';
  return out;
}

const char *cst_config_library(void)
{
  static char text[32];

  snprintf(text, sizeof text, "libyaml %s", yaml_get_version_string());
  return text;
}

static cst_place place_of(const reader *r, yaml_mark_t mark)
{
  if (r->base.line == 0) return r->base;
  return (cst_place){r->base.file, mark.line + 1, mark.column + 1};
}

static const char MARK[] = "\xEF\xBB\xBF"; /* byte-order mark, U+FEFF */

static bool starts_with(const reader *r, const char *bytes)
{
  return r->bytes >= strlen(bytes) && memcmp(r->text, bytes, strlen(bytes)) == 0;
}

/* libyaml, told that this is UTF-8, would count the mark as an indentation by one. */
static cst_status skip_mark(reader *r)
{
  if (starts_with(r, "\xFF\xFE") || starts_with(r, "\xFE\xFF"))
    return cst_blame((cst_place){.file = r->base.file}, "is UTF-16: save the file as UTF-8 text");
  if (starts_with(r, MARK)) {
    r->text += sizeof MARK - 1;
    r->bytes -= sizeof MARK - 1;
  }
  return CST_OK;
}

/* Before libyaml sees the text: its own reader names a byte offset only. */
static cst_status check_characters(const reader *r)
{
  const unsigned char *s = (const unsigned char *)r->text;
  cst_place at = {r->base.file, 1, 1};

  for (size_t i = 0, length; i < r->bytes; i += length) {
    const cst_place where = r->base.line ? at : r->base;
    length = cst_utf8_sequence(s + i, r->bytes - i);
    if (length == 0)
      return cst_blame(where, "byte 0x%02x is not UTF-8: save the file as UTF-8 text", s[i]);
    if (length == sizeof MARK - 1 && memcmp(s + i, MARK, length) == 0)
      return cst_blame(where, "byte-order mark inside the text: remove it");
    if ((s[i] < 0x20 && s[i] != '\t' && s[i] != '\n' && s[i] != '\r') || s[i] == 0x7F)
      return cst_blame(where, "control character 0x%02x: this is not a text file", s[i]);
    at.column++;
    if (s[i] == '\n') at = (cst_place){at.file, at.line + 1, 1};
  }
  return CST_OK;
}

/* The cure, where libyaml's problem has a usual cause. */
static const char *cure(const reader *r)
{
  const char *problem = r->yaml.problem ? r->yaml.problem : "";
  const size_t at = r->yaml.problem_mark.index;
  size_t byte = 0; /* index counts characters */

  for (size_t c = 0; byte < r->bytes && c < at; byte++)
    if (byte + 1 >= r->bytes || (r->text[byte + 1] & 0xC0) != 0x80) c++;
  if (byte < r->bytes && r->text[byte] == '\t') return "; tabs cannot indent: use spaces";
  if (strstr(problem, "mapping values are not allowed"))
    return "; check the indentation, and quote a value that holds ': '";
  if (strstr(problem, "expected key") || strstr(problem, "block mapping"))
    return "; check the indentation and the colon after each key";
  if (strstr(problem, "cannot start any token")) return "; quote the value";
  if (strstr(problem, "expected ',' or")) return "; close the bracket";
  return "";
}

static cst_status yaml_failure(const reader *r)
{
  const yaml_parser_t *yaml = &r->yaml;

  if (yaml->error == YAML_MEMORY_ERROR) return cst_no_memory("YAML", r->bytes, 1);
  return cst_blame(place_of(r, yaml->problem_mark), "not valid YAML: %s%s%s%s",
                   yaml->context ? yaml->context : "", yaml->context ? ": " : "",
                   yaml->problem ? yaml->problem : "unreadable", cure(r));
}

static cst_status next(reader *r, yaml_event_t *event)
{
  return yaml_parser_parse(&r->yaml, event) ? CST_OK : yaml_failure(r);
}

static cst_status append(cst_node *self, cst_node *key, cst_node *value)
{
  cst_status st = CST_OK;

  if (self->n == CST_YAML_MAX_ITEMS)
    CST_TRY(cst_blame(value->at, "more than %d entries", CST_YAML_MAX_ITEMS));
  if (self->n == self->capacity) {
    const size_t capacity = self->capacity ? 2 * self->capacity : 8;
    cst_node **items = cst_realloc(self->item, capacity, sizeof *items), **keys;
    if (!items) CST_FAIL(CST_ERR_INTERNAL, "out of memory for %zu YAML nodes", capacity);
    self->item = items;
    keys = cst_realloc(self->key, capacity, sizeof *keys);
    if (!keys) CST_FAIL(CST_ERR_INTERNAL, "out of memory for %zu YAML nodes", capacity);
    self->key = keys;
    self->capacity = capacity;
  }
  self->key[self->n] = key;
  self->item[self->n++] = value;
done:
  return st;
}

static cst_status refuse_extras(cst_place at, const yaml_char_t *anchor, const yaml_char_t *tag)
{
  if (anchor)
    return cst_blame(at, "anchors (&) are not supported: write the value out, or use extends");
  if (tag) return cst_blame(at, "tags (!) are not supported: the key decides the type");
  return CST_OK;
}

static cst_status scalar(const yaml_event_t *event, cst_node *out)
{
  cst_status st = CST_OK;
  const char *text = (const char *)event->data.scalar.value;

  CST_TRY(refuse_extras(out->at, event->data.scalar.anchor, event->data.scalar.tag));
  if (strlen(text) != event->data.scalar.length)
    CST_TRY(cst_blame(out->at, "a text cannot hold the NUL character"));
  out->kind = CST_NODE_SCALAR;
  out->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  out->text = cst_strndup(text, event->data.scalar.length);
  if (!out->text) st = cst_no_memory("YAML text", event->data.scalar.length, 1);
done:
  return st;
}

static cst_status build(reader *r, const yaml_event_t *event, size_t depth, cst_node **out);

static cst_status list(reader *r, size_t depth, cst_node *out)
{
  cst_status st = CST_OK;
  yaml_event_t event = {0};
  cst_node *item = NULL;

  out->kind = CST_NODE_LIST;
  for (;;) {
    CST_TRY(next(r, &event));
    if (event.type == YAML_SEQUENCE_END_EVENT) break;
    CST_TRY(build(r, &event, depth, &item));
    CST_TRY(append(out, NULL, item));
    item = NULL;
    yaml_event_delete(&event);
  }
done:
  yaml_event_delete(&event);
  cst_tree_destroy(&item);
  return st;
}

static cst_status check_key(const cst_node *map, const cst_node *key)
{
  char shown[CST_SHOWN_BYTES];

  if (key->kind != CST_NODE_SCALAR) return cst_blame(key->at, "a key must be a single name");
  if (key->plain && strcmp(key->text, "<<") == 0)
    return cst_blame(key->at, "merge keys (<<) are not supported: use extends");
  for (size_t i = 0; i < map->n; i++)
    if (strcmp(map->key[i]->text, key->text) == 0)
      return cst_blame(key->at, "key '%s' appears twice (first on line %zu): remove one",
                       cst_shown(key->text, shown), map->key[i]->at.line);
  return CST_OK;
}

static cst_status map(reader *r, size_t depth, cst_node *out)
{
  cst_status st = CST_OK;
  yaml_event_t event = {0};
  cst_node *key = NULL, *value = NULL;

  out->kind = CST_NODE_MAP;
  for (;;) {
    CST_TRY(next(r, &event));
    if (event.type == YAML_MAPPING_END_EVENT) break;
    CST_TRY(build(r, &event, depth, &key));
    yaml_event_delete(&event);
    CST_TRY(check_key(out, key));
    CST_TRY(next(r, &event));
    CST_TRY(build(r, &event, depth, &value));
    yaml_event_delete(&event);
    CST_TRY(append(out, key, value));
    key = value = NULL;
  }
done:
  yaml_event_delete(&event);
  cst_tree_destroy(&key);
  cst_tree_destroy(&value);
  return st;
}

static cst_status build(reader *r, const yaml_event_t *event, size_t depth, cst_node **out)
{
  cst_status st = CST_OK;
  cst_node *node = NULL;

  *out = NULL;
  CST_ALLOC(node, 1);
  node->at = place_of(r, event->start_mark);
  if (depth > CST_YAML_MAX_DEPTH)
    CST_TRY(cst_blame(node->at, "nested deeper than any configuration key"));
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    CST_TRY(scalar(event, node));
    break;
  case YAML_SEQUENCE_START_EVENT:
    CST_TRY(
        refuse_extras(node->at, event->data.sequence_start.anchor, event->data.sequence_start.tag));
    CST_TRY(list(r, depth + 1, node));
    break;
  case YAML_MAPPING_START_EVENT:
    CST_TRY(
        refuse_extras(node->at, event->data.mapping_start.anchor, event->data.mapping_start.tag));
    CST_TRY(map(r, depth + 1, node));
    break;
  default: /* the only other event where a node may stand */
    CST_TRY(cst_blame(node->at, "aliases (*) are not supported: write the value out"));
  }
  *out = node;
  node = NULL;
done:
  cst_tree_destroy(&node);
  return st;
}

bool cst_node_is_null(const cst_node *self)
{
  return self->kind == CST_NODE_SCALAR && self->plain &&
         (self->text[0] == '\0' || strcmp(self->text, "~") == 0 ||
          strcmp(self->text, "null") == 0 || strcmp(self->text, "Null") == 0 ||
          strcmp(self->text, "NULL") == 0);
}

static cst_status document(reader *r, cst_node **out)
{
  cst_status st = CST_OK;
  yaml_event_t event = {0};

  CST_TRY(next(r, &event)); /* stream start */
  yaml_event_delete(&event);
  CST_TRY(next(r, &event));
  if (event.type == YAML_STREAM_END_EVENT) goto done;
  yaml_event_delete(&event);
  CST_TRY(next(r, &event));
  CST_TRY(build(r, &event, 0, out));
  yaml_event_delete(&event);
  CST_TRY(next(r, &event)); /* document end */
  yaml_event_delete(&event);
  CST_TRY(next(r, &event));
  if (event.type != YAML_STREAM_END_EVENT)
    CST_TRY(cst_blame(place_of(r, event.start_mark),
                      "a second document starts here (---): one file holds one configuration"));
done:
  yaml_event_delete(&event);
  return st;
}

cst_status cst_tree_parse(const char *text, size_t bytes, cst_place place, cst_node **out)
{
  cst_status st = CST_OK;
  reader r = {.text = text, .bytes = bytes, .base = place};
  cst_node *root = NULL;
  bool ready = false;

  *out = NULL;
  if (bytes > CST_YAML_MAX_BYTES)
    CST_TRY(cst_blame((cst_place){.file = place.file},
                      "larger than %d bytes: this is not a configuration", CST_YAML_MAX_BYTES));
  CST_TRY(skip_mark(&r));
  CST_TRY(check_characters(&r));
  ready = yaml_parser_initialize(&r.yaml);
  if (!ready) CST_TRY(cst_no_memory("YAML parser", 1, sizeof r.yaml));
  yaml_parser_set_encoding(&r.yaml, YAML_UTF8_ENCODING); /* else UTF-16 is guessed at */
  yaml_parser_set_input_string(&r.yaml, (const unsigned char *)r.text, r.bytes);
  CST_TRY(document(&r, &root));
  if (root && cst_node_is_null(root)) goto done;
  *out = root;
  root = NULL;
done:
  cst_tree_destroy(&root);
  if (ready) yaml_parser_delete(&r.yaml);
  return st;
}

void cst_tree_destroy(cst_node **self)
{
  cst_node *node = *self;

  if (!node) return;
  for (size_t i = 0; i < node->n; i++) {
    cst_tree_destroy(&node->key[i]);
    cst_tree_destroy(&node->item[i]);
  }
  cst_free(node->key);
  cst_free(node->item);
  cst_free(node->text);
  cst_free(node);
  *self = NULL;
}
