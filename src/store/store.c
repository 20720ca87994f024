/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "fio/trash.h"
#include "store/archive-priv.h"
#include "store/parse-cache-priv.h"
#include "store/store-priv.h"

#define PATIENCE_NS (10 * NS_PER_SEC)
enum { READ_TRIES = 32 };

#define READING_NS (1 * NS_PER_SEC) /* for who only wants to look */
#define PAUSE_NS   (5 * NS_PER_MS)

static struct str
beside(struct store *st, const char *backlog, size_t dir_n, const char *name)
{
	return arena_strf(&st->arena, "%.*s%s", (int)dir_n, backlog, name);
}

/* The backlog's directory and its own name in there. */
static int
open_place(struct store *st, const char *backlog, struct err *e)
{
	const char *slash = strrchr(backlog, '/');
	size_t dir_n = slash != NULL ? (size_t)(slash - backlog) + 1 : 0;
	char dir[256];

	if (strlen(backlog) >= sizeof(dir))
		return err_set(
			e, ERR_LIMIT, "the path '%s' is too long", backlog);
	(void)snprintf(st->name, sizeof(st->name), "%s", backlog + dir_n);
	(void)snprintf(st->label, sizeof(st->label), "%s", backlog);
	st->paths = (struct store_paths){
		.backlog = str_from(st->label),
		.archive = beside(st, backlog, dir_n, ARCHIVE_FILE),
		.inbox = beside(st, backlog, dir_n, INBOX_FILE),
		.claim = beside(st, backlog, dir_n, CLAIM_PREFIX),
		.rejected = beside(st, backlog, dir_n, REJECTED_FILE),
		.worklog = STR(WORKLOG_DIR),
	};
	if (slash == NULL)
		return fio_dir_open_in(&st->dir, st->root, ".", e);
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)dir_n - 1, backlog);
	return fio_dir_open_in(&st->dir, st->root, dir, e);
}

int
store_open(struct store **ret, const struct fio_dir *root, struct str backlog,
	struct str prefix, struct err *e)
{
	struct store *st = mem_alloc(sizeof(*st));

	st->root = root;
	st->dir = FIO_DIR_NONE;
	st->patience_ns = PATIENCE_NS;
	st->cache_least = PARSE_CACHE_LEAST;
	st->prefix = arena_str(&st->arena, prefix);
	if (open_place(st, arena_strf(&st->arena, "%.*s", STR_ARG(backlog)).s,
		    e) < 0) {
		store_close(st);
		return -1;
	}
	*ret = st;
	return 0;
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	loaded_release(&st->now);
	fio_dir_close(&st->dir);
	VEC_RELEASE(&st->forget);
	buf_release(&st->appended);
	arena_release(&st->arena);
	mem_free(st);
}

/* A file that is being written is not read before it is whole: many a
 * beginning of a backlog is a backlog with fewer items. 2: it has a writer
 * still. */
static int
read_whole(struct store *st, int64_t wait_ns, struct buf *ret,
	struct fio_version *ret_version, struct err *e)
{
	struct sys *sys = st->dir.sys;
	int64_t end = sys->clock(sys, SYS_CLOCK_ELAPSED) + wait_ns;

	for (;;) {
		int rc = fio_read_settled(&st->dir, st->name, STORE_BYTES_MAX,
			ret, ret_version, e);
		if (rc != 2 || sys->clock(sys, SYS_CLOCK_ELAPSED) >= end)
			return rc;
		/* The kernel tells nobody when a file loses its writer. */
		(void)sys_poll_in(sys, -1, PAUSE_NS);
	}
}

/* Whether others have saved since it was read. Then the archive or the
 * snapshots it was held against may be newer than it is. */
static bool
has_moved_on(struct store *st, const struct loaded *l)
{
	struct fio_version read = l->version;
	struct err ignored;

	return fio_is_version(&st->dir, st->name, &read, &ignored) == 1;
}

static uint64_t
last_generation(const struct store *st)
{
	return st->now.snapshot != NULL ? st->now.snapshot->generation
					: st->generation;
}

/* Generations go on from it, whatever comes next. */
static void
forget(struct store *st)
{
	st->generation = last_generation(st);
	loaded_release(&st->now);
}

/* It has none when it is short. */
static void
find_cache(const struct store *st, size_t n, struct fio_digest digest,
	struct parse_cache *ret)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct err ignored;

	*ret = (struct parse_cache){0};
	if (n >= st->cache_least &&
		fio_dir_open_in(&state, st->root, STORE_STATE_DIR, &ignored) ==
			0)
		parse_cache_open(ret, &state, n, digest);
}

/* What was read may be shown, and nothing is saved over it. */
static int
distrust(struct loaded *l, const struct err *why)
{
	l->sound = false;
	l->why = *why;
	return -1;
}

/* Backlog and archive as they are now. -1 without a snapshot: nothing could be
 * read. 2: it has a writer still. */
static int
read_both(struct store *st, int64_t wait_ns, struct loaded *l,
	struct problems *problems, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_BUF struct buf bytes = {0};
	struct parse_cache cache;
	struct archive archive;
	struct err why;

	int rc = read_whole(st, wait_ns, &bytes, &l->version, e);
	if (rc < 0)
		problems_add(problems, e);
	if (rc != 0)
		return rc;
	/* Its items are shown all the same, without what has left. */
	l->blind =
		archive_load(st, &tmp, &archive, &l->archive_version, &why) < 0;
	if (l->blind)
		problems_add(problems, &why);
	find_cache(st, bytes.n, l->version.digest, &cache);
	rc = backlog_read(l, &bytes,
		&(struct backlog_reading){.file = st->label,
			.archive = &archive,
			.generation = last_generation(st) + 1,
			.cache = &cache},
		problems, e);
	parse_cache_close(&cache);
	if (l->blind) {
		*e = why;
		rc = distrust(l, e);
	}
	if (rc == 0 && guard_check(st, l, e) < 0) {
		problems_add(problems, e);
		l->held = true;
		rc = distrust(l, e);
	}
	l->snapshot->partial = rc < 0;
	return rc;
}

/*
 * Nobody is kept from saving while we read. What seems wrong with a backlog
 * that has been replaced meanwhile may only be that an item it holds has
 * changed and left since: it is read again.
 */
static int
read_sound(struct store *st, int64_t wait_ns, struct loaded *l,
	struct problems *problems, struct err *e)
{
	for (int i = 1;; i++) {
		int rc = read_both(st, wait_ns, l, problems, e);
		if (rc != -1 || l->snapshot == NULL || i == READ_TRIES ||
			!has_moved_on(st, l))
			return rc;
		loaded_release(l);
		problems_release(problems);
	}
}

static void
add_all(struct problems *to, struct problems *from)
{
	VEC_EACH (p, &from->list)
		problems_add(to, p);
	to->dropped += from->dropped;
}

int
store_reload(struct store *st, int64_t wait_ns, struct problems *problems,
	struct err *e)
{
	CLEANUP_PROBLEMS struct problems found = {0};
	struct loaded l = {0};

	int rc = read_sound(st, wait_ns, &l, &found, e);
	if (rc == 2) {
		err_set(e, ERR_LOCKED,
			"'%s' is open for writing elsewhere; save it there, "
			"then try again",
			st->label);
		problems_add(problems, e);
		loaded_release(&l);
		return -1;
	}
	add_all(problems, &found);
	if (l.snapshot == NULL)
		loaded_release(&l);
	forget(st);
	st->now = l;
	return rc;
}

int
store_load(struct store *st, struct snapshot **ret, struct problems *problems,
	struct err *e)
{
	*ret = NULL;
	int rc = store_reload(st, READING_NS, problems, e);
	if (st->now.snapshot != NULL)
		*ret = snapshot_ref(st->now.snapshot);
	return rc;
}

void
store_rest(struct store *st)
{
	forget(st);
}

int
store_look(struct store *st, struct snapshot **ret, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};

	*ret = NULL;
	int rc = store_is_stale(st, e);
	if (rc == 1)
		rc = store_reload(st, 0, &problems, e);
	else if (rc == 0 && !st->now.sound) {
		*e = st->now.why;
		rc = -1;
	}
	if (rc == 0)
		rc = store_check_schema(st, e);
	if (st->now.snapshot != NULL)
		*ret = snapshot_ref(st->now.snapshot);
	return rc;
}

void
store_set_patience(struct store *st, int64_t wait_ns)
{
	st->patience_ns = wait_ns;
}

void
store_set_cache_least(struct store *st, size_t bytes)
{
	st->cache_least = bytes;
}

bool
store_is_refused(const struct store *st)
{
	return st->refused;
}

void
store_set_check(struct store *st, store_check_fn *check)
{
	st->check = check;
}

bool
store_forgets(const struct store *st, struct str id)
{
	for (size_t i = 0; i < st->forget.n; i++)
		if (str_eq(st->forget.items[i], id))
			return true;
	return false;
}

void
store_forget(struct store *st, struct str id)
{
	if (!store_forgets(st, id))
		VEC_PUSH(&st->forget, arena_str(&st->arena, id));
}

int
store_is_stale(struct store *st, struct err *e)
{
	/* The same bytes may have been accepted meanwhile. */
	if (st->now.snapshot == NULL || st->now.held || st->now.blind)
		return 1;
	int rc = fio_is_version(&st->dir, st->name, &st->now.version, e);
	if (rc != 0)
		return rc;
	return fio_is_version(
		&st->dir, ARCHIVE_FILE, &st->now.archive_version, e);
}

struct store_paths
store_paths(const struct store *st)
{
	return st->paths;
}

bool
store_is_transient(const struct store_paths *own, struct str path)
{
	if (str_starts(path, own->claim) ||
		str_starts(path, STR(STORE_STATE_DIR "/")))
		return true;
	for (;;) {
		size_t n = str_find_char(path, '/');
		struct str name = str_of(path.s, n);
		if (n == path.n)
			return fio_is_leftover(name);
		if (str_eq_c(name, FIO_TRASH_NAME))
			return true;
		path = str_from_at(path, n + 1);
	}
}
