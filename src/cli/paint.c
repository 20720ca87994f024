/* SPDX-License-Identifier: MIT */
#include "cli/paint-priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"

static bool
is_dumb(void)
{
	const char *term = getenv("TERM");

	return term == NULL || *term == '\0' || strcmp(term, "dumb") == 0;
}

bool
terminal_is_live(void)
{
	return isatty(STDOUT_FILENO) && !is_dumb();
}

bool
terminal_wants_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return terminal_is_live() && (no == NULL || *no == '\0');
}

struct terminal_size
terminal_size(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO))
		return (struct terminal_size){0};
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
		return (struct terminal_size){.columns = 80, .rows = 24};
	return (struct terminal_size){
		.columns = w.ws_col, .rows = w.ws_row > 0 ? w.ws_row : 24};
}

void
paint_add(struct buf *b, bool colour, enum paint p, struct str s)
{
	static const char *const begin[PAINTS] = {
		[PAINT_BOLD] = "\033[1m",
		[PAINT_DIM] = "\033[2m",
		[PAINT_RED] = "\033[31m",
		[PAINT_GREEN] = "\033[32m",
		[PAINT_YELLOW] = "\033[33m",
		[PAINT_CYAN] = "\033[36m",
	};
	bool paints = colour && p != PAINT_NONE && s.n > 0;

	if (paints)
		buf_add_c(b, begin[p]);
	buf_add_str(b, s);
	if (paints)
		buf_add_c(b, "\033[0m");
}

/* How many bytes of `s` fit into `columns`, at least one character. */
static size_t
fit(struct str s, size_t columns)
{
	size_t n = 0, used = 0;

	while (n < s.n) {
		uint32_t c;
		size_t k = utf8_decode(str_from_at(s, n), &c);
		k = k > 0 ? k : 1;
		used += utf8_columns(str_of(s.s + n, k));
		if (used > columns && n > 0)
			break;
		n += k;
	}
	return n;
}

static void
add_wrapped(struct buf *b, struct str line, size_t indent, size_t columns)
{
	for (;;) {
		size_t n = fit(line, columns);
		if (n < line.n) {
			size_t space = n;
			while (space > 0 && line.s[space] != ' ')
				space--;
			n = space > 0 ? space : n;
		}
		buf_add_str(b, str_of(line.s, n));
		buf_add_char(b, '\n');
		line = str_trim(str_from_at(line, n));
		if (line.n == 0)
			return;
		buf_add_repeat(b, ' ', indent);
	}
}

void
text_add(struct buf *b, struct str s, size_t indent, size_t width)
{
	struct buf clean CLEANUP_BUF = {0};
	size_t columns = SIZE_MAX;
	struct str line;
	bool first = true;

	if (width > 0)
		columns = width > indent + 1 ? width - indent : 1;
	s = str_trim(s);
	if (s.n == 0)
		buf_add_char(b, '\n');
	while (str_next_line(&s, &line)) {
		buf_reset(&clean);
		utf8_add_printable(&clean, line);
		if (!first && clean.n > 0)
			buf_add_repeat(b, ' ', indent);
		first = false;
		add_wrapped(b, buf_str(&clean), indent, columns);
	}
}
