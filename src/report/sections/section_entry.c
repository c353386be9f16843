/* What the judges of a challenge ask of an entry. */
#include "sections.h"

#include "entry_facts.h"

#include <math.h>

static void begin_fact(pen *page, const char *name)
{
  pen_row(page);
  pen_cell(page);
  pen_name(page, name);
  pen_cell(page);
}

static void add_network(pen *page, const cst_json *network)
{
  static const char *const facts[][2] = {
      {"parameters", "parameters"},
      {"multiply-accumulates a clip", "multiply_accumulates_per_clip"},
      {"bytes of a model, single precision", "bytes_in_single_precision"},
      {"models that answer together", "models"}};
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    begin_fact(page, facts[i][0]);
    pen_count(page, cst_json_get_integer(network, facts[i][1], -1));
  }
}

static void add_energy(pen *page, const cst_json *energy)
{
  const double kwh = cst_json_get_number(energy, "kwh", NAN);
  begin_fact(page, "energy of all starts, kWh");
  if (isnan(kwh)) {
    pen_say(page, "unknown: the machine does not tell");
    return;
  }
  pen_say(page, "%.3g, by ", kwh);
  pen_name(page, cst_json_get_string(energy, "told_by", ""));
}

static void add_names(pen *page, const cst_json *names, const char *what, size_t *n)
{
  for (size_t i = 0; i < cst_json_size(names); i++) {
    pen_say(page, (*n)++ ? ", %s " : "%s ", what);
    pen_code(page, cst_json_string(cst_json_at(names, i), "?"));
  }
}

static void add_external(pen *page, const cst_json *external)
{
  static const char *const facts[][2] = {{"pre-training data", "pretraining_data"},
                                         {"weights", "pretrained_weights"},
                                         {"impulse responses", "impulse_responses"}};
  const cst_json *teachers = cst_json_get(external, "teachers");
  size_t n = 0;
  begin_fact(page, "from elsewhere");
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    const char *name = cst_json_get_string(external, facts[i][1], NULL);
    if (!name) continue;
    pen_say(page, n++ ? ", %s " : "%s ", facts[i][0]);
    pen_code(page, name);
  }
  add_names(page, cst_json_get(teachers, "files"), "teacher's table", &n);
  add_names(page, cst_json_get(teachers, "runs"), "teacher", &n);
  if (n == 0) pen_say(page, "nothing");
}

cst_status section_entry(pen *page, const run_files *run)
{
  cst_json *facts = NULL;
  if (!run->record_document) return CST_OK;
  facts = entry_facts(run, "evaluation");
  const cst_json *tiers = cst_json_get(facts, "tiers");
  pen_section(page, "entry", "For an entry");
  pen_table(page, "What an entry tells");
  pen_column(page, 'l', "fact");
  pen_column(page, 'l', "this run");
  add_network(page, cst_json_get(facts, "network"));
  add_energy(page, cst_json_get(facts, "energy"));
  add_external(page, cst_json_get(facts, "external"));
  begin_fact(page, "tier of the training");
  pen_name(page, cst_json_get_string(tiers, "training", "none"));
  begin_fact(page, "transductive");
  pen_say(page, cst_json_get_bool(tiers, "transductive", false) ? "yes" : "no");
  pen_end_table(page);
  cst_json_destroy(&facts);
  return CST_OK;
}
