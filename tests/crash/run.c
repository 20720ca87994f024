/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <string.h>

#include "seen.h"

struct sim *
workload_disk(const struct workload *w)
{
	struct sim *disk = sim_new(7);

	for (const struct workload_file *f = w->files; f->path != NULL; f++)
		sim_put(disk, f->path, str_from(f->text));
	return disk;
}

static uint64_t
mix_text(uint64_t h, const char *text)
{
	while (*text != '\0')
		h = seen_mix(h, (uint64_t)*text++);
	return seen_mix(h, 0);
}

uint64_t
progress_digest(const struct progress *p, const struct sim *disk)
{
	uint64_t h = disk != NULL ? sim_digest(disk) : 1;

	h = seen_mix(seen_mix(h, p->steps), p->acked);
	for (size_t i = 0; i < p->acks.n; i++) {
		h = mix_text(h, p->acks.added[i].id);
		h = mix_text(h, p->acks.added[i].title);
		h = seen_mix(h, p->acks.added[i].logged);
	}
	for (size_t i = 0; i < p->acks.notes_n; i++)
		h = mix_text(h, p->acks.notes[i]);
	for (size_t i = 0; i < p->acks.said_n; i++)
		h = mix_text(h, p->acks.said[i]);
	return seen_mix(h, p->edited);
}

int
run_steps(const struct workload *w, struct sim *disk, struct sys *sys,
	struct progress *p, struct err *e)
{
	struct world world = {.acks = p->acks};

	int rc = world_open(&world, disk, sys);
	while (rc == 0 && p->steps < w->n) {
		rc = w->steps[p->steps].run(&world, &w->steps[p->steps]);
		p->acks = world.acks;
		if (rc == 0)
			p->acked = ++p->steps;
	}
	world_close(&world);
	if (rc < 0)
		*e = world.e;
	return rc;
}

/* The text as if the workload's editor had not saved. */
static struct str
without_edit(const struct bend *bend, struct str text, struct arena *a)
{
	size_t at = bend != NULL && bend->from != NULL
		? str_find(text, str_from(bend->to))
		: text.n;

	if (at == text.n)
		return text;
	struct str rest = str_from_at(text, at + strlen(bend->to));
	return arena_strf(
		a, "%.*s%s%.*s", (int)at, text.s, bend->from, STR_ARG(rest));
}

/* The first `n` steps, and recovery. */
static int
expect(struct expected *x, size_t n, struct sim *disk, struct err *e)
{
	struct workload part = *x->w;
	struct progress p = {0};
	struct bent b;
	size_t steps;

	part.n = n;
	if (run_steps(&part, disk, bent_init(&b, disk, part.bend), &p, e) < 0)
		return err_wrap(e, "step %zu", p.steps + 1);
	if (world_recover(disk, sim_sys(disk), x->w->unsound, e) < 0)
		return err_wrap(e, "recovering after %zu steps", n);
	if (sim_open_files(disk) != 0)
		BUG("workload '%s' leaves descriptors open", part.name);
	x->text[n] = without_edit(
		part.bend, oracle_text(disk, &x->arena), &x->arena);
	struct str why = expected_check(x, disk, &p, &x->arena, &steps);
	if (str_is_set(why))
		return err_set(e, ERR_CONFLICT, "%s", why.s);
	return 0;
}

int
expected_init(struct expected *ret, const struct workload *w, struct err *e)
{
	*ret = (struct expected){.w = w, .start = workload_disk(w)};
	if (w->n > STEPS_MAX)
		BUG("workload '%s' has %zu steps", w->name, w->n);
	for (size_t n = 0; n <= w->n; n++) {
		struct sim *disk = sim_after_kill(ret->start);
		int rc = expect(ret, n, disk, e);
		sim_free(disk);
		if (rc < 0) {
			expected_release(ret);
			return err_wrap(
				e, "workload '%s' undisturbed", w->name);
		}
	}
	return 0;
}

void
expected_release(struct expected *x)
{
	sim_free(x->start);
	arena_release(&x->arena);
}

struct str
expected_check(const struct expected *x, const struct sim *disk,
	const struct progress *p, struct arena *a, size_t *ret_steps)
{
	struct str why = oracle_complaint(disk, x->w, &p->acks, a);
	struct str text = oracle_text(disk, a);
	size_t most = p->steps < x->w->n ? p->steps + 1 : p->steps;

	if (str_is_set(why))
		return why;
	struct str plain = without_edit(x->w->bend, text, a);
	if (p->edited && !oracle_keeps(disk, str_from(x->w->bend->to), a))
		return STR("what the editor saved is gone");
	for (size_t n = most + 1; n-- > p->acked;)
		if (str_is_set(x->text[n]) && str_eq(plain, x->text[n])) {
			*ret_steps = n;
			return STR_ABSENT;
		}
	return arena_strf(a,
		"the disk is neither\n%.*sas after %zu steps, nor one more; "
		"it is\n%.*s",
		STR_ARG(x->text[p->acked]), p->acked, STR_ARG(text));
}
