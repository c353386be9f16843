/* Why a file could not be used, as a sentence with a cure.  Contract in cassette/file.h. */
#include "cassette/file.h"

#include <errno.h>
#include <string.h>

/* What a person can do about an errno. */
static const char *cure(int error)
{
  switch (error) {
  case ENOSPC:
  case EDQUOT:
    return "; free some space or choose another directory, then run the command again";
  case EFBIG:
    return "; raise the limit of file sizes (ulimit -f), then run the command again";
  case EACCES:
  case EPERM:
  case EROFS:
    return "; choose a directory you may write to, or change its permissions";
  case EIO:
  case ESTALE:
  case ETIMEDOUT:
    return "; the disk or the network does not answer: try again, and restore the file if that "
           "fails";
  case ENOENT:
    return "; check the path";
  case ENOTDIR:
  case EEXIST:
    return "; a file stands where a directory is needed";
  case ELOOP:
    return "; a symbolic link stands there: name the file itself";
  case EMFILE:
  case ENFILE:
    return "; raise the limit of open files (ulimit -n)";
  default:
    return "";
  }
}

cst_status cst_file_failed(const char *path, const char *what)
{
  const int error = errno;
  const bool ours = error == EMFILE || error == ENFILE || error == ENOMEM;
  return cst_raise(ours ? CST_ERR_INTERNAL : CST_ERR_DATA, "%s: cannot %s: %s%s", path, what,
                   strerror(error), cure(error));
}
