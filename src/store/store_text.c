/* Texts out of a store, and the names in a group, in cassette/store.h. */
#include "store_impl.h"

#include "cassette/memory.h"

#include <stdlib.h>
#include <string.h>

/* Texts as HDF5 delivers them: `width` bytes each, or pointers that it allocated. */
typedef struct {
  hid_t type, space, transfer;
  size_t n, width;
  size_t left; /* bytes that texts of variable length may still take: those of the file */
  bool variable;
  H5T_str_t padding;
  char *block;
} raw_texts;

/* Many texts of variable length may name the same bytes. */
static void *take_bytes(size_t bytes, void *raw_)
{
  raw_texts *raw = raw_;
  if (bytes > raw->left) return NULL;
  raw->left -= bytes;
  return malloc(bytes);
}

static void give_back(void *bytes, void *raw)
{
  (void)raw;
  free(bytes);
}

static void raw_reset(raw_texts *raw)
{
  if (raw->variable && raw->block)
    H5Dvlen_reclaim(raw->type, raw->space, raw->transfer, raw->block);
  cst_free(raw->block);
  store_drop(raw->transfer);
  store_drop(raw->space);
  store_drop(raw->type);
}

static cst_status raw_read(const cst_store *self, const char *name, hid_t dataset, raw_texts *raw)
{
  cst_status st = CST_OK;
  *raw = (raw_texts){.type = H5Dget_type(dataset),
                     .space = H5Dget_space(dataset),
                     .transfer = H5Pcreate(H5P_DATASET_XFER),
                     .left = (size_t)self->bytes};
  if (raw->type < 0 || raw->space < 0 ||
      H5Pset_vlen_mem_manager(raw->transfer, take_bytes, raw, give_back, raw) < 0)
    CST_TRY(store_damaged(self, name, "cannot read its type"));
  if (H5Tget_class(raw->type) != H5T_STRING)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: holds no text, text is expected", self->path, name);
  raw->variable = H5Tis_variable_str(raw->type) > 0;
  raw->padding = H5Tget_strpad(raw->type);
  raw->width = H5Tget_size(raw->type);
  const hssize_t n = H5Sget_simple_extent_npoints(raw->space);
  if (n < 0 || raw->width == 0) CST_TRY(store_damaged(self, name, "cannot read its shape"));
  raw->n = (size_t)n;
  CST_ALLOC(raw->block, cst_product(raw->n, raw->width));
  if (n > 0 && H5Dread(dataset, raw->type, H5S_ALL, H5S_ALL, raw->transfer, raw->block) < 0)
    CST_TRY(store_damaged(self, name, "cannot be read"));
done:
  return st;
}

static const char *raw_text(const raw_texts *raw, size_t i, size_t *bytes)
{
  if (raw->variable) {
    const char *text;
    memcpy(&text, raw->block + i * raw->width, sizeof text);
    *bytes = text ? strlen(text) : 0;
    return text ? text : "";
  }
  const char *text = raw->block + i * raw->width;
  *bytes = strnlen(text, raw->width);
  if (raw->padding == H5T_STR_SPACEPAD)
    while (*bytes > 0 && text[*bytes - 1] == ' ') (*bytes)--;
  return text;
}

/* Pointers and characters in one block. */
static cst_status unpack(const raw_texts *raw, char ***texts)
{
  cst_status st = CST_OK;
  size_t bytes = raw->n * sizeof(char *), length = 0;
  char *block = NULL;
  for (size_t i = 0; i < raw->n; i++) {
    raw_text(raw, i, &length);
    bytes += length + 1;
  }
  CST_ALLOC(block, bytes);
  char **list = (char **)(void *)block, *at = block + raw->n * sizeof(char *);
  for (size_t i = 0; i < raw->n; i++) {
    const char *text = raw_text(raw, i, &length);
    memcpy(at, text, length);
    list[i] = at;
    at += length + 1;
  }
  *texts = list;
done:
  return st;
}

static cst_status read_texts(const cst_store *self, const char *name, size_t *n, char ***texts)
{
  cst_status st = CST_OK;
  hid_t dataset = -1;
  raw_texts raw = {.type = -1, .space = -1, .transfer = -1};
  *n = 0;
  *texts = NULL;
  CST_TRY(store_find(self, name, &dataset));
  CST_TRY(raw_read(self, name, dataset, &raw));
  CST_TRY(unpack(&raw, texts));
  *n = raw.n;
done:
  raw_reset(&raw);
  store_drop(dataset);
  return st;
}

cst_status cst_store_read_strings(const cst_store *self, const char *name, size_t *n, char ***texts)
{
  store_enter();
  const cst_status st = read_texts(self, name, n, texts);
  store_leave();
  return st;
}

cst_status cst_store_read_string(const cst_store *self, const char *name, char **text)
{
  cst_status st = CST_OK;
  size_t n = 0;
  char **texts = NULL;
  *text = NULL;
  store_enter();
  CST_TRY(read_texts(self, name, &n, &texts));
  if (n != 1)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: holds %zu texts, one is expected", self->path, name, n);
  *text = cst_strdup(texts[0]);
  if (!*text) CST_TRY(cst_no_memory(name, strlen(texts[0]), 1));
done:
  cst_free(texts);
  store_leave();
  return st;
}

static int by_bytes(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef struct {
  char **names;
  size_t n, capacity;
} name_list;

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
  name_list *list = context;
  (void)group, (void)info;
  if (list->n == list->capacity) return -1; /* more than the group says it has: damaged */
  list->names[list->n] = cst_strdup(name);
  return list->names[list->n++] ? 0 : -1;
}

/* In the order of the file, which needs no index: HDF5 1.10 crashes over an index that cannot be
 * read. */
cst_status cst_store_list(const cst_store *self, const char *group, cst_store_visit_fn visit,
                          void *context)
{
  cst_status st = CST_OK;
  const char *shown = *group ? group : "/";
  H5G_info_t info = {0};
  name_list list = {0};
  store_enter();
  const hid_t id = H5Gopen2(self->file, shown, H5P_DEFAULT);
  if (id < 0 || H5Gget_info(id, &info) < 0)
    CST_TRY(store_damaged(self, shown, "absent, not a group, or damaged"));
  if (info.nlinks > self->bytes) CST_TRY(store_damaged(self, shown, "announces too many members"));
  CST_ALLOC(list.names, (size_t)info.nlinks);
  list.capacity = (size_t)info.nlinks;
  if (H5Literate(id, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, add_name, &list) < 0)
    CST_TRY(store_damaged(self, shown, "cannot be listed"));
  qsort(list.names, list.n, sizeof *list.names, by_bytes);
done:
  store_drop(id);
  store_leave();
  for (size_t i = 0; i < list.n && st == CST_OK; i++) st = visit(context, list.names[i]);
  for (size_t i = 0; i < list.n; i++) cst_free(list.names[i]);
  cst_free(list.names);
  return st;
}
