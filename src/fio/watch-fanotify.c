/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/fanotify.h>
#include <xxhash.h>

#include "fio/watch-priv.h"

/* Linux 5.17; older headers lack it. */
#ifndef FAN_RENAME
#define FAN_RENAME			  0x10000000
#define FAN_EVENT_INFO_TYPE_OLD_DFID_NAME 10
#define FAN_EVENT_INFO_TYPE_NEW_DFID_NAME 12
#endif

#define MASK                                                                   \
	(FAN_CREATE | FAN_DELETE | FAN_MODIFY | FAN_CLOSE_WRITE | FAN_RENAME | \
		FAN_ATTRIB | FAN_ONDIR | FAN_EVENT_ON_CHILD)
/* Both of one name: something else may be there now. */
#define ANEW (FAN_CREATE | FAN_DELETE)

/*
 * Each directory is marked, as with inotify, and not the whole file system:
 * what others do elsewhere does not wake us. The gain is that marks have no
 * limit for the privileged, and that a rename is one event.
 *
 * The kernel merges events of one name that wait, so what remains does not tell
 * in which order things happened: names are looked at.
 */
struct fanotify {
	struct fio_backend backend;
	uint32_t cookie;
	struct fio_raw rest[8]; /* of the event before */
	size_t rest_at, rest_n;
};

/* A directory, and a name in it. */
struct spot {
	uint64_t key;
	const char *name; /* NULL: none */
};

static struct fanotify *
of(struct fio_backend *b)
{
	return (struct fanotify *)(void *)b;
}

static uint64_t
key_of(uint64_t fsid, const struct file_handle *h)
{
	return XXH3_64bits_withSeed(h->f_handle, h->handle_bytes,
		fsid ^ (uint64_t)(unsigned int)h->handle_type);
}

static int
fanotify_add(struct fio_backend *b, int dir, uint64_t *ret_key)
{
	_Alignas(struct file_handle) char
		handle[sizeof(struct file_handle) + MAX_HANDLE_SZ] = {0};
	uint64_t fsid = 0;

	int rc = b->sys->fanotify_mark(
		b->sys, b->fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR, MASK, dir);
	if (rc == 0)
		rc = b->sys->handle(b->sys, dir, handle, sizeof(handle), &fsid);
	if (rc < 0)
		return rc;
	*ret_key = key_of(fsid, (const void *)handle);
	return 0;
}

static int
fanotify_follow(struct fio_backend *b, int dir)
{
	return b->sys->fanotify_mark(b->sys, b->fd,
		FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_MOVE_SELF | FAN_ONDIR,
		dir);
}

/* The mark is taken away with the inode or with the descriptor; until then its
 * events have a key that nobody knows. */
static void
fanotify_drop(struct fio_backend *b, uint64_t key)
{
	(void)b;
	(void)key;
}

static struct spot
spot_of(const struct fanotify_event_info_fid *info)
{
	const struct file_handle *h = (const void *)info->handle;
	const char *name = (const char *)h->f_handle + h->handle_bytes;
	uint64_t fsid;

	memcpy(&fsid, &info->fsid, sizeof(fsid));
	return (struct spot){.key = key_of(fsid, h), .name = name};
}

static void
say(struct fanotify *x, enum fio_raw_kind kind, const struct spot *at,
	bool is_dir)
{
	x->rest[x->rest_n++] = (struct fio_raw){
		.kind = kind,
		.key = at->key,
		.name = at->name,
		.is_dir = is_dir,
		.cookie = x->cookie,
	};
}

static void
translate(struct fanotify *x, uint64_t mask, const struct spot *at,
	const struct spot *from, const struct spot *to)
{
	bool is_dir = (mask & FAN_ONDIR) != 0;

	x->cookie++;
	if (from->name != NULL)
		say(x, FIO_RAW_FROM, from, is_dir);
	if (to->name != NULL)
		say(x, FIO_RAW_TO, to, is_dir);
	if (from->name != NULL)
		say(x, FIO_RAW_LOOK, from, is_dir);
	if (to->name != NULL)
		say(x, FIO_RAW_LOOK, to, is_dir);
	if (at->name == NULL)
		return;
	if (mask & FAN_CREATE)
		say(x, FIO_RAW_CREATED, at, is_dir);
	if ((mask & (FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB)) ||
		(mask & ANEW) == ANEW)
		say(x, FIO_RAW_CHANGED, at, is_dir);
	if (mask & ANEW)
		say(x, FIO_RAW_LOOK, at, is_dir);
}

static void
take(struct fanotify *x, const struct fanotify_event_metadata *v,
	const char *at_chunk)
{
	struct spot at = {0}, from = {0}, to = {0};
	const char *end = at_chunk + v->event_len;

	x->rest_at = x->rest_n = 0;
	if (v->mask & FAN_Q_OVERFLOW) {
		say(x, FIO_RAW_LOST, &at, false);
		return;
	}
	if (v->mask & FAN_MOVE_SELF)
		say(x, FIO_RAW_MOVED, &at, false);
	for (const char *p = at_chunk + v->metadata_len; p < end;) {
		const struct fanotify_event_info_fid *info = (const void *)p;
		p += info->hdr.len;
		if (info->hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME)
			at = spot_of(info);
		else if (info->hdr.info_type ==
			FAN_EVENT_INFO_TYPE_OLD_DFID_NAME)
			from = spot_of(info);
		else if (info->hdr.info_type ==
			FAN_EVENT_INFO_TYPE_NEW_DFID_NAME)
			to = spot_of(info);
	}
	translate(x, v->mask, &at, &from, &to);
}

static int
fanotify_next(struct fio_backend *b, struct fio_raw *ret)
{
	struct fanotify *x = of(b);

	while (x->rest_at == x->rest_n) {
		int rc = fio_backend_fill(b);
		if (rc != 0)
			return rc;
		/* Events are a multiple of four bytes long, and not of eight.
		 */
		struct fanotify_event_metadata v;
		const char *p = b->chunk + b->at;
		memcpy(&v, p, sizeof(v));
		b->at += v.event_len;
		take(x, &v, p);
	}
	*ret = x->rest[x->rest_at++];
	return 0;
}

int
fio_fanotify_open(struct fio_backend **ret, struct sys *sys)
{
	int fd = sys->fanotify_init(sys,
		FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_UNLIMITED_MARKS);

	if (fd < 0)
		return fd;
	struct fio_backend *b =
		fio_backend_new(sizeof(struct fanotify), sys, fd);
	b->kind = WIO_WATCH_FANOTIFY;
	b->add = fanotify_add;
	b->drop = fanotify_drop;
	b->follow = fanotify_follow;
	b->next = fanotify_next;
	*ret = b;
	return 0;
}
