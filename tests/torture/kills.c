/* SPDX-License-Identifier: MIT */
#include "naive.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../store/fixture.h"
#include "figure.h"

/*
 * A process that saves without a pause, killed with SIGKILL at a random
 * moment, again and again, on a real file system. It announces each operation
 * through a pipe before it begins and acknowledges it afterwards, so that the
 * parent knows what must be there, what may be there, and what must not.
 *
 * Every item carries a token and a revision in its title; both only grow.
 */

enum op { OP_ADD, OP_EDIT, OP_CLOSE, OP_DROP };

struct message {
	enum op op;
	bool acked;
	unsigned int token, rev;
};

/* What the parent knows of a token, from messages and from the files. */
struct token {
	bool announced, must_exist, may_be_gone, must_be_gone;
	unsigned int rev_least, rev_most;
	char id[32];
};

enum {
	ROUNDS = 200,
	ROUNDS_A_PROJECT = 50, /* then a fresh one, to keep it small */
	TOKENS_MAX = 8192,
	LIVE_MIN = 4,
	LIVE_MAX = 24,
	KILL_WITHIN_US = 9000,
	KILL_LATE_US = 60000, /* some, so that a busy machine gets further */
};

static struct {
	struct fixture f;
	struct token tokens[TOKENS_MAX];
	unsigned int next_token, next_rev;
	size_t interrupted; /* kills that hit an operation under way */
	size_t acked;
	unsigned int seed;
} t;

static unsigned int
rnd(unsigned int below)
{
	return (unsigned int)rand_r(&t.seed) % below;
}

static void
tell(int pipe_end, struct message m)
{
	if (write(pipe_end, &m, sizeof(m)) != (ssize_t)sizeof(m))
		_exit(2);
}

static void
die(const char *what)
{
	(void)fprintf(stderr, "# kills: %s: %s\n", what, t.f.e.msg);
	_exit(1);
}

static void
save(struct change c)
{
	struct store_saved saved;

	if (store_apply(t.f.store, &c, 1, NOW, &saved, &t.f.e) < 0)
		die("saving");
	snapshot_unref(saved.next);
}

static void
take(void)
{
	struct inbox_taken taken;

	if (store_take_inbox(t.f.store, NOW, &taken, &t.f.e) < 0)
		die("taking the inbox");
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
}

static const char *
titled(unsigned int token, unsigned int rev, char ret[96])
{
	(void)snprintf(ret, 96, "token %u rev %u", token, rev);
	return ret;
}

static void
do_add(int out)
{
	struct message m = {OP_ADD, false, t.next_token++, t.next_rev++};
	char title[96];

	tell(out, m);
	save(change_add(titled(m.token, m.rev, title)));
	m.acked = true;
	tell(out, m);
}

/* The drop is durable against a kill as soon as the name is there. */
static void
do_drop(int out)
{
	struct message m = {OP_DROP, false, t.next_token++, t.next_rev++};
	char title[96], text[128], from[512], to[512];

	if (scratch_has(&t.f.scratch, "BACKLOG_INBOX.yaml"))
		return;
	tell(out, m);
	(void)snprintf(text, sizeof(text), "- title: %s\n",
		titled(m.token, m.rev, title));
	scratch_put(&t.f.scratch, "drop", text);
	(void)rename(scratch_path(&t.f.scratch, "drop", from),
		scratch_path(&t.f.scratch, "BACKLOG_INBOX.yaml", to));
	m.acked = true;
	tell(out, m);
	take();
}

static void
do_change(int out, const struct item *it, enum op op)
{
	struct message m = {op, false, 0, t.next_rev++};
	struct change c = {.id = it->id};
	char title[96];

	if (sscanf(it->title.s, "token %u", &m.token) != 1)
		die("an item without a token");
	tell(out, m);
	if (op == OP_CLOSE) {
		c.kind = CHANGE_ARCHIVE;
		c.departure = DEPARTED_CLOSED;
	} else {
		c.kind = CHANGE_FIELD;
		c.field = field_find(&item_fields, STR("title"));
		c.text = str_from(titled(m.token, m.rev, title));
	}
	save(c);
	m.acked = true;
	tell(out, m);
}

/* Recover as every weir does when it starts, then work until killed. */
static void
work(int out)
{
	if (store_sweep(t.f.store, &t.f.e) < 0)
		die("sweeping");
	take();
	for (;;) {
		struct problems problems = {0};
		struct snapshot *s = NULL;
		if (store_load(t.f.store, &s, &problems, &t.f.e) != 0)
			die("loading");
		unsigned int what = rnd(4);
		if (s->n < LIVE_MIN || (what == OP_ADD && s->n < LIVE_MAX))
			do_add(out);
		else if (what == OP_DROP && s->n < LIVE_MAX)
			do_drop(out);
		else
			do_change(out, &s->items[rnd((unsigned int)s->n)],
				s->n >= LIVE_MAX || what == OP_CLOSE ? OP_CLOSE
								     : OP_EDIT);
		snapshot_unref(s);
		problems_release(&problems);
	}
}

static void
note(const struct message *m, bool *under_way)
{
	assert_true(m->token < TOKENS_MAX);
	struct token *k = &t.tokens[m->token];

	if (t.next_token <= m->token)
		t.next_token = m->token + 1;
	if (t.next_rev <= m->rev)
		t.next_rev = m->rev + 1;
	*under_way = !m->acked;
	t.acked += m->acked;
	k->announced = true;
	if (m->op == OP_CLOSE) {
		k->may_be_gone = true;
		k->must_be_gone |= m->acked;
		return;
	}
	k->rev_most = m->rev;
	if (m->acked) {
		k->must_exist = true;
		k->rev_least = m->rev;
	}
}

static void
kill_one(void)
{
	int ends[2];
	struct message m;
	bool under_way = false;
	int status;
	/* Some die while they start and recover, most while they work. */
	bool early = rnd(8) == 0;

	assert_int_equal(pipe(ends), 0);
	unsigned int seed = rnd(1U << 30);
	useconds_t after =
		(useconds_t)rnd(rnd(8) == 0 ? KILL_LATE_US : KILL_WITHIN_US);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		t.seed = seed;
		fixture_open(&t.f, sys_real());
		work(ends[1]);
	}
	(void)close(ends[1]);
	struct pollfd at_work = {.fd = ends[0], .events = POLLIN};
	if (!early)
		assert_int_equal(poll(&at_work, 1, 10000), 1);
	(void)usleep(after);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status))
		fail_msg("the process ended by itself: see above");
	while (read(ends[0], &m, sizeof(m)) == (ssize_t)sizeof(m))
		note(&m, &under_way);
	(void)close(ends[0]);
	t.interrupted += under_way;
}

static void
recover(void)
{
	fixture_open(&t.f, sys_real());
	check_ok(store_sweep(t.f.store, &t.f.e), &t.f.e);
	take();
	snapshot_unref(fixture_load(&t.f));
	fixture_close(&t.f);
}

/* One item of the files against what is known of its token. */
static void
check_item(const struct naive_item *it, unsigned int *ret_token)
{
	unsigned int token, rev;

	if (sscanf(it->title, "token %u rev %u", &token, &rev) != 2)
		fail_msg("%s: a torn title '%s'", it->id, it->title);
	assert_true(token < t.next_token);
	struct token *k = &t.tokens[token];
	if (!k->announced || rev < k->rev_least || rev > k->rev_most)
		fail_msg("%s: token %u has revision %u, not %u to %u", it->id,
			token, rev, k->rev_least, k->rev_most);
	if (it->archived ? !k->may_be_gone : k->must_be_gone)
		fail_msg("%s: token %u is in the wrong file", it->id, token);
	if (k->id[0] != '\0' && strcmp(k->id, it->id) != 0)
		fail_msg("token %u is %s and %s", token, k->id, it->id);
	memcpy(k->id, it->id, sizeof(k->id));
	k->rev_least = rev;
	k->must_exist = true;
	k->must_be_gone = k->may_be_gone = it->archived;
	*ret_token = token;
}

static void
check_ids(const struct naive *n)
{
	for (size_t i = 0; i < n->n; i++)
		for (size_t k = i + 1; k < n->n; k++)
			if (n->items[i].archived == n->items[k].archived &&
				strcmp(n->items[i].id, n->items[k].id) == 0)
				fail_msg("%s is there twice", n->items[i].id);
}

static void
check_files(void)
{
	static unsigned char seen[TOKENS_MAX];
	struct naive n;
	unsigned int token;

	memset(seen, 0, sizeof(seen));
	naive_read(t.f.scratch.path, &n);
	check_ids(&n);
	for (size_t i = 0; i < n.n; i++) {
		if (!naive_counts(&n, i))
			continue;
		check_item(&n.items[i], &token);
		if (seen[token]++)
			fail_msg("token %u is there twice", token);
	}
	for (token = 0; token < t.next_token; token++) {
		struct token *k = &t.tokens[token];
		if (k->must_exist && !seen[token])
			fail_msg("token %u is lost (%s)", token, k->id);
		/* What was not there now must not appear later. */
		if (!seen[token])
			k->announced = false;
	}
	naive_release(&n);
}

static void
check_leftovers(void)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	fixture_open(&t.f, sys_real());
	check_ok(fio_dir_list(&t.f.root, ".B", &a, &names, &t.f.e), &t.f.e);
	if (names.n > 0)
		fail_msg("'%s' is left over", names.items[0].s);
	fixture_close(&t.f);
}

static void
start_project(void)
{
	memset(t.tokens, 0, sizeof(t.tokens));
	t.next_token = t.next_rev = 1;
	scratch_make(&t.f.scratch);
	scratch_put(&t.f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nnext_item_id: 0\nitems: []\n");
}

static void
what_was_acknowledged_survives_kill_9(void **state)
{
	(void)state;
	unsigned int rounds = figure("WEIR_KILL_ROUNDS", ROUNDS);
	unsigned int first = figure("WEIR_SEED", (unsigned int)time(NULL));

	t.seed = first;
	for (unsigned int i = 0; i < rounds; i++) {
		if (i % ROUNDS_A_PROJECT == 0)
			start_project();
		kill_one();
		recover();
		check_files();
		if ((i + 1) % ROUNDS_A_PROJECT == 0 || i + 1 == rounds) {
			check_leftovers();
			scratch_remove(&t.f.scratch);
		}
	}
	print_message("# %u kills, %zu of them within an operation, %zu "
		      "acknowledged, seed %u\n",
		rounds, t.interrupted, t.acked, first);
	assert_true(t.interrupted > rounds / 10);
	assert_true(t.acked > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_survives_kill_9),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
