/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "naive.h"

void
ledger_init(struct ledger *l)
{
	memset(l->tokens, 0, sizeof(l->tokens));
	l->next_token = l->next_rev = 1;
}

const char *
ledger_title(unsigned int token, unsigned int rev, char ret[96])
{
	(void)snprintf(ret, 96, "token %u rev %u", token, rev);
	return ret;
}

void
ledger_tell(int pipe_end, const struct message *m)
{
	if (write(pipe_end, m, sizeof(*m)) != (ssize_t)sizeof(*m))
		_exit(2);
}

static void
note(struct ledger *l, const struct message *m)
{
	assert_true(m->token < LEDGER_TOKENS);
	struct token *k = &l->tokens[m->token];

	if (l->next_token <= m->token)
		l->next_token = m->token + 1;
	if (l->next_rev <= m->rev)
		l->next_rev = m->rev + 1;
	l->under_way = !m->acked;
	l->acked += m->acked;
	k->announced = true;
	if (m->op == OP_CLOSE) {
		k->may_be_gone = true;
		k->must_be_gone |= m->acked;
		return;
	}
	k->rev_most = m->rev;
	if (m->acked) {
		k->must_exist = true;
		k->rev_least = m->rev;
	}
	if (m->acked && m->id[0] != '\0')
		memcpy(k->id, m->id, sizeof(k->id));
}

void
ledger_read(struct ledger *l, int pipe_end)
{
	struct message m;

	l->under_way = false;
	while (read(pipe_end, &m, sizeof(m)) == (ssize_t)sizeof(m))
		note(l, &m);
}

/* One item of the files against what is known of its token. */
static void
check_item(
	struct ledger *l, const struct naive_item *it, unsigned int *ret_token)
{
	unsigned int token, rev;

	if (sscanf(it->title, "token %u rev %u", &token, &rev) != 2)
		fail_msg("%s: a torn title '%s'", it->id, it->title);
	assert_true(token < l->next_token);
	struct token *k = &l->tokens[token];
	if (!k->announced || rev < k->rev_least || rev > k->rev_most)
		fail_msg("%s: token %u has revision %u, not %u to %u", it->id,
			token, rev, k->rev_least, k->rev_most);
	if (it->archived ? !k->may_be_gone : k->must_be_gone)
		fail_msg("%s: token %u is in the wrong file", it->id, token);
	if (k->id[0] != '\0' && strcmp(k->id, it->id) != 0)
		fail_msg("token %u is %s and %s", token, k->id, it->id);
	memcpy(k->id, it->id, sizeof(k->id));
	k->rev_least = rev;
	k->must_exist = true;
	k->must_be_gone = k->may_be_gone = it->archived;
	*ret_token = token;
}

static void
check_ids(const struct naive *n)
{
	for (size_t i = 0; i < n->n; i++)
		for (size_t k = i + 1; k < n->n; k++)
			if (n->items[i].archived == n->items[k].archived &&
				strcmp(n->items[i].id, n->items[k].id) == 0)
				fail_msg("%s is there twice", n->items[i].id);
}

void
ledger_check(struct ledger *l, const char *project)
{
	static unsigned char seen[LEDGER_TOKENS];
	struct naive n;
	unsigned int token;

	memset(seen, 0, sizeof(seen));
	naive_read(project, &n);
	check_ids(&n);
	for (size_t i = 0; i < n.n; i++) {
		if (!naive_counts(&n, i))
			continue;
		check_item(l, &n.items[i], &token);
		if (seen[token]++)
			fail_msg("token %u is there twice", token);
	}
	for (token = 0; token < l->next_token; token++) {
		struct token *k = &l->tokens[token];
		if (k->must_exist && !seen[token])
			fail_msg("token %u is lost (%s)", token, k->id);
		/* What was not there now must not appear later. */
		if (!seen[token])
			k->announced = false;
	}
	naive_release(&n);
}
