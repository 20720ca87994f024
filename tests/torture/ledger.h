/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TORTURE_LEDGER_H
#define TESTS_TORTURE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What somebody who may die at any moment had begun and acknowledged: it
 * announces each operation through a pipe before it begins and acknowledges it
 * afterwards, so that whoever reads the pipe knows what must be in the files,
 * what may be there, and what must not.
 *
 * Every item carries a token and a revision in its title; both only grow.
 */

enum op { OP_ADD, OP_EDIT, OP_CLOSE, OP_DROP };

struct message {
	enum op op;
	bool acked;
	unsigned int token, rev;
	char id[32]; /* of what was added, when it is known */
};

enum { LEDGER_TOKENS = 8192 };

struct ledger {
	/* What is known of a token, from messages and from the files. */
	struct token {
		bool announced, must_exist, may_be_gone, must_be_gone;
		unsigned int rev_least, rev_most;
		char id[32];
	} tokens[LEDGER_TOKENS];
	unsigned int next_token, next_rev;
	size_t acked;
	bool under_way; /* the last message is not acknowledged */
};

void ledger_init(struct ledger *l);

/* "token 3 rev 7" */
const char *ledger_title(unsigned int token, unsigned int rev, char ret[96]);

/* The one who works: write it, or end with status 2. */
void ledger_tell(int pipe_end, const struct message *m);

/* The one who watches: read all there is until the pipe ends. */
void ledger_read(struct ledger *l, int pipe_end);

/* The files hold what they have to, each once; what is found there counts as
 * acknowledged from now on, and what is not as never begun. */
void ledger_check(struct ledger *l, const char *project);

#endif
