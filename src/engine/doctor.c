/* SPDX-License-Identifier: MIT */
#include "engine/doctor.h"

#include "engine/preflight-priv.h"
#include "engine/running-priv.h"
#include "git/repo.h"
#include "plan/check.h"
#include "proc/tree.h"
#include "store/runs.h"

/* 1: it is not sound. */
static int
examine_backlog(struct project *p, struct snapshot **ret, struct findings *f,
	struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};

	int rc = project_load(p, ret, &problems, e);
	findings_add_problems(f,
		&(struct finding){.wrong = true,
			.check = "backlog",
			.next = STR("mend it there; until then nothing is "
				    "saved")},
		&problems);
	if (rc == 1)
		return project_missing(p, e);
	if (*ret == NULL || (*ret)->older_schema == 0)
		return rc < 0 ? 1 : 0;
	findings_add(f,
		&(struct finding){.wrong = true,
			.check = "schema",
			.where = p->config.backlog,
			.message = STR("it is of an older schema, which can be "
				       "shown and not changed"),
			.next = STR("'weir migrate --dry-run' shows what "
				    "'weir migrate' would do")});
	return rc < 0 ? 1 : 0;
}

/* Nothing is ever to run here: neither agents nor phases are missed. */
static bool
is_kept_by_hand(const struct project *p)
{
	return p->config.agents_n == 0 && p->config.pipelines_n == 0;
}

static void
examine_items(struct project *p, const struct snapshot *s, struct findings *f)
{
	static const char *const nexts[] = {
		[FLAW_DANGLING] = "'weir dep rm' takes it away",
		[FLAW_CLOSED] = "'weir dep rm' takes it away",
		[FLAW_CIRCLE] = "'weir dep rm' opens the circle",
		[FLAW_PLACE] = "mend the item or weir.yaml",
	};
	CLEANUP_ARENA struct arena tmp = {0};
	const struct plan_flaw *flaws;
	size_t n;

	plan_flaws(s, &p->config, &tmp, &flaws, &n);
	for (size_t i = 0; i < n; i++) {
		const struct plan_flaw *x = &flaws[i];
		bool idle = x->kind == FLAW_PLACE && is_kept_by_hand(p);
		findings_add(f,
			&(struct finding){.wrong = !idle,
				.check = names_get(&flaw_names, (int)x->kind),
				.where = doctor_place(p->store, x->id, &tmp),
				.message = arena_strf(&tmp, "'%.*s': %.*s",
					STR_ARG(x->id), STR_ARG(x->text)),
				.next = idle
					? STR("'weir init' begins a weir.yaml, with 'feature'")
					: str_from(nexts[x->kind])});
	}
}

static bool
is_alive(struct sys *sys, const struct run_record *r)
{
	struct proc_identity now;

	return r->pid > 0 && proc_identify(sys, (pid_t)r->pid, &now) &&
		now.start_ticks == r->start_ticks &&
		str_eq_c(r->boot_id, now.boot_id);
}

static void
add_run(struct project *p, const struct run_record *r, struct findings *f)
{
	CLEANUP_ARENA struct arena tmp = {0};
	bool alive = is_alive(p->sys, r);

	findings_add(f,
		&(struct finding){.wrong = alive,
			.check = "run",
			.where = arena_strf(&tmp, STORE_STATE_DIR "/runs/%.*s",
				STR_ARG(r->id)),
			.message = arena_strf(&tmp,
				"phase '%.*s' of '%.*s' was never concluded%s",
				STR_ARG(r->phase), STR_ARG(r->item),
				alive ? ", and its agent still runs without a "
					"'weir run' to watch it"
				      : ""),
			.next = alive ? STR("wait for it, or let 'weir run' "
					    "end and conclude it")
				      : STR("the next 'weir run' concludes "
					    "it")});
}

/* Those of a `weir run` that is there are its business. */
static void
examine_runs(struct project *p, struct findings *f)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct run_record *runs;
	struct err e = {0};
	size_t n;

	if (running_look(p, &e) != 0)
		return;
	if (run_list(&p->root, &tmp, &runs, &n, &e) < 0) {
		findings_add_blind(f, "run", &e);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!str_is_set(runs[i].outcome.outcome))
			add_run(p, &runs[i], f);
}

/* "edit-WRK-001-1-4711.yaml": whether 4711 is there, maybe with an editor. We
 * are no editor: an earlier process had our number, as in a container. */
static bool
is_being_edited(struct sys *sys, struct str name)
{
	struct proc_identity ignored;
	uint64_t pid;
	size_t end = str_find(name, STR(".yaml")), at = end;

	while (at > 0 && name.s[at - 1] != '-')
		at--;
	return parse_u64(str_of(name.s + at, end - at), &pid) &&
		pid <= INT32_MAX && (pid_t)pid != sys->getpid(sys) &&
		proc_identify(sys, (pid_t)pid, &ignored);
}

static void
examine_edits(struct project *p, struct findings *f)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	CLEANUP_ARENA struct arena tmp = {0};
	struct str_list names = {0};
	struct err e = {0};

	if (fio_dir_open_in(&state, &p->root, STORE_STATE_DIR, &e) < 0 ||
		fio_dir_list(&state, "edit-", &tmp, &names, &e) < 0)
		return;
	for (size_t i = 0; i < names.n; i++)
		if (!is_being_edited(p->sys, names.items[i]))
			findings_add(f,
				&(struct finding){.wrong = true,
					.check = "edit",
					.where = str_from(fio_path(
						&state, names.items[i].s)
								  .text),
					.message = STR("the text of an item "
						       "that was edited and "
						       "not saved"),
					.next = STR("'weir edit ID - <FILE' "
						    "saves it; then remove "
						    "it")});
}

static void
examine_git(struct project *p, struct findings *f)
{
	struct git_repo *git = NULL;
	struct err ignored = {0};

	if (git_open(&git, p->sys, p->path.s, &ignored) == 0 &&
		git_has_below(git, STR(STORE_STATE_DIR), &ignored) == 1)
		findings_add(f,
			&(struct finding){.wrong = true,
				.check = "git",
				.where = STR(STORE_STATE_DIR),
				.message = STR("local state is in git's index, "
					       "so a checkout can take numbers "
					       "and runs back"),
				.next = STR("'git rm -r --cached .weir' takes "
					    "it out and leaves the files")});
	git_close(git);
}

/* What a run would refuse to begin with. */
static void
examine_config(
	struct project *p, const char *const *environ, struct findings *f)
{
	CLEANUP_PROBLEMS struct problems agents = {0};
	CLEANUP_PROBLEMS struct problems workflows = {0};

	if (is_kept_by_hand(p))
		return;
	preflight_agents(p, environ, &agents);
	preflight_workflows(p, &workflows);
	findings_add_problems(f,
		&(struct finding){.wrong = true,
			.check = "agent",
			.next = STR("until then 'weir run' starts nothing")},
		&agents);
	findings_add_problems(f,
		&(struct finding){.wrong = true,
			.check = "workflow",
			.next = STR("write it, or take it out of the phase; "
				    "'weir init' writes its own anew")},
		&workflows);
}

int
project_examine(struct project *p, const char *const *environ,
	struct findings *f, struct err *e)
{
	struct snapshot *s = NULL;

	int rc = examine_backlog(p, &s, f, e);
	if (s != NULL)
		examine_items(p, s, f);
	snapshot_unref(s);
	examine_config(p, environ, f);
	doctor_look(p->store, f);
	examine_runs(p, f);
	examine_edits(p, f);
	examine_git(p, f);
	return rc < 0 ? -1 : 0;
}

bool
project_denied(struct project *p, struct str said, struct err *ret)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct findings f = {.a = &tmp};
	const struct finding *why = NULL;

	doctor_access(p->store, &f);
	VEC_EACH (x, &f.list) {
		struct str file = arena_strf(&tmp, "'%.*s'", STR_ARG(x->where));
		struct str in = arena_strf(&tmp, "'%.*s/", STR_ARG(x->where));
		/* Failing the file, what it lies in: that comes first. */
		if (why == NULL || str_find(said, file) < said.n ||
			str_find(said, in) < said.n)
			why = x;
	}
	if (why != NULL)
		err_set(ret, ERR_SYS, "'%.*s': %.*s", STR_ARG(why->where),
			STR_ARG(why->message));
	findings_release(&f);
	return why != NULL;
}

int
project_mend(struct project *p, struct arena *a, struct str_list *ret_done,
	struct err *e)
{
	CLEANUP_PROBLEMS struct problems ignored = {0};
	struct snapshot *s;

	/* What is wrong with the backlog is not mended here: an absent or
	 * damaged one raises no mark. */
	(void)store_load(p->store, &s, &ignored, e);
	snapshot_unref(s);
	return doctor_mend(p->store, p->sys->clock(p->sys, SYS_CLOCK_UNIX), a,
		ret_done, e);
}

int
project_renumber(struct project *p, struct str id, struct arena *a,
	struct renumbered *ret, struct err *e)
{
	if (project_check_backlog(p, e) < 0)
		return -1;
	return store_renumber(
		p->store, id, p->sys->clock(p->sys, SYS_CLOCK_UNIX), a, ret, e);
}
