/* SPDX-License-Identifier: MIT */
#include "fio/limits-priv.h"

#include <stdbool.h>

#include "base/err.h"

/*
 * Both queues are first come, first served. Whoever is inside and waits for
 * more bytes is served before those who wait to come in; when all that are
 * inside wait, nobody would ever give bytes back, so the first of them gets
 * what it asks for, over the limit.
 */
static bool
may_enter(const struct fio_limits *l, uint64_t bytes)
{
	uint64_t limit = l->most_bytes;

	if (l->inside >= l->permits || l->more_next != l->more_turn)
		return false;
	return l->bytes == 0 ||
		(l->bytes <= limit && bytes <= limit - l->bytes);
}

static bool
may_have_more(const struct fio_limits *l, uint64_t bytes)
{
	uint64_t limit = l->most_bytes;

	return l->more_next - l->more_turn == l->inside ||
		(l->bytes <= limit && bytes <= limit - l->bytes);
}

void
fio_limits_enter(struct fio_limits *l, uint64_t bytes)
{
	pthread_mutex_lock(&l->mutex);
	uint64_t turn = l->enter_next++;
	while (turn != l->enter_turn || !may_enter(l, bytes))
		pthread_cond_wait(&l->given_back, &l->mutex);
	l->enter_turn++;
	l->inside++;
	l->bytes += bytes;
	if (l->enter_next != l->enter_turn)
		pthread_cond_broadcast(&l->given_back);
	pthread_mutex_unlock(&l->mutex);
}

void
fio_limits_more(struct fio_limits *l, uint64_t bytes)
{
	pthread_mutex_lock(&l->mutex);
	uint64_t turn = l->more_next++;
	/* It may be the last that those before it waited for. */
	pthread_cond_broadcast(&l->given_back);
	while (turn != l->more_turn || !may_have_more(l, bytes))
		pthread_cond_wait(&l->given_back, &l->mutex);
	l->more_turn++;
	l->bytes += bytes;
	pthread_cond_broadcast(&l->given_back);
	pthread_mutex_unlock(&l->mutex);
}

void
fio_limits_leave(struct fio_limits *l, uint64_t bytes)
{
	pthread_mutex_lock(&l->mutex);
	if (l->inside == 0 || l->bytes < bytes)
		BUG("more was given back than taken");
	l->inside--;
	l->bytes -= bytes;
	pthread_cond_broadcast(&l->given_back);
	pthread_mutex_unlock(&l->mutex);
}

void
fio_limits_init(struct fio_limits *ret, unsigned int permits, uint64_t bytes)
{
	*ret = (struct fio_limits){.permits = permits, .most_bytes = bytes};
	pthread_mutex_init(&ret->mutex, NULL);
	pthread_cond_init(&ret->given_back, NULL);
}

void
fio_limits_release(struct fio_limits *l)
{
	pthread_cond_destroy(&l->given_back);
	pthread_mutex_destroy(&l->mutex);
}
