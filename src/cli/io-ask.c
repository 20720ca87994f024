/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/io-priv.h"
#include "cli/json-priv.h"

/*
 * Each request is a table of the keys it may have and where their values go.
 * A value of null is as good as none.
 */
enum kind {
	A_PATH,	    /* const char *, any bytes but NUL */
	A_WORD,	    /* const char *, text without NUL */
	SOME_BYTES, /* char * and size_t */
	A_COUNT,    /* uint64_t */
	A_FLAG,	    /* bool */
	A_CHOICE,   /* an enum with names */
	A_MODE,	    /* uint32_t, octal digits */
	AN_IDENTITY,
	SOME_EDITS,
};

struct key {
	const char *name;
	enum kind kind;
	size_t at, n_at; /* in the request; n_at of SOME_BYTES, SOME_EDITS */
	const struct names *names;
	bool needed;
};

#define AT(type, member)   .at = offsetof(struct wio_##type, member)
#define N_AT(type, member) .n_at = offsetof(struct wio_##type, member)

static const struct key read_keys[] = {
	{"path", A_PATH, AT(read_request, path), .needed = true},
	{"digest", A_WORD, AT(read_request, digest)},
	{"part", A_CHOICE, AT(read_request, part), .names = &io_part_names},
	{"start", A_COUNT, AT(read_request, start)},
	{"end", A_COUNT, AT(read_request, end)},
	{"max_bytes", A_COUNT, AT(read_request, max_bytes)},
	{"raw", A_FLAG, AT(read_request, raw)},
	{0},
};

static const struct key scan_keys[] = {
	{"path", A_PATH, AT(scan_request, path), .needed = true},
	{"digest", A_WORD, AT(scan_request, digest), .needed = true},
	{"token_digest", A_WORD, AT(scan_request, token_digest)},
	{"identity", AN_IDENTITY, AT(scan_request, identity)},
	{0},
};

static const struct key write_keys[] = {
	{"path", A_PATH, AT(write_request, path), .needed = true},
	{"digest", A_WORD, AT(write_request, digest)},
	{"edits", SOME_EDITS, AT(write_request, edits),
		N_AT(write_request, edits_n)},
	{"diff", SOME_BYTES, AT(write_request, diff),
		N_AT(write_request, diff_n)},
	{"raw", A_FLAG, AT(write_request, raw)},
	{"dry_run", A_FLAG, AT(write_request, dry_run)},
	{"origin", A_WORD, AT(write_request, origin)},
	{0},
};

static const struct key edit_keys[] = {
	{"start", A_COUNT, AT(edit, start)},
	{"end", A_COUNT, AT(edit, end)},
	{"text", SOME_BYTES, AT(edit, text), N_AT(edit, text_n),
		.needed = true},
	{"anchor", SOME_BYTES, AT(edit, anchor), N_AT(edit, anchor_n)},
	{0},
};

static const struct key create_keys[] = {
	{"path", A_PATH, AT(create_request, path), .needed = true},
	{"bytes", SOME_BYTES, AT(create_request, bytes),
		N_AT(create_request, n), .needed = true},
	{"existing", A_CHOICE, AT(create_request, existing),
		.names = &io_existing_names},
	{"digest", A_WORD, AT(create_request, digest)},
	{"parents", A_FLAG, AT(create_request, parents)},
	{"mode", A_MODE, AT(create_request, mode)},
	{"parents_mode", A_MODE, AT(create_request, parents_mode)},
	{"origin", A_WORD, AT(create_request, origin)},
	{0},
};

enum { KEYS_MAX = 8 };
static_assert(sizeof(write_keys) / sizeof(write_keys[0]) <= KEYS_MAX + 1 &&
		sizeof(create_keys) / sizeof(create_keys[0]) <= KEYS_MAX + 1,
	"add_known_keys has no room for the keys");

static const struct verb_row {
	const struct key *keys;
	enum wio_op op;
} verbs[IO_VERBS] = {
	[IO_READ] = {read_keys, WIO_OP_READ},
	[IO_SCAN] = {scan_keys, WIO_OP_SCAN},
	[IO_WRITE] = {write_keys, WIO_OP_WRITE},
	[IO_CREATE] = {create_keys, WIO_OP_CREATE},
	[IO_WATCH] = {NULL, WIO_OP_WATCH},
	[IO_DIGEST] = {NULL, WIO_OP_SCAN},
	[IO_SWEEP] = {NULL, WIO_OP_SWEEP},
};

void
io_ask_refuse(struct io_ask *ret, enum io_verb verb, enum wio_code code,
	const char *field, const char *fmt, ...)
{
	struct wio_error *e = &ret->error;
	struct buf text CLEANUP_BUF = {0};
	va_list ap;

	*e = (struct wio_error){.code = code, .op = verbs[verb].op};
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	(void)snprintf(e->field, sizeof(e->field), "%s", field);
	(void)snprintf(e->message, sizeof(e->message), "%s", text.p);
	/* Not in the middle of a character. */
	e->field[utf8_check(str_from(e->field))] = '\0';
	e->message[utf8_check(str_from(e->message))] = '\0';
}

/* What is being parsed: a request, or an edit within it. */
struct place {
	enum io_verb verb;
	struct arena *a;
	struct io_ask *ask;
	char prefix[32]; /* "edits[2]." before a field's name */
	void *to;
};

static bool
bad(const struct place *p, const char *key, const char *what)
{
	struct buf field CLEANUP_BUF = {0};

	buf_addf(&field, "%s%s", p->prefix, key);
	io_ask_refuse(p->ask, p->verb, WIO_INVALID, field.p,
		"line %llu: '%s' %s", (unsigned long long)p->ask->line, field.p,
		what);
	return false;
}

/* The nearest of the keys there are; all of them when none is near. */
static void
add_known_keys(const struct key *keys, struct str key, struct buf *ret)
{
	const char *all[KEYS_MAX];
	struct names names = {.name = all};

	for (const struct key *f = keys; f->name != NULL; f++)
		all[names.n++] = f->name;
	const char *near = names_nearest(&names, key);
	if (near != NULL)
		buf_addf(ret, "did you mean '%s'?", near);
	else {
		buf_add_c(ret, "it takes ");
		names_list(&names, ret);
	}
}

static bool
bad_key(const struct place *p, const struct key *keys, const char *key)
{
	struct buf clean CLEANUP_BUF = {0};
	struct buf field CLEANUP_BUF = {0};
	struct buf known CLEANUP_BUF = {0};

	utf8_add_printable(&clean, str_from(key));
	buf_add_c(&field, p->prefix);
	utf8_add_cut(&field, buf_str(&clean), 40);
	add_known_keys(keys, str_from(key), &known);
	io_ask_refuse(p->ask, p->verb, WIO_INVALID, field.p,
		"line %llu: '%s' is no key of this request; %s",
		(unsigned long long)p->ask->line, field.p, known.p);
	return false;
}

static void *
slot(const struct place *p, size_t at)
{
	return (char *)p->to + at;
}

/* The bytes of a string, or of one in base64; terminated. */
static bool
take_bytes(const struct place *p, const char *key, bool base64,
	const json_t *value, struct str *ret)
{
	struct str s =
		str_of(json_string_value(value), json_string_length(value));

	if (!json_is_string(value))
		return bad(p, key, "is not a string");
	if (!base64)
		*ret = arena_str(p->a, s);
	else if (!io_base64_parse(s, p->a, ret))
		return bad(p, key, "is not base64");
	return true;
}

static bool
take_text(const struct place *p, const char *key, bool base64,
	const json_t *value, const char **ret)
{
	struct str s;

	if (!take_bytes(p, key, base64, value, &s))
		return false;
	if (str_find_char(s, '\0') < s.n)
		return bad(p, key, "holds a NUL");
	*ret = s.s;
	return true;
}

static bool
take_count(const struct place *p, const char *key, const json_t *value,
	uint64_t *ret)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return bad(p, key, "is not a whole number, 0 or more");
	*ret = (uint64_t)json_integer_value(value);
	return true;
}

static bool
take_choice(const struct place *p, const struct key *f, const json_t *value)
{
	struct str s =
		str_of(json_string_value(value), json_string_length(value));
	struct buf what CLEANUP_BUF = {0};
	int choice;

	if (json_is_string(value) && names_parse(f->names, s, &choice)) {
		memcpy(slot(p, f->at), &choice, sizeof(choice));
		return true;
	}
	buf_add_c(&what, "is not ");
	names_list(f->names, &what);
	return bad(p, f->name, what.p);
}

static bool
take_mode(const struct place *p, const char *key, const json_t *value,
	uint32_t *ret)
{
	const char *s = json_string_value(value);
	size_t n = json_string_length(value);

	*ret = 0;
	if (!json_is_string(value) || n < 3 || n > 4 ||
		strspn(s, "01234567") != n)
		return bad(
			p, key, "is not three or four octal digits in quotes");
	for (size_t i = 0; i < n; i++)
		*ret = *ret * 8 + (uint32_t)(s[i] - '0');
	if (*ret == 0)
		return bad(p, key, "would let nobody in");
	return true;
}

static bool
take_identity(const struct place *p, const char *key, const json_t *value,
	const struct wio_identity **ret)
{
	struct wio_identity *id = ARENA_NEW(p->a, struct wio_identity);
	struct str s =
		str_of(json_string_value(value), json_string_length(value));

	if (!json_is_string(value) || !io_identity_parse(s, id))
		return bad(p, key, "is not what a scan gave");
	*ret = id;
	return true;
}

static bool take_object(
	const struct place *p, const struct key *keys, const json_t *object);

/* With an anchor the offsets only say where it is expected, if anywhere. */
static bool
check_edit(const struct place *p, const json_t *object, struct wio_edit *edit)
{
	bool start = json_is_integer(json_object_get(object, "start"));
	bool end = json_is_integer(json_object_get(object, "end"));

	if (edit->anchor == NULL && !start)
		return bad(p, "start", "is missing, and there is no 'anchor'");
	if (edit->anchor == NULL && !end)
		return bad(p, "end", "is missing, and there is no 'anchor'");
	if (end && !start)
		return bad(p, "start", "is missing, and 'end' is there");
	if (start && !end)
		edit->end = edit->start + edit->anchor_n;
	return true;
}

static bool
take_edits(const struct place *p, const struct key *f, const json_t *value)
{
	size_t n = json_array_size(value);
	struct wio_edit *edits = ARENA_ARRAY(p->a, struct wio_edit, n + 1);

	if (!json_is_array(value))
		return bad(p, f->name, "is not an array");
	for (size_t i = 0; i < n; i++) {
		struct place inner = {p->verb, p->a, p->ask, "", &edits[i]};
		const json_t *one = json_array_get(value, i);
		(void)snprintf(inner.prefix, sizeof(inner.prefix), "%s[%zu]",
			f->name, i);
		if (!json_is_object(one))
			return bad(&inner, "", "is not an object");
		memcpy(inner.prefix + strlen(inner.prefix), ".", sizeof("."));
		if (!take_object(&inner, edit_keys, one) ||
			!check_edit(&inner, one, &edits[i]))
			return false;
	}
	memcpy(slot(p, f->at), &(const struct wio_edit *){edits},
		sizeof(edits));
	memcpy(slot(p, f->n_at), &n, sizeof(n));
	return true;
}

static bool
take_value(const struct place *p, const struct key *f, const char *key,
	bool base64, const json_t *value)
{
	struct str s;

	switch (f->kind) {
	case A_PATH:
	case A_WORD:
		return take_text(p, key, base64, value, slot(p, f->at));
	case SOME_BYTES:
		if (!take_bytes(p, key, base64, value, &s))
			return false;
		memcpy(slot(p, f->at), &s.s, sizeof(s.s));
		memcpy(slot(p, f->n_at), &s.n, sizeof(s.n));
		return true;
	case A_COUNT:
		return take_count(p, key, value, slot(p, f->at));
	case A_FLAG:
		if (!json_is_boolean(value))
			return bad(p, key, "is neither true nor false");
		*(bool *)slot(p, f->at) = json_is_true(value);
		return true;
	case A_CHOICE:
		return take_choice(p, f, value);
	case A_MODE:
		return take_mode(p, key, value, slot(p, f->at));
	case AN_IDENTITY:
		return take_identity(p, key, value, slot(p, f->at));
	case SOME_EDITS:
		return take_edits(p, f, value);
	}
	BUG("a field of kind %d", (int)f->kind);
}

/* The field a key means, also as "NAME_base64" where that may be. */
static const struct key *
find_key(const struct key *keys, const char *key, bool *ret_base64)
{
	for (const struct key *f = keys; f->name != NULL; f++) {
		size_t n = strlen(f->name);
		if (strncmp(key, f->name, n) != 0)
			continue;
		*ret_base64 = key[n] != '\0';
		if (!*ret_base64 ||
			((f->kind == A_PATH || f->kind == SOME_BYTES) &&
				strcmp(key + n, "_base64") == 0))
			return f;
	}
	return NULL;
}

/* Each field once at most, under one key; the needed ones at all. */
static bool
take_object(const struct place *p, const struct key *keys, const json_t *object)
{
	const char *key;
	json_t *value;
	uint32_t seen = 0;
	bool base64;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		const struct key *f = find_key(keys, key, &base64);
		if (f == NULL)
			return bad_key(p, keys, key);
		if (json_is_null(value))
			continue;
		uint32_t bit = UINT32_C(1) << (f - keys);
		if ((seen & bit) != 0)
			return bad(p, f->name, "is there twice");
		seen |= bit;
		if (!take_value(p, f, key, base64, value))
			return false;
	}
	for (const struct key *f = keys; f->name != NULL; f++)
		if (f->needed && (seen & (UINT32_C(1) << (f - keys))) == 0)
			return bad(p, f->name, "is missing");
	return true;
}

/* An answer names its path whatever else is wrong with the request. */
static void
take_path(const struct place *p, const json_t *object)
{
	struct io_ask probe = {.line = p->ask->line};
	struct place at = *p;
	const json_t *path = json_object_get(object, "path");
	const json_t *base64 = json_object_get(object, "path_base64");

	at.ask = &probe;
	if (json_is_string(path))
		(void)take_text(&at, "path", false, path, &p->ask->path);
	else if (json_is_string(base64))
		(void)take_text(&at, "path", true, base64, &p->ask->path);
}

/* Many write it over several, as it is easier to read. */
#define A_REQUEST "a request is one JSON object on one line"

void
io_ask_parse(
	enum io_verb verb, struct str line, struct arena *a, struct io_ask *ret)
{
	struct place p = {verb, a, ret, "", &ret->read};
	json_error_t wrong;

	*ret = (struct io_ask){.line = ret->line};
	json_t *object = json_loadb(line.s, line.n,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &wrong);
	if (object == NULL) {
		struct buf text CLEANUP_BUF = {0};
		utf8_add_printable(&text, str_from(wrong.text));
		io_ask_refuse(ret, verb, WIO_INVALID, "",
			"line %llu, byte %d: %s; " A_REQUEST,
			(unsigned long long)ret->line, wrong.position, text.p);
	} else if (!json_is_object(object)) {
		io_ask_refuse(ret, verb, WIO_INVALID, "",
			"line %llu: not a JSON object; " A_REQUEST,
			(unsigned long long)ret->line);
	} else {
		take_path(&p, object);
		(void)take_object(&p, verbs[verb].keys, object);
	}
	json_decref(object);
}
