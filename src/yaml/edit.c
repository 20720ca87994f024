/* SPDX-License-Identifier: MIT */
#include "yaml/edit-priv.h"

#include <string.h>

#include "base/edited.h"
#include "base/mem.h"
#include "base/utf8.h"

void
yaml_edit_init(struct yaml_edit *ed, struct str bytes,
	const struct yaml_node *root, struct arena *a)
{
	*ed = (struct yaml_edit){.bytes = bytes, .root = root, .a = a};
}

static void
add_call(struct yaml_edit *ed, const struct yaml_call *call)
{
	if (ed->n == ed->cap) {
		size_t cap = mem_capacity(ed->cap, ed->n + 1);
		struct yaml_call *calls =
			ARENA_ARRAY(ed->a, struct yaml_call, cap);
		if (ed->n > 0)
			memcpy(calls, ed->calls, ed->n * sizeof(calls[0]));
		ed->calls = calls;
		ed->cap = cap;
	}
	ed->calls[ed->n++] = *call;
}

void
yaml_edit_set(struct yaml_edit *ed, const struct yaml_node *mapping,
	struct str key, struct yaml_value value, size_t after)
{
	if (mapping->kind != YAML_MAPPING ||
		(after != SIZE_MAX && after >= mapping->n))
		BUG("'%.*s' set behind pair %zu", STR_ARG(key), after);
	add_call(ed,
		&(struct yaml_call){.kind = CALL_SET,
			.node = mapping,
			.key = key,
			.value = value,
			.index = after});
}

void
yaml_edit_unset(
	struct yaml_edit *ed, const struct yaml_node *mapping, struct str key)
{
	add_call(ed,
		&(struct yaml_call){
			.kind = CALL_UNSET, .node = mapping, .key = key});
}

void
yaml_edit_append(struct yaml_edit *ed, const struct yaml_node *sequence,
	struct yaml_value value)
{
	if (sequence->kind != YAML_SEQUENCE)
		BUG("an entry for what is no sequence");
	add_call(ed,
		&(struct yaml_call){
			.kind = CALL_APPEND, .node = sequence, .value = value});
}

void
yaml_edit_remove(
	struct yaml_edit *ed, const struct yaml_node *sequence, size_t index)
{
	if (sequence->kind != YAML_SEQUENCE || index >= sequence->n)
		BUG("entry %zu of %zu removed", index, sequence->n);
	add_call(ed,
		&(struct yaml_call){
			.kind = CALL_REMOVE, .node = sequence, .index = index});
}

static int
check_value(const struct yaml_value *v, struct err *e)
{
	if (v->kind == YAML_SCALAR)
		return utf8_check(v->text) == v->text.n
			? 0
			: err_set(e, ERR_INPUT, "a new value is not UTF-8");
	for (size_t i = 0; i < v->n; i++) {
		if (v->kind == YAML_SEQUENCE) {
			if (check_value(&v->items[i], e) < 0)
				return -1;
			continue;
		}
		struct str key = v->entries[i].key;
		if (key.n > KEY_MAX / 4 || utf8_check(key) < key.n)
			return err_set(e, ERR_INPUT,
				"a new key is too long or not UTF-8");
		if (check_value(&v->entries[i].value, e) < 0)
			return -1;
	}
	return 0;
}

static int
check_call(const struct yaml_call *call, struct err *e)
{
	struct yaml_entry entry = {.key = call->key, .value = call->value};
	struct yaml_value pair = {
		.kind = YAML_MAPPING, .entries = &entry, .n = 1};

	if (call->kind == CALL_SET)
		return check_value(&pair, e);
	return check_value(&call->value, e);
}

static int
work(struct workshop *w, const struct yaml_edit *ed, struct err *e)
{
	struct placed *placed = ARENA_ARRAY(w->a, struct placed, ed->n);

	for (size_t i = 0; i < ed->n; i++) {
		const struct yaml_call *call = &ed->calls[i];
		if (check_call(call, e) < 0 ||
			site_find(w, call->node, &placed[i].site, e) < 0)
			return -1;
		placed[i].call = call;
	}
	return job_run(w, placed, ed->n, e);
}

int
yaml_edit_plan(struct yaml_edit *ed, struct err *e)
{
	struct workshop w = {
		.bytes = ed->bytes,
		.root = ed->root,
		.a = ed->a,
		.splices.a = ed->a,
	};

	emit_habit_of(ed->bytes, ed->root, &w.habit);
	if (work(&w, ed, e) < 0)
		return -1;
	block_keep_last_text(&w);
	if (splice_plan(&w.splices, w.bytes, w.habit.eol, e) < 0)
		return -1;
	ed->edits = w.splices.done;
	ed->edits_n = w.splices.n;
	return 0;
}

int
yaml_edit_apply(struct yaml_edit *ed, struct buf *out, struct err *e)
{
	struct edited made;

	if (yaml_edit_plan(ed, e) < 0)
		return -1;
	edited_init(&made, ed->bytes, ed->edits, ed->edits_n);
	(void)buf_room(out, made.n);
	buf_added(out, 0);
	edited_add(&made, 0, made.n, out);
	return 0;
}
