/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/utf8.h"
#include "cli/io-priv.h"
#include "cli/json-priv.h"

/* null when absent or empty: a digest, an origin. */
static json_t *
word(const char *s)
{
	return s == NULL || s[0] == '\0' ? json_null() : json_text(str_from(s));
}

static json_t *
base64_json(struct str s)
{
	struct buf text CLEANUP_BUF = {0};

	io_base64_add(&text, s);
	return json_stringn(text.p, text.n);
}

/* Any bytes, under the key that says how they stand there. */
static void
add_bytes(json_t *o, const char *key, struct str s)
{
	struct buf name CLEANUP_BUF = {0};

	if (!str_is_set(s) || utf8_check(s) == s.n) {
		json_object_set_new(o, key, json_text(s));
		return;
	}
	buf_addf(&name, "%s_base64", key);
	json_object_set_new(o, name.p, base64_json(s));
}

static json_t *
error_json(const struct wio_error *e)
{
	bool other = e->actual[0] != '\0';

	if (e->code == WIO_OK)
		return json_null();
	return json_pack("{s:s,s:i,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "code",
		wio_code_name(e->code), "number", (int)e->code, "op",
		wio_op_name(e->op), "errno",
		e->sys != 0 ? json_integer(e->sys) : json_null(), "field",
		word(e->field), "message", word(e->message), "expected",
		word(e->expected), "actual", word(e->actual), "actual_size",
		other ? json_count(e->actual_size) : json_null(),
		"actual_mtime_ns",
		other ? json_integer(e->actual_mtime_ns) : json_null());
}

static json_t *
begin(const struct io_ask *ask)
{
	json_t *o = json_object();

	json_object_set_new(o, "line", json_count(ask->line));
	add_bytes(o, "path", str_from(ask->path));
	return o;
}

/* One that failed says why and nothing else. */
static void
end(json_t *o, const struct wio_error *e, struct buf *ret)
{
	json_object_set_new(o, "error", error_json(e));
	json_print(o, ret);
}

void
io_add_refused(const struct io_ask *ask, struct buf *ret)
{
	end(begin(ask), &ask->error, ret);
}

void
io_add_read(const struct io_ask *ask, const struct wio_read_result *r,
	struct buf *ret)
{
	json_t *o = begin(ask);

	if (r->error.code == WIO_OK) {
		add_bytes(o, "bytes", str_of(r->bytes, r->n));
		json_object_set_new(o, "truncated", json_boolean(r->truncated));
		json_object_set_new(o, "part_size", json_count(r->part_size));
		json_object_set_new(o, "file_size", json_count(r->file_size));
		json_object_set_new(o, "digest", word(r->digest));
	}
	end(o, &r->error, ret);
}

static void
add_found(json_t *o, const struct wio_scan_result *r)
{
	char identity[IO_IDENTITY_TEXT];

	io_identity_format(&r->identity, identity);
	json_object_set_new(o, "digest", word(r->digest));
	json_object_set_new(o, "token_digest", word(r->token_digest));
	json_object_set_new(o, "identity",
		r->digest[0] != '\0' ? json_string(identity) : json_null());
}

/* That a file is missing is an answer, not an error. */
void
io_add_scan(const struct io_ask *ask, const struct wio_scan_result *r,
	struct buf *ret)
{
	const struct wio_error none = {.code = WIO_OK};
	bool unreadable = r->change == WIO_UNREADABLE;
	json_t *o = begin(ask);

	json_object_set_new(
		o, "change", json_string(wio_change_name(r->change)));
	if (!unreadable) {
		add_found(o, r);
		json_object_set_new(o, "hashed", json_boolean(r->hashed));
	}
	end(o, unreadable ? &r->error : &none, ret);
}

static json_t *
deltas_json(const struct wio_write_result *r)
{
	json_t *all = json_array();

	for (size_t i = 0; i < r->deltas_n; i++)
		json_array_append_new(all,
			json_pack("{s:o,s:o,s:o}", "start",
				json_count(r->deltas[i].start), "removed",
				json_count(r->deltas[i].removed), "added",
				json_count(r->deltas[i].added)));
	return all;
}

static json_t *
reached_json(enum wio_durability reached)
{
	return json_string(names_get(&io_durability_names, (int)reached));
}

/* Where somebody's edit is, also when the request failed for it. */
static void
add_kept(json_t *o, const struct wio_error *e, const char *kept)
{
	if (e->code == WIO_OK || kept[0] != '\0')
		add_bytes(o, "kept",
			kept[0] != '\0' ? str_from(kept) : STR_ABSENT);
}

void
io_add_write(const struct io_ask *ask, const struct wio_write_result *r,
	struct buf *ret)
{
	json_t *o = begin(ask);

	if (r->error.code == WIO_OK) {
		json_object_set_new(o, "old_digest", word(r->old_digest));
		json_object_set_new(o, "new_digest", word(r->new_digest));
		json_object_set_new(o, "deltas", deltas_json(r));
		json_object_set_new(o, "changed", json_boolean(r->changed));
		json_object_set_new(o, "relocated", json_boolean(r->relocated));
		json_object_set_new(o, "reached", reached_json(r->reached));
		add_bytes(o, "diff", str_of(r->diff, r->diff_n));
	}
	add_kept(o, &r->error, r->kept);
	end(o, &r->error, ret);
}

void
io_add_create(const struct io_ask *ask, const struct wio_create_result *r,
	struct buf *ret)
{
	json_t *o = begin(ask);

	if (r->error.code == WIO_OK) {
		json_object_set_new(o, "digest", word(r->digest));
		json_object_set_new(o, "replaced", json_boolean(r->replaced));
		json_object_set_new(o, "reached", reached_json(r->reached));
	}
	add_kept(o, &r->error, r->kept);
	end(o, &r->error, ret);
}

/* Roots are known by their number, so they stay in one list. */
void
io_add_watching(const char *const *roots, size_t n,
	enum wio_watch_backend backend, struct buf *ret)
{
	json_t *list = json_array();
	bool is_text = true;

	for (size_t i = 0; i < n; i++)
		is_text &= utf8_check(str_from(roots[i])) == strlen(roots[i]);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
			is_text ? json_text(str_from(roots[i]))
				: base64_json(str_from(roots[i])));
	json_print(
		json_pack("{s:o,s:s}", is_text ? "watching" : "watching_base64",
			list, "backend",
			names_get(&io_backend_names, (int)backend)),
		ret);
}

void
io_add_event(const struct wio_event *ev, struct buf *ret)
{
	json_t *o = json_pack("{s:o,s:s,s:b,s:I,s:o}", "sequence",
		json_count(ev->sequence), "kind", wio_event_name(ev->kind),
		"is_dir", (int)ev->is_dir, "at_ns", (json_int_t)ev->at_ns,
		"root", json_count(ev->root));

	add_bytes(o, "path", str_from(ev->path));
	add_bytes(o, "old_path", str_from(ev->old_path));
	json_object_set_new(o, "origin", word(ev->origin));
	end(o, &ev->error, ret);
}

void
io_add_digest(
	const char *path, const struct wio_scan_result *r, struct buf *ret)
{
	json_t *o = json_object();

	add_bytes(o, "path", str_from(path));
	if (r->error.code == WIO_OK) {
		add_found(o, r);
		json_print(o, ret);
		return;
	}
	end(o, &r->error, ret);
}

void
io_add_sweep(const char *dir, const struct io_swept *s, struct buf *ret)
{
	json_t *o = json_object(), *left = json_array();

	for (size_t i = 0; i < s->left.n; i++)
		json_array_append_new(left, error_json(&s->left.items[i]));
	add_bytes(o, "path", str_from(dir));
	if (s->removed >= 0)
		json_object_set_new(o, "removed", json_integer(s->removed));
	if (s->removed >= 0 || s->left.n > 0)
		json_object_set(o, "left", left);
	json_decref(left);
	end(o, &s->error, ret);
}
