/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "fio/file-priv.h"

/*
 * What a writer that died left, or what a live one put away, found later: known
 * by its name, and by whether it holds what the name says.
 */

enum {
	HEX_DIGITS = 32,  /* of a digest */
	TEMP_DIGITS = 16, /* of what makes a temporary file's name its own */
	TIME_DIGITS = 30, /* 2026-11-20T11:00:46.123456789Z */
};

static bool
hex_parse(struct str hex, struct fio_digest *ret)
{
	char text[FIO_DIGEST_TEXT];

	if (hex.n != HEX_DIGITS)
		return false;
	(void)snprintf(text, sizeof(text), "xxh3:%.*s", STR_ARG(hex));
	return fio_digest_parse(str_from(text), ret);
}

bool
fio_is_swap(struct str name)
{
	return str_starts(name, STR(".")) &&
		str_ends(name, STR(FIO_SWAP_SUFFIX));
}

/* Cut ".<n bytes>" off the end. */
static bool
cut_tail(struct str *s, size_t n, struct str *ret)
{
	if (s->n <= n + 1 || s->s[s->n - n - 1] != '.')
		return false;
	*ret = str_from_at(*s, s->n - n);
	*s = str_of(s->s, s->n - n - 1);
	return true;
}

bool
fio_is_temp(struct str name)
{
	struct str random;

	if (!str_starts(name, STR(".")) ||
		!str_ends(name, STR(FIO_TEMP_SUFFIX)))
		return false;
	name = str_of(name.s + 1, name.n - sizeof(FIO_TEMP_SUFFIX));
	if (!cut_tail(&name, TEMP_DIGITS, &random))
		return false;
	for (size_t i = 0; i < random.n; i++)
		if (strchr("0123456789abcdef", random.s[i]) == NULL)
			return false;
	return true;
}

bool
fio_is_leftover(struct str name)
{
	return fio_is_swap(name) || fio_is_temp(name);
}

bool
fio_is_digest(
	const struct fio_dir *d, const char *file, struct fio_digest digest)
{
	struct stat st;
	struct fio_version v = {.digest = digest};

	if (d->sys->fstatat(d->sys, d->fd, file, AT_SYMLINK_NOFOLLOW, &st) < 0)
		return false;
	v.size = st.st_size;
	return fio_holds(d, file, &v);
}

bool
fio_swap_parse(const char *swap, struct fio_swap *ret, char ret_name[256])
{
	struct str rest = str_from(swap), hex_ours, hex_base, random;

	if (!fio_is_swap(rest))
		return false;
	rest = str_from_at(rest, 1);
	rest = str_of(rest.s, rest.n - (sizeof(FIO_SWAP_SUFFIX) - 1));
	if (!cut_tail(&rest, HEX_DIGITS, &hex_base) ||
		!cut_tail(&rest, HEX_DIGITS, &hex_ours) ||
		!cut_tail(&rest, 8, &random) ||
		!hex_parse(hex_base, &ret->base.digest) ||
		!hex_parse(hex_ours, &ret->ours.digest) || rest.n >= 256 ||
		strlen(swap) >= sizeof(ret->at))
		return false;
	(void)snprintf(ret_name, 256, "%.*s", STR_ARG(rest));
	(void)snprintf(ret->at, sizeof(ret->at), "%s", swap);
	ret->name = ret_name;
	return true;
}

int
fio_exchange_sweep(const struct fio_dir *d, const char *swap,
	const struct fio_keep *keep, struct err *e)
{
	struct fio_swap s = {.d = d, .keep = keep};
	char name[256];

	if (!fio_swap_parse(swap, &s, name))
		return 1; /* not one of ours */
	if (fio_is_digest(d, swap, s.ours.digest))
		fio_swap_drop(&s);
	else if (fio_is_digest(d, swap, s.base.digest))
		fio_swap_retire(&s);
	else
		return fio_swap_set_aside(&s, e) < 0 ? -1 : 1;
	return 0;
}

/* ".<time>.<digest>.<next>" off the end. */
static bool
cut_kept(struct str *file, struct fio_kept *ret)
{
	struct str hex, when;

	if (!cut_tail(file, HEX_DIGITS, &hex) || !hex_parse(hex, &ret->next) ||
		!cut_tail(file, HEX_DIGITS, &hex) ||
		!hex_parse(hex, &ret->digest) ||
		!cut_tail(file, TIME_DIGITS, &when) ||
		!stamp_parse(when, &ret->at_ns))
		return false;
	ret->name_n = file->n;
	return true;
}

bool
fio_kept_parse(struct str file, const char *name, struct fio_kept *ret)
{
	char part[256];

	(void)snprintf(part, sizeof(part), FIO_NAME_PART, name);
	return cut_kept(&file, ret) && str_eq_c(file, part);
}

bool
fio_kept_parse_any(struct str file, struct fio_kept *ret)
{
	return cut_kept(&file, ret);
}
