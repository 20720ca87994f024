/* SPDX-License-Identifier: MIT */
#include "yaml/quick-priv.h"

#include <string.h>

#include "base/utf8.h"
#include "yaml/quick-scan-priv.h"

/*
 * A descent by indentation. Each function that makes a node leaves `at` at
 * the first token after it: in block context that is the first of its line,
 * `column` says where, and a collection goes on while tokens stand at its
 * own column. A deeper one, which continues a scalar or is a mistake, fits no
 * collection, so all of them end and the document has not: declined.
 */

/* The recursion, whatever the limits allow. */
enum { DEEPEST = 128 };

static struct yaml_node *
block_node(struct quick *q, ptrdiff_t indent, bool key_may_start);

/* "---" or "..." at the start of a line, or what git writes there. */
static bool
is_marker(const char *p)
{
	return strncmp(p, "---", 3) == 0 || strncmp(p, "...", 3) == 0 ||
		strncmp(p, "<<<<<<<", 7) == 0;
}

/* From the start or the end of a line to the first token below. */
static bool
find_token(struct quick *q)
{
	for (;;) {
		quick_skip_spaces(q);
		if (*q->at == '#')
			q->at = strchrnul(q->at, '\n');
		if (*q->at != '\n')
			break;
		q->at++;
		quick_begin_line(q);
	}
	q->column = *q->at == '\0' ? -1 : q->at - q->line_start;
	return q->column != 0 || !is_marker(q->at);
}

/* From the end of a node, after which its line holds nothing more. */
static bool
next_line(struct quick *q)
{
	quick_skip_spaces(q);
	if (*q->at == '#')
		q->at = strchrnul(q->at, '\n');
	if (*q->at != '\n' && *q->at != '\0')
		return false;
	return find_token(q);
}

/* Behind the scalar: to its colon, if it has one and so is a key. */
static bool
find_colon(struct quick *q, const struct scalar *s)
{
	char *p = q->at;

	while (*p == ' ')
		p++;
	if (*p != ':' || !quick_is_blank(p[1]) ||
		p - s->start > QUICK_LONGEST_KEY)
		return false;
	q->at = p;
	return true;
}

static bool
at_dash(const struct quick *q)
{
	return *q->at == '-' && quick_is_blank(q->at[1]);
}

static struct yaml_node *sequence(struct quick *q, ptrdiff_t indent);

/* What follows the colon or dash at `at`, in a collection at `indent`. */
static struct yaml_node *
value_after(struct quick *q, ptrdiff_t indent)
{
	bool dash = *q->at++ == '-';
	struct mark m = quick_mark(q, q->at);

	quick_skip_spaces(q);
	if (*q->at != '\n' && *q->at != '\0' && *q->at != '#')
		return block_node(q, indent, dash);
	if (!next_line(q))
		return NULL;
	if (q->column > indent)
		return block_node(q, indent, true);
	if (!dash && q->column == indent && at_dash(q))
		return sequence(q, indent);
	return quick_new_empty(q, m);
}

/* From its first dash on, which stands at `indent`. */
static struct yaml_node *
sequence(struct quick *q, ptrdiff_t indent)
{
	struct opened o;

	if (!quick_open(q, YAML_SEQUENCE, YAML_BLOCK, quick_mark(q, q->at), &o))
		return NULL;
	do {
		struct yaml_node *item = value_after(q, indent);
		if (item == NULL)
			return NULL;
		VEC_PUSH(&q->open, item);
	} while (q->column == indent && at_dash(q));
	return quick_close(q, &o);
}

/* From the colon of its first key on, which stands at `indent`. */
static struct yaml_node *
mapping(struct quick *q, ptrdiff_t indent, struct scalar *s)
{
	struct mark m = quick_mark(q, s->start);
	struct opened o;

	if (!quick_open(q, YAML_MAPPING, YAML_BLOCK, m, &o))
		return NULL;
	for (;;) {
		struct yaml_node *key = quick_new_scalar(q, s, m);
		if (key == NULL || !quick_add_key(q, &o, key))
			return NULL;
		struct yaml_node *value = value_after(q, indent);
		if (value == NULL)
			return NULL;
		VEC_PUSH(&q->open, value);
		if (q->column != indent)
			break;
		m = quick_mark(q, q->at);
		if (!quick_scalar(q, false, s) || !find_colon(q, s))
			return NULL;
	}
	return quick_close(q, &o);
}

static struct yaml_node *
block_scalar(struct quick *q, ptrdiff_t indent)
{
	struct mark m = quick_mark(q, q->at);
	struct scalar s;

	if (!quick_block_scalar(q, indent, &s))
		return NULL;
	struct yaml_node *n = quick_new_scalar(q, &s, m);
	return n != NULL && find_token(q) ? n : NULL;
}

/* A node in the collection at `indent`, deeper than it. */
static struct yaml_node *
block_node(struct quick *q, ptrdiff_t indent, bool key_may_start)
{
	ptrdiff_t column = q->at - q->line_start;
	struct yaml_node *n;
	struct scalar s;

	if (at_dash(q))
		return key_may_start ? sequence(q, column) : NULL;
	if (*q->at == '[' || *q->at == '{') {
		n = quick_flow(q);
		return n != NULL && next_line(q) ? n : NULL;
	}
	if (*q->at == '|' || *q->at == '>')
		return block_scalar(q, indent);
	if (!quick_scalar(q, false, &s))
		return NULL;
	if (key_may_start && find_colon(q, &s))
		return mapping(q, column, &s);
	n = quick_new_scalar(q, &s, quick_mark(q, s.start));
	return n != NULL && next_line(q) ? n : NULL;
}

/* Bytes libyaml or yaml_parse may refuse or take for a line break (C0 but LF
 * and tab, and DEL), and bytes past ASCII; sums, so that no loop branches. */
struct seen {
	unsigned char odd, high;
};

static inline struct seen
look_at(const char *p, size_t n)
{
	unsigned char odd = 0, high = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		odd |= (c < 0x20) & (c != '\n') & (c != '\t');
		odd |= c == 0x7f;
		high |= c & 0x80;
	}
	return (struct seen){.odd = odd, .high = high};
}

/* By a constant number of bytes first, which compilers turn into vectors. */
static struct seen
look_at_all(struct str bytes)
{
	enum { STEP = 64 };
	size_t rest = bytes.n % STEP;
	struct seen all = look_at(bytes.s + (bytes.n - rest), rest);

	for (size_t i = 0; i < bytes.n - rest; i += STEP) {
		struct seen some = look_at(bytes.s + i, STEP);
		all.odd |= some.odd;
		all.high |= some.high;
	}
	return all;
}

/* The same past ASCII: C1, U+2028, U+2029, the byte order mark, U+FFFE and
 * U+FFFF. */
static bool
has_odd_unicode(struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.s;

	for (size_t i = 0; i < bytes.n; i++) {
		if (p[i] == 0xc2 && p[i + 1] < 0xa0)
			return true;
		if (p[i] == 0xe2 && p[i + 1] == 0x80 &&
			(p[i + 2] == 0xa8 || p[i + 2] == 0xa9))
			return true;
		if (p[i] == 0xef && (p[i + 1] == 0xbb || p[i + 1] == 0xbf) &&
			p[i + 2] >= 0xbe)
			return true;
	}
	return false;
}

bool
quick_may_read(struct str bytes, bool *ret_ascii)
{
	struct seen seen = look_at_all(bytes);

	*ret_ascii = seen.high == 0;
	if (seen.odd != 0)
		return false;
	return *ret_ascii ||
		(utf8_check(bytes) == bytes.n && !has_odd_unicode(bytes));
}

/* A line "---" in front, then the whole. */
static int
read_document(struct quick *q, struct yaml_node **ret)
{
	if (!find_token(q)) {
		if (strncmp(q->at, "---", 3) != 0 || !quick_is_blank(q->at[3]))
			return 1;
		q->at += 3;
		if (!next_line(q))
			return 1;
	}
	if (q->column < 0)
		return 0;
	struct yaml_node *root = block_node(q, -1, true);
	if (root == NULL || root->kind == YAML_SCALAR || q->column >= 0)
		return 1;
	*ret = root;
	return 0;
}

static int
read_bytes(struct quick *q, struct str bytes, struct yaml_node **ret)
{
	if (!quick_may_read(bytes, &q->ascii))
		return 1;
	q->bytes = bytes.s;
	q->text = q->at = arena_bytes(q->a, bytes);
	quick_begin_line(q);
	int rc = read_document(q, ret);
	if (q->owed != NULL)
		*q->owed = '\0';
	VEC_RELEASE(&q->open);
	return rc;
}

int
yaml_quick_part(struct str bytes, const struct yaml_slice *part,
	const struct yaml_limits *limits, struct arena *a,
	struct yaml_node **ret)
{
	size_t depth = limits->depth - limits->around;
	struct quick q = {
		.a = a,
		.origin = part->start,
		.line = part->line - 1,
		.depth_left = depth < DEEPEST ? depth : DEEPEST,
		.nodes_left = limits->nodes,
	};

	*ret = NULL;
	if (bytes.n > limits->bytes || bytes.n > UINT32_MAX)
		return 1;
	struct str own = str_of(bytes.s + part->start, part->end - part->start);
	return own.n > 0 ? read_bytes(&q, own, ret) : 0;
}

int
yaml_quick(struct str bytes, const struct yaml_limits *limits, struct arena *a,
	struct yaml_node **ret)
{
	const struct yaml_slice all = {.end = (uint32_t)bytes.n, .line = 1};

	return yaml_quick_part(bytes, &all, limits, a, ret);
}
