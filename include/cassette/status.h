/**
 * @file status.h
 * How functions fail.
 *
 * The value of a status is the exit code it leads to.  A function that can fail for a reason
 * outside the program (a file, a configuration, memory, a number that is not finite) returns a
 * cst_status; a bug is a CST_ASSERT.  CST_FAIL records one line of text at the origin; callers
 * forward the status in silence with CST_TRY; main() prints the text once, or
 * cst_comm_agree() carries the text of the lowest failing rank to all ranks first.
 */
#ifndef CST_STATUS_H
#define CST_STATUS_H

#define CST_STATUS_LIST(X)                                                                         \
  X(CST_OK, 0, "done")                                                                             \
  X(CST_ERR_INTERNAL, 1, "internal error")                                                         \
  X(CST_ERR_USAGE, 2, "usage or configuration")                                                    \
  X(CST_ERR_DATA, 3, "data")                                                                       \
  X(CST_ERR_NUMBERS, 4, "numbers: verification missed, NaN or divergence")                         \
  X(CST_INTERRUPTED, 75, "checkpointed, please resubmit")

typedef enum {
#define X(name, value, text) name = value,
  CST_STATUS_LIST(X)
#undef X
} cst_status;

enum { CST_MESSAGE_BYTES = 2048 };

/** One line for people: what a status means. */
const char *cst_status_text(cst_status st);

/**
 * Record why something failed and return @p st.  Keeps the first text until cst_clear() or
 * cst_take_message(), so that a failure while cleaning up does not hide its cause.
 * Thread-safe: a text is kept for the process, not for the thread.
 * The text says what, where (file, line, clip) and the cure, without a final newline.
 */
cst_status cst_raise(cst_status st, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** What a loop of threads ends in when some of them failed: the status that came with the recorded
 *  text, so that the exit status is that of the message.  CST_OK if there is no text. */
cst_status cst_raised(void);

/** The recorded text, "" if none.  Valid until the next cst_raise() or cst_clear(). */
const char *cst_message(void);

/** Replace the recorded text (comm: the failing rank's text arrives here). Copies. */
void cst_set_message(const char *text);

/** Forget the recorded text: the caller dealt with the failure. */
void cst_clear(void);

/* Both need a local `cst_status st` and one cleanup label `done`. */
#define CST_TRY(call)                                                                              \
  do {                                                                                             \
    if ((st = (call)) != CST_OK) goto done;                                                        \
  } while (0)
#define CST_FAIL(code, ...)                                                                        \
  do {                                                                                             \
    st = cst_raise((code), __VA_ARGS__);                                                           \
    goto done;                                                                                     \
  } while (0)

/** A bug if false; on in every build.  No side effects in @p condition. */
#define CST_ASSERT(condition)                                                                      \
  ((condition) ? (void)0 : cst_assert_failed(#condition, __FILE__, __LINE__))
void cst_assert_failed(const char *condition, const char *file, int line) __attribute__((noreturn));

#endif
