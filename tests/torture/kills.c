/* SPDX-License-Identifier: MIT */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../store/fixture.h"
#include "figure.h"
#include "ledger.h"

/*
 * A process that saves without a pause, killed with SIGKILL at a random
 * moment, again and again, on a real file system.
 */

enum {
	ROUNDS = 200,
	ROUNDS_A_PROJECT = 50, /* then a fresh one, to keep it small */
	LIVE_MIN = 4,
	LIVE_MAX = 24,
	START_MS = 60000, /* never met when all is well */
	KILL_WITHIN_US = 9000,
	KILL_LATE_US = 60000, /* some, so that a busy machine gets further */
};

static struct {
	struct fixture f;
	struct ledger l;
	size_t interrupted; /* kills that hit an operation under way */
	unsigned int seed;
} t;

static unsigned int
rnd(unsigned int below)
{
	return (unsigned int)rand_r(&t.seed) % below;
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

static void
do_add(int out)
{
	struct message m = {
		OP_ADD, false, t.l.next_token++, t.l.next_rev++, ""};
	char title[96];

	ledger_tell(out, &m);
	save(change_add(ledger_title(m.token, m.rev, title)));
	m.acked = true;
	ledger_tell(out, &m);
}

/* The drop is durable against a kill as soon as the name is there. */
static void
do_drop(int out)
{
	struct message m = {
		OP_DROP, false, t.l.next_token++, t.l.next_rev++, ""};
	char title[96], text[128], from[512], to[512];

	if (scratch_has(&t.f.scratch, "BACKLOG_INBOX.yaml"))
		return;
	ledger_tell(out, &m);
	(void)snprintf(text, sizeof(text), "- title: %s\n",
		ledger_title(m.token, m.rev, title));
	scratch_put(&t.f.scratch, "drop", text);
	(void)rename(scratch_path(&t.f.scratch, "drop", from),
		scratch_path(&t.f.scratch, "BACKLOG_INBOX.yaml", to));
	m.acked = true;
	ledger_tell(out, &m);
	take();
}

static void
do_change(int out, const struct item *it, enum op op)
{
	struct message m = {op, false, 0, t.l.next_rev++, ""};
	struct change c = {.id = it->id};
	char title[96];

	if (sscanf(it->title.s, "token %u", &m.token) != 1)
		die("an item without a token");
	ledger_tell(out, &m);
	if (op == OP_CLOSE) {
		c.kind = CHANGE_ARCHIVE;
		c.departure = DEPARTED_CLOSED;
	} else {
		c.kind = CHANGE_FIELD;
		c.field = field_find(&item_fields, STR("title"));
		c.text = str_from(ledger_title(m.token, m.rev, title));
	}
	save(c);
	m.acked = true;
	ledger_tell(out, &m);
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
kill_one(void)
{
	int ends[2];
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
		assert_int_equal(poll(&at_work, 1, START_MS), 1);
	(void)usleep(after);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status))
		fail_msg("the process ended by itself: see above");
	ledger_read(&t.l, ends[0]);
	(void)close(ends[0]);
	t.interrupted += t.l.under_way;
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
	ledger_init(&t.l);
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
		ledger_check(&t.l, t.f.scratch.path);
		if ((i + 1) % ROUNDS_A_PROJECT == 0 || i + 1 == rounds) {
			check_leftovers();
			scratch_remove(&t.f.scratch);
		}
	}
	print_message("# %u kills, %zu of them within an operation, %zu "
		      "acknowledged, seed %u\n",
		rounds, t.interrupted, t.l.acked, first);
	assert_true(t.interrupted > rounds / 10);
	assert_true(t.l.acked > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_survives_kill_9),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
