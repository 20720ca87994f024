/* SPDX-License-Identifier: MIT */
#include "store/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "store/item-priv.h"
#include "store/store-priv.h"
#include "yaml/slices.h"

/*
 * A claim is the inbox file under another name in the same directory:
 * CLAIM_PREFIX and a random id. A rename within one directory is one atomic
 * update of it, so the entries are under exactly one of the two names.
 */

#define CLAIM_PREFIX "." INBOX_FILE ".claim-"
#define INBOX_MAX    ((size_t)16 * 1024 * 1024)
/* What marks a claim's id among the applied ones. */
#define CLAIM_ID "claim-"

struct intake {
	struct str bytes;
	const char *claim; /* its file's name */
	struct str id;	   /* "claim-…" */
	struct arena a;
	VEC(struct change) changes;
	struct buf rejected;
	struct inbox_taken *ret;
};

/*
 * What cannot be taken, as a person left it: entries that parse verbatim,
 * others as comments, so that the file they go to stays valid.
 */
static void
reject(struct intake *in, struct str text, bool parses, const struct err *why)
{
	struct str line;

	problems_add(&in->ret->problems, why);
	in->ret->rejected++;
	buf_addf(&in->rejected, "# %.*s: ", STR_ARG(in->id));
	buf_add_c(&in->rejected, why->msg);
	buf_add_char(&in->rejected, '\n');
	while (str_next_line(&text, &line)) {
		if (!parses)
			buf_add_c(&in->rejected, "# ");
		buf_add_str(&in->rejected, line);
		buf_add_char(&in->rejected, '\n');
	}
}

static void
take_entry(struct intake *in, const struct yaml_node *node, struct str text)
{
	struct change add = {.kind = CHANGE_ADD};
	struct err e = {0};

	int rc = item_read(node, INBOX_FILE, false, &in->a, &add.item, &e);
	if (rc == 0 && str_is_empty(str_trim(add.item.title)))
		rc = yaml_err(INBOX_FILE, node, &e,
			"an entry without 'title'; give it one and drop it "
			"in again");
	if (rc < 0) {
		reject(in, text, true, &e);
		return;
	}
	add.item.title = str_trim(add.item.title);
	add.item.origin = STR("inbox");
	/* Where it stands and what risk is accepted is not for it to say. */
	add.item.status = STATUS_NEW;
	add.item.guardrails_accepted = (struct guardrail_levels){0};
	VEC_PUSH(&in->changes, add);
}

/* An entry's own lines, whole. */
static struct str
text_of(struct str bytes, const struct yaml_node *node)
{
	size_t start = node->start;

	while (start > 0 && bytes.s[start - 1] != '\n')
		start--;
	size_t end =
		node->end + str_find_char(str_from_at(bytes, node->end), '\n');
	return str_of(bytes.s + start, end - start);
}

static void
take_nodes(struct intake *in, const struct yaml_node *root)
{
	const struct yaml_node *list = root;
	struct err e = {0};

	if (root == NULL)
		return;
	if (root->kind == YAML_MAPPING)
		list = yaml_get(root, STR("items"));
	if (list != NULL && yaml_is_null(list))
		return;
	if (list == NULL || list->kind != YAML_SEQUENCE) {
		yaml_err(INBOX_FILE, root, &e,
			"an inbox must be a list of entries such as "
			"'- title: …'");
		reject(in, in->bytes, false, &e);
		return;
	}
	for (size_t i = 0; i < list->n; i++)
		take_entry(
			in, list->items[i], text_of(in->bytes, list->items[i]));
}

/* The file does not parse: each entry is judged alone. */
static void
take_pieces(struct intake *in, const struct err *why)
{
	struct yaml_slices slices;

	yaml_cut(in->bytes, STR_ABSENT, &in->a, &slices);
	if (slices.n == 0)
		yaml_cut(in->bytes, STR("items"), &in->a, &slices);
	if (slices.n == 0)
		reject(in, in->bytes, false, why);
	for (size_t i = 0; i < slices.n; i++) {
		const struct yaml_slice *s = &slices.items[i];
		struct str text =
			str_of(in->bytes.s + s->start, s->end - s->start);
		struct yaml_node *entry;
		struct err e = {0};
		if (yaml_parse_slice(
			    in->bytes, s, INBOX_FILE, &in->a, &entry, &e) < 0)
			reject(in, text, false, &e);
		else
			take_entry(in, entry, text);
	}
}

/* Before the save: should we die in between, the entry is in the file once
 * all the same, for its claim is named there. */
static int
write_rejected(struct store *st, struct intake *in, struct err *e)
{
	CLEANUP_BUF struct buf there = {0};

	if (in->rejected.n == 0)
		return 0;
	if (fio_read(&st->dir, REJECTED_FILE, STORE_BYTES_MAX, &there, NULL,
		    e) < 0)
		return -1;
	if (str_find(buf_str(&there), in->id) < there.n)
		return 0;
	return fio_append(
		&st->dir, REJECTED_FILE, buf_str(&in->rejected), 0644, e);
}

static int
save_entries(struct store *st, const struct fio_dir *state, struct intake *in,
	int64_t now_ns, struct err *e)
{
	struct store_saved saved;

	if (write_rejected(st, in, e) < 0)
		return -1;
	if (in->changes.n == 0)
		return 0;
	VEC_PUSH(&in->changes,
		((struct change){.kind = CHANGE_APPLIED, .text = in->id}));
	if (store_apply_locked(st, state, in->changes.items, in->changes.n,
		    now_ns, &saved, e) < 0)
		return -1;
	snapshot_unref(in->ret->next);
	in->ret->next = saved.next;
	in->ret->added = saved.added;
	return 0;
}

/* Step 4 and 5: the claim's effects are saved, so it may go. */
static int
drop_claim(struct store *st, const char *claim, struct str id, struct err *e)
{
	if (fio_remove(&st->dir, claim, e) < 0)
		return -1;
	VEC_PUSH(&st->forget, arena_str(&st->arena, id));
	return 0;
}

/* Steps 2 to 5 of one claim. 1: somebody is still writing it. */
static int
take_claim(struct store *st, const struct fio_dir *state, const char *claim,
	int64_t now_ns, struct inbox_taken *ret, struct err *e)
{
	struct str suffix =
		str_from_at(str_from(claim), sizeof(CLAIM_PREFIX) - 1);
	struct intake in = {.claim = claim, .ret = ret};
	CLEANUP_BUF struct buf bytes = {0};
	struct yaml_node *root;
	struct err why = {0};

	in.id = arena_strf(&in.a, CLAIM_ID "%.*s", STR_ARG(suffix));
	int rc = 0;
	if (!str_list_has(st->now.snapshot->applied, in.id)) {
		rc = fio_read_settled(
			&st->dir, claim, INBOX_MAX, &bytes, NULL, e);
		if (rc == 0) {
			in.bytes = buf_str(&bytes);
			if (yaml_parse(in.bytes, INBOX_FILE, NULL, &in.a, &root,
				    &why) < 0)
				take_pieces(&in, &why);
			else
				take_nodes(&in, root);
			rc = save_entries(st, state, &in, now_ns, e);
		} else if (rc == 2) {
			rc = 1;
		}
	}
	if (rc == 0)
		rc = drop_claim(st, claim, in.id, e);
	VEC_RELEASE(&in.changes);
	buf_release(&in.rejected);
	arena_release(&in.a);
	return rc;
}

/*
 * Ids of claims that are gone: with the directory synced they cannot come
 * back, so the next save may forget them.
 */
static int
find_forgettable(struct store *st, struct str_list claims, struct err *e)
{
	struct str_list applied = st->now.snapshot->applied;
	bool synced = false;

	for (size_t i = 0; i < applied.n; i++) {
		struct str id = applied.items[i];
		bool there = false;
		if (!str_starts(id, STR(CLAIM_ID)))
			continue;
		for (size_t k = 0; k < claims.n; k++)
			there = there ||
				str_ends(claims.items[k],
					str_from_at(id, sizeof(CLAIM_ID) - 1));
		if (there)
			continue;
		if (!synced && fio_dir_sync(&st->dir, e) < 0)
			return -1;
		synced = true;
		VEC_PUSH(&st->forget, arena_str(&st->arena, id));
	}
	return 0;
}

/* Step 1. */
static int
claim_inbox(struct store *st, struct err *e)
{
	char claim[sizeof(CLAIM_PREFIX) + 32];
	uint64_t random[2];
	struct stat before;

	struct sys *sys = st->dir.sys;
	int rc = sys->fstatat(
		sys, st->dir.fd, INBOX_FILE, AT_SYMLINK_NOFOLLOW, &before);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return err_sys(e, -rc, "looking at '%s'", INBOX_FILE);
	if (!S_ISREG(before.st_mode))
		return err_set(e, ERR_INPUT,
			"'%s' is not a regular file; put one in its place",
			INBOX_FILE);
	rc = sys->random(sys, random, sizeof(random));
	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	(void)snprintf(claim, sizeof(claim), CLAIM_PREFIX "%016llx%016llx",
		(unsigned long long)random[0], (unsigned long long)random[1]);
	return fio_move(&st->dir, INBOX_FILE, claim, e) < 0 ? -1 : 0;
}

static int
take_locked(struct store *st, const struct fio_dir *state, int64_t now_ns,
	struct inbox_taken *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct str_list claims;
	int busy = 0;

	int rc = store_is_stale(st, e);
	if (rc == 1)
		rc = store_reload(st, &problems, e);
	if (rc == 1)
		return err_set(e, ERR_MISSING, "there is no '%s'", st->label);
	if (rc < 0 || claim_inbox(st, e) < 0)
		return -1;
	if (fio_dir_list(&st->dir, CLAIM_PREFIX, &tmp, &claims, e) < 0 ||
		find_forgettable(st, claims, e) < 0)
		return -1;
	for (size_t i = 0; i < claims.n; i++) {
		rc = take_claim(st, state, claims.items[i].s, now_ns, ret, e);
		if (rc < 0)
			return -1;
		busy |= rc;
	}
	return busy;
}

int
store_take_inbox(struct store *st, int64_t now_ns, struct inbox_taken *ret,
	struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_lock lock;

	*ret = (struct inbox_taken){0};
	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	int rc = take_locked(st, &state, now_ns, ret, e);
	fio_lock_drop(&lock);
	return rc;
}
