/*
 * From what tables say to clips: class index, city, session, device, audio file.
 *
 * Session = place and time of a recording.  Clips of one session must never be on two sides of a
 * split, so the name holds the city too: "session 1" of two cities are two sessions.  Different
 * sessions have different names, whatever the tables hold.
 */
#include "cassette/memory.h"
#include "cassette/stop.h"
#include "layout.h"
#include "look_alike.h"
#include "nearest.h"

#include <string.h>

static cst_status find_scene(const record *r, const cst_names *scenes, int *scene)
{
  char near[128], list[512];
  const char *label = cst_record_says(r, FACT_SCENE);
  *scene = *label ? cst_names_find(scenes, label) : CST_NONE;
  if (!*label || *scene != CST_NONE) return CST_OK;
  if (cst_means_nothing(label))
    return cst_record_refuse_scene(r, "is no class",
                                   "; leave the field empty where a clip is unlabelled");
  if (*cst_did_you_mean(scenes, label, near))
    return cst_record_refuse_scene(r, "is no class", near);
  return cst_record_refuse_scene(r, "is no class; the classes are ",
                                 cst_names_list(scenes, 12, sizeof list, list));
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
  memcpy(out, session, strlen(session) + 1);
}

static void table_facts(const record *r, facts *out)
{
  out->city = cst_record_says(r, FACT_PLACE);
  out->device = cst_record_says(r, FACT_DEVICE);
  out->session = out->session_text;
  if (*cst_record_says(r, FACT_SESSION))
    name_session(out->city, cst_record_says(r, FACT_SESSION), out->session_text);
}

static cst_status index_of(cst_names *names, const char *name, int *index)
{
  *index = *name ? cst_names_add(names, name) : CST_NONE;
  return *name && *index == CST_NONE ? cst_no_memory("names", names->n + 1, sizeof(char *))
                                     : CST_OK;
}

static cst_status index_of_session(const char *prefix, const char *name, cst_names *sessions,
                                   int *index)
{
  if (!*prefix || !*name) return index_of(sessions, name, index);
  char *full = cst_format("%s%s", prefix, name);
  const cst_status st =
      full ? index_of(sessions, full, index) : cst_no_memory("sessions", 1, strlen(name));
  cst_free(full);
  return st;
}

static cst_status interpret(const clip_kind *kind, const record *r, cst_audio_index *index,
                            cst_dataset *data, cst_clip *clip)
{
  cst_status st = CST_OK;
  facts f = {0};
  clip->part = r->part;
  CST_TRY(find_scene(r, kind->scenes, &clip->scene));
  if (kind->layout->facts)
    CST_TRY(kind->layout->facts(r, kind->scenes, &f));
  else
    table_facts(r, &f);
  if (clip->scene != CST_NONE) clip->scene += kind->first_scene;
  CST_TRY(index_of(&data->cities, f.city, &clip->city));
  CST_TRY(index_of_session(kind->prefix, f.session, &data->sessions, &clip->session));
  CST_TRY(index_of(&data->devices, f.device, &clip->device));
  if (!(clip->id = cst_strdup(r->id))) CST_TRY(cst_no_memory(r->id, strlen(r->id), 1));
  CST_TRY(cst_audio_index_take(index, clip->id, cst_table_name(r->table),
                               cst_table_line(r->table, r->row), &clip->path));
  clip->status = clip->path ? CST_AUDIO_UNCHECKED : CST_AUDIO_MISSING;
done:
  return st;
}

cst_status cst_layout_interpret(const clip_kind *kind, const records *from, cst_audio_index *index,
                                cst_dataset *data)
{
  cst_status st = CST_OK;
  cst_clip clip = {0};
  for (size_t i = 0; i < from->n; i++) {
    clip = (cst_clip){.set = kind->set, .source = kind->source};
    CST_TRY(cst_stop_check("metadata was read"));
    CST_TRY(interpret(kind, &from->item[i], index, data, &clip));
    CST_TRY(cst_dataset_push(data, &clip));
    clip = (cst_clip){0};
  }
  if (kind->layout->warn) kind->layout->warn(from);
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
