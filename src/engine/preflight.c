/* SPDX-License-Identifier: MIT */
#include "engine/preflight-priv.h"

#include <errno.h>
#include <fcntl.h>

#include "agent/launch.h"

void
preflight_agents(const struct project *p, const char *const *environ,
	struct problems *ret)
{
	const struct config *c = &p->config;
	struct err e = {0};

	if (c->agents_n == 0) {
		err_set(&e, ERR_MISSING,
			"%.*s names no agent or is not there; add one under "
			"'agents:', or let 'weir init' begin the file",
			STR_ARG(c->path));
		problems_add(ret, &e);
	}
	for (size_t i = 0; i < c->agents_n; i++) {
		const struct agent_config *agent = &c->agents[i];
		if (launch_check(agent, &p->root, environ, &e) == 0)
			continue;
		err_wrap(&e, "%.*s:%zu:%zu", STR_ARG(c->path), agent->spot.line,
			agent->spot.column);
		problems_add(ret, &e);
	}
}

/* 0, or the errno that a reader would get; EINVAL: no regular file. */
static int
look_at(const struct project *p, struct str path)
{
	struct sys *sys = p->sys;
	struct stat st;

	int fd = sys->openat(sys, p->root.fd, path.s,
		O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	if (fd < 0)
		return -fd;
	int rc = sys->fstat(sys, fd, &st);
	(void)sys->close(sys, fd);
	if (rc < 0)
		return -rc;
	return S_ISREG(st.st_mode) ? 0 : EINVAL;
}

static void
look_at_phase(const struct project *p, const struct phase_config *phase,
	struct problems *ret)
{
	for (size_t i = 0; i < phase->workflows.n; i++) {
		struct str path = phase->workflows.items[i];
		struct err e = {0};
		int why = look_at(p, path);
		if (why == 0)
			continue;
		if (why == ENOENT || why == ENOTDIR)
			err_set(&e, ERR_MISSING, "there is no file '%.*s'",
				STR_ARG(path));
		else if (why == EINVAL)
			err_set(&e, ERR_MISSING, "'%.*s' is not a regular file",
				STR_ARG(path));
		else
			err_sys(&e, why, "reading '%.*s'", STR_ARG(path));
		err_wrap(&e, "%.*s:%zu:%zu: phase '%.*s'",
			STR_ARG(p->config.path), phase->workflow_spots[i].line,
			phase->workflow_spots[i].column, STR_ARG(phase->name));
		problems_add(ret, &e);
	}
}

void
preflight_workflows(const struct project *p, struct problems *ret)
{
	const struct config *c = &p->config;

	look_at_phase(p, &c->triage, ret);
	for (size_t i = 0; i < c->pipelines_n; i++) {
		const struct pipeline_config *pipe = &c->pipelines[i];
		for (size_t k = 0; k < pipe->pre_n; k++)
			look_at_phase(p, &pipe->pre[k], ret);
		for (size_t k = 0; k < pipe->main_n; k++)
			look_at_phase(p, &pipe->main[k], ret);
	}
}
