/*
 * The configurations that the settings of an ablation make of one.
 */
#include "reading.h"

#include "cassette/memory.h"
#include "cassette/spelling.h"

#include <stdio.h>
#include <string.h>

/* Instead of the settings, the name of the one. */
static cst_status choose_setting(const cst_groups *settings, size_t i, cst_config *config)
{
  cst_status st = CST_OK;
  cst_groups_reset(&config->ablation.settings);
  cst_free(config->ablation.setting);
  config->ablation.setting = cst_strdup(settings->name[i]);
  if (!config->ablation.setting) CST_TRY(cst_no_memory("a name", 1, 1));
  if (*config->ablation.reference) goto done;
  cst_free(config->ablation.reference);
  config->ablation.reference = cst_strdup(settings->name[0]);
  if (!config->ablation.reference) st = cst_no_memory("a name", 1, 1);
done:
  return st;
}

cst_status cst_config_setting(const cst_config *self, size_t i, cst_config **out)
{
  cst_status st = CST_OK;
  const cst_strings *values = &self->ablation.settings.members[i];
  cst_text text = {0};
  cst_reading r = {0};

  *out = NULL;
  CST_TRY(cst_config_text(self, &text));
  CST_TRY(cst_reading_begin(&r, text.data, text.bytes, self->source));
  for (size_t k = 0; k < cst_schema_keys; k++) /* there are no lines to point to in that text */
    r.origin[k].line = 0;
  CST_TRY(choose_setting(&self->ablation.settings, i, r.config));
  for (size_t v = 0; v < values->n; v++) CST_TRY(cst_reading_override(&r, values->item[v]));
  CST_TRY(cst_reading_finish(&r, out));
done:
  cst_text_reset(&text);
  cst_reading_reset(&r);
  return st;
}

/* --- checks --- */

static cst_status check_reference(const cst_reading *r)
{
  const cst_config *c = r->config;
  const cst_groups *settings = &c->ablation.settings;
  const char *name = c->ablation.reference, *near;
  char shown[CST_SHOWN_BYTES];

  if (settings->n > 0 && *c->ablation.setting)
    return cst_blame_key(r, "ablation", "setting",
                         "cassette ablate writes it into cells; a grid has settings");
  if (!*name || (settings->n == 0 && *c->ablation.setting)) return CST_OK;
  for (size_t i = 0; i < settings->n; i++)
    if (strcmp(settings->name[i], name) == 0) return CST_OK;
  near = cst_nearest(name, settings->n, (const char *const *)settings->name);
  return cst_blame_key(r, "ablation", "reference", "no setting '%s' in ablation.settings%s%s%s",
                       cst_shown(name, shown), near ? ", did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
}

/* All that a setting decides, as text. */
static cst_status setting_text(const cst_reading *r, size_t i, cst_text *out)
{
  cst_status st = CST_OK;
  cst_config *made = NULL;
  char why[CST_MESSAGE_BYTES];

  st = cst_config_setting(r->config, i, &made);
  if (st == CST_ERR_USAGE) {
    snprintf(why, sizeof why, "%.1500s", cst_message());
    cst_clear();
    CST_TRY(cst_blame_key(r, "ablation", "settings", "with '%s': %s",
                          r->config->ablation.settings.name[i], why));
  }
  CST_TRY(st);
  *made->ablation.setting = '\0'; /* but its name */
  CST_TRY(cst_config_text(made, out));
done:
  cst_config_destroy(&made);
  return st;
}

cst_status cst_settings_check(const cst_reading *r)
{
  cst_status st = CST_OK;
  const cst_groups *settings = &r->config->ablation.settings;
  cst_text *text = NULL;

  CST_TRY(check_reference(r));
  if (settings->n > 0) CST_ALLOC(text, settings->n);
  for (size_t i = 0; i < settings->n; i++) {
    CST_TRY(setting_text(r, i, &text[i]));
    for (size_t j = 0; j < i; j++)
      if (strcmp(text[j].data, text[i].data) == 0)
        CST_TRY(cst_blame_key(r, "ablation", "settings", "'%s' and '%s' are the same",
                              settings->name[j], settings->name[i]));
  }
done:
  for (size_t i = 0; text && i < settings->n; i++) cst_text_reset(&text[i]);
  cst_free(text);
  return st;
}
