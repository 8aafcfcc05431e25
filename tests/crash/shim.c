/* Loaded before libc (LD_PRELOAD): writes down, in one order for all processes, what is written to the database and its
   log and when it is flushed, so that afterwards the disk can be rebuilt as a power cut at any instant could have left it.

   CRASH_LOG names the record; CRASH_FAULT a file whose first letter says what goes wrong from now on: F, flushes fail;
   R, reads of the database fail. A write is recorded after it is done and a flush when it begins and when it has ended, so
   that a write counts as flushed only if it was done before a flush began that has ended. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct record { uint32_t magic; uint8_t op, file; uint16_t thread; uint64_t offset, length; };
enum { WRITE = 1, TRUNCATE = 2, FLUSH_BEGINS = 3, FLUSH_ENDS = 4, UNLINK = 5 };

static int record_file = -1;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* 1 for the database, 2 for its log, 0 for anything else. */
static int kind_of_path(const char *path) {
  size_t n = strlen(path);
  if (n > 8 && !strcmp(path + n - 8, ".sqlite3")) return 1;
  if (n > 12 && !strcmp(path + n - 12, ".sqlite3-wal")) return 2;
  return 0;
}

static int kind_of(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return kind_of_path(path);
}

static void record(int op, int file, uint64_t offset, uint64_t length, const void *data) {
  static ssize_t (*writev_)(int, const struct iovec *, int);
  if (record_file == -2) return;
  if (record_file == -1) {
    const char *name = getenv("CRASH_LOG");
    record_file = name ? open(name, O_WRONLY | O_APPEND | O_CLOEXEC) : -2;
    if (record_file < 0) { record_file = -2; return; }
  }
  if (!writev_) writev_ = real("writev");
  struct record head = {0x50504352, (uint8_t)op, (uint8_t)file, (uint16_t)syscall(SYS_gettid), offset, length};
  struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, data ? length : 0}};
  if (writev_(record_file, parts, data ? 2 : 1) < 0) abort();
}

static int fault(char letter) {
  const char *name = getenv("CRASH_FAULT");
  char found = 0;
  if (!name) return 0;
  int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  static ssize_t (*read_)(int, void *, size_t);
  if (!read_) read_ = real("read");
  if (read_(file, &found, 1) != 1) found = 0;
  close(file);
  return found == letter;
}

ssize_t write(int file, const void *data, size_t length) {
  static ssize_t (*write_)(int, const void *, size_t);
  if (!write_) write_ = real("write");
  int kind = kind_of(file);
  if (!kind) return write_(file, data, length);
  off_t offset = lseek(file, 0, SEEK_CUR);
  ssize_t done = write_(file, data, length);
  if (done > 0) record(WRITE, kind, offset, done, data);
  return done;
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) {
  static ssize_t (*pwrite_)(int, const void *, size_t, off64_t);
  if (!pwrite_) pwrite_ = real("pwrite64");
  ssize_t done = pwrite_(file, data, length, offset);
  int kind = done > 0 ? kind_of(file) : 0;
  if (kind) record(WRITE, kind, offset, done, data);
  return done;
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) { return pwrite64(file, data, length, offset); }

int ftruncate64(int file, off64_t length) {
  static int (*truncate_)(int, off64_t);
  if (!truncate_) truncate_ = real("ftruncate64");
  int done = truncate_(file, length), kind = done == 0 ? kind_of(file) : 0;
  if (kind) record(TRUNCATE, kind, length, 0, 0);
  return done;
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

static int flush(int file, const char *name) {
  int (*flush_)(int) = real(name);
  int kind = kind_of(file);
  if (!kind) return flush_(file);
  if (fault('F')) { errno = EIO; return -1; }
  /* SQLite itself flushes with fsync, at checkpoints; fdatasync is what Pennypress does after each commit. */
  int ours = !strcmp(name, "fdatasync");
  record(FLUSH_BEGINS, kind, 0, ours, 0);
  int done = flush_(file);
  if (done == 0) record(FLUSH_ENDS, kind, 0, ours, 0);
  return done;
}

int fsync(int file) { return flush(file, "fsync"); }
int fdatasync(int file) { return flush(file, "fdatasync"); }

static int read_fails(int file) { return kind_of(file) == 1 && fault('R'); }

ssize_t pread64(int file, void *data, size_t length, off64_t offset) {
  static ssize_t (*pread_)(int, void *, size_t, off64_t);
  if (!pread_) pread_ = real("pread64");
  if (read_fails(file)) { errno = EIO; return -1; }
  return pread_(file, data, length, offset);
}

ssize_t pread(int file, void *data, size_t length, off_t offset) { return pread64(file, data, length, offset); }

ssize_t read(int file, void *data, size_t length) {
  static ssize_t (*read_)(int, void *, size_t);
  if (!read_) read_ = real("read");
  if (read_fails(file)) { errno = EIO; return -1; }
  return read_(file, data, length);
}

int unlink(const char *path) {
  static int (*unlink_)(const char *);
  if (!unlink_) unlink_ = real("unlink");
  int done = unlink_(path), kind = done == 0 ? kind_of_path(path) : 0;
  if (kind) record(UNLINK, kind, 0, 0, 0);
  return done;
}
