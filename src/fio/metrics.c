/* SPDX-License-Identifier: MIT */
#include "fio/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/mem.h"

/* The i-th holds what took at most 2^i ns; the last, 18 minutes and all above.
 */
#define BUCKETS 41

/* Threads that count at the same time would wait for each other's cache lines:
 * each has counters of its own, unless there are more of them than these. */
enum { SHARDS = 16 };

struct series {
	atomic_uint_least64_t failed, bytes;
	atomic_uint_least64_t took[BUCKETS]; /* their sum: the requests */
};

struct shard {
	struct series ops[WIO_OPS];
	atomic_uint_least64_t errors[WIO_CODES];
};

struct fio_metrics {
	struct shard shards[SHARDS];
};

/* What all threads have counted of one operation. */
struct total {
	uint64_t requests, failed, bytes;
	uint64_t took[BUCKETS];
};

struct fio_metrics *
fio_metrics_new(void)
{
	return mem_alloc(sizeof(struct fio_metrics));
}

void
fio_metrics_free(struct fio_metrics *m)
{
	mem_free(m);
}

static void
add(atomic_uint_least64_t *at, uint64_t n)
{
	atomic_fetch_add_explicit(at, n, memory_order_relaxed);
}

static uint64_t
get(atomic_uint_least64_t *at)
{
	return atomic_load_explicit(at, memory_order_relaxed);
}

static struct shard *
mine(struct fio_metrics *m)
{
	static atomic_uint threads;
	static _Thread_local unsigned int number;

	if (number == 0)
		number = atomic_fetch_add(&threads, 1) + 1;
	return &m->shards[number % SHARDS];
}

static size_t
bucket_of(int64_t ns)
{
	if (ns <= 1)
		return 0;
	size_t log = 64 - (size_t)__builtin_clzll((uint64_t)ns - 1);
	return log < BUCKETS ? log : BUCKETS - 1;
}

void
fio_metrics_count(struct fio_metrics *m, enum wio_op op, enum wio_code code,
	uint64_t bytes, int64_t duration_ns)
{
	struct shard *shard = mine(m);
	struct series *s = &shard->ops[op];

	if (bytes > 0)
		add(&s->bytes, bytes);
	add(&s->took[bucket_of(duration_ns)], 1);
	if (code == WIO_OK)
		return;
	add(&s->failed, 1);
	add(&shard->errors[code], 1);
}

static struct total
total_of(struct fio_metrics *m, enum wio_op op)
{
	struct total sum = {0};

	for (size_t k = 0; k < SHARDS; k++) {
		struct series *s = &m->shards[k].ops[op];
		sum.failed += get(&s->failed);
		sum.bytes += get(&s->bytes);
		for (size_t i = 0; i < BUCKETS; i++) {
			uint64_t n = get(&s->took[i]);
			sum.took[i] += n;
			sum.requests += n;
		}
	}
	return sum;
}

static void
print_total(const struct total *t, const char *name, struct buf *ret)
{
	uint64_t sum = 0;

	if (t->requests == 0)
		return;
	buf_addf(ret, "%s_requests %" PRIu64 "\n", name, t->requests);
	buf_addf(ret, "%s_failed %" PRIu64 "\n", name, t->failed);
	buf_addf(ret, "%s_bytes %" PRIu64 "\n", name, t->bytes);
	for (size_t i = 0; i < BUCKETS && sum < t->requests; i++) {
		sum += t->took[i];
		if (sum > 0)
			buf_addf(ret, "%s_ns_le_%" PRIu64 " %" PRIu64 "\n",
				name, (uint64_t)1 << i, sum);
	}
}

void
fio_metrics_print(struct fio_metrics *m, struct buf *ret)
{
	for (int i = 0; i < WIO_OPS; i++) {
		const struct total t = total_of(m, (enum wio_op)i);
		print_total(&t, wio_op_name((enum wio_op)i), ret);
	}
	for (int i = 0; i < WIO_CODES; i++) {
		uint64_t n = 0;
		for (size_t k = 0; k < SHARDS; k++)
			n += get(&m->shards[k].errors[i]);
		if (n > 0)
			buf_addf(ret, "error_%s %" PRIu64 "\n",
				wio_code_name((enum wio_code)i), n);
	}
}
