/* Makes fsync and fdatasync fail with EIO for files whose folder holds a file named "fail-sync": a disk that lost what the system had taken. Preloaded into a replica. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd) {
  char link[64], path[PATH_MAX + 16];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX);
  if (length <= 0) return 0;
  path[length] = 0;
  char *name = strrchr(path, '/');
  if (!name) return 0;
  strcpy(name + 1, "fail-sync");
  return access(path, F_OK) == 0;
}

static int sync_with(const char *function, int fd) {
  if (fails(fd)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
  return real(fd);
}

int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }
