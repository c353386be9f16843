/*
 * From what tables say to clips: class index, city, session, device, audio file.
 *
 * Session = place and time of a recording.  Clips of one session must never be on two sides of a
 * split, so the name holds the city too: "session 1" of two cities are two sessions.  Different
 * sessions have different names, whatever the tables hold.
 */
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/stop.h"
#include "layout.h"
#include "look_alike.h"
#include "nearest.h"

#include <ctype.h>
#include <string.h>

/* What a record says in the layout's terms; "" where nothing is said. */
typedef struct {
  const char *city, *session, *device;
  char city_text[1100], session_text[1400], device_text[1100]; /* a name is at most 1,024 bytes, and
                                                                  what a column says 256 */
} facts;

static const char *said(const record *r, fact f) { return r->said[f].text ? r->said[f].text : ""; }

static cst_status complain(const record *r, fact f, const char *what, const char *cure)
{
  const statement *s = &r->said[f];
  return cst_raise(CST_ERR_DATA, "%s:%zu: scene_label '%s' of clip '%s' %s%s",
                   cst_table_name(s->table), cst_table_line(s->table, s->row), s->text, r->id, what,
                   cure);
}

static cst_status find_scene(const record *r, const cst_names *scenes, int *scene)
{
  char near[128], list[512];
  const char *label = said(r, FACT_SCENE);
  *scene = *label ? cst_names_find(scenes, label) : CST_NONE;
  if (!*label || *scene != CST_NONE) return CST_OK;
  if (cst_means_nothing(label))
    return complain(r, FACT_SCENE, "is no class",
                    "; leave the field empty where a clip is unlabelled");
  if (*cst_did_you_mean(scenes, label, near)) return complain(r, FACT_SCENE, "is no class", near);
  return complain(r, FACT_SCENE, "is no class; the classes are ",
                  cst_names_list(scenes, 12, sizeof list, list));
}

/* scene-city-location-segment-device(.extension): the five parts, or false. */
static bool split_tau_name(const char *id, const char *part[5], size_t bytes[5])
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

static cst_status tau_facts(const record *r, const cst_names *scenes, facts *out)
{
  const char *part[5];
  size_t bytes[5];
  char scene[1100];
  out->session = said(r, FACT_SESSION);
  out->device = said(r, FACT_DEVICE);
  const char *dash = strrchr(out->session, '-');
  if (dash) copy(out->city_text, out->session, (size_t)(dash - out->session));
  out->city = out->city_text;
  if (!split_tau_name(r->id, part, bytes)) return CST_OK; /* evaluation clips are mere numbers */
  copy(scene, part[0], bytes[0]);
  if (cst_names_find(scenes, scene) == CST_NONE) return CST_OK; /* dashes of another scheme */
  if (*said(r, FACT_SCENE) && strcmp(scene, said(r, FACT_SCENE)) != 0)
    return complain(r, FACT_SCENE, "is not the one in its name", "; correct the table");
  copy(out->city_text, part[1], bytes[1]);
  copy(out->session_text, part[1], bytes[1] + 1 + bytes[2]);
  copy(out->device_text, part[4], bytes[4]);
  if (!*out->session) out->session = out->session_text;
  if (!*out->device) out->device = out->device_text;
  return CST_OK;
}

/* "city/session", or the session alone where no city is given.  The first slash without a backslash
 * ends the city; of sessions without a city only those that hold a slash begin with one. */
static void name_session(const char *city, const char *session, char *out)
{
  for (const char *c = city; *c; c++) {
    if (*c == '/' || *c == '\\') *out++ = '\\';
    *out++ = *c;
  }
  if (*city || strchr(session, '/')) *out++ = '/';
  copy(out, session, strlen(session));
}

static void table_facts(const record *r, facts *out)
{
  out->city = said(r, FACT_PLACE);
  out->device = said(r, FACT_DEVICE);
  out->session = out->session_text;
  if (*said(r, FACT_SESSION)) name_session(out->city, said(r, FACT_SESSION), out->session_text);
}

static cst_status index_of(cst_names *names, const char *name, int *index)
{
  *index = *name ? cst_names_add(names, name) : CST_NONE;
  return *name && *index == CST_NONE ? cst_no_memory("names", names->n + 1, sizeof(char *))
                                     : CST_OK;
}

static cst_status interpret(cst_read_layout layout, const record *r, cst_audio_index *index,
                            cst_dataset *data, cst_clip *clip)
{
  cst_status st = CST_OK;
  const cst_names *scenes = clip->set == CST_SET_PRETRAIN ? &data->pretrain_scenes : &data->scenes;
  facts f = {0};
  clip->part = r->part;
  CST_TRY(find_scene(r, scenes, &clip->scene));
  if (layout == CST_READ_TAU)
    CST_TRY(tau_facts(r, scenes, &f));
  else
    table_facts(r, &f);
  CST_TRY(index_of(&data->cities, f.city, &clip->city));
  CST_TRY(index_of(&data->sessions, f.session, &clip->session));
  CST_TRY(index_of(&data->devices, f.device, &clip->device));
  if (!(clip->id = cst_strdup(r->id))) CST_TRY(cst_no_memory(r->id, strlen(r->id), 1));
  CST_TRY(cst_audio_index_take(index, clip->id, cst_table_name(r->table),
                               cst_table_line(r->table, r->row), &clip->path));
  clip->status = clip->path ? CST_AUDIO_UNCHECKED : CST_AUDIO_MISSING;
done:
  return st;
}

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

cst_status cst_layout_interpret(cst_read_layout layout, cst_set set, const records *from,
                                cst_audio_index *index, cst_dataset *data)
{
  cst_status st = CST_OK;
  cst_clip clip = {0};
  for (size_t i = 0; i < from->n; i++) {
    clip = (cst_clip){.set = set};
    CST_TRY(cst_stop_check("metadata was read"));
    CST_TRY(interpret(layout, &from->item[i], index, data, &clip));
    CST_TRY(cst_dataset_push(data, &clip));
    clip = (cst_clip){0};
  }
  if (layout == CST_READ_CAS) warn_times(from);
done:
  cst_free(clip.id);
  cst_free(clip.path);
  return st;
}

/* The clip's own name, or with a mark where a session or another such clip has that name. */
static cst_status name_single(const cst_names *said, const cst_names *own, const char *id,
                              char **name)
{
  *name = cst_strdup(id);
  while (*name &&
         (cst_names_find(said, *name) != CST_NONE || cst_names_find(own, *name) != CST_NONE)) {
    char *marked = cst_format("%s (clip)", *name);
    cst_free(*name);
    *name = marked;
  }
  return *name ? CST_OK : cst_no_memory(id, strlen(id), 1);
}

cst_status cst_layout_name_single_clips(cst_dataset *data)
{
  cst_status st = CST_OK;
  cst_names said = data->sessions; /* all are known before a clip is named */
  data->sessions = (cst_names){0};
  char *name = NULL;
  for (size_t i = 0; i < data->n; i++) {
    cst_clip *c = &data->clip[i];
    if (c->session == CST_NONE) CST_TRY(name_single(&said, &data->sessions, c->id, &name));
    CST_TRY(index_of(&data->sessions, name ? name : said.item[c->session], &c->session));
    cst_free(name);
    name = NULL;
  }
done:
  cst_free(name);
  cst_names_reset(&said);
  return st;
}
