/* SPDX-License-Identifier: MIT */
#include "naive.h"

#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "figure.h"
#include "run.h"
#include "scratch.h"

/*
 * Several people, each at a terminal, all on one backlog: every command is a
 * process of its own. Each person knows what their commands acknowledged;
 * afterwards a naive reader finds it all, once, and nothing else. One item
 * is tagged by everybody, so that they change the same lines.
 *
 * After a while they begin another project, because every command reads the
 * archive. Every second one is in memory where there is such a file system:
 * without a disk to wait for they meet more often.
 */

enum {
	PEOPLE = 8,
	COMMANDS = 50,
	COMMANDS_A_PROJECT = 250,
	OWN_MAX = 8,
	TAGS_MAX = 4,
};

#define MEMORY "/dev/shm"

/* An item as its owner last left it. */
struct own {
	char id[32];
	unsigned int number, rev;
	bool blocked;
};

struct person {
	unsigned int k, seed, next, rev, tags_from, tags_to;
	struct own own[OWN_MAX];
	size_t n;
	size_t gone;
	char out[512]; /* the file that takes what a command prints */
};

static struct scratch scratch;

static unsigned int
rnd(struct person *p, unsigned int below)
{
	return (unsigned int)rand_r(&p->seed) % below;
}

static void
run(struct person *p, const char *const *words)
{
	int status = run_weir(scratch.path, p->out, words);

	if (status != 0) {
		(void)fprintf(stderr, "# 'weir %s' ended with status %d\n",
			words[0], status);
		_exit(1);
	}
}

#define RUN(p, ...) run((p), (const char *const[]){__VA_ARGS__, NULL})

static const char *
title(const struct person *p, const struct own *o, char ret[96])
{
	(void)snprintf(
		ret, 96, "person %u thing %u rev %u", p->k, o->number, o->rev);
	return ret;
}

static void
add(struct person *p)
{
	struct own *o = &p->own[p->n++];
	char text[96];
	FILE *f;

	*o = (struct own){.number = p->next++, .rev = p->rev++};
	RUN(p, "add", "--json", title(p, o, text));
	f = fopen(p->out, "r");
	if (f == NULL || fscanf(f, "{\"id\":\"%31[^\"]\"", o->id) != 1)
		_exit(2);
	(void)fclose(f);
}

static void
leave(struct person *p, size_t i, const char *how)
{
	RUN(p, how, p->own[i].id);
	p->own[i] = p->own[--p->n];
	p->gone++;
}

static void
rename_own(struct person *p, struct own *o)
{
	char text[96];

	o->rev = p->rev++;
	RUN(p, "set", o->id, "title", title(p, o, text));
}

static void
tag_shared(struct person *p)
{
	char tag[32];
	bool full = p->tags_to - p->tags_from == TAGS_MAX;

	(void)snprintf(tag, sizeof(tag), "p%u-%u", p->k,
		full ? p->tags_from++ : p->tags_to++);
	RUN(p, "tag", full ? "rm" : "add", "T-001", tag);
}

static void
one_command(struct person *p)
{
	size_t i = p->n > 0 ? rnd(p, (unsigned int)p->n) : 0;
	struct own *o = &p->own[i];
	unsigned int what = rnd(p, 20);

	if (p->n == 0 || (what < 3 && p->n < OWN_MAX)) {
		add(p);
	} else if (what < 5) {
		leave(p, i, what == 3 ? "close" : "complete");
	} else if (what < 9) {
		RUN(p, o->blocked ? "unblock" : "block", o->id,
			o->blocked ? NULL : "for a reason");
		o->blocked = !o->blocked;
	} else if (what < 13) {
		tag_shared(p);
	} else if (what < 16) {
		RUN(p, "list");
	} else {
		rename_own(p, o);
	}
}

/* What a person leaves behind, for the parent to check. */
static void
live(unsigned int k, unsigned int seed, unsigned int commands, int out)
{
	struct person p = {.k = k, .seed = seed + k, .next = 1, .rev = 1};

	(void)snprintf(p.out, sizeof(p.out), "%s.out.%u", scratch.path, k);
	for (unsigned int i = 0; i < commands; i++)
		one_command(&p);
	(void)unlink(p.out);
	_exit(write(out, &p, sizeof(p)) == (ssize_t)sizeof(p) ? 0 : 2);
}

static size_t
count_text(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = strstr(text, what); at != NULL;
		at = strstr(at + 1, what))
		n++;
	return n;
}

static void
check_tags(const struct person *p, const char *text)
{
	for (unsigned int i = 0; i < p->tags_to; i++) {
		char tag[32];
		size_t n = 0;
		/* A name ends with its entry, in either style of list. */
		static const char *const ends[] = {"\n", ",", "]"};
		for (size_t k = 0; k < 3; k++) {
			(void)snprintf(
				tag, sizeof(tag), "p%u-%u%s", p->k, i, ends[k]);
			n += count_text(text, tag);
		}
		if (n != (i >= p->tags_from))
			fail_msg("the tag p%u-%u is there %zu times", p->k, i,
				n);
	}
}

/* Everything of one person: what lives as it was left, the rest archived. */
static void
check_person(const struct person *p, const struct naive *all)
{
	size_t live_n = 0, gone_n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct naive_item *it = &all->items[i];
		unsigned int k, number, rev;
		if (!naive_counts(all, i) ||
			sscanf(it->title, "person %u thing %u rev %u", &k,
				&number, &rev) != 3 ||
			k != p->k)
			continue;
		gone_n += it->archived;
		live_n += !it->archived;
		for (size_t o = 0; !it->archived && o < p->n; o++)
			if (p->own[o].number == number &&
				(p->own[o].rev != rev ||
					strcmp(p->own[o].id, it->id) != 0))
				fail_msg("%s is '%s'", it->id, it->title);
	}
	if (live_n != p->n || gone_n != p->gone)
		fail_msg("person %u has %zu and %zu, not %zu and %zu", p->k,
			live_n, gone_n, p->n, p->gone);
}

static void
check_ids(const struct naive *all)
{
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = i + 1; k < all->n; k++)
			if (naive_counts(all, i) && naive_counts(all, k) &&
				strcmp(all->items[i].id, all->items[k].id) == 0)
				fail_msg("%s is there twice", all->items[i].id);
}

static void
make_project(bool in_memory)
{
	const char *was = getenv("TMPDIR");

	if (in_memory)
		(void)setenv("TMPDIR", MEMORY, 1);
	scratch_make(&scratch);
	if (in_memory && was != NULL)
		(void)setenv("TMPDIR", was, 1);
	else if (in_memory)
		(void)unsetenv("TMPDIR");
	scratch_put(&scratch, "BACKLOG.yaml",
		"schema_version: 3\nnext_item_id: 1\nitems:\n- id: T-001\n"
		"  title: shared\n  status: new\n");
	scratch_put(&scratch, "weir.yaml", "project: { prefix: T }\n");
}

static void
work_at_once(struct person *people, unsigned int seed, unsigned int commands)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	for (unsigned int k = 0; k < PEOPLE; k++)
		if (fork() == 0)
			live(k, seed, commands, ends[1]);
	for (unsigned int k = 0; k < PEOPLE; k++) {
		int status;
		assert_true(wait(&status) > 0);
		if (status != 0)
			fail_msg("a person gave up, seed %u", seed);
		assert_int_equal(read(ends[0], &people[k], sizeof(people[k])),
			sizeof(people[k]));
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* How many items there are, each once. */
static size_t
check_project(const struct person *people)
{
	struct naive all;

	naive_read(scratch.path, &all);
	char *text = naive_file(scratch.path, "BACKLOG.yaml");
	check_ids(&all);
	for (unsigned int k = 0; k < PEOPLE; k++) {
		check_person(&people[k], &all);
		check_tags(&people[k], text);
	}
	size_t n = all.n;
	free(text);
	naive_release(&all);
	return n;
}

static void
what_many_do_at_once_is_all_there_once(void **state)
{
	unsigned int commands = figure("WEIR_COMMANDS", COMMANDS), done = 0;
	unsigned int seed = figure("WEIR_SEED", (unsigned int)time(NULL));
	unsigned int projects = 0, in_memory = 0;
	bool memory = access(MEMORY, W_OK | X_OK) == 0;
	struct person people[PEOPLE];
	size_t items = 0;

	(void)state;
	while (done < commands) {
		unsigned int n = commands - done;
		if (n > COMMANDS_A_PROJECT)
			n = COMMANDS_A_PROJECT;
		make_project(memory && projects % 2 == 1);
		in_memory += memory && projects % 2 == 1;
		work_at_once(people, seed + PEOPLE * projects++, n);
		items += check_project(people);
		scratch_remove(&scratch);
		done += n;
	}
	print_message("# %d people with %u commands each: %zu items, none lost "
		      "or doubled; %u projects, %u of them in memory, seed "
		      "%u\n",
		PEOPLE, done, items, projects, in_memory, seed);
	assert_true(items > commands / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_many_do_at_once_is_all_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
