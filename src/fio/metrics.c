/* SPDX-License-Identifier: MIT */
#include "fio/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/mem.h"

/* The i-th holds what took at most 2^i ns; the last, 18 minutes and all above.
 */
#define BUCKETS 41

struct series {
	atomic_uint_least64_t requests, failed, bytes;
	atomic_uint_least64_t took[BUCKETS];
};

struct fio_metrics {
	struct series ops[WIO_OPS];
	atomic_uint_least64_t errors[WIO_CODES];
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
	struct series *s = &m->ops[op];

	add(&s->requests, 1);
	if (bytes > 0)
		add(&s->bytes, bytes);
	add(&s->took[bucket_of(duration_ns)], 1);
	if (code == WIO_OK)
		return;
	add(&s->failed, 1);
	add(&m->errors[code], 1);
}

static void
print_series(struct series *s, const char *name, struct buf *ret)
{
	uint64_t requests = get(&s->requests), sum = 0;

	if (requests == 0)
		return;
	buf_addf(ret, "%s_requests %" PRIu64 "\n", name, requests);
	buf_addf(ret, "%s_failed %" PRIu64 "\n", name, get(&s->failed));
	buf_addf(ret, "%s_bytes %" PRIu64 "\n", name, get(&s->bytes));
	for (size_t i = 0; i < BUCKETS && sum < requests; i++) {
		sum += get(&s->took[i]);
		if (sum > 0)
			buf_addf(ret, "%s_ns_le_%" PRIu64 " %" PRIu64 "\n",
				name, (uint64_t)1 << i, sum);
	}
}

void
fio_metrics_print(struct fio_metrics *m, struct buf *ret)
{
	for (int i = 0; i < WIO_OPS; i++)
		print_series(&m->ops[i], wio_op_name((enum wio_op)i), ret);
	for (int i = 0; i < WIO_CODES; i++) {
		uint64_t n = get(&m->errors[i]);
		if (n > 0)
			buf_addf(ret, "error_%s %" PRIu64 "\n",
				wio_code_name((enum wio_code)i), n);
	}
}
