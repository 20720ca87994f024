/* SPDX-License-Identifier: MIT */
#include <pthread.h>

#include "base/mem.h"
#include "fio/pool.h"

struct fio_mutex {
	pthread_mutex_t mutex;
	pthread_cond_t told;
};

struct fio_mutex *
fio_mutex_new(void)
{
	struct fio_mutex *m = mem_alloc(sizeof(*m));

	pthread_mutex_init(&m->mutex, NULL);
	pthread_cond_init(&m->told, NULL);
	return m;
}

void
fio_mutex_free(struct fio_mutex *m)
{
	if (m == NULL)
		return;
	pthread_cond_destroy(&m->told);
	pthread_mutex_destroy(&m->mutex);
	mem_free(m);
}

void
fio_mutex_take(struct fio_mutex *m)
{
	pthread_mutex_lock(&m->mutex);
}

void
fio_mutex_drop(struct fio_mutex *m)
{
	pthread_mutex_unlock(&m->mutex);
}

void
fio_mutex_wait(struct fio_mutex *m)
{
	pthread_cond_wait(&m->told, &m->mutex);
}

void
fio_mutex_tell(struct fio_mutex *m)
{
	pthread_cond_broadcast(&m->told);
}
