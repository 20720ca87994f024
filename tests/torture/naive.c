/* SPDX-License-Identifier: MIT */
#include "naive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

char *
naive_file(const char *project, const char *name)
{
	char path[512], *text = NULL;
	size_t n = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", project, name);
	FILE *f = fopen(path, "r");
	if (f == NULL && errno == ENOENT)
		return NULL;
	if (f == NULL)
		fail_msg("'%s': %s", path, strerror(errno));
	FILE *into = open_memstream(&text, &n);
	for (int c = getc(f); c != EOF; c = getc(f))
		(void)putc(c, into);
	(void)fclose(into);
	(void)fclose(f);
	return text;
}

static struct naive_item *
push(struct naive *n)
{
	if (n->n == n->cap) {
		n->cap = n->cap == 0 ? 64 : 2 * n->cap;
		n->items = realloc(n->items, n->cap * sizeof(*n->items));
		assert_non_null(n->items);
	}
	n->items[n->n] = (struct naive_item){0};
	return &n->items[n->n++];
}

/* The text between `after` and `until` in a line; false when it has none. */
static bool
between(const char *line, const char *after, const char *until, char *ret,
	size_t size)
{
	const char *at = strstr(line, after);

	if (at == NULL)
		return false;
	at += strlen(after);
	(void)snprintf(ret, size, "%.*s", (int)strcspn(at, until), at);
	return true;
}

static void
read_backlog(const char *project, struct naive *n)
{
	char *text = naive_file(project, "BACKLOG.yaml"), *rest = NULL;
	struct naive_item *it = NULL;

	if (text == NULL)
		return;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char id[sizeof(it->id)];
		if (between(line, "- id: ", " ", id, sizeof(id))) {
			it = push(n);
			memcpy(it->id, id, sizeof(id));
		} else if (it != NULL && strncmp(line, "  title: ", 9) == 0) {
			(void)between(line, "title: ", "#", it->title,
				sizeof(it->title));
		}
	}
	free(text);
}

/* A line "stayed" takes back what is above it about its id. That counts still
 * when the backlog does not hold the item, unless a later one says how it left.
 */
static void
take_back(struct naive *n, const char *id)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->items[i].archived && strcmp(n->items[i].id, id) == 0)
			n->items[i].stayed = true;
}

static void
drop_stayed(struct naive *n, const char *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < n->n; i++)
		if (!n->items[i].stayed || strcmp(n->items[i].id, id) != 0)
			n->items[kept++] = n->items[i];
	n->n = kept;
}

static void
read_archive(const char *project, struct naive *n)
{
	char *text = naive_file(project, "BACKLOG_ARCHIVE.jsonl"), *rest = NULL;

	if (text == NULL)
		return;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char stayed[32];
		/* A kill inside the write tore it; the next writer gave it its
		 * end. Its item has not left. */
		if (line[strlen(line) - 1] != '}')
			continue;
		if (strstr(line, "\"how\":\"stayed\"") != NULL &&
			between(line, "\"id\":\"", "\"", stayed,
				sizeof(stayed))) {
			take_back(n, stayed);
			continue;
		}
		struct naive_item one = {.archived = true};
		if (!between(line, "\"id\":\"", "\"", one.id, sizeof(one.id)) ||
			!between(line, "\"title\":\"", "\"", one.title,
				sizeof(one.title)))
			fail_msg("an odd line in the archive: %s", line);
		drop_stayed(n, one.id);
		*push(n) = one;
	}
	free(text);
}

void
naive_read(const char *project, struct naive *ret)
{
	*ret = (struct naive){0};
	read_backlog(project, ret);
	read_archive(project, ret);
}

void
naive_release(struct naive *n)
{
	free(n->items);
	*n = (struct naive){0};
}

bool
naive_counts(const struct naive *n, size_t i)
{
	if (!n->items[i].archived)
		return true;
	for (size_t k = 0; k < n->n; k++)
		if (!n->items[k].archived &&
			strcmp(n->items[k].id, n->items[i].id) == 0)
			return false;
	return true;
}
