/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * Lines for whoever debugs weir itself. Rooms below engine log at debug
 * only: what a person must know travels as an error or an event. Nothing is
 * formatted while no sink is set.
 */

typedef void log_sink_fn(void *ctx, const char *line);

/* NULL turns logging off (the start). */
void log_set_sink(log_sink_fn *fn, void *ctx);

void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
