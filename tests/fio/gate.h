/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_GATE_H
#define TESTS_FIO_GATE_H

#include <stdatomic.h>

#include "check.h"
#include "fio/pool.h"
#include "sys/pass.h"
#include "sys/real.h"

/* What tests of threads wait at, in place of sleeping. */

/* Closed until it is opened, for as many as want. */
struct gate {
	struct fio_mutex *mutex;
	bool open;
};

static inline void
gate_open(struct gate *g)
{
	fio_mutex_take(g->mutex);
	g->open = true;
	fio_mutex_tell(g->mutex);
	fio_mutex_drop(g->mutex);
}

static inline void
gate_pass(struct gate *g)
{
	fio_mutex_take(g->mutex);
	while (!g->open)
		fio_mutex_wait(g->mutex);
	fio_mutex_drop(g->mutex);
}

/* A kernel on which a wait is over at once, and which lets others know that
 * somebody waits. */
struct hasty {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	struct gate *waited;
	_Atomic int64_t ahead_ns;
};

static inline int
hasty_poll(struct sys *s, struct pollfd *fds, size_t n, int64_t timeout_ns)
{
	struct hasty *h = (struct hasty *)s;

	(void)fds;
	(void)n;
	atomic_fetch_add(&h->ahead_ns, timeout_ns);
	gate_open(h->waited);
	return 0;
}

static inline int64_t
hasty_clock(struct sys *s, enum sys_clock which)
{
	struct hasty *h = (struct hasty *)s;

	return h->pass.under->clock(h->pass.under, which) +
		atomic_load(&h->ahead_ns);
}

static inline void
hasty_init(struct hasty *h)
{
	memset(h, 0, sizeof(*h));
	sys_pass_init(&h->pass, sys_real());
	h->sys.poll = hasty_poll;
	h->sys.clock = hasty_clock;
}

#endif
