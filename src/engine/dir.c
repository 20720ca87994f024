/* SPDX-License-Identifier: MIT */
#include "engine/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sys/sys.h"

int
dir_check(struct sys *sys, const char *path, struct err *e)
{
	struct stat st;

	int rc = sys->fstatat(sys, AT_FDCWD, path, 0, &st);
	if (rc == 0 && !S_ISDIR(st.st_mode))
		rc = -ENOTDIR;
	if (rc == 0)
		rc = sys->access(sys, AT_FDCWD, path, X_OK);
	if (rc == 0)
		return 0;
	err_sys(e, -rc, "'%s'", path);
	if (rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP)
		e->code = ERR_MISSING;
	return -1;
}
