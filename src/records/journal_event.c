/* Contract in journal_event.h. */
#include "cassette/journal_event.h"

#include <string.h>

#define ROW(m, kind) CST_ROW_WITH(cst_journal_event, m, kind, .none = CST_NONE_LEFT_OUT)
static const cst_json_row rows[] = {
    ROW(event, TEXT), /* first: effort.c looks for it */
    ROW(stage, TEXT),
    ROW(fold, TEXT),
    ROW(round, COUNT),
    ROW(labelled, COUNT),
    ROW(unlabelled, COUNT),
    ROW(validation, COUNT),
    ROW(batch, COUNT),
    ROW(steps, COUNT),
    ROW(epochs, COUNT),
    ROW(epoch, COUNT),
    ROW(step, COUNT),
    ROW(loss, NUMBER),
    ROW(train_loss, NUMBER),
    ROW(train_accuracy, NUMBER),
    ROW(validation_macro_accuracy, NUMBER),
    ROW(validation_loss, NUMBER),
    ROW(best, TRUTH),
    ROW(learning_rate, NUMBER),
    ROW(gradient_norm, NUMBER),
    ROW(loss_supervised, NUMBER),
    ROW(loss_unsupervised, NUMBER),
    ROW(loss_extra, NUMBER),
    ROW(mask_rate, NUMBER),
    ROW(threshold, NUMBER),
    ROW(kl, NUMBER),
    ROW(pseudo_label_accuracy, NUMBER),
    ROW(pseudo_labels_checked, COUNT),
    ROW(pseudo_labels_checked_by, TEXT),
    ROW(class_counts, TREE),
    ROW(thresholds, TREE),
    ROW(updates, COUNT),
    ROW(clips, COUNT),
    ROW(rows, COUNT),
    ROW(clips_per_s, NUMBER),
    ROW(step_s, TREE),
    ROW(counts, TREE),
    ROW(accuracy_against_hidden_labels, NUMBER),
    ROW(clips_with_hidden_label, COUNT),
    ROW(accuracy_against_sessions, NUMBER),
    ROW(clips_with_session_label, COUNT),
    ROW(time, NUMBER),
};
#undef ROW
const cst_json_shape cst_journal_event_shape = CST_SHAPE(cst_journal_event, rows);

void cst_journal_event_init(cst_journal_event *out)
{
  cst_rows_init(&cst_journal_event_shape, out);
}

cst_status cst_journal_event_parse(const char *line, size_t n, const char *name,
                                   cst_json **document, cst_journal_event *out)
{
  cst_status st = CST_OK;
  cst_journal_event_init(out);
  CST_TRY(cst_json_parse(line, n, name, document));
  CST_TRY(cst_rows_read(&cst_journal_event_shape, *document, out));
done:
  return st;
}

bool cst_journal_event_is(const cst_journal_event *self, const char *kind)
{
  return self->event && strcmp(self->event, kind) == 0;
}
