/* SPDX-License-Identifier: MIT */
#include "engine/size.h"

#include <fcntl.h>

#include "base/buf.h"
#include "sys/sys.h"

uint64_t
size_at(struct sys *sys, const char *dir, const char *path)
{
	struct buf full CLEANUP_BUF = {0};
	struct stat st;

	if (path[0] != '/')
		buf_addf(&full, "%s/", dir);
	buf_add_c(&full, path);
	int rc = sys->fstatat(sys, AT_FDCWD, full.p, 0, &st);
	return rc < 0 || !S_ISREG(st.st_mode) ? 0 : (uint64_t)st.st_size;
}
