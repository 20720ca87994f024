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
	struct str id; /* "claim-…" */
	struct arena a;
	VEC(struct change) changes;
	struct buf rejected;
	struct inbox_taken *ret;
};

/*
 * What cannot be taken, as a person left it, as an entry at the left edge: so
 * the file it goes to is a list of all of them. What does not parse becomes a
 * comment.
 */
static void
reject(struct intake *in, struct str text, size_t indent, bool parses,
	const struct err *why)
{
	struct str line;

	problems_add(&in->ret->problems, why);
	in->ret->rejected++;
	buf_addf(&in->rejected, "# %.*s: ", STR_ARG(in->id));
	buf_add_c(&in->rejected, why->msg);
	buf_add_char(&in->rejected, '\n');
	while (str_next_line(&text, &line)) {
		size_t cut = 0;
		while (cut < indent && cut < line.n && line.s[cut] == ' ')
			cut++;
		if (!parses)
			buf_add_c(&in->rejected, "# ");
		buf_add_str(&in->rejected, str_from_at(line, cut));
		buf_add_char(&in->rejected, '\n');
	}
}

/* An entry of a list in flow style, which has no lines of its own. */
static void
reject_flow(
	struct intake *in, const struct yaml_node *node, const struct err *why)
{
	CLEANUP_BUF struct buf text = {0};

	buf_add_c(&text, "- ");
	for (size_t i = node->start; i < node->end; i++) {
		buf_add_char(&text, in->bytes.s[i]);
		if (in->bytes.s[i] == '\n') /* deeper than the dash */
			buf_add_c(&text, "  ");
	}
	reject(in, buf_str(&text), 0, true, why);
}

/* Where the line of `at` begins. */
static size_t
line_start(struct str bytes, size_t at)
{
	while (at > 0 && bytes.s[at - 1] != '\n')
		at--;
	return at;
}

static void
reject_block(
	struct intake *in, const struct yaml_node *node, const struct err *why)
{
	size_t start = line_start(in->bytes, node->start);
	struct str rest = str_from_at(in->bytes, node->end);
	size_t end = node->end + str_find_char(rest, '\n');
	size_t indent = 0;

	while (in->bytes.s[start + indent] == ' ')
		indent++;
	reject(in, str_of(in->bytes.s + start, end - start), indent, true, why);
}

static void
take_entry(struct intake *in, const struct yaml_node *node, bool flow)
{
	struct change add = {.kind = CHANGE_ADD};
	struct err e = {0};

	int rc = item_read(node, INBOX_FILE, false, &in->a, &add.item, &e);
	if (rc == 0 && str_is_empty(str_trim(add.item.title)))
		rc = yaml_err(INBOX_FILE, node, &e,
			"an entry without 'title'; give it one and drop it "
			"in again");
	if (rc < 0) {
		if (flow)
			reject_flow(in, node, &e);
		else
			reject_block(in, node, &e);
		return;
	}
	add.item.title = str_trim(add.item.title);
	add.item.origin = STR("inbox");
	/* Where it stands and what risk is accepted is not for it to say. */
	add.item.status = STATUS_NEW;
	add.item.guardrails_accepted = (struct guardrail_levels){0};
	VEC_PUSH(&in->changes, add);
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
		reject(in, in->bytes, 0, false, &e);
		return;
	}
	for (size_t i = 0; i < list->n; i++)
		take_entry(in, list->items[i], list->style == YAML_FLOW);
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
		reject(in, in->bytes, 0, false, why);
	for (size_t i = 0; i < slices.n; i++) {
		const struct yaml_slice *s = &slices.items[i];
		struct str text =
			str_of(in->bytes.s + s->start, s->end - s->start);
		struct yaml_node *entry;
		struct err e = {0};
		if (yaml_parse_slice(
			    in->bytes, s, INBOX_FILE, &in->a, &entry, &e) < 0)
			reject(in, text, 0, false, &e);
		else
			take_entry(in, entry, false);
	}
}

/* Before the save: should we die in between, the entry is in the file once
 * all the same, for its claim is named there. */
static int
write_rejected(struct store *st, struct intake *in, struct err *e)
{
	CLEANUP_BUF struct buf text = {0};
	struct fio_version seen;

	if (in->rejected.n == 0)
		return 0;
	if (fio_read(&st->dir, REJECTED_FILE, STORE_BYTES_MAX, &text, &seen,
		    e) < 0)
		return -1;
	if (str_find(buf_str(&text), in->id) < text.n)
		return 0;
	buf_add_str(&text, buf_str(&in->rejected));
	return fio_replace(
		&st->dir, REJECTED_FILE, buf_str(&text), 0644, &seen, NULL, e);
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
	store_forget(st, id);
	return 0;
}

/* A claim that can never be taken goes, whole, to where a person sees it; the
 * others go on. */
static int
set_aside(struct store *st, const char *claim, struct inbox_taken *ret,
	struct err *e)
{
	char name[sizeof(REJECTED_FILE) + 64];

	if (e->code != ERR_LIMIT && e->code != ERR_INPUT)
		return -1;
	(void)snprintf(name, sizeof(name), "%s.%s", REJECTED_FILE,
		claim + sizeof(CLAIM_PREFIX) - 1);
	err_wrap(e, "set aside as '%s'", name);
	problems_add(&ret->problems, e);
	ret->rejected++;
	return fio_move(&st->dir, claim, name, e) < 0 ? -1 : 0;
}

/* Read the claim and judge its entries. 1: somebody is still writing it; 2: it
 * is set aside. */
static int
read_claim(struct store *st, const char *claim, struct intake *in,
	struct buf *bytes, struct err *e)
{
	struct yaml_node *root;
	struct err why = {0};

	int rc = fio_read_settled(&st->dir, claim, INBOX_MAX, bytes, NULL, e);
	if (rc < 0)
		return set_aside(st, claim, in->ret, e) < 0 ? -1 : 2;
	if (rc > 0)
		return 1;
	in->bytes = buf_str(bytes);
	if (yaml_parse(in->bytes, INBOX_FILE, NULL, &in->a, &root, &why) < 0)
		take_pieces(in, &why);
	else
		take_nodes(in, root);
	return 0;
}

/* Steps 2 to 5 of one claim. 1: somebody is still writing it. */
static int
take_claim(struct store *st, const struct fio_dir *state, const char *claim,
	int64_t now_ns, struct inbox_taken *ret, struct err *e)
{
	const char *suffix = claim + sizeof(CLAIM_PREFIX) - 1;
	struct intake in = {.ret = ret};
	CLEANUP_BUF struct buf bytes = {0};
	int rc = 0;

	in.id = arena_strf(&in.a, CLAIM_ID "%s", suffix);
	if (!str_list_has(st->now.snapshot->applied, in.id)) {
		rc = read_claim(st, claim, &in, &bytes, e);
		if (rc == 0)
			rc = save_entries(st, state, &in, now_ns, e);
	}
	if (rc == 0)
		rc = drop_claim(st, claim, in.id, e);
	VEC_RELEASE(&in.changes);
	buf_release(&in.rejected);
	arena_release(&in.a);
	return rc == 2 ? 0 : rc;
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
		if (there || store_forgets(st, id))
			continue;
		if (!synced && fio_dir_sync(&st->dir, e) < 0)
			return -1;
		synced = true;
		store_forget(st, id);
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
	struct snapshot *now;
	struct str_list claims;
	int busy = 0;

	int rc = store_look(st, &now, e);
	snapshot_unref(now);
	if (rc == 1)
		return err_set(e, ERR_MISSING, "there is no '%s'", st->label);
	if (rc < 0 || claim_inbox(st, e) < 0)
		return -1;
	if (fio_dir_list(&st->dir, CLAIM_PREFIX, &tmp, &claims, e) < 0 ||
		find_forgettable(st, claims, e) < 0)
		return -1;
	for (size_t i = 0; i < claims.n; i++) {
		const char *claim = claims.items[i].s;
		rc = take_claim(st, state, claim, now_ns, ret, e);
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
