/*
 * TAU Urban Acoustic Scenes 2020 Mobile.
 *
 * File names are scene-city-location-segment-device.wav.  What the columns `identifier` and
 * `source_label` say takes precedence; the fold files have neither.
 */
#include "layouts.h"

#include "cassette/file.h"

#include <string.h>

const char *const cst_tau_classes[10] = {
    "airport",        "bus",           "metro",         "metro_station",
    "park",           "public_square", "shopping_mall", "street_pedestrian",
    "street_traffic", "tram"};

static bool ends_in(const char *text, const char *end)
{
  const size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

static cst_part part_of(const char *table)
{
  if (ends_in(table, "_train.csv")) return CST_PART_TRAIN;
  return ends_in(table, "_evaluate.csv") ? CST_PART_EVALUATE : CST_PART_NONE;
}

/* The five parts of a name without extension, or false. */
static bool split_name(const char *id, const char *part[5], size_t bytes[5])
{
  const char *at = cst_path_name(id);
  for (int i = 0; i < 5; i++) {
    bytes[i] = strcspn(at, i < 4 ? "-" : "-.");
    part[i] = at;
    if (bytes[i] == 0 || (i < 4 && at[bytes[i]] != '-')) return false;
    at += bytes[i] + 1;
  }
  return part[4][bytes[4]] != '-';
}

static void copy(char *text, const char *from, size_t bytes)
{
  memcpy(text, from, bytes);
  text[bytes] = '\0';
}

static cst_status read_facts(const record *r, const cst_names *scenes, facts *out)
{
  const char *part[5];
  size_t bytes[5];
  char scene[1100];
  out->session = cst_record_says(r, FACT_SESSION);
  out->device = cst_record_says(r, FACT_DEVICE);
  const char *dash = strrchr(out->session, '-');
  if (dash) copy(out->city_text, out->session, (size_t)(dash - out->session));
  out->city = out->city_text;
  if (!split_name(r->id, part, bytes)) return CST_OK; /* evaluation clips are mere numbers */
  copy(scene, part[0], bytes[0]);
  if (cst_names_find(scenes, scene) == CST_NONE) return CST_OK; /* dashes of another scheme */
  if (*cst_record_says(r, FACT_SCENE) && strcmp(scene, cst_record_says(r, FACT_SCENE)) != 0)
    return cst_record_refuse_scene(r, "is not the one in its name", "; correct the table");
  copy(out->city_text, part[1], bytes[1]);
  copy(out->session_text, part[1], bytes[1] + 1 + bytes[2]);
  copy(out->device_text, part[4], bytes[4]);
  if (!*out->session) out->session = out->session_text;
  if (!*out->device) out->device = out->device_text;
  return CST_OK;
}

const table_layout cst_read_tau = {.name = "tau",
                                   .columns = {.fact = {[FACT_SCENE] = "scene_label",
                                                        [FACT_SESSION] = "identifier",
                                                        [FACT_DEVICE] = "source_label"},
                                               .relative_path = true},
                                   .usual = {{"meta.csv", "evaluation_setup/fold1_train.csv",
                                              "evaluation_setup/fold1_evaluate.csv"}},
                                   .classes = cst_tau_classes,
                                   .n_classes = 10,
                                   .part = part_of,
                                   .facts = read_facts};
