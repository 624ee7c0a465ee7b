/* SPDX-License-Identifier: MIT */
/* Checks on live sockets. */

#include "judge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "census.h"
#include "defaults.h"
#include "failure.h"
#include "groups.h"
#include "identity.h"
#include "namespaces.h"
#include "routes.h"
#include "sysctl.h"

#define READINGS_MAX 80
#define SYSCTLS_MAX 256

/** An option of the socket: read once, so that all conditions look at the same moment. */
struct reading {
	const struct sockopt_option *option;
	int result;
	struct sockopt_value value;
};

struct remembered {
	uint64_t netns;
	const char *name; /* of a check: constant */
	int result;
	int64_t number;
};

struct judge {
	struct selector **selectors; /* a check each */
	struct defaults *defaults;
	struct census *census;
	struct live_socket *socket;
	struct reading readings[READINGS_MAX];
	size_t n_readings;
	struct remembered sysctls[SYSCTLS_MAX];
	size_t n_sysctls;
	uint64_t own_netns;
	const struct sockopt_option **options; /* that the programs name */
	size_t n_options;
	int error; /* of the machine, positive: something could not be asked */
};

static void want(struct judge *judge, const struct check_program *program)
{
	for (size_t i = 0; i < program->n_steps; i++) {
		const struct check_step *step = &program->steps[i];
		const struct sockopt_option *option = step->op == CHECK_OPTION ? sockopt_find(step->name) : NULL;
		bool known = !option;

		for (size_t k = 0; k < judge->n_options && !known; k++)
			known = judge->options[k] == option;
		if (!known)
			judge->options[judge->n_options++] = option;
	}
}

static void want_all(struct judge *judge)
{
	for (size_t i = 0; i < check_count; i++) {
		want(judge, &check_table[i].when[CHECK_LIVE]);
		for (size_t k = 0; k < check_table[i].n_holes; k++)
			want(judge, &check_table[i].holes[k]);
	}
}

struct judge *judge_new(void)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		return NULL;
	judge->selectors = calloc(check_count, sizeof(*judge->selectors));
	judge->defaults = defaults_new();
	judge->census = census_new();
	judge->options = calloc(sockopt_count(), sizeof(*judge->options));
	judge->own_netns = namespaces_own();
	for (size_t i = 0; judge->selectors && i < check_count; i++)
		if (check_table[i].socket && selector_parse(check_table[i].socket, &judge->selectors[i], NULL) < 0)
			judge->selectors[i] = NULL;
	if (judge->selectors && judge->defaults && judge->census && judge->options) {
		want_all(judge);
		return judge;
	}
	judge_free(judge);
	return NULL;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	for (size_t i = 0; judge->selectors && i < check_count; i++)
		selector_free(judge->selectors[i]);
	free(judge->selectors);
	free(judge->options);
	defaults_free(judge->defaults);
	census_free(judge->census);
	free(judge);
}

int judge_error(const struct judge *judge)
{
	return judge->error ? judge->error : defaults_error(judge->defaults);
}

const struct sockopt_option *const *judge_options(const struct judge *judge, size_t *ret_n)
{
	*ret_n = judge->n_options;
	return judge->options;
}

struct defaults *judge_defaults(const struct judge *judge)
{
	return judge->defaults;
}

void judge_take(struct judge *judge, struct live_socket *socket)
{
	judge->socket = socket;
	judge->n_readings = 0;
}

/** What cannot be asked is not known, and no finding; that it was not asked is not forgotten. @return r */
static int note(struct judge *judge, int r)
{
	if (failure_is_machine(r))
		judge->error = -r;
	return r;
}

/** As a condition of a selector does: what reading would change is not read. */
static int ask_option(struct live_socket *socket, const struct sockopt_option *option, struct sockopt_value *ret)
{
	if (option->read_effect.kind != SOCKOPT_READ_HARMLESS)
		return -EOPNOTSUPP;
	return live_get(socket, option, ret);
}

static int read_option(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	struct judge *judge = context;
	struct reading *reading;

	for (size_t i = 0; i < judge->n_readings; i++)
		if (judge->readings[i].option == option) {
			*ret = judge->readings[i].value;
			return judge->readings[i].result;
		}
	if (judge->n_readings == READINGS_MAX)
		return note(judge, ask_option(judge->socket, option, ret));
	reading = &judge->readings[judge->n_readings++];
	reading->option = option;
	reading->result = note(judge, ask_option(judge->socket, option, &reading->value));
	if (reading->result == 0)
		*ret = reading->value;
	return reading->result;
}

static int read_fresh(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	struct judge *judge = context;
	const struct sockopt_value *value = defaults_get(judge->defaults, judge->socket, option);

	if (!value)
		return -ENODATA;
	*ret = *value;
	return 0;
}

/** Enters the network namespace of the socket. @param ret_back for leave(); -1: it is our own */
static int enter(const struct judge *judge, int *ret_back)
{
	const struct facts *facts = &judge->socket->facts;
	pid_t pid;

	*ret_back = -1;
	if (facts->netns == judge->own_netns)
		return 0;
	pid = namespaces_holder(facts);
	return pid ? namespaces_enter(pid, ret_back) : -EPERM;
}

static void leave(int back)
{
	if (back >= 0)
		namespaces_leave(back);
}

/** Sysctls belong to network namespaces: that of the socket is asked. */
static int ask_sysctl(const struct judge *judge, const char *name, int64_t *ret)
{
	int back, r = enter(judge, &back);

	if (r < 0)
		return r;
	r = sysctl_number(name, ret);
	leave(back);
	return r;
}

/** What the namespace does with the address that the socket is bound to, or its device. */
static int ask_routes(const struct judge *judge, enum check_fact fact, int64_t *ret)
{
	const struct facts *facts = &judge->socket->facts;
	unsigned int device = fact == CHECK_FACT_DEVICE_IS_UP ? identity_device(live_descriptor(judge->socket)) : 0;
	int back, r;

	if (fact == CHECK_FACT_DEVICE_IS_UP ? !device : !facts->local.family)
		return -ENODATA;
	r = enter(judge, &back);
	if (r < 0)
		return r;
	r = fact == CHECK_FACT_DEVICE_IS_UP   ? routes_device(device, ret) :
	    fact == CHECK_FACT_ROUTES_BY_MARK ? routes_by_mark(facts->local.family, ret) :
						routes_local(&facts->local, ret);
	leave(back);
	return r;
}

static int read_sysctl(void *context, const char *name, int64_t *ret)
{
	struct judge *judge = context;
	struct remembered found = { .netns = judge->socket->facts.netns, .name = name };

	for (size_t i = 0; i < judge->n_sysctls; i++)
		if (judge->sysctls[i].netns == found.netns && strcmp(judge->sysctls[i].name, name) == 0) {
			*ret = judge->sysctls[i].number;
			return judge->sysctls[i].result;
		}
	found.result = note(judge, ask_sysctl(judge, name, &found.number));
	if (judge->n_sysctls < SYSCTLS_MAX)
		judge->sysctls[judge->n_sysctls++] = found;
	*ret = found.number;
	return found.result;
}

/** The mode belongs to the open file, which our descriptor shares with the holder's. */
static int find_mode(struct live_socket *socket, int64_t *ret)
{
	int fd = live_descriptor(socket), flags;

	if (fd < 0)
		return fd;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0)
		return -errno;
	*ret = (flags & O_NONBLOCK) != 0;
	return 0;
}

static int find_groups(struct live_socket *socket, enum check_fact fact, int64_t *ret)
{
	int64_t joined, others;
	int r = groups_count(socket, &joined, &others);

	if (r < 0)
		return r;
	*ret = fact == CHECK_FACT_GROUPS_JOINED ? joined : others;
	return 0;
}

static int find_fact(void *context, enum check_fact fact, int64_t *ret)
{
	struct judge *judge = context;
	const struct facts *facts = &judge->socket->facts;
	uint32_t least;
	size_t group;
	int r;

	if (fact == CHECK_FACT_NONBLOCKING)
		return note(judge, find_mode(judge->socket, ret));
	if (fact == CHECK_FACT_GROUPS_JOINED || fact == CHECK_FACT_GROUPS_OTHERS)
		return note(judge, find_groups(judge->socket, fact, ret));
	if (fact == CHECK_FACT_ADDRESS_IS_HERE || fact == CHECK_FACT_ROUTES_BY_MARK || fact == CHECK_FACT_DEVICE_IS_UP)
		return note(judge, ask_routes(judge, fact, ret));
	if (!facts->local.port)
		return -ENODATA;
	if (fact == CHECK_FACT_PORT) {
		*ret = facts->local.port;
		return 0;
	}
	r = note(judge, census_read(judge->census, facts));
	if (r < 0)
		return r;
	if (fact == CHECK_FACT_ACCEPTED) {
		*ret = census_listens(judge->census, facts);
		return 0;
	}
	if (fact == CHECK_FACT_ON_PORT) {
		*ret = (int64_t)census_on_port(judge->census, facts);
		return 0;
	}
	group = census_group(judge->census, facts, &least);
	*ret = fact == CHECK_FACT_GROUP ? (int64_t)group : (int64_t)least;
	return 0;
}

const char *judge_role(struct judge *judge)
{
	int64_t accepted;

	if (judge->socket->facts.state == FACTS_LISTENING)
		return "listener";
	if (!judge->socket->facts.peer.family || judge->socket->facts.kind.type != SOCK_STREAM ||
	    find_fact(judge, CHECK_FACT_ACCEPTED, &accepted) < 0)
		return NULL;
	return accepted ? "accepted" : "client";
}

bool judge_finds(struct judge *judge, const struct check *check, struct check_finding *ret)
{
	struct live_socket *socket = judge->socket;
	const struct selector *selector = judge->selectors[check - check_table];
	struct check_world world = {
		.kind = socket->facts.kind,
		.option = read_option,
		.fresh = read_fresh,
		.sysctl = read_sysctl,
		.fact = find_fact,
		.context = judge,
	};

	if (!live_is_held(socket) || !selector || !selector_matches(selector, &socket->facts))
		return false;
	return check_judge(check, CHECK_LIVE, &world, ret);
}
