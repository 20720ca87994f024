/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "fio/cache.h"
#include "fio/content.h"
#include "fio/watch-priv.h"

static const char *const event_names[] = {
	[WIO_CREATED] = "created",
	[WIO_MODIFIED] = "modified",
	[WIO_REMOVED] = "removed",
	[WIO_RENAMED] = "renamed",
	[WIO_RESCAN] = "rescan",
	[WIO_WATCH_FAILED] = "watch_failed",
};
static const struct names events = NAMES(event_names, WIO_WATCH_FAILED + 1);

const char *
wio_event_name(enum wio_event_kind kind)
{
	if ((unsigned int)kind > WIO_WATCH_FAILED)
		return "unknown";
	return names_get(&events, (int)kind);
}

/* What notes of our own writes are of. */
static struct fio_digest
as_noted(struct fio_sum sum)
{
	char text[WIO_DIGEST_SIZE];
	struct fio_digest ret = {0};

	fio_sum_format(sum, text);
	if (!fio_digest_parse(str_from(text), &ret))
		BUG("'%s' is not a digest of the kind noted", text);
	return ret;
}

/* Whether the file that `st` is of is as we wrote it, bytes and all. It is read
 * in pieces: nobody waits for memory while he waits for events. */
static bool
holds_ours(struct wio_watch *x, const struct fio_dir *dir, const char *name,
	const struct stat *st, uint64_t since)
{
	struct fio_origins *o = x->w->origins;
	struct fio_content c;
	struct stat at;
	struct fio_sum sum;
	bool ours = false;

	if (!fio_origins_has(o, fio_inode_of(st)) ||
		x->sys->fstat(x->sys, dir->fd, &at) < 0 ||
		fio_content_open(&c, dir, name) != FIO_FOUND)
		return false;
	if (fio_content_sum(&c, x->w->options.large, WIO_XXH3, &x->bytes,
		    &sum) == FIO_FOUND) {
		const struct fio_written now =
			fio_written_of(&c.st, fio_inode_of(&at), name);
		ours = fio_origins_find(
			o, &now, as_noted(sum), since, x->origin);
	}
	buf_release(&x->bytes);
	fio_content_close(&c);
	return ours;
}

/* A file has other bytes now: what is kept of it is forgotten. True when we
 * wrote them: x->origin says whose order it was. */
static bool
is_own(struct wio_watch *x, const struct fio_told *told)
{
	struct fio_node *n = told->node;
	struct wio *w = x->w;
	struct stat st;
	bool own = false;

	x->origin[0] = '\0';
	if (n == NULL || n->is_dir || told->kind == WIO_RENAMED ||
		(w->cache == NULL && fio_origins_mark(w->origins) == 0))
		return false;
	struct fio_dir dir = {.sys = x->sys,
		.fd = fio_watch_open_dir(x, n->at[FIO_NOW].parent)};
	const char *name = fio_node_name(n, FIO_NOW);
	if (dir.fd >= 0 &&
		x->sys->fstatat(
			x->sys, dir.fd, name, AT_SYMLINK_NOFOLLOW, &st) == 0) {
		if (w->cache != NULL)
			fio_cache_forget(w->cache, fio_inode_of(&st));
		own = holds_ours(x, &dir, name, &st, n->foreign);
	}
	if (dir.fd >= 0)
		fio_dir_close(&dir);
	if (!own)
		n->foreign = fio_origins_mark(w->origins);
	return own;
}

static int64_t
to_unix(const struct wio_watch *x, int64_t at_ns)
{
	return x->sys->clock(x->sys, SYS_CLOCK_UNIX) -
		(x->sys->clock(x->sys, SYS_CLOCK_ELAPSED) - at_ns);
}

static bool
next_told(struct wio_watch *x, int64_t now_ns, struct wio_event *ret)
{
	struct fio_told told;
	bool own;

	do {
		if (fio_coalesce_next(&x->tree, now_ns, &told) != 0)
			return false;
		own = is_own(x, &told);
	} while (own && !x->options.own_events);
	*ret = (struct wio_event){
		.sequence = ++x->sequence,
		.kind = told.kind,
		.is_dir = told.is_dir,
		.at_ns = to_unix(x, told.at_ns),
		.root = told.root,
		.path = told.path,
		.old_path = told.old_path,
		.origin = own ? x->origin : NULL,
	};
	return true;
}

static bool
next_notice(struct wio_watch *x, int64_t now_ns, struct wio_event *ret)
{
	if (x->notices.n == 0)
		return false;
	struct fio_notice n = x->notices.items[0];
	if (x->tree.pending > 0 && now_ns < n.until_ns)
		return false;
	memmove(x->notices.items, x->notices.items + 1,
		--x->notices.n * sizeof(n));
	buf_reset(&x->path);
	buf_add_c(&x->path, n.path);
	mem_free(n.path);
	*ret = (struct wio_event){
		.sequence = ++x->sequence,
		.kind = WIO_WATCH_FAILED,
		.is_dir = true,
		.at_ns = x->sys->clock(x->sys, SYS_CLOCK_UNIX),
		.root = n.root,
		.path = x->path.p,
		.error = n.error,
	};
	return true;
}

bool
fio_watch_tell(struct wio_watch *x, int64_t now_ns, struct wio_event *ret)
{
	return next_notice(x, now_ns, ret) || next_told(x, now_ns, ret);
}
