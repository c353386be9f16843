/* What two configurations have in common.  Contracts in cassette/config.h. */
#include "value.h"

#include <string.h>

cst_affects cst_config_affects(const char *path)
{
  char own[CST_NAME_MAX_BYTES];
  const size_t bytes = strcspn(path, ":");
  for (size_t i = 0; i < cst_schema_keys; i++) {
    cst_key_path(&cst_schema[i], own, sizeof own);
    if (strlen(own) == bytes && strncmp(own, path, bytes) == 0)
      return cst_key_affects(&cst_schema[i]);
  }
  return CST_AFFECTS_BITS;
}

/* "train.batch: 8" */
static void add_setting(const cst_key *key, const cst_config *config, cst_text *out)
{
  char path[CST_NAME_MAX_BYTES];
  cst_text_add(out, "%s: ", cst_key_path(key, path, sizeof path));
  if (cst_value_absent(key, config))
    cst_text_add(out, "absent");
  else
    cst_value_add(key, config, out);
}

cst_status cst_config_digest(const cst_config *self, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_text text = {0};
  for (size_t i = 0; i < cst_schema_keys; i++) {
    if (cst_key_affects(&cst_schema[i]) != CST_AFFECTS_BITS) continue;
    add_setting(&cst_schema[i], self, &text);
    cst_text_add(&text, "\n");
  }
  CST_TRY(cst_text_status(&text));
  cst_digest_bytes(text.data, text.bytes, hex);
done:
  cst_text_reset(&text);
  return st;
}

cst_status cst_config_difference(const cst_config *before, const cst_config *now, cst_text *was,
                                 cst_text *is)
{
  cst_status st = CST_OK;
  cst_text a = {0}, b = {0};
  for (size_t i = 0; i < cst_schema_keys && was->bytes == 0; i++) {
    if (cst_key_affects(&cst_schema[i]) != CST_AFFECTS_BITS) continue;
    cst_text_reset(&a);
    cst_text_reset(&b);
    add_setting(&cst_schema[i], before, &a);
    add_setting(&cst_schema[i], now, &b);
    CST_TRY(cst_text_status(&a));
    CST_TRY(cst_text_status(&b));
    if (strcmp(a.data, b.data) == 0) continue;
    cst_text_add(was, "%s", a.data);
    cst_text_add(is, "%s", b.data);
  }
  CST_TRY(cst_text_status(was));
  CST_TRY(cst_text_status(is));
done:
  cst_text_reset(&a);
  cst_text_reset(&b);
  return st;
}
