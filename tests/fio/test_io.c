/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"

#include <errno.h>
#include <stdatomic.h>

#include "gate.h"
#include "sys/fault.h"
#include "sys/sim.h"
#include "world.h"

/* A kernel with another environment and limit of descriptors. */
static const char *env_text;
static uint64_t limit;
static int limit_rc;

static const char *
other_env(struct sys *s, const char *name)
{
	(void)s;
	return strcmp(name, "WEIR_IO_FD_LIMIT") == 0 ? env_text : NULL;
}

static int
other_limit(struct sys *s, uint64_t *ret)
{
	(void)s;
	*ret = limit;
	return limit_rc;
}

/* 0: refused, with WIO_INVALID. */
static unsigned int
permits_of(unsigned int permits, unsigned int fd_limit)
{
	struct sys_pass pass;
	struct wio_error e = {0};
	struct wio_options o = {.symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE,
		.permits = permits,
		.fd_limit = fd_limit};

	sys_pass_init(&pass, sys_real());
	pass.sys.env = other_env;
	pass.sys.fd_limit = other_limit;
	struct wio *w = fio_io_open(&pass.sys, &o, true, &e);
	if (w == NULL) {
		assert_int_equal(e.code, WIO_INVALID);
		return 0;
	}
	unsigned int got = w->options.permits;
	wio_close(w, NULL);
	return got;
}

static void
permits_come_from_the_first_that_names_them(void **state)
{
	(void)state;
	limit = 300;
	env_text = "9999";
	assert_int_equal(permits_of(0, 2), 4);
	assert_int_equal(permits_of(0, 5000), 1024);
	assert_int_equal(permits_of(1, 2), 1);
	assert_int_equal(permits_of(65536, 2), 65536);
	assert_int_equal(permits_of(65537, 2), 0);
	assert_int_equal(permits_of(0, 0), 1024);
	env_text = "16";
	assert_int_equal(permits_of(0, 0), 16);
	env_text = "1";
	assert_int_equal(permits_of(0, 0), 4);
	const char *const bad[] = {"0", "", "many", "12x", "-5", " 7"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		env_text = bad[i];
		assert_int_equal(permits_of(0, 0), 0);
		assert_int_equal(permits_of(0, 7), 7);
	}
	env_text = NULL;
	assert_int_equal(permits_of(0, 0), 100);
	limit = 246;
	assert_int_equal(permits_of(0, 0), 82);
	limit = 2;
	assert_int_equal(permits_of(0, 0), 1);
	limit = UINT64_MAX;
	assert_int_equal(permits_of(0, 0), 100);
	limit_rc = -EPERM;
	assert_int_equal(permits_of(0, 0), 50);
	limit_rc = 0;
}

static void
options_are_copied(void **state)
{
	char trash[] = "/trash", extension[] = ".c", path[512];
	const char *extensions[] = {extension};
	struct scratch s;
	struct wio_error e;

	(void)state;
	scratch_make(&s);
	scratch_path(&s, ".", path);
	const char *roots[] = {path};
	struct wio_options o = {.roots = roots,
		.roots_n = 1,
		.trash = trash,
		.extensions = extensions,
		.extensions_n = 1};
	struct wio *w = wio_open(&o, &e);
	assert_non_null(w);
	memset(trash, 'x', 3);
	memset(extension, 'x', 2);
	memset(path, 'x', 9);
	extensions[0] = roots[0] = NULL;
	assert_string_equal(w->options.trash, "/trash");
	assert_string_equal(w->options.extensions[0], ".c");
	struct fio_roots *r = fio_io_roots(w);
	assert_string_equal(fio_roots_dir(r, 0)->path, s.path);
	fio_roots_unref(r);
	wio_close(w, NULL);
	scratch_remove(&s);
}

static void
check_bad(struct wio_options o, const char *field)
{
	struct wio_error e;

	if (o.roots == NULL)
		o.symlinks |= WIO_SYMLINKS_FOLLOW_ANYWHERE;
	assert_null(wio_open(&o, &e));
	assert_int_equal(e.code, WIO_INVALID);
	assert_int_equal(e.op, WIO_OP_OPEN);
	assert_string_equal(e.field, field);
	assert_true(e.message[0] != '\0');
}

static void
an_option_that_cannot_be_is_named(void **state)
{
	const char *const bad[] = {".c", "c"}, *const slash[] = {"./c"},
			  *const relative[] = {"here"};

	(void)state;
	check_bad((struct wio_options){.permits = 65537}, "permits");
	check_bad((struct wio_options){.workers = 5000}, "workers");
	check_bad((struct wio_options){.trash = "trash"}, "trash");
	check_bad((struct wio_options){.lock_wait_ns = -1}, "lock_wait_ns");
	check_bad((struct wio_options){.digest = 7}, "digest");
	check_bad((struct wio_options){.durability = 7}, "durability");
	check_bad((struct wio_options){.symlinks = 4}, "symlinks");
	check_bad((struct wio_options){.extensions = bad, .extensions_n = 2},
		"extensions[1]");
	check_bad((struct wio_options){.extensions = slash, .extensions_n = 1},
		"extensions[0]");
	check_bad((struct wio_options){.roots = relative, .roots_n = 1},
		"roots[0]");
	struct wio_error e;
	assert_null(wio_open(&(struct wio_options){0}, &e));
	assert_string_equal(e.field, "roots");
}

static void
names_are_told_for_every_number(void **state)
{
	(void)state;
	for (int i = 0; i < WIO_CODES; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(wio_code_name((enum wio_code)i),
				wio_code_name((enum wio_code)k));
	assert_string_equal(wio_code_name(WIO_MISMATCH), "mismatch");
	assert_string_equal(wio_op_name(WIO_OP_RESOLVE), "resolve");
	assert_string_equal(wio_code_name((enum wio_code)1000), "unknown");
	assert_string_equal(wio_op_name((enum wio_op) - 1), "unknown");
	assert_string_equal(
		wio_event_name((enum wio_event_kind)1000), "unknown");
	assert_string_equal(
		wio_event_name((enum wio_event_kind) - 1), "unknown");
}

static void
a_code_is_chosen_by_what_the_system_said(void **state)
{
	static const struct {
		int sys;
		enum wio_code code;
	} all[] = {
		{ENOENT, WIO_NOT_FOUND},
		{EACCES, WIO_DENIED},
		{EPERM, WIO_DENIED},
		{ENOSPC, WIO_NO_SPACE},
		{EDQUOT, WIO_NO_SPACE},
		{ELOOP, WIO_SYMLINK},
		{EXDEV, WIO_OUTSIDE},
		{ENOTSUP, WIO_UNSUPPORTED},
		{EIO, WIO_IO},
		{EMFILE, WIO_IO},
	};
	struct wio_error e;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(fio_error_sys(&e, WIO_OP_READ, all[i].sys,
					 "reading '%s'", "f"),
			-1);
		assert_int_equal(e.code, all[i].code);
		assert_int_equal(e.sys, all[i].sys);
		assert_int_equal(e.op, WIO_OP_READ);
		err_sys(&err, all[i].sys, "reading 'f'");
		assert_int_equal(fio_error_from(&e, WIO_OP_WRITE, &err), -1);
		assert_int_equal(e.code, all[i].code);
		assert_string_equal(e.message, err.msg);
	}
	fio_error_sys(&e, WIO_OP_READ, ENOENT, "reading '%s'", "f");
	assert_string_equal(
		e.message, "reading 'f': No such file or directory");
}

static void
it_opens_and_closes_on_the_simulated_disk(void **state)
{
	struct sim *s = sim_new(1);
	const char *root = "/";
	struct wio_error e;

	(void)state;
	struct wio *w = fio_io_open(sim_sys(s),
		&(struct wio_options){.roots = &root, .roots_n = 1}, true, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
	wio_close(w, NULL);
	assert_int_equal(sim_open_files(s), 0);
	sim_free(s);
}

static void
opening_that_fails_says_why_and_leaves_nothing(void **state)
{
	struct scratch s;
	struct sys_fault f;
	const char *root = s.path;
	unsigned int failed = 0;

	(void)state;
	scratch_make(&s);
	sys_fault_init(&f, sys_real());
	for (uint64_t at = 1; at == 1 || f.hits > 0; at++) {
		struct wio_error e = {0};
		size_t before = open_descriptors();
		f.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_ERRNO, .sys = ENFILE};
		f.calls = f.hits = 0;
		struct wio *w = fio_io_open(&f.sys,
			&(struct wio_options){.roots = &root, .roots_n = 1},
			true, &e);
		wio_close(w, NULL);
		if (f.hits == 0)
			assert_non_null(w);
		if (w == NULL) {
			assert_int_equal(e.code, WIO_IO);
			assert_int_equal(e.sys, ENFILE);
			failed++;
		}
		/* A close that "fails" was not made. */
		if (f.hits == 0 || f.struck != SYS_FAULT_CLOSE)
			assert_int_equal(open_descriptors(), before);
	}
	/* Looking for what a dead batch left may fail, too: it is looked for
	 * again by the next. */
	assert_true(failed > 4);
	scratch_remove(&s);
}

/* Roots. */

static enum wio_code
code_for(struct fio_roots *r, const char *path)
{
	struct fio_place p;
	struct wio_error e;
	struct stat st;

	if (fio_roots_find(r, path, &p, &e) < 0)
		return e.code;
	int rc = fstatat(p.dir.fd, p.name, &st, 0);
	fio_place_release(&p);
	return rc == 0 ? WIO_OK : WIO_NOT_FOUND;
}

static void
requests_end_under_the_roots_they_began_under(void **state)
{
	struct scratch s;
	struct wio_error e;
	char one[512], two[512];

	(void)state;
	scratch_make(&s);
	assert_int_equal(mkdir(scratch_path(&s, "one", one), 0755), 0);
	assert_int_equal(mkdir(scratch_path(&s, "two", two), 0755), 0);
	scratch_put(&s, "one/f", "1");
	scratch_put(&s, "two/g", "2");
	struct wio *w =
		wio_open(&(struct wio_options){.roots = (const char *[]){one},
				 .roots_n = 1},
			&e);
	assert_non_null(w);
	struct fio_roots *before = fio_io_roots(w);
	assert_int_equal(wio_set_roots(w, (const char *[]){two}, 1, &e), 0);
	struct fio_roots *after = fio_io_roots(w);
	assert_int_equal(code_for(before, "f"), WIO_OK);
	assert_int_equal(code_for(after, "f"), WIO_NOT_FOUND);
	assert_int_equal(code_for(after, "g"), WIO_OK);
	fio_roots_unref(before);
	fio_roots_unref(after);
	/* What cannot be opened changes nothing. */
	assert_int_equal(
		wio_set_roots(w, (const char *[]){two, "/none/x"}, 2, &e), -1);
	assert_string_equal(e.field, "roots[1]");
	assert_int_equal(wio_set_roots(w, NULL, 0, &e), -1);
	after = fio_io_roots(w);
	assert_int_equal(code_for(after, "g"), WIO_OK);
	fio_roots_unref(after);
	wio_close(w, NULL);
	scratch_remove(&s);
}

/* Tickets and closing. */

struct work {
	struct wio *w;
	struct gate gate, begun;
	atomic_int run, cancelled, over;
	enum wio_code code;
};

static struct work *
work_new(struct sys *sys)
{
	static struct work x;
	struct wio_error e;

	memset(&x, 0, sizeof(x));
	x.gate.mutex = fio_mutex_new();
	x.begun.mutex = fio_mutex_new();
	x.w = fio_io_open(sys,
		&(struct wio_options){
			.workers = 1, .symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE},
		false, &e);
	assert_non_null(x.w);
	return &x;
}

static void
work_free(struct work *x)
{
	fio_mutex_free(x->gate.mutex);
	fio_mutex_free(x->begun.mutex);
}

static size_t
run_at_gate(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *x = ctx;
	bool cancelled = fio_task_is_cancelled(task);

	if (first == 0) {
		gate_open(&x->begun);
		gate_pass(&x->gate);
	}
	atomic_fetch_add(&x->run, (int)(end - first));
	if (!cancelled)
		return 0;
	atomic_fetch_add(&x->cancelled, (int)(end - first));
	return end - first;
}

static struct wio_ticket *
submit(struct work *x,
	size_t (*run)(void *ctx, size_t first, size_t end,
		const struct fio_task *task))
{
	struct wio_error e;
	struct fio_job job = {.ctx = x, .n = 10, .chunk = 1, .run = run};

	return fio_ticket_start(x->w, WIO_OP_READ, &job, &e);
}

static void
a_ticket_is_readable_when_done_and_after_closing(void **state)
{
	struct work *x = work_new(sys_real());

	(void)state;
	struct wio_ticket *t = submit(x, run_at_gate);
	int fd = wio_ticket_fd(t);
	assert_int_equal(sys_poll_in(sys_real(), fd, 0), 0);
	assert_int_equal(wio_ticket_wait(t, 0), 1);
	gate_open(&x->gate);
	assert_int_equal(sys_poll_in(sys_real(), fd, -1), 1);
	assert_int_equal(wio_ticket_wait(t, -1), 0);
	assert_int_equal(atomic_load(&x->run), 10);
	wio_close(x->w, NULL);
	assert_int_equal(wio_ticket_wait(t, 0), 0);
	assert_int_equal(sys_poll_in(sys_real(), fd, 0), 1);
	wio_ticket_free(t);
	wio_ticket_free(NULL);
	work_free(x);
}

static void
a_cancelled_ticket_ends_what_has_not_begun(void **state)
{
	struct work *x = work_new(sys_real());

	(void)state;
	struct wio_ticket *t = submit(x, run_at_gate);
	gate_pass(&x->begun);
	wio_ticket_cancel(t);
	gate_open(&x->gate);
	wio_ticket_free(t); /* waits */
	assert_int_equal(atomic_load(&x->run), 10);
	assert_int_equal(atomic_load(&x->cancelled), 9);
	wio_close(x->w, NULL);
	wio_close(NULL, NULL);
	work_free(x);
}

static void
be_over(void *ctx)
{
	struct work *x = ctx;

	atomic_fetch_add(&x->over, 1);
}

static size_t
run_while_closing(
	void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *x = ctx;
	struct fio_job job = {
		.ctx = x, .n = 1, .run = run_at_gate, .done = be_over};
	struct wio_error e = {0};

	size_t cancelled = run_at_gate(ctx, first, end, task);
	if (first > 0)
		return cancelled;
	assert_null(fio_ticket_start(x->w, WIO_OP_SCAN, &job, &e));
	assert_int_equal(e.op, WIO_OP_SCAN);
	assert_int_equal(fio_io_run(x->w, WIO_OP_SCAN, &job, &e), -1);
	x->code = e.code;
	return cancelled;
}

static void
closing_takes_nothing_in_and_counts_what_it_finished(void **state)
{
	struct hasty h;

	(void)state;
	hasty_init(&h);
	struct work *x = work_new(&h.sys);
	h.waited = &x->gate;
	struct wio_ticket *t = submit(x, run_while_closing);
	gate_pass(&x->begun);
	struct wio_closing c = {.deadline_ns = 1000000};
	wio_close(x->w, &c);
	assert_int_equal(x->code, WIO_CLOSED);
	assert_int_equal(atomic_load(&x->over), 2);
	assert_int_equal(c.drained + c.cancelled, 10);
	assert_int_equal(c.cancelled, atomic_load(&x->cancelled));
	wio_ticket_free(t);
	work_free(x);
}

/* Accounting. */

struct traced {
	int n;
	enum wio_op op;
	enum wio_code code;
	char path[64], origin[64];
	uint64_t bytes;
	int64_t duration_ns;
};

static void
trace(void *ctx, const struct wio_trace *x)
{
	struct traced *t = ctx;

	t->n++;
	t->op = x->op;
	t->code = x->code;
	(void)snprintf(t->path, sizeof(t->path), "%s", x->path);
	(void)snprintf(t->origin, sizeof(t->origin), "%s",
		x->origin != NULL ? x->origin : "none");
	t->bytes = x->bytes;
	t->duration_ns = x->duration_ns;
}

static bool
has_line(const char *text, const char *line)
{
	struct str rest = str_from(text), one;

	while (str_next_line(&rest, &one))
		if (str_eq_c(one, line))
			return true;
	return false;
}

static void
what_requests_came_to_is_traced_and_counted(void **state)
{
	struct scratch s;
	struct wio_error e;
	struct traced got = {0};
	char text[4096], path[512];

	(void)state;
	scratch_make(&s);
	const char *root = s.path;
	struct wio *w = wio_open(&(struct wio_options){.roots = &root,
					 .roots_n = 1,
					 .on_trace = trace,
					 .trace_ctx = &got},
		&e);
	assert_non_null(w);
	assert_int_equal(wio_metrics(w, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	int64_t now = sys_real()->clock(sys_real(), SYS_CLOCK_ELAPSED);
	fio_account(w, WIO_OP_WRITE, WIO_OK, scratch_path(&s, "a/b.c", path),
		"editor", 700, now - 1000000000);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.op, WIO_OP_WRITE);
	assert_string_equal(got.path, "a/b.c");
	assert_string_equal(got.origin, "editor");
	assert_int_equal(got.bytes, 700);
	assert_true(got.duration_ns >= 1000000000);
	fio_account(w, WIO_OP_WRITE, WIO_MISMATCH, "x", NULL, 0, now);
	assert_string_equal(got.origin, "none");
	assert_int_equal(got.code, WIO_MISMATCH);

	size_t n = wio_metrics(w, text, sizeof(text));
	assert_int_equal(n, strlen(text));
	assert_true(has_line(text, "write_requests 2"));
	assert_true(has_line(text, "write_failed 1"));
	assert_true(has_line(text, "write_bytes 700"));
	assert_true(has_line(text, "error_mismatch 1"));
	/* 2^30 ns is the first bound above a second. */
	assert_false(has_line(text, "write_ns_le_536870912 2"));
	assert_true(has_line(text, "write_ns_le_1073741824 2"));
	assert_null(strstr(text, "read"));
	char small[8];
	assert_int_equal(wio_metrics(w, small, sizeof(small)), n);
	assert_string_equal(small, "write_r");
	assert_int_equal(wio_metrics(w, NULL, 0), n);
	wio_close(w, NULL);
	scratch_remove(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permits_come_from_the_first_that_names_them),
		cmocka_unit_test(options_are_copied),
		cmocka_unit_test(an_option_that_cannot_be_is_named),
		cmocka_unit_test(names_are_told_for_every_number),
		cmocka_unit_test(a_code_is_chosen_by_what_the_system_said),
		cmocka_unit_test(it_opens_and_closes_on_the_simulated_disk),
		cmocka_unit_test(
			opening_that_fails_says_why_and_leaves_nothing),
		cmocka_unit_test(requests_end_under_the_roots_they_began_under),
		cmocka_unit_test(
			a_ticket_is_readable_when_done_and_after_closing),
		cmocka_unit_test(a_cancelled_ticket_ends_what_has_not_begun),
		cmocka_unit_test(
			closing_takes_nothing_in_and_counts_what_it_finished),
		cmocka_unit_test(what_requests_came_to_is_traced_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
