/* SPDX-License-Identifier: MIT */
#include "fio/attributes.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define ACL "system.posix_acl_access"

enum {
	FIRST_GUESS = 1024,
	ATTEMPTS = 8, /* while somebody sets attributes */
};

/* Append what flistxattr (no name) or fgetxattr gives: its size, or -errno. */
static ssize_t
append(struct sys *sys, int fd, const char *name, struct buf *b)
{
	size_t room = FIRST_GUESS;

	for (int i = 0; i < ATTEMPTS; i++) {
		char *p = buf_room(b, room);
		ssize_t n = name == NULL
			? sys->flistxattr(sys, fd, p, room)
			: sys->fgetxattr(sys, fd, name, p, room);
		if (n >= 0)
			buf_added(b, (size_t)n);
		if (n != -ERANGE)
			return n;
		n = name == NULL ? sys->flistxattr(sys, fd, NULL, 0)
				 : sys->fgetxattr(sys, fd, name, NULL, 0);
		if (n < 0)
			return n;
		room = (size_t)n + 1;
	}
	return -ERANGE;
}

/* The names, each with its NUL; none where there are no attributes. */
static int
list_names(struct sys *sys, int fd, struct buf *ret)
{
	ssize_t n = append(sys, fd, NULL, ret);

	return n < 0 && n != -ENOTSUP ? (int)n : 0;
}

int
fio_attributes_read(struct sys *sys, int fd, struct fio_attributes *ret)
{
	int rc = list_names(sys, fd, &ret->bytes);
	size_t names = ret->bytes.n;

	for (size_t at = 0; rc == 0 && at < names;) {
		struct fio_attribute x = {.name = at, .at = ret->bytes.n};
		CLEANUP_BUF struct buf name = {0};
		buf_add_c(&name, ret->bytes.p + at);
		at += name.n + 1;
		ssize_t n = append(sys, fd, name.p, &ret->bytes);
		if (n == -ENODATA) /* taken away meanwhile */
			continue;
		if (n < 0)
			rc = (int)n;
		x.n = (size_t)n;
		VEC_PUSH(&ret->list, x);
	}
	return rc;
}

/* What the mode says, as an ACL: the kernel keeps it as the mode alone. */
static int
set_plain_acl(struct sys *sys, int fd, mode_t mode)
{
	struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[3];
	} acl = {.version = htole32(2)};
	static const uint16_t tags[] = {0x01, 0x04, 0x20};

	for (int i = 0; i < 3; i++) {
		acl.entries[i].tag = htole16(tags[i]);
		acl.entries[i].perm =
			htole16((uint16_t)((mode >> (6 - 3 * i)) & 7));
		acl.entries[i].id = UINT32_MAX;
	}
	return sys->fsetxattr(sys, fd, ACL, &acl, sizeof(acl));
}

static bool
has_acl(struct sys *sys, int fd)
{
	CLEANUP_BUF struct buf names = {0};

	if (list_names(sys, fd, &names) < 0)
		return false;
	for (size_t at = 0; at < names.n; at += strlen(names.p + at) + 1)
		if (strcmp(names.p + at, ACL) == 0)
			return true;
	return false;
}

static bool
is_the_systems(const char *name)
{
	return strncmp(name, "security.", 9) == 0 ||
		strncmp(name, "trusted.", 8) == 0;
}

int
fio_attributes_write(
	struct sys *sys, int fd, const struct fio_attributes *x, mode_t mode)
{
	bool acl = false;

	for (size_t i = 0; i < x->list.n; i++) {
		const struct fio_attribute *it = &x->list.items[i];
		const char *name = x->bytes.p + it->name;
		acl |= strcmp(name, ACL) == 0;
		int rc = sys->fsetxattr(
			sys, fd, name, x->bytes.p + it->at, it->n);
		if (rc < 0 &&
			!(is_the_systems(name) &&
				(rc == -EPERM || rc == -ENOTSUP)))
			return rc;
	}
	return acl || !has_acl(sys, fd) ? 0 : set_plain_acl(sys, fd, mode);
}

void
fio_attributes_release(struct fio_attributes *x)
{
	VEC_RELEASE(&x->list);
	buf_release(&x->bytes);
}
