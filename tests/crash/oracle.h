/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_ORACLE_H
#define TESTS_CRASH_ORACLE_H

#include "workload.h"

/*
 * What a disk says to somebody who reads it line by line, without a parser
 * and without weir.
 */

/*
 * Everything that people and later runs would see, as one text, so that two
 * disks can be compared: ids by rank instead of number, random names as X,
 * without the marks, without local state but the runs, without the worklog. An
 * archive line of an item that is in the backlog is not there: it has not left.
 */
struct str oracle_text(const struct sim *disk, struct arena *a);

/* Whether what an editor saved is in the backlog, or where a person finds it.
 */
bool oracle_keeps(const struct sim *disk, struct str edit, struct arena *a);

/*
 * What breaks a promise whatever the workload did; absent when nothing does.
 * I1 no title twice, every acknowledged one there, and every first one; I2 no
 * id twice, each acknowledged one still its item's, none that weir gave above
 * the mark; I4
 * acknowledged notes there, none twice; I5 no claim, I7 no temporary file. The
 * records of logs without a gap, acknowledged ones there once; of a backlog
 * that was migrated a copy as it was.
 */
struct str oracle_complaint(const struct sim *disk, const struct workload *w,
	const struct acks *acks, struct arena *a);

#endif
