/*
 * Contract in cassette/classify.h.
 *
 * Files are taken in rounds of some for every rank.  A round's files are shared by their lengths, its
 * lines gathered and written in order before the next one begins: however many files there are, as
 * many lines are held at a time, and they come while the work goes on.
 */
#include "cassette/classify.h"

#include "file_list.h"
#include "lines.h"
#include "listener.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/windows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROUND_FILES = 64 }; /* of each rank */

typedef struct {
  const cst_classifier *by;
  const cst_classify_options *options;
  file_list files;
  listener *listener;
  lines lines;
  int *owner;   /* [ROUND_FILES * ranks] of a round's files */
  heard *heard; /* [ROUND_FILES * ranks] those of this rank */
  size_t bad;   /* files without an answer so far; rank 0 */
} work;

/* What goes from a rank to rank 0: a record for each file, in order of the files. */
typedef struct {
  uint64_t file, bytes; /* index in the round; of the text that follows */
  int64_t bad;          /* the text is no answer, but why there is none */
} record;

static cst_status add_record(const work *self, uint64_t file, const heard *h, cst_text *out)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  if (*h->trouble)
    cst_text_add(&text, "%s", h->trouble);
  else
    CST_TRY(answer_add_lines(&h->answer, self->by, self->options, h->path, &text));
  CST_TRY(cst_text_status(&text));
  const record head = {.file = file, .bytes = text.bytes, .bad = *h->trouble != '\0'};
  cst_text_add_bytes(out, &head, sizeof head);
  cst_text_add_bytes(out, text.data, text.bytes);
  st = cst_text_status(out);
done:
  cst_text_reset(&text);
  return st;
}

/* This rank's share of files [first, first + n), as records.  Local. */
static cst_status hear_share(work *self, size_t first, size_t n, cst_text *out)
{
  cst_status st = CST_OK;
  const int rank = cst_comm_rank(self->by->comm);
  size_t mine = 0;
  for (size_t i = 0; i < n; i++)
    if (self->owner[i] == rank) self->heard[mine++] = (heard){.path = self->files.path[first + i]};
  CST_TRY(listener_hear(self->listener, self->heard, mine));
  for (size_t i = 0, m = 0; i < n; i++)
    if (self->owner[i] == rank) CST_TRY(add_record(self, i, &self->heard[m++], out));
done:
  for (size_t m = 0; m < mine; m++) answer_reset(&self->heard[m].answer);
  return st;
}

/* Records of all ranks, each in order of the files, into lines in that order.  Rank 0.  What is said on
 * stderr comes before: a launcher by PMIx keeps a line of stdout that it has read half of, and puts it
 * before what comes next, be it a line of stderr (openpmix issue 3858). */
static cst_status write_round(work *self, size_t first, size_t n, const char *records, size_t bytes)
{
  cst_status st = CST_OK;
  const char **at = NULL;
  CST_ALLOC(at, n);
  record r;
  for (const char *p = records; p < records + bytes; p += sizeof r + r.bytes) {
    memcpy(&r, p, sizeof r);
    at[r.file] = p;
  }
  for (size_t i = 0; i < n; i++) {
    memcpy(&r, at[i], sizeof r);
    self->bad += r.bad != 0;
    if (r.bad)
      cst_log(CST_LOG_WARN, "%s: left out: %.*s", self->files.path[first + i], (int)r.bytes,
              at[i] + sizeof r);
  }
  for (size_t i = 0; i < n; i++) {
    memcpy(&r, at[i], sizeof r);
    if (!r.bad) CST_TRY(lines_write(&self->lines, at[i] + sizeof r, (size_t)r.bytes));
  }
  CST_TRY(lines_flush(&self->lines));
done:
  cst_free(at);
  return st;
}

static cst_status classify_round(work *self, size_t first, size_t n)
{
  cst_status st = CST_OK;
  const cst_comm *comm = self->by->comm;
  cst_text own = {0};
  void *all = NULL;
  size_t bytes = 0;
  st = file_list_share(&self->files, first, n, cst_comm_size(comm), self->owner);
  if (st == CST_OK) st = hear_share(self, first, n, &own);
  CST_TRY(cst_comm_agree(comm, st));
  CST_TRY(cst_comm_gather(comm, own.data, own.bytes, &all, &bytes));
  if (n < self->files.n) /* a single round is over before it would show */
    cst_progress("classifying", (double)(first + n), (double)self->files.n, "files");
  st = cst_comm_rank(comm) == 0 ? write_round(self, first, n, all, bytes) : CST_OK;
  CST_TRY(cst_comm_agree(comm, st));
done:
  cst_free(all);
  cst_text_reset(&own);
  return st;
}

/* Samples between the starts of windows. */
static uint64_t hop_samples(const cst_classifier *by, double hop_s)
{
  const double n = floor(hop_s * by->spec.rate_hz + 0.5);
  if (hop_s == 0.0) return cst_windows_samples(&by->spec);
  return n < 1.0 ? 1 : (uint64_t)n;
}

/* Local. */
static cst_status prepare(work *self, size_t round)
{
  cst_status st = CST_OK;
  CST_ALLOC(self->owner, round);
  CST_ALLOC(self->heard, round);
  CST_TRY(listener_create(self->by, hop_samples(self->by, self->options->hop_s), &self->listener));
done:
  return st;
}

/* Rank 0. */
static cst_status begin_lines(work *self)
{
  cst_status st = CST_OK;
  cst_text header = {0};
  answer_add_header(self->by, self->options, &header);
  CST_TRY(cst_text_status(&header));
  CST_TRY(lines_open(&self->lines, self->options->out));
  CST_TRY(lines_write(&self->lines, header.data, header.bytes));
done:
  cst_text_reset(&header);
  return st;
}

/* Rank 0. */
static cst_status end_lines(work *self)
{
  const cst_status st = lines_commit(&self->lines);
  if (st != CST_OK || self->bad == 0) return st;
  return cst_raise(CST_ERR_DATA, "%zu of %zu files have no answer: see the warnings above",
                   self->bad, self->files.n);
}

cst_status cst_classify(const cst_classifier *by, const cst_classify_options *options)
{
  cst_status st = CST_OK;
  const cst_comm *comm = by->comm;
  const size_t round = ROUND_FILES * (size_t)cst_comm_size(comm);
  const bool root = cst_comm_rank(comm) == 0;
  work self = {.by = by, .options = options};
  CST_TRY(file_list_make(comm, options, &self.files));
  CST_TRY(cst_comm_agree(comm, prepare(&self, round)));
  CST_TRY(cst_comm_agree(comm, root ? begin_lines(&self) : CST_OK));
  for (size_t first = 0; first < self.files.n; first += round) {
    const size_t left = self.files.n - first;
    CST_TRY(classify_round(&self, first, left < round ? left : round));
  }
  CST_TRY(cst_comm_agree(comm, root ? end_lines(&self) : CST_OK));
done:
  lines_close(&self.lines);
  listener_destroy(&self.listener);
  cst_free(self.heard);
  cst_free(self.owner);
  file_list_reset(&self.files);
  return st;
}
