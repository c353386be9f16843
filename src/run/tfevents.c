/*
 * Contract in tfevents.h.
 *
 * A file of records: length (8 bytes), its checksum (4), data, its checksum (4); the checksum is
 * CRC-32C (RFC 3720, appendix B.4), rotated and shifted.  The data is a protocol buffer of
 * TensorFlow's event.proto and summary.proto, of which a few fields are needed:
 *
 *   Event       wall_time = 1 (double), step = 2 (int64), file_version = 3 (text), summary = 5,
 *               session_log = 7
 *   Summary     value = 1, repeated      Value  tag = 1 (text), simple_value = 2 (float)
 *   SessionLog  status = 1 (START = 1)
 *
 * TensorBoard looks for new files and never reads one again from its beginning: each start of a job
 * writes a file under a new name, and the session log in front makes it forget the one before.
 */
#include "tfevents.h"

#include "cassette/clock.h"
#include "cassette/comm.h"
#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static const char prefix[] = "events.out.tfevents.";

/* --- the format --- */

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static uint32_t masked_crc32c(const void *data, size_t n)
{
  const unsigned char *at = data;
  uint32_t crc = ~0u;
  for (size_t i = 0; i < n; i++) {
    crc ^= at[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static void add_fixed(cst_text *out, uint64_t value, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) {
    const unsigned char byte = (unsigned char)(value >> 8 * i);
    cst_text_add_bytes(out, &byte, 1);
  }
}

static void add_varint(cst_text *out, uint64_t value)
{
  for (; value >= 128; value >>= 7) add_fixed(out, value % 128 + 128, 1);
  add_fixed(out, value, 1);
}

static void add_key(cst_text *out, unsigned field, unsigned wire)
{
  add_varint(out, field << 3 | wire);
}

static void add_field(cst_text *out, unsigned field, const void *bytes, size_t n)
{
  add_key(out, field, WIRE_BYTES);
  add_varint(out, n);
  cst_text_add_bytes(out, bytes, n);
}

static void add_scalar(cst_text *summary, const char *tag, float number)
{
  cst_text value = {0};
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  add_field(&value, 1, tag, strlen(tag));
  add_key(&value, 2, WIRE_32);
  add_fixed(&value, bits, sizeof bits);
  add_field(summary, 1, value.data, value.bytes);
  summary->failed = summary->failed || value.failed;
  cst_text_reset(&value);
}

/* A record with one Event: @p content is the value of its @p field. */
static cst_status write_event(tfevents *self, double time_s, int64_t step, unsigned field,
                              const void *content, size_t n)
{
  cst_status st = CST_OK;
  cst_text event = {0}, record = {0};
  uint64_t bits;
  memcpy(&bits, &time_s, sizeof bits);
  add_key(&event, 1, WIRE_64);
  add_fixed(&event, bits, sizeof bits);
  add_key(&event, 2, WIRE_VARINT);
  add_varint(&event, (uint64_t)step);
  add_field(&event, field, content, n);
  CST_TRY(cst_text_status(&event));
  add_fixed(&record, event.bytes, 8);
  CST_TRY(cst_text_status(&record)); /* there is something to sum */
  add_fixed(&record, masked_crc32c(record.data, 8), 4);
  cst_text_add_bytes(&record, event.data, event.bytes);
  add_fixed(&record, masked_crc32c(event.data, event.bytes), 4);
  CST_TRY(cst_text_status(&record));
  if (fwrite(record.data, 1, record.bytes, self->file) != record.bytes)
    CST_TRY(cst_file_failed(self->path, "write"));
done:
  cst_text_reset(&event);
  cst_text_reset(&record);
  return st;
}

static cst_status write_front(tfevents *self, double time_s)
{
  cst_status st = CST_OK;
  static const char version[] = "brain.Event:2", session_start[] = {1 << 3 | WIRE_VARINT, 1};
  CST_TRY(write_event(self, time_s, 0, 3, version, strlen(version)));
  CST_TRY(write_event(self, time_s, 0, 7, session_start, sizeof session_start));
  self->begun = true;
done:
  return st;
}

/* --- from events to scalars --- */

/* Members that say where an event belongs are no figures of it. */
static bool is_place(const char *key)
{
  static const char *const places[] = {"fold", "round", "epoch", "step", "time"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (strcmp(key, places[i]) == 0) return true;
  return false;
}

/* Every number below @p value, by the path of its keys; null (not finite) leaves a gap. */
static void add_scalars(cst_text *summary, const char *path, const cst_json *value)
{
  const double number = cst_json_number(value, NAN);
  if (isfinite(number)) add_scalar(summary, path, (float)number);
  for (size_t i = 0; i < cst_json_size(value); i++) {
    const cst_json *member = NULL;
    const char *key = cst_json_member(value, i, &member);
    char *below = key ? cst_format("%s/%s", path, key) : cst_format("%s/%zu", path, i);
    if (below) add_scalars(summary, below, key ? member : cst_json_at(value, i));
    summary->failed = summary->failed || !below;
    cst_free(below);
  }
}

static void add_event(cst_text *summary, const char *path, const cst_json *event)
{
  const cst_json *value = NULL;
  const char *key;
  for (size_t i = 0; (key = cst_json_member(event, i, &value)) != NULL; i++) {
    char *below = is_place(key) ? NULL : cst_format("%s/%s", path, key);
    if (below) add_scalars(summary, below, value);
    cst_free(below);
  }
}

/* Of a stage's events: "student/Xi'an", then the round where there are several.  cst_free. */
static char *place_text(const cst_journal_event *event)
{
  const char *fold = event->fold;
  if (event->round > 0)
    return cst_format("%s%s%s/round %lld", event->stage, fold ? "/" : "", fold ? fold : "",
                      (long long)event->round);
  return cst_format("%s%s%s", event->stage, fold ? "/" : "", fold ? fold : "");
}

/* Note where a stage's event belongs: its steps are counted anew in each place. */
static cst_status enter_place(tfevents *self, const cst_journal_event *event)
{
  char *where = place_text(event);
  if (!where) return cst_no_memory("a place", 1, 1);
  if (!self->where || strcmp(where, self->where) != 0) self->updates = 0;
  cst_free(self->where);
  self->where = where;
  return CST_OK;
}

cst_status tfevents_add(tfevents *self, const cst_json *json, const cst_journal_event *event)
{
  cst_status st = CST_OK;
  const char *kind = event->event ? event->event : "";
  const char *fold = event->fold ? event->fold : "all";
  const bool staged = event->stage != NULL;
  const double time_s = isfinite(event->time) ? event->time : 0.0;
  char *path = NULL;
  cst_text summary = {0};
  int64_t step = event->round > 0 ? event->round : 0;
  if (!self->file || strcmp(kind, CST_EVENT_STAGE) == 0) return CST_OK; /* the plan is no curve */
  if (staged) {
    CST_TRY(enter_place(self, event));
    self->updates += strcmp(kind, CST_EVENT_STEP) == 0;
    step = self->updates;
  }
  path = staged ? cst_format("%s/%s", self->where, kind) : cst_format("%s/%s", kind, fold);
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  add_event(&summary, path, json);
  CST_TRY(cst_text_status(&summary));
  if (summary.bytes == 0) goto done;
  if (!self->begun) CST_TRY(write_front(self, time_s));
  CST_TRY(write_event(self, time_s, step, 5, summary.data, summary.bytes));
  if (fflush(self->file) != 0) CST_TRY(cst_file_failed(self->path, "write"));
done:
  cst_text_reset(&summary);
  cst_free(path);
  return st;
}

/* --- the file --- */

/* One line of the journal.  What cannot be read is for the report to complain of. */
static cst_status replay_line(tfevents *self, const char *journal, const char *line, size_t n)
{
  cst_json *document = NULL;
  cst_journal_event event;
  cst_status st = cst_journal_event_parse(line, n, journal, &document, &event);
  if (st == CST_OK) {
    st = tfevents_add(self, document, &event);
    cst_json_destroy(&document);
    return st;
  }
  if (st != CST_ERR_DATA) return st;
  cst_log(CST_LOG_WARN, "%s: a line cannot be read and is missing for TensorBoard", journal);
  cst_clear();
  return CST_OK;
}

static cst_status replay(tfevents *self, const char *journal)
{
  cst_status st = CST_OK;
  char *text = NULL;
  size_t n = 0;
  CST_TRY(cst_file_read(journal, &text, &n));
  for (const char *at = text, *end = text + n, *next; at < end && st == CST_OK; at = next + 1) {
    next = memchr(at, '\n', (size_t)(end - at));
    if (!next) break; /* torn by a kill */
    st = replay_line(self, journal, at, (size_t)(next - at));
  }
done:
  cst_free(text);
  return st;
}

typedef struct {
  const char *dir, *keep;
} older_files;

static cst_status remove_older(void *context, const char *relative)
{
  const older_files *older = context;
  if (strncmp(relative, prefix, strlen(prefix)) != 0 || strcmp(relative, older->keep) == 0)
    return CST_OK;
  char *path = cst_path_join(older->dir, relative);
  const cst_status st = path ? cst_file_remove(path) : cst_no_memory("path", 1, 1);
  cst_free(path);
  return st;
}

cst_status tfevents_open(const char *dir, const char *journal, tfevents *out)
{
  cst_status st = CST_OK;
  char *temp = NULL;
  *out = (tfevents){
      .path = cst_format("%s/%s%010lld.%s", dir, prefix, (long long)cst_wall_s(), cst_comm_host())};
  if (!out->path) CST_TRY(cst_no_memory("path", 1, 1));
  temp = cst_file_temp(out->path);
  if (!temp) CST_TRY(cst_no_memory("path", 1, 1));
  const int fd = cst_temp_open(temp);
  out->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
  if (!out->file) CST_TRY(cst_file_failed(out->path, "write"));
  CST_TRY(replay(out, journal));
  CST_TRY(cst_file_commit(temp, out->path)); /* the open file goes with the name */
  older_files older = {dir, cst_path_name(out->path)};
  CST_TRY(cst_walk(dir, remove_older, &older));
done:
  if (st != CST_OK) {
    if (temp) unlink(temp);
    tfevents_close(out);
  }
  cst_free(temp);
  return st;
}

void tfevents_close(tfevents *self)
{
  if (self->file) fclose(self->file);
  cst_free(self->path);
  cst_free(self->where);
  *self = (tfevents){0};
}
