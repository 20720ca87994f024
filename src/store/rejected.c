/* SPDX-License-Identifier: MIT */
#include "store/rejected-priv.h"

#include "base/utf8.h"

/* A character that may be anywhere in a YAML document and ends no line. */
static bool
is_fit(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return c == '\t';
	return c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe &&
		c != 0xffff;
}

static void
add_fit(struct buf *b, struct str s)
{
	while (s.n > 0) {
		uint32_t c = 0;
		size_t n = utf8_decode(s, &c);
		if (n > 0 && is_fit(c))
			buf_add(b, s.s, n);
		else
			buf_addf(b, "\\x%02x", (unsigned char)s.s[0]);
		s = str_from_at(s, n > 0 && is_fit(c) ? n : 1);
	}
}

static void
add_reason(struct buf *b, struct str claim, const struct err *why)
{
	buf_addf(b, "# %.*s: ", STR_ARG(claim));
	add_fit(b, str_from(why->msg));
	buf_add_char(b, '\n');
}

static void
add_comment(struct buf *b, struct str text)
{
	struct str line;

	while (str_next_line(&text, &line)) {
		bool crlf = str_ends(line, STR("\r"));
		buf_add_c(b, "# ");
		add_fit(b, str_of(line.s, line.n - crlf));
		buf_add_c(b, crlf ? "\r\n" : "\n");
	}
}

void
rejected_add_text(
	struct buf *b, struct str claim, struct str text, const struct err *why)
{
	add_reason(b, claim, why);
	add_comment(b, text);
}

void
rejected_add_comments(struct buf *b, struct str_list comments)
{
	for (size_t i = 0; i < comments.n; i++)
		add_comment(b, comments.items[i]);
}

/* A list in flow style has no lines of its own. */
static void
add_flow(struct buf *b, struct str bytes, const struct yaml_node *node)
{
	/* `[a: b]`: outside a list in flow style a pair wants its braces. */
	bool bare = node->kind == YAML_MAPPING && node->alias_of == NULL &&
		bytes.s[node->content] != '{';

	buf_add_c(b, bare ? "- {" : "- ");
	for (size_t i = node->start; i < node->end; i++) {
		buf_add_char(b, bytes.s[i]);
		if (bytes.s[i] == '\n') /* deeper than the dash */
			buf_add_c(b, "  ");
	}
	buf_add_c(b, bare ? "}\n" : "\n");
}

static bool
is_blank_or_comment(struct str s)
{
	s = str_trim(s);
	return s.n == 0 || s.s[0] == '#';
}

/* Where the line begins that has the entry's dash: its own, or one above. */
static size_t
dash_line(struct str bytes, const struct yaml_node *node)
{
	size_t start = str_line_start(bytes, node->start);
	struct str before = str_of(bytes.s + start, node->start - start);

	while (start > 0 && is_blank_or_comment(before)) {
		size_t end = start - 1;
		start = str_line_start(bytes, end);
		before = str_of(bytes.s + start, end - start);
	}
	return start;
}

static void
add_block(struct buf *b, struct str bytes, const struct yaml_node *node)
{
	size_t start = dash_line(bytes, node), indent = 0;
	struct str rest = str_from_at(bytes, node->end), line;
	size_t end = node->end + str_find_char(rest, '\n');

	if (start == 0 && str_starts(bytes, STR("\xef\xbb\xbf")))
		start = 3;
	struct str text = str_of(bytes.s + start, end - start);
	while (indent < text.n && text.s[indent] == ' ')
		indent++;
	while (str_next_line(&text, &line)) {
		size_t cut = 0;
		while (cut < indent && cut < line.n && line.s[cut] == ' ')
			cut++;
		buf_add_str(b, str_from_at(line, cut));
		buf_add_char(b, '\n');
	}
}

/* Does the text, on its own, say what the node does? To the first level: it is
 * made of the same bytes. */
static bool
is_said(struct str text, const struct yaml_node *node)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct yaml_node *list;
	struct err ignored;

	if (yaml_parse(text, "", NULL, &tmp, &list, &ignored) < 0 ||
		list == NULL || list->kind != YAML_SEQUENCE || list->n != 1)
		return false;
	const struct yaml_node *said = list->items[0];
	return said->kind == node->kind && said->n == node->n &&
		(said->kind != YAML_SCALAR || str_eq(said->value, node->value));
}

void
rejected_add_entry(struct buf *b, struct str claim, struct str bytes,
	const struct yaml_node *node, bool flow, const struct err *why)
{
	CLEANUP_BUF struct buf text = {0};

	(flow ? add_flow : add_block)(&text, bytes, node);
	add_reason(b, claim, why);
	if (is_said(buf_str(&text), node))
		buf_add_str(b, buf_str(&text));
	else
		add_comment(b, buf_str(&text));
}

static bool
has_weight(struct str text)
{
	struct str line;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from_at(text, 3);
	while (str_next_line(&text, &line)) {
		line = str_trim(line);
		if (str_starts(line, STR("items:")))
			line = str_from_at(line, 6);
		if (!is_blank_or_comment(line) && !str_eq(line, STR("---")) &&
			!str_eq(line, STR("...")))
			return true;
	}
	return false;
}

struct str
rejected_between(struct str bytes, const struct yaml_slices *slices, size_t at)
{
	size_t start = at > 0 ? slices->items[at - 1].end : 0;
	size_t end = at < slices->n ? slices->items[at].start : bytes.n;
	struct str text = str_of(bytes.s + start, end - start);

	return has_weight(text) ? text : STR_ABSENT;
}
