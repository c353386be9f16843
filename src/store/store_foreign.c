/*
 * A file that cannot be trusted, read in a process of its own.
 *
 * What Cassette writes carries checksums over all of its structure (superblock 3), so that damage
 * is an error.  HDF5's old format has none, and on damaged structure libhdf5 1.10 aborts, reads
 * what is not its own, or goes round for ever.  So a child process copies the arrays of such a file
 * into a new one, which this process opens instead; what ends the child is told as damage.
 */
#include "store_impl.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  START_BYTES = 9,     /* signature, version of the superblock */
  CHECKED_VERSION = 2, /* from here on the structure carries checksums */
  CHILD_S = 60,        /* of processor time, and one more for each of the following */
  BYTES_PER_S = 4 << 20,
  PATIENCE = 10, /* times as long by the clock */
};

static const unsigned char signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
static bool distrust;

bool cst_store_distrust(bool all)
{
  const bool before = distrust;
  distrust = all;
  return before;
}

/* The first bytes of a regular file; its length in *info. */
static cst_status read_start(const char *path, unsigned char start[START_BYTES], struct stat *info)
{
  cst_status st = CST_OK;
  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || fstat(fd, info) != 0) CST_TRY(cst_file_failed(path, "read"));
  if (!S_ISREG(info->st_mode))
    CST_FAIL(CST_ERR_DATA, "%s: %s; an HDF5 file is needed", path,
             S_ISDIR(info->st_mode) ? "is a directory" : "is not a regular file");
  if (info->st_size == 0)
    CST_FAIL(CST_ERR_DATA, "%s: is empty; restore the file or make it again", path);
  memset(start, 0, START_BYTES);
  if (pread(fd, start, START_BYTES, 0) < 0) CST_TRY(cst_file_failed(path, "read"));
done:
  if (fd >= 0) close(fd);
  return st;
}

cst_status store_look(const char *path, uint64_t *bytes, bool *foreign)
{
  cst_status st = CST_OK;
  unsigned char start[START_BYTES];
  struct stat info;
  CST_TRY(read_start(path, start, &info));
  if (memcmp(start, signature, sizeof signature) != 0)
    CST_FAIL(CST_ERR_DATA, "%s: not an HDF5 file, or its start is damaged; check the path", path);
  *bytes = (uint64_t)info.st_size;
  *foreign = distrust || start[sizeof signature] < CHECKED_VERSION;
done:
  return st;
}

bool cst_store_is_one(const char *path)
{
  unsigned char start[START_BYTES];
  struct stat info;
  const cst_status st = read_start(path, start, &info);
  if (st != CST_OK) cst_clear();
  return st == CST_OK && memcmp(start, signature, sizeof signature) == 0;
}

/* ---- in the child ---- */

typedef struct {
  cst_store from, to;
  uint64_t left; /* stored bytes that may still be copied: one array may have many names */
  cst_status st;
} copying;

static cst_status copy_numbers(copying *self, const char *name, hid_t dataset, hid_t type)
{
  cst_status st = CST_OK;
  size_t dims, shape[CST_STORE_MAX_DIMS], n = 1;
  char *data = NULL;
  hid_t copy = -1;
  CST_TRY(store_extent(&self->from, name, dataset, &dims, shape));
  for (size_t d = 0; d < dims; d++) n = cst_product(n, shape[d]);
  CST_ALLOC(data, cst_product(n, H5Tget_size(type)));
  if (n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
    CST_TRY(store_damaged(&self->from, name, "cannot be read"));
  CST_TRY(store_make(&self->to, name, type, dims, shape, false, &copy));
  if (n > 0 && H5Dwrite(copy, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
    CST_TRY(store_unbuilt(&self->to, name, "cannot be copied"));
done:
  if (!store_drop(copy) && st == CST_OK) st = store_unbuilt(&self->to, name, "cannot be copied");
  cst_free(data);
  return st;
}

static cst_status copy_texts(copying *self, const char *name)
{
  size_t n = 0;
  char **texts = NULL;
  cst_status st = cst_store_read_strings(&self->from, name, &n, &texts);
  if (st == CST_OK) st = cst_store_write_strings(&self->to, name, n, (const char *const *)texts);
  cst_free(texts);
  return st;
}

static cst_status copy_array(copying *self, const char *name, hid_t dataset)
{
  cst_status st = CST_OK;
  const hid_t type = H5Dget_type(dataset);
  CST_TRY(store_check_claims(&self->from, name, dataset));
  const hsize_t stored = H5Dget_storage_size(dataset);
  if (stored > self->left)
    CST_FAIL(CST_ERR_DATA, "%s: array %s: its bytes are those of other arrays too", self->from.path,
             name);
  self->left -= stored;
  if (H5Tget_class(type) == H5T_STRING)
    st = copy_texts(self, name);
  else if ((st = store_check_numeric(&self->from, name, type)) == CST_OK)
    st = copy_numbers(self, name, dataset, type);
done:
  store_drop(type);
  return st;
}

/* One bad array does not cost the others: the message goes in its place. */
static cst_status note_refusal(copying *self, const char *name)
{
  cst_status st = CST_OK;
  hid_t dataset = -1, type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), note = -1;
  char why[CST_MESSAGE_BYTES] = "";
  snprintf(why, sizeof why, "%s", cst_message());
  cst_clear();
  CST_TRY(store_make(&self->to, name, H5T_STD_I8LE, 0, NULL, false, &dataset));
  if (H5Tset_size(type, sizeof why) < 0 ||
      (note = H5Acreate2(dataset, STORE_REFUSAL, type, space, H5P_DEFAULT, H5P_DEFAULT)) < 0 ||
      H5Awrite(note, type, why) < 0)
    CST_TRY(store_unbuilt(&self->to, name, "cannot be copied"));
done:
  store_drop(note);
  store_drop(space);
  store_drop(type);
  store_drop(dataset);
  return st;
}

static herr_t visit_link(hid_t file, const char *name, const H5L_info_t *link, void *context)
{
  copying *self = context;
  const hid_t object = link->type == H5L_TYPE_HARD ? H5Oopen(file, name, H5P_DEFAULT) : -1;
  if (object >= 0 && H5Iget_type(object) == H5I_DATASET) self->st = copy_array(self, name, object);
  if (self->st == CST_ERR_DATA) self->st = note_refusal(self, name);
  store_drop(object);
  return self->st == CST_OK ? 0 : -1;
}

/* Single numbers; nobody asks for others. */
static herr_t visit_attribute(hid_t root, const char *name, const H5A_info_t *info, void *context)
{
  copying *self = context;
  char value[sizeof(double)];
  const hid_t from = H5Aopen(root, name, H5P_DEFAULT), type = H5Aget_type(from),
              space = H5Aget_space(from), one = H5Screate(H5S_SCALAR);
  hid_t to = -1;
  (void)info;
  if (type >= 0 && store_is_plain_number(type) && H5Sget_simple_extent_npoints(space) == 1 &&
      H5Aread(from, type, value) >= 0) {
    to = H5Acreate2(self->to.file, name, type, one, H5P_DEFAULT, H5P_DEFAULT);
    if (to < 0 || H5Awrite(to, type, value) < 0)
      self->st = store_unbuilt(&self->to, name, "cannot be copied");
  }
  store_drop(to);
  store_drop(one);
  store_drop(space);
  store_drop(type);
  store_drop(from);
  return self->st == CST_OK ? 0 : -1;
}

static cst_status copy_all(const char *path, uint64_t bytes, const char *copy)
{
  cst_status st = CST_OK;
  copying self = {.left = bytes,
                  .from = {.file = -1, .bytes = bytes, .path = (char *)(uintptr_t)path},
                  .to = {.file = -1, .writing = true, .path = (char *)(uintptr_t)copy}};
  self.from.file = store_open_file(path);
  if (self.from.file < 0) CST_TRY(store_unreadable(path));
  self.to.file = H5Fcreate(copy, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (self.to.file < 0) CST_TRY(store_unbuilt(&self.to, "/", "cannot be made"));
  if (H5Aiterate2(self.from.file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, &self) < 0 ||
      H5Lvisit(self.from.file, H5_INDEX_NAME, H5_ITER_INC, visit_link, &self) < 0)
    CST_TRY(self.st != CST_OK ? self.st : store_damaged(&self.from, "/", "cannot be listed"));
  if (H5Fclose(self.to.file) < 0) CST_TRY(store_unbuilt(&self.to, "/", "cannot be finished"));
done:
  if (self.from.file >= 0) H5Fclose(self.from.file);
  return st;
}

/* Nobody is to hear of its end but the parent: no trace of MPI's, no message of libc's, no core. */
static void fall_silent(uint64_t bytes)
{
  const int deadly[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL, SIGABRT,
                        SIGTERM, SIGUSR1, SIGINT, SIGXCPU};
  const unsigned limit_s = CHILD_S + (unsigned)(bytes / BYTES_PER_S);
  const struct rlimit no_core = {0}, time = {limit_s, limit_s};
  const int nowhere = open("/dev/null", O_RDWR);
  for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) signal(deadly[i], SIG_DFL);
  setrlimit(RLIMIT_CORE, &no_core);
  setrlimit(RLIMIT_CPU, &time);
  alarm(PATIENCE * limit_s);
  for (int fd = STDIN_FILENO; nowhere >= 0 && fd <= STDERR_FILENO; fd++) dup2(nowhere, fd);
}

/* Its exit status is the outcome; the message of a failure takes the place of the copy. */
static void be_the_child(const char *path, uint64_t bytes, const char *copy)
{
  store_enter_as_child();
  fall_silent(bytes);
  const cst_status st = copy_all(path, bytes, copy);
  const int fd = st == CST_OK ? -1 : open(copy, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && write(fd, cst_message(), strlen(cst_message())) < 0) _exit(CST_ERR_INTERNAL);
  _exit(st);
}

/* ---- in this process ---- */

static cst_status outcome(const char *path, const char *copy, int status)
{
  cst_status st = CST_OK;
  char *why = NULL;
  size_t n = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == CST_OK) return CST_OK;
  if (!WIFEXITED(status) || WEXITSTATUS(status) > CST_ERR_DATA)
    return cst_raise(CST_ERR_DATA,
                     "%s: damaged: HDF5 does not survive reading it (%s); restore the file or make "
                     "it again",
                     path, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it ended early");
  CST_TRY(cst_file_read(copy, &why, &n));
  st = cst_raise((cst_status)WEXITSTATUS(status), "%.*s", CST_MESSAGE_BYTES - 1, why);
done:
  cst_free(why);
  return st;
}

/* An empty file that only this user can open. */
static cst_status make_copy(char **copy)
{
  const char *dir = getenv("TMPDIR");
  *copy = cst_format("%s/cassette-XXXXXX", dir && *dir ? dir : P_tmpdir);
  if (!*copy) return cst_no_memory("path", 1, 1);
  const int fd = mkstemp(*copy);
  if (fd >= 0) {
    close(fd);
    return CST_OK;
  }
  const cst_status st = cst_file_failed(*copy, "write");
  cst_free(*copy);
  *copy = NULL;
  return st;
}

cst_status store_open_foreign(const char *path, uint64_t bytes, hid_t *file)
{
  cst_status st = CST_OK;
  char *copy = NULL;
  int status = 0;
  *file = -1;
  CST_TRY(make_copy(&copy));
  const pid_t child = fork(); /* the caller holds the lock: no other thread is inside HDF5 */
  if (child < 0) CST_TRY(cst_file_failed(path, "start a process to read"));
  if (child == 0) be_the_child(path, bytes, copy);
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) CST_TRY(cst_file_failed(path, "wait for the process that reads"));
  CST_TRY(outcome(path, copy, status));
  *file = store_open_file(copy);
  if (*file < 0) CST_TRY(store_unreadable(copy));
done:
  if (copy) unlink(copy); /* an open file lives on without a name */
  cst_free(copy);
  return st;
}
