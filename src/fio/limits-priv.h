/* SPDX-License-Identifier: MIT */
#ifndef FIO_LIMITS_PRIV_H
#define FIO_LIMITS_PRIV_H

#include <pthread.h>
#include <stdint.h>

/* What fio_pool_enter and fio_pool_more give out. */
struct fio_limits {
	unsigned int permits;
	uint64_t most_bytes;

	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t given_back;
	unsigned int inside; /* who holds permits */
	unsigned int out;    /* permits that are held */
	uint64_t bytes;	     /* that are */
	/* Who comes next and whose turn it is, of those who want in and of
	 * those inside who want more. */
	uint64_t enter_next, enter_turn;
	uint64_t more_next, more_turn;
};

void
fio_limits_init(struct fio_limits *ret, unsigned int permits, uint64_t bytes);
void fio_limits_release(struct fio_limits *l);
void
fio_limits_enter(struct fio_limits *l, unsigned int permits, uint64_t bytes);
void fio_limits_more(struct fio_limits *l, uint64_t bytes);
void
fio_limits_need(struct fio_limits *l, unsigned int permits, unsigned int of);
void
fio_limits_leave(struct fio_limits *l, unsigned int permits, uint64_t bytes);

#endif
