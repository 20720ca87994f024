/* SPDX-License-Identifier: MIT */
#include "fio/tree.h"

#include <string.h>
#include <xxhash.h>

#include "base/err.h"
#include "base/mem.h"

struct fio_name {
	size_t refs, n;
	char text[];
};

static struct fio_name *
name_new(const char *text)
{
	size_t n = strlen(text);
	struct fio_name *x = mem_alloc(sizeof(*x) + n + 1);

	x->refs = 1;
	x->n = n;
	memcpy(x->text, text, n + 1);
	return x;
}

static void
name_unref(struct fio_name *x)
{
	if (--x->refs == 0)
		mem_free(x);
}

static size_t
slot_of(size_t slots_n, const struct fio_node *parent, const char *name,
	size_t name_n)
{
	return XXH3_64bits_withSeed(name, name_n, (uintptr_t)parent) &
		(slots_n - 1);
}

static void
chain(struct fio_tree *t, enum fio_view view, struct fio_node *n)
{
	struct fio_spot *s = &n->at[view];
	struct fio_node **slot = &t->slots[view][slot_of(
		t->slots_n, s->parent, s->name->text, s->name->n)];

	s->chain = *slot;
	*slot = n;
}

/* Room for one more node in both tables. */
static void
grow(struct fio_tree *t)
{
	struct fio_node **old[FIO_VIEWS] = {t->slots[0], t->slots[1]};
	size_t old_n = t->slots_n;

	if (t->nodes < old_n)
		return;
	t->slots_n = old_n == 0 ? 64 : old_n * 2;
	for (int v = 0; v < FIO_VIEWS; v++) {
		t->slots[v] = mem_alloc(t->slots_n * sizeof(t->slots[v][0]));
		for (size_t i = 0; i < old_n; i++)
			for (struct fio_node *n = old[v][i], *next; n != NULL;
				n = next) {
				next = n->at[v].chain;
				chain(t, (enum fio_view)v, n);
			}
		mem_free(old[v]);
	}
}

struct fio_node *
fio_node_new(struct fio_tree *t, bool is_dir)
{
	struct fio_node *n = mem_alloc(sizeof(*n));

	grow(t);
	t->nodes++;
	n->is_dir = is_dir;
	return n;
}

void
fio_node_free(struct fio_tree *t, struct fio_node *n)
{
	for (int v = 0; v < FIO_VIEWS; v++)
		if (n->at[v].parent != NULL || n->at[v].children != NULL)
			BUG("a node that is in a tree was freed");
	t->nodes--;
	mem_free(n->seen);
	mem_free(n);
}

void
fio_tree_release(struct fio_tree *t)
{
	if (t->nodes != 0)
		BUG("%zu nodes outlive their tree", t->nodes);
	for (int v = 0; v < FIO_VIEWS; v++)
		mem_free(t->slots[v]);
	*t = (struct fio_tree){0};
}

struct fio_node *
fio_tree_find(const struct fio_tree *t, enum fio_view view,
	const struct fio_node *parent, const char *name)
{
	size_t name_n = strlen(name);

	if (t->slots_n == 0)
		return NULL;
	struct fio_node *n =
		t->slots[view][slot_of(t->slots_n, parent, name, name_n)];
	while (n != NULL &&
		(n->at[view].parent != parent ||
			n->at[view].name->n != name_n ||
			memcmp(n->at[view].name->text, name, name_n) != 0))
		n = n->at[view].chain;
	return n;
}

static void
put(struct fio_tree *t, enum fio_view view, struct fio_node *n,
	struct fio_node *parent, struct fio_name *name)
{
	struct fio_spot *s = &n->at[view];

	if (s->parent != NULL || n->is_root ||
		fio_tree_find(t, view, parent, name->text) != NULL)
		BUG("'%s' is put where something is", name->text);
	s->parent = parent;
	s->name = name;
	chain(t, view, n);
	s->prev = NULL;
	s->next = parent->at[view].children;
	if (s->next != NULL)
		s->next->at[view].prev = n;
	parent->at[view].children = n;
}

void
fio_tree_put(struct fio_tree *t, enum fio_view view, struct fio_node *n,
	struct fio_node *parent, const char *name)
{
	put(t, view, n, parent, name_new(name));
}

void
fio_tree_follow(struct fio_tree *t, enum fio_view view, struct fio_node *n)
{
	const struct fio_spot *other =
		&n->at[view == FIO_TOLD ? FIO_NOW : FIO_TOLD];

	other->name->refs++;
	put(t, view, n, other->parent, other->name);
}

void
fio_tree_take(struct fio_tree *t, enum fio_view view, struct fio_node *n)
{
	struct fio_spot *s = &n->at[view];
	struct fio_node **p = &t->slots[view][slot_of(
		t->slots_n, s->parent, s->name->text, s->name->n)];

	while (*p != n)
		p = &(*p)->at[view].chain;
	*p = s->chain;
	if (s->prev != NULL)
		s->prev->at[view].next = s->next;
	else
		s->parent->at[view].children = s->next;
	if (s->next != NULL)
		s->next->at[view].prev = s->prev;
	name_unref(s->name);
	s->parent = s->prev = s->next = s->chain = NULL;
	s->name = NULL;
}

bool
fio_node_is_at(const struct fio_node *n, enum fio_view view)
{
	return n->is_root || n->at[view].parent != NULL;
}

bool
fio_node_rests(const struct fio_node *n)
{
	const struct fio_spot *told = &n->at[FIO_TOLD], *now = &n->at[FIO_NOW];

	if (n->is_root)
		return true;
	if (told->parent == NULL || told->parent != now->parent)
		return false;
	return told->name == now->name ||
		strcmp(told->name->text, now->name->text) == 0;
}

const char *
fio_node_name(const struct fio_node *n, enum fio_view view)
{
	return n->at[view].name->text;
}

const struct fio_node *
fio_node_path(const struct fio_node *n, enum fio_view view, struct buf *ret)
{
	const struct fio_node *top = n;
	size_t size = 0;

	for (; top->at[view].parent != NULL; top = top->at[view].parent)
		size += top->at[view].name->n + 1;
	buf_reset(ret);
	(void)buf_room(ret, size + 1);
	buf_add_repeat(ret, '/', size > 0 ? size - 1 : 0);
	buf_add_c(ret, "");
	for (; n != top; n = n->at[view].parent) {
		const struct fio_name *name = n->at[view].name;
		size -= name->n + 1;
		memcpy(ret->p + size, name->text, name->n);
	}
	return top;
}
