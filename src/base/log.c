/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

/* The one process-wide setting: which sink, chosen by main before work. */
static struct {
	log_sink_fn *fn;
	void *ctx;
} sink;

void
log_set_sink(log_sink_fn *fn, void *ctx)
{
	sink.fn = fn;
	sink.ctx = ctx;
}

void
log_debug(const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (sink.fn == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	sink.fn(sink.ctx, line);
}
