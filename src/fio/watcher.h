/* SPDX-License-Identifier: MIT */
#ifndef FIO_WATCHER_H
#define FIO_WATCHER_H

struct wio;

/*
 * What the library tells its watches (weir/io.h, wio_watch_open).
 *
 * A watch has no thread: everything happens on the thread that calls
 * wio_watch_next, and between calls events wait with the kernel. The descriptor
 * it gives out is an epoll of three: the kernel's events, a timer set to when
 * the next path has rested (or, when polling, to the next look), and a bell
 * that these two ring.
 */

/* The roots are others: a rescan is told, and the new ones are watched. */
void fio_watches_reroot(struct wio *w);
/* wio_close: they have ended. */
void fio_watches_end(struct wio *w);

#endif
