/* Which sound a file holds: what must be read again, and what is known by its digest. */
#include "cassette/digest.h"
#include "clip_corpus.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Content, and a time of change that differs from all before: the clock of files is coarse. */
static void write_at_another_time(const char *path, const void *bytes, size_t n)
{
  static struct timespec last;
  struct stat about;
  do {
    test_write_file(path, bytes, n);
    assert_int_equal(stat(path, &about), 0);
  } while (memcmp(&about.st_ctim, &last, sizeof last) == 0);
  last = about.st_ctim;
}

static void replaced_in_place(void **state)
{
  cst_sound before, now;
  char path[2048], other[2048];
  struct stat about;
  (void)state;
  snprintf(path, sizeof path, "%s", at("a.wav"));
  snprintf(other, sizeof other, "%s", at("b.wav"));
  write_at_another_time(path, "one", 3);
  assert_ok(cst_sound_read(path, &before));
  assert_int_equal(before.bytes, 3);
  assert_true(cst_sound_look(path, &now) && cst_sound_untouched(&before, &now));
  assert_string_equal(now.digest, "");

  write_at_another_time(path, "two", 3); /* the same length */
  assert_true(cst_sound_look(path, &now) && !cst_sound_untouched(&before, &now));
  assert_ok(cst_sound_read(path, &now));
  assert_string_not_equal(now.digest, before.digest);

  write_at_another_time(path, "one", 3); /* put back: touched, the same sound */
  assert_ok(cst_sound_read(path, &now));
  assert_false(cst_sound_untouched(&before, &now));
  assert_string_equal(now.digest, before.digest);

  before = now; /* the length and the time of content of what it replaces: cp -p, rsync -t */
  assert_int_equal(stat(path, &about), 0);
  const struct timespec times[2] = {about.st_atim, about.st_mtim};
  write_at_another_time(other, "six", 3);
  assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
  assert_int_equal(rename(other, path), 0);
  assert_true(cst_sound_look(path, &now) && !cst_sound_untouched(&before, &now));
}

static void what_is_no_file(void **state)
{
  cst_sound sound;
  (void)state;
  assert_false(cst_sound_look(at("nothing"), &sound));
  assert_fails(cst_sound_read(at("nothing"), &sound), CST_ERR_DATA, "nothing");
  assert_ok(cst_make_dirs(at("folder")));
  assert_false(cst_sound_look(at("folder"), &sound));
  assert_fails(cst_sound_read(at("folder"), &sound), CST_ERR_DATA, "is not a file");
  assert_int_equal(mkfifo(at("pipe"), 0600), 0);
  assert_false(cst_sound_look(at("pipe"), &sound));
  assert_fails(cst_sound_read(at("pipe"), &sound), CST_ERR_DATA, "is not a file");
  assert_false(cst_sound_untouched(&(cst_sound){0}, &(cst_sound){0})); /* nothing is known of it */
}

/* Good or bad: what was read has a digest. */
static void reading_audio_tells(void **state)
{
  const wav_spec s = plain(FRAMES);
  char hex[CST_DIGEST_HEX];
  (void)state;
  make(&s, FRAMES);
  save("ok.wav", wav.n);
  save("cut.wav", wav.n / 2);
  save("none.wav", 0);
  save("text.wav", 20);
  static const char *const names[] = {"ok.wav", "cut.wav", "none.wav", "text.wav"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const cst_audio_info info = judged(names[i], 0.0);
    cst_sound now;
    assert_ok(cst_digest_file(at(names[i]), hex));
    assert_string_equal(info.sound.digest, hex);
    assert_true(cst_sound_look(at(names[i]), &now) && cst_sound_untouched(&info.sound, &now));
  }
  assert_string_equal(judged("nothing.wav", 0.0).sound.digest, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(replaced_in_place),
      cmocka_unit_test(what_is_no_file),
      cmocka_unit_test(reading_audio_tells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
