/* SPDX-License-Identifier: MIT */
#include "fio/limits-priv.h"

#include <stdbool.h>

#include "base/err.h"

/*
 * Both queues are first come, first served, so that who wants many permits is
 * not passed by for ever by those who want few. Whoever is inside and waits for
 * more bytes is served before those who wait to come in; when all that are
 * inside wait, nobody would ever give bytes back, so the first of them gets
 * what it asks for, over the limit.
 */
static unsigned int
as_many_as_there_are(const struct fio_limits *l, unsigned int permits)
{
	return permits < l->permits ? permits : l->permits;
}

static bool
may_enter(const struct fio_limits *l, unsigned int permits, uint64_t bytes)
{
	uint64_t limit = l->most_bytes;

	if (permits > l->permits - l->out || l->more_next != l->more_turn)
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
fio_limits_enter(struct fio_limits *l, unsigned int permits, uint64_t bytes)
{
	permits = as_many_as_there_are(l, permits);
	pthread_mutex_lock(&l->mutex);
	uint64_t turn = l->enter_next++;
	while (turn != l->enter_turn || !may_enter(l, permits, bytes))
		pthread_cond_wait(&l->given_back, &l->mutex);
	l->enter_turn++;
	l->inside++;
	l->out += permits;
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
fio_limits_need(struct fio_limits *l, unsigned int permits, unsigned int of)
{
	permits = as_many_as_there_are(l, permits);
	of = as_many_as_there_are(l, of);
	pthread_mutex_lock(&l->mutex);
	if (permits > of || l->out < of)
		BUG("more is needed than was taken");
	l->out -= of - permits;
	pthread_cond_broadcast(&l->given_back);
	pthread_mutex_unlock(&l->mutex);
}

void
fio_limits_leave(struct fio_limits *l, unsigned int permits, uint64_t bytes)
{
	permits = as_many_as_there_are(l, permits);
	pthread_mutex_lock(&l->mutex);
	if (l->inside == 0 || l->out < permits || l->bytes < bytes)
		BUG("more was given back than taken");
	l->inside--;
	l->out -= permits;
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
