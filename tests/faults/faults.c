/*
 * Makes one call of the program to its system fail: loaded in front of the C library with
 * LD_PRELOAD, so that the program itself holds no test code (as SQLite's tests do with their own
 * allocator and file system).
 *
 *   FAULTS_LIST=FILE     at exit, a line "PLACE KIND CALLS ADDRESS..." for every place that calls
 *   FAULTS_AT=PLACE:K    the K-th call from that place fails
 *   FAULTS_AT=PLACE:K+   and all later ones from there
 *   FAULTS_DEPTH=D       a place is told by the D innermost return addresses (default: all)
 *   FAULTS_RANK=R        in rank R of an MPI job alone (default 0); FILE gets ".R" appended
 *
 * A place is the stack of return addresses inside the program, so that every path to a call counts
 * by itself; it is the same number in every run of one build.  Calls count where the program makes
 * them, or a library that it owns the fate of (HDF5, libsndfile, ...); Open MPI and the C library
 * are left alone: the first ends the process by itself when it lacks memory.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 24, SHOWN = 8, MAX_MODULES = 16, MAX_PLACES = 1 << 14 };

/* glibc's own entries: asking dlsym() for malloc would allocate. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

typedef struct {
  uintptr_t begin, end;
} range;

typedef struct {
  uint64_t place;
  const char *kind;
  long calls;
  uintptr_t at[SHOWN];
} place_record;

static range program, counted[MAX_MODULES];
static bool fragile[MAX_MODULES]; /* ends the process, or crashes, without memory */
static uintptr_t program_base;
static size_t n_counted;
static bool listening, failing_on;
static uint64_t wanted;
static long wanted_call;
static int depth = DEPTH;
static bool wanted_after;
static place_record *records; /* open addressing by place */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread bool inside __attribute__((tls_model("initial-exec")));

static bool in(const range *r, uintptr_t at) { return r->begin <= at && at < r->end; }

/* The first module is the program. */
static int visit_module(struct dl_phdr_info *info, size_t size, void *context)
{
  static const char *const names[] = {"libhdf5",    "libsndfile", "libsoxr", "libyaml",
                                      "libjansson", "libcsv",     "libfftw3"};
  const bool first = info->dlpi_name[0] == '\0' && !program.end;
  bool wanted_module = first;
  range r = {UINTPTR_MAX, 0};
  (void)size;
  (void)context;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    wanted_module = wanted_module || strstr(info->dlpi_name, names[i]);
  if (!wanted_module || n_counted == MAX_MODULES) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *h = &info->dlpi_phdr[i];
    const uintptr_t begin = info->dlpi_addr + h->p_vaddr;
    if (h->p_type != PT_LOAD || !(h->p_flags & PF_X)) continue;
    if (begin < r.begin) r.begin = begin;
    if (begin + h->p_memsz > r.end) r.end = begin + h->p_memsz;
  }
  if (first) {
    program = r;
    program_base = info->dlpi_addr;
  }
  fragile[n_counted] = strstr(info->dlpi_name, "libhdf5") || strstr(info->dlpi_name, "libsoxr");
  counted[n_counted++] = r;
  return 0;
}

static void write_list(void)
{
  const char *path = getenv("FAULTS_LIST"), *rank = getenv("OMPI_COMM_WORLD_RANK");
  char name[4096], line[512];
  snprintf(name, sizeof name, "%s.%s", path, rank ? rank : "0");
  const int fd = open(name, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
  for (size_t i = 0; fd >= 0 && i < MAX_PLACES; i++) {
    const place_record *r = &records[i];
    if (!r->place) continue;
    int n = snprintf(line, sizeof line, "%016llx %s %ld", (unsigned long long)r->place, r->kind,
                     r->calls);
    for (int k = 0; k < SHOWN && r->at[k]; k++)
      n += snprintf(line + n, sizeof line - (size_t)n, " %llx", (unsigned long long)r->at[k]);
    line[n++] = '\n';
    if (write(fd, line, (size_t)n) != n) break;
  }
  if (fd >= 0) close(fd);
}

__attribute__((constructor)) static void begin(void)
{
  const char *at = getenv("FAULTS_AT"), *rank = getenv("OMPI_COMM_WORLD_RANK"),
             *wanted_rank = getenv("FAULTS_RANK");
  void *frame[2];
  if (getenv("FAULTS_DEPTH")) depth = atoi(getenv("FAULTS_DEPTH"));
  if (strncmp(program_invocation_short_name, "cassette", 8) != 0) return; /* mpirun, gnuplot */
  inside = true;
  backtrace(frame, 2); /* loads what it needs now */
  dl_iterate_phdr(visit_module, NULL);
  records = __libc_calloc(MAX_PLACES, sizeof *records);
  listening = records && getenv("FAULTS_LIST");
  if (at && atoi(rank ? rank : "0") == atoi(wanted_rank ? wanted_rank : "0")) {
    char *end;
    wanted = strtoull(at, &end, 16);
    wanted_call = *end == ':' ? strtol(end + 1, &end, 10) : 1;
    wanted_after = *end == '+';
    failing_on = records && wanted;
  }
  inside = false;
}

__attribute__((destructor)) static void end(void)
{
  if (!listening) return;
  inside = true;
  write_list();
}

static place_record *record_of(uint64_t place)
{
  for (size_t i = place % MAX_PLACES, tries = 0; tries < MAX_PLACES;
       i = (i + 1) % MAX_PLACES, tries++)
    if (!records[i].place || records[i].place == place) return &records[i];
  abort(); /* more places than MAX_PLACES */
}

/* Whether the call that was made from `caller` is the one that fails. */
static bool fails(const char *kind, const void *caller)
{
  void *frame[DEPTH];
  uintptr_t shown[SHOWN] = {0};
  uint64_t place = 1469598103934665603u;
  int n_shown = 0;
  bool counts = false;
  if ((!listening && !failing_on) || inside) return false;
  for (size_t i = 0; i < n_counted; i++) {
    if (!in(&counted[i], (uintptr_t)caller)) continue;
    counts = true;
    if (fragile[i] && strcmp(kind, "memory") == 0) kind = "library";
  }
  if (!counts) return false;
  inside = true;
  const int n = backtrace(frame, DEPTH);
  int left = depth;
  for (const char *c = kind; *c; c++) place = (place ^ (uint8_t)*c) * 1099511628211u;
  for (int i = 0; i < n && left > 0; i++) {
    if (!in(&program, (uintptr_t)frame[i])) continue;
    const uintptr_t at = (uintptr_t)frame[i] - program_base;
    place = (place ^ at) * 1099511628211u;
    left--;
    if (n_shown < SHOWN) shown[n_shown++] = at;
  }
  if (!place) place = 1;
  pthread_mutex_lock(&mutex);
  place_record *r = record_of(place);
  if (!r->place) {
    *r = (place_record){.place = place, .kind = kind};
    memcpy(r->at, shown, sizeof shown);
  }
  const long call = ++r->calls;
  pthread_mutex_unlock(&mutex);
  inside = false;
  return failing_on && place == wanted &&
         (call == wanted_call || (wanted_after && call > wanted_call));
}

#define FAILS(kind, code) (fails(kind, __builtin_return_address(0)) && (errno = (code), true))
/* The C library's function of the same name. */
#define REAL(name)                                                                                 \
  static __typeof__(&name) real;                                                                   \
  if (!real) {                                                                                     \
    const bool was = inside;                                                                       \
    inside = true;                                                                                 \
    *(void **)&real = dlsym(RTLD_NEXT, #name);                                                     \
    inside = was;                                                                                  \
  }

void *malloc(size_t n) { return FAILS("memory", ENOMEM) ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t size)
{
  return FAILS("memory", ENOMEM) ? NULL : __libc_calloc(n, size);
}
void *realloc(void *p, size_t n) { return FAILS("memory", ENOMEM) ? NULL : __libc_realloc(p, n); }
int posix_memalign(void **out, size_t align, size_t n)
{
  if (FAILS("memory", ENOMEM)) return ENOMEM;
  *out = __libc_memalign(align, n);
  return *out || !n ? 0 : ENOMEM;
}

#define MODE_OF(flags, mode)                                                                       \
  mode_t mode = 0;                                                                                 \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                                                           \
    va_list args;                                                                                  \
    va_start(args, flags);                                                                         \
    mode = va_arg(args, mode_t);                                                                   \
    va_end(args);                                                                                  \
  }

int open(const char *path, int flags, ...)
{
  REAL(open)
  MODE_OF(flags, mode)
  return FAILS("open", EIO) ? -1 : real(path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
  REAL(open64)
  MODE_OF(flags, mode)
  return FAILS("open", EIO) ? -1 : real(path, flags, mode);
}
int openat(int at, const char *path, int flags, ...)
{
  REAL(openat)
  MODE_OF(flags, mode)
  return FAILS("open", EIO) ? -1 : real(at, path, flags, mode);
}
ssize_t read(int fd, void *p, size_t n)
{
  REAL(read)
  return FAILS("read", EIO) ? -1 : real(fd, p, n);
}
ssize_t pread(int fd, void *p, size_t n, off_t at)
{
  REAL(pread)
  return FAILS("read", EIO) ? -1 : real(fd, p, n, at);
}
ssize_t pread64(int fd, void *p, size_t n, off64_t at)
{
  REAL(pread64)
  return FAILS("read", EIO) ? -1 : real(fd, p, n, at);
}
ssize_t write(int fd, const void *p, size_t n)
{
  REAL(write)
  return FAILS("write", ENOSPC) ? -1 : real(fd, p, n);
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
  REAL(pwrite)
  return FAILS("write", ENOSPC) ? -1 : real(fd, p, n, at);
}
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
  REAL(pwrite64)
  return FAILS("write", ENOSPC) ? -1 : real(fd, p, n, at);
}
int ftruncate(int fd, off_t n)
{
  REAL(ftruncate)
  return FAILS("truncate", EIO) ? -1 : real(fd, n);
}
int ftruncate64(int fd, off64_t n)
{
  REAL(ftruncate64)
  return FAILS("truncate", EIO) ? -1 : real(fd, n);
}
int fsync(int fd)
{
  REAL(fsync)
  return FAILS("sync", EIO) ? -1 : real(fd);
}
int close(int fd)
{
  REAL(close)
  const int got = real(fd); /* closed all the same, as Linux does */
  return FAILS("close", EIO) ? -1 : got;
}
int rename(const char *from, const char *to)
{
  REAL(rename)
  return FAILS("rename", EIO) ? -1 : real(from, to);
}
int mkdir(const char *path, mode_t mode)
{
  REAL(mkdir)
  return FAILS("mkdir", ENOSPC) ? -1 : real(path, mode);
}
int unlink(const char *path)
{
  REAL(unlink)
  return FAILS("unlink", EIO) ? -1 : real(path);
}

FILE *fopen(const char *path, const char *mode)
{
  REAL(fopen)
  return FAILS("open", EIO) ? NULL : real(path, mode);
}
FILE *fopen64(const char *path, const char *mode)
{
  REAL(fopen64)
  return FAILS("open", EIO) ? NULL : real(path, mode);
}
/* As after a system call that failed: the stream remembers. */
static void spoil(FILE *f) { f->_flags |= 0x20; /* _IO_ERR_SEEN */ }
size_t fread(void *p, size_t size, size_t n, FILE *f)
{
  REAL(fread)
  if (!FAILS("read", EIO)) return real(p, size, n, f);
  spoil(f);
  return 0;
}
size_t fwrite(const void *p, size_t size, size_t n, FILE *f)
{
  REAL(fwrite)
  if (f == stderr || !FAILS("write", ENOSPC)) return real(p, size, n, f);
  spoil(f);
  return 0;
}
int fputs(const char *s, FILE *f)
{
  REAL(fputs)
  if (f == stderr || !FAILS("write", ENOSPC)) return real(s, f);
  spoil(f);
  return EOF;
}
int vfprintf(FILE *f, const char *format, va_list args)
{
  REAL(vfprintf)
  if (f == stderr || !FAILS("write", ENOSPC)) return real(f, format, args);
  spoil(f);
  return -1;
}
int fprintf(FILE *f, const char *format, ...)
{
  REAL(vfprintf)
  if (f != stderr && FAILS("write", ENOSPC)) {
    spoil(f);
    return -1;
  }
  va_list args;
  va_start(args, format);
  const int n = real(f, format, args);
  va_end(args);
  return n;
}
int fflush(FILE *f)
{
  REAL(fflush)
  if (f == stderr || !FAILS("write", ENOSPC)) return real(f);
  spoil(f);
  return EOF;
}
int fclose(FILE *f)
{
  REAL(fclose)
  const int got = real(f);
  return FAILS("close", EIO) ? EOF : got;
}
