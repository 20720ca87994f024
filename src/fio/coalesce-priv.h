/* SPDX-License-Identifier: MIT */
#ifndef FIO_COALESCE_PRIV_H
#define FIO_COALESCE_PRIV_H

#include "fio/coalesce.h"

/* coalesce.c has the raw events, coalesce-tell.c what they come to. */

/* Gone for good: not there, and not on its way. */
bool fio_node_is_gone(const struct fio_node *n);

/* `n` is not what it was: it is pending, or settled, or of no use. */
void
fio_coalesce_note(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns);
/* It has no place in what was told any more; nor has what is below it. */
void
fio_coalesce_untell(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns);
/* Those in the air whose time is over are gone. */
void fio_coalesce_expire(struct fio_coalesce *c, int64_t now_ns);

#endif
