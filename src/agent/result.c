/* SPDX-License-Identifier: MIT */
#include "agent/result.h"

#include "agent/result-priv.h"
#include "base/utf8.h"
#include "fio/file.h"

enum { VALUES_MAX = 20000 };

/*
 * Depth and number of values, before the parser recurses and allocates. A
 * text that is not JSON may be counted wrongly, never too low up to the place
 * where the parser stops.
 */
static int
check_shape(const struct result_reader *r, struct str bytes)
{
	size_t depth = 0, values = 1;
	bool in_string = false;

	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.s[i];
		if (c == '"') {
			in_string = !in_string;
		} else if (in_string) {
			i += c == '\\';
		} else if (c == '{' || c == '[') {
			values++;
			if (++depth > RESULT_DEPTH_MAX)
				return err_set(r->e, ERR_LIMIT,
					"%s: is nested more than %d deep",
					r->file, RESULT_DEPTH_MAX);
		} else if (c == '}' || c == ']') {
			depth -= depth > 0;
		} else if (c == ',') {
			values++;
		}
	}
	if (values > VALUES_MAX)
		return err_set(r->e, ERR_LIMIT, "%s: has more than %d values",
			r->file, VALUES_MAX);
	return 0;
}

static int
check_bytes(const struct result_reader *r, struct str bytes)
{
	if (bytes.n > RESULT_BYTES_MAX)
		return err_set(r->e, ERR_LIMIT,
			"%s: has %zu bytes, more than %d", r->file, bytes.n,
			RESULT_BYTES_MAX);
	if (str_trim(bytes).n == 0)
		return err_set(r->e, ERR_INPUT, "%s: is empty", r->file);
	size_t bad = utf8_check(bytes);
	if (bad < bytes.n)
		return err_set(r->e, ERR_INPUT,
			"%s: byte %zu is not valid UTF-8", r->file, bad + 1);
	size_t nul = str_find_char(bytes, '\0');
	if (nul < bytes.n)
		return err_set(r->e, ERR_INPUT, "%s: byte %zu is NUL", r->file,
			nul + 1);
	if (str_starts(bytes, STR("\xef\xbb\xbf")))
		return err_set(r->e, ERR_INPUT,
			"%s: begins with a byte order mark", r->file);
	return check_shape(r, bytes);
}

static int
not_json(const struct result_reader *r, const json_error_t *why)
{
	struct buf shown CLEANUP_BUF = {0};

	result_add_shown(&shown, str_from(why->text));
	return err_set(r->e, ERR_INPUT, "%s:%d:%d: is not valid JSON: %s",
		r->file, why->line, why->column, buf_str(&shown).s);
}

int
result_parse(struct str bytes, const char *file, struct arena *a,
	struct result *ret, struct err *e)
{
	const struct result_reader r = {.file = file, .a = a, .e = e};
	json_error_t why;

	if (check_bytes(&r, bytes) < 0)
		return -1;
	json_t *root =
		json_loadb(bytes.s, bytes.n, JSON_REJECT_DUPLICATES, &why);
	if (root == NULL)
		return not_json(&r, &why);
	*ret = (struct result){0};
	int rc = json_is_object(root)
		? result_read_object(&r, root, ret)
		: err_set(e, ERR_INPUT, "%s: is %s and must be an object", file,
			  result_type_name(root));
	json_decref(root);
	return rc;
}

static int
check_same(const struct result_reader *r, const char *what, struct str got,
	struct str asked)
{
	struct buf shown CLEANUP_BUF = {0};

	if (str_eq(got, asked))
		return 0;
	result_add_shown(&shown, got);
	return err_set(r->e, ERR_INPUT, "%s: is about %s '%s', not '%.*s'",
		r->file, what, buf_str(&shown).s, STR_ARG(asked));
}

static int
check_about(const struct result_reader *r, const struct result *got,
	const struct result_asked *asked)
{
	if (check_same(r, "item", got->item_id, asked->item_id) < 0 ||
		check_same(r, "phase", got->phase, asked->phase) < 0)
		return -1;
	return str_is_set(got->run_id)
		? check_same(r, "run", got->run_id, asked->run_id)
		: 0;
}

int
result_read(const struct fio_dir *run_dir, const char *name,
	const struct result_asked *asked, struct arena *a, struct result *ret,
	struct err *e)
{
	const struct result_reader r = {.file = name, .a = a, .e = e};
	struct buf bytes CLEANUP_BUF = {0};
	struct fio_version seen;

	int rc = fio_read(run_dir, name, RESULT_BYTES_MAX, &bytes, &seen, e);
	if (rc < 0)
		return -1;
	if (rc == 1)
		return err_set(e, ERR_MISSING,
			"%s: is not there; the agent reported nothing", name);
	/* A second name could be someone's own file, or change it later. */
	if (seen.nlink != 1)
		return err_set(e, ERR_INPUT,
			"%s: has %ju hard links and must have one", name,
			(uintmax_t)seen.nlink);
	if (result_parse(buf_str(&bytes), name, a, ret, e) < 0)
		return -1;
	return check_about(&r, ret, asked);
}
