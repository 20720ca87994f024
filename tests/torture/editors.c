/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <time.h>

#include "../store/fixture.h"
#include "figure.h"
#include "rivals.h"

/*
 * Two editors and weir save one backlog without a pause. What an editor saved
 * and did not overwrite itself must be in the file or among what weir keeps.
 */

enum { SECONDS = 3, SAVES_MIN = 20 };

static struct fixture f;

static const char start[] = "schema_version: 3\n"
			    "next_item_id: 1\n"
			    "items:\n"
			    "- id: WRK-001\n"
			    "  title: revision 0\n"
			    "  status: new\n";

/* Saves until the time has come, and then until it was often enough; how many
 * were refused. */
static size_t
save_until(time_t end, size_t *ret_saves)
{
	size_t refused = 0;

	while (time(NULL) < end || *ret_saves <= SAVES_MIN) {
		char title[64];
		(void)snprintf(
			title, sizeof(title), "revision %zu", *ret_saves + 1);
		struct change c = {.kind = CHANGE_FIELD,
			.id = STR("WRK-001"),
			.field = field_find(&item_fields, STR("title")),
			.text = str_from(title)};
		struct store_saved saved;
		if (store_apply(f.store, &c, 1, NOW, &saved, &f.e) == 0) {
			snapshot_unref(saved.next);
			++*ret_saves;
			continue;
		}
		refused++;
		if (f.e.code != ERR_CONFLICT && f.e.code != ERR_INPUT &&
			f.e.code != ERR_LOCKED)
			fail_msg("%s", f.e.msg);
	}
	return refused;
}

static void
no_edit_is_destroyed(void **state)
{
	unsigned int seconds = figure("WEIR_EDIT_SECONDS", SECONDS);
	unsigned int seed = figure("WEIR_SEED", (unsigned int)time(NULL));
	struct rivals r = {.scratch = &f.scratch,
		.file = "BACKLOG.yaml",
		.other = "editor.tmp",
		.mark = "# ",
		.needs = "WRK-001"};
	struct rivals_count c;
	size_t saves = 0;

	(void)state;
	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "BACKLOG.yaml", start);
	rivals_start(&r, seed);
	fixture_open(&f, sys_real());
	size_t refused = save_until(time(NULL) + (time_t)seconds, &saves);
	rivals_stop(&r);
	check_ok(store_sweep(f.store, &f.e), &f.e);
	size_t conflicts = rivals_look_into(&r, ".") +
		rivals_look_into(&r, ".weir/snapshots") +
		rivals_look_into(&r, ".weir/trash");
	rivals_count(&r, &c);
	print_message("# %us of editors, %zu edits, %zu destroyed, %zu "
		      "overwritten by editors, %zu conflict files; %zu saves, "
		      "%zu refused; seed %u\n",
		seconds, c.tokens, c.lost, c.overwritten, conflicts, saves,
		refused, seed);
	rivals_release(&r);
	fixture_close(&f);
	scratch_remove(&f.scratch);
	assert_int_equal(c.lost, 0);
	assert_true(c.tokens > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_edit_is_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
