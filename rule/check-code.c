/* SPDX-License-Identifier: MIT */
/* Checks on calls in C source: what the source says for certain, and what the catalogue says of it. */

#include "check-code.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "facts.h"

struct code_world {
	const struct code_call *call;
	const struct sockopt_option *option; /* NULL: not known, or listen(2) */
	struct sockopt_kind kind;
};

static int ask_given(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	const struct code_world *world = context;
	const struct code_call *call = world->call;

	if (option != world->option || !call->bytes || call->size > sizeof(ret->bytes) || call->kind != CODE_SET)
		return -ENODATA;
	/* what the kernel reads is the value alone if the program says so, and has so much */
	if (call->length.known && call->length.number > (int64_t)call->size)
		return -ENODATA;
	memcpy(ret->bytes, call->bytes, call->size);
	ret->length = (socklen_t)call->size;
	return 0;
}

static int find_given(void *context, const struct sockopt_option *option, int64_t *ret)
{
	const struct code_world *world = context;
	const struct code_call *call = world->call;

	*ret = 0;
	for (size_t i = 0; option && i < call->n_others; i++)
		if (call->others[i].level == option->level->number && call->others[i].number == option->number)
			*ret = 1;
	return *ret || (option && call->has_flow && !call->escapes) ? 0 : -ENODATA;
}

static int find_in_range(const struct code_world *world, int64_t *ret)
{
	const struct sockopt_option *option = world->option;
	struct sockopt_value value;
	int64_t number;

	if (option->n_ranges == 0 || option->type->form != SOCKOPT_FORM_SCALAR ||
	    ask_given((void *)(uintptr_t)world, option, &value) < 0 || value.length != option->type->size)
		return -ENODATA;
	number = sockopt_field_number(&option->type->fields[0], value.bytes, 0);
	*ret = check_in_range(option, number);
	return 0;
}

static int find_fits(const struct code_world *world, int64_t *ret)
{
	const struct sockopt_option *option = world->option;
	int64_t length = world->call->length.number;

	if (!world->call->length.known || option->type->form == SOCKOPT_FORM_ARRAY ||
	    option->type->form == SOCKOPT_FORM_NONE || option->set_length == SOCKOPT_LENGTH_UP_TO)
		return -ENODATA;
	*ret = option->set_length == SOCKOPT_LENGTH_EXACT ? length == option->type->size : length >= option->shortest;
	return 0;
}

/** The states that a socket can be in after what was surely called on it; how many. */
static size_t states_of(const struct code_world *world, struct facts facts[2])
{
	unsigned int done = world->call->done;
	bool is_stream = world->call->type.known && world->call->type.number == SOCK_STREAM;

	facts[0] = facts[1] = (struct facts){ .kind = world->kind, .state = FACTS_UNBOUND };
	if (!world->call->has_flow || done == 0)
		return 0;
	if (done & CODE_ACCEPTED || (done & CODE_CONNECT && is_stream)) {
		facts[0].state = FACTS_ESTABLISHED;
		facts[1].state = FACTS_SYN_SENT; /* without blocking */
		return done & CODE_ACCEPTED ? 1 : 2;
	}
	facts[0].state = done & CODE_LISTENS ? FACTS_LISTENING : FACTS_BOUND;
	return done & (CODE_LISTENS | CODE_BIND) ? 1 : 0;
}

/** The same called again may be a second try, for which the option comes in time. */
static bool is_tried_again(const struct code_call *call)
{
	return (call->later & call->done & (CODE_BIND | CODE_LISTENS | CODE_CONNECT)) != 0;
}

static int find_late(const struct code_world *world, int64_t *ret)
{
	const struct sockopt_option *option = world->option;
	struct facts facts[2];
	size_t n = states_of(world, facts);

	if (n == 0 || option->moments == 0)
		return -ENODATA;
	*ret = !is_tried_again(world->call);
	for (size_t i = 0; i < n; i++)
		if (option->moments & facts_moments_left(&facts[i]))
			*ret = 0;
	return 0;
}

static bool is_anywhere(const struct sockopt_where *where)
{
	return !where->families && !where->types && !where->n_protocols;
}

static bool is_refused_in(const struct sockopt_option *option, const struct facts *facts, bool kind_known)
{
	for (size_t i = 0; i < option->n_refused; i++) {
		const struct sockopt_refusal *refusal = &option->refused[i];

		if (!(refusal->access & SOCKOPT_SET) || refusal->unless.en ||
		    !(refusal->states & facts_catalog_states(facts)))
			continue;
		if (kind_known ? sockopt_where_fits(&refusal->where, &facts->kind) :
				 is_anywhere(&refusal->where))
			return true;
	}
	return false;
}

static int find_refused(const struct code_world *world, int64_t *ret)
{
	const struct code_call *call = world->call;
	bool kind_known = call->family.known && call->type.known && call->protocol.known;
	struct facts facts[2];
	size_t n = states_of(world, facts);

	if (n == 0)
		return -ENODATA;
	*ret = !is_tried_again(call);
	for (size_t i = 0; i < n; i++)
		if (!is_refused_in(world->option, &facts[i], kind_known))
			*ret = 0;
	return 0;
}

/** TCP_NODELAY at SOL_SOCKET: the number is that of another option there. */
static int find_misnamed(const struct code_world *world, int64_t *ret)
{
	const struct code_call *call = world->call;
	const struct sockopt_option *named = call->name ? sockopt_find(call->name) : NULL;

	if (!call->has_option || !named)
		return -ENODATA;
	/* sockopt_find() also takes other spellings */
	if (strcmp(named->name, call->name) != 0)
		return -ENODATA;
	*ret = 1;
	for (; named; named = named->twin)
		if (named->level->number == call->option.level)
			*ret = 0;
	return 0;
}

static int find_number(struct check_number number, int64_t *ret)
{
	*ret = number.number;
	return number.known ? 0 : -ENODATA;
}

static int find_applies(const struct code_world *world, int64_t *ret)
{
	const struct code_call *call = world->call;
	enum sockopt_access access = call->kind == CODE_SET ? SOCKOPT_SET : SOCKOPT_GET;

	if (!(world->option->access & (unsigned int)access) || !call->has_flow || !call->family.known ||
	    !call->type.known || !call->protocol.known)
		return -ENODATA;
	*ret = sockopt_applies(world->option, &world->kind, access);
	return 0;
}

/** Options whose names the catalogue has are at the wrong level: that is another mistake. */
static int find_unlisted(const struct code_world *world, int64_t *ret)
{
	const struct code_call *call = world->call;

	*ret = !world->option && !(call->name && sockopt_find(call->name));
	return call->has_option && call->kind != CODE_LISTEN ? 0 : -ENODATA;
}

static int find_of_option(const struct code_world *world, enum check_fact fact, int64_t *ret)
{
	const struct sockopt_option *option = world->option;

	if (!option || !option->type)
		return -ENODATA;
	switch (fact) {
	case CHECK_FACT_SIZE: *ret = option->type->size; return option->type->form == SOCKOPT_FORM_ARRAY ? -ENODATA : 0;
	case CHECK_FACT_IN_RANGE: return find_in_range(world, ret);
	case CHECK_FACT_SETTABLE: *ret = (option->access & SOCKOPT_SET) != 0; return 0;
	case CHECK_FACT_LATE: return find_late(world, ret);
	case CHECK_FACT_FITS: return find_fits(world, ret);
	case CHECK_FACT_REFUSED: return find_refused(world, ret);
	case CHECK_FACT_UNTIL: *ret = option->until != NULL; return 0;
	case CHECK_FACT_APPLIES: return find_applies(world, ret);
	default: return -ENODATA;
	}
}

static int find_fact(void *context, enum check_fact fact, int64_t *ret)
{
	const struct code_world *world = context;
	const struct code_call *call = world->call;

	switch (fact) {
	case CHECK_FACT_SETS: *ret = call->kind == CODE_SET; return 0;
	case CHECK_FACT_LISTENS: *ret = call->kind == CODE_LISTEN; return 0;
	case CHECK_FACT_LENGTH: return find_number(call->length, ret);
	case CHECK_FACT_ROOM: return find_number(call->room, ret);
	case CHECK_FACT_TO_POINTER: *ret = call->to_pointer; return 0;
	case CHECK_FACT_FROM_NUMBER: *ret = call->from_number; return 0;
	case CHECK_FACT_LENGTH_UNSET: *ret = call->length_is_unset; return 0;
	case CHECK_FACT_UNCHECKED: *ret = call->is_unchecked; return 0;
	case CHECK_FACT_UNLISTED: return find_unlisted(world, ret);
	case CHECK_FACT_ENDS_PROGRAM: *ret = call->ends_program; return 0;
	case CHECK_FACT_REPEATED: *ret = call->is_repeated; return 0;
	case CHECK_FACT_RESTORED: *ret = call->is_restored; return 0;
	case CHECK_FACT_ANSWER_UNREAD: *ret = call->is_answer_unread; return 0;
	case CHECK_FACT_ASKED_ERRNO:
		/* Where the function made the socket itself it knows what it will answer. */
		*ret = call->asked_errno.number;
		return call->asked_errno.known && !call->family.known ? 0 : -ENODATA;
	case CHECK_FACT_LEVEL_NUMBER: *ret = call->option.level; return call->has_option ? 0 : -ENODATA;
	case CHECK_FACT_OPTION_NUMBER: *ret = call->option.number; return call->has_option ? 0 : -ENODATA;
	case CHECK_FACT_MISNAMED: return find_misnamed(world, ret);
	case CHECK_FACT_LITERAL: *ret = call->is_literal; return 0;
	case CHECK_FACT_INTERNET:
		*ret = call->family.number == AF_INET || call->family.number == AF_INET6;
		return call->family.known ? 0 : -ENODATA;
	case CHECK_FACT_IPV6: *ret = call->family.number == AF_INET6; return call->family.known ? 0 : -ENODATA;
	case CHECK_FACT_STREAM: *ret = call->type.number == SOCK_STREAM; return call->type.known ? 0 : -ENODATA;
	case CHECK_FACT_MADE_NONBLOCKING: *ret = call->is_nonblocking; return 0;
	case CHECK_FACT_PORT_CHOSEN: *ret = call->is_port_chosen && call->done & CODE_BIND; return 0;
	default: return find_of_option(world, fact, ret);
	}
}

/** Of a socket that is not known: one to which the option applies, so that its value can be read. */
static struct sockopt_kind any_kind(const struct sockopt_option *option)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET, AF_VSOCK };
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET };
	struct sockopt_kind kind;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
			kind = (struct sockopt_kind){ families[i], types[k], 0 };
			if (families[i] == AF_INET || families[i] == AF_INET6)
				kind.protocol = types[k] == SOCK_STREAM ? 6 : types[k] == SOCK_DGRAM ? 17 :
												       0;
			if (sockopt_applies(option, &kind, SOCKOPT_GET))
				return kind;
		}
	return (struct sockopt_kind){ 0 };
}

static struct sockopt_kind kind_of(const struct code_call *call, const struct sockopt_option *option)
{
	struct sockopt_kind kind = { (int)call->family.number, (int)call->type.number, (int)call->protocol.number };

	if (!call->family.known || !call->type.known || !call->protocol.known)
		return option ? any_kind(option) : (struct sockopt_kind){ 0 };
	if (kind.protocol == 0 && (kind.family == AF_INET || kind.family == AF_INET6))
		kind.protocol = kind.type == SOCK_STREAM ? 6 : kind.type == SOCK_DGRAM ? 17 :
											 0;
	return kind;
}

static const struct sockopt_option *option_of(const struct code_call *call)
{
	const struct sockopt_kind kind = { .family = (int)call->family.number };
	const struct sockopt_kind *known = call->family.known ? &kind : NULL;
	const struct sockopt_option *option;

	if (!call->has_option || call->kind == CODE_LISTEN)
		return NULL;
	option = sockopt_find_number_on(known, call->option.level, call->option.number,
					call->kind == CODE_SET ? SOCKOPT_SET : SOCKOPT_GET);
	return option ? option :
			sockopt_find_number_on(known, call->option.level, call->option.number,
					       SOCKOPT_GET | SOCKOPT_SET);
}

static bool is_about(const struct check *check, const struct sockopt_option *option)
{
	for (const char *const *name = check->options; option && name && *name; name++)
		if (strcmp(*name, option->name) == 0)
			return true;
	return !check->options || !check->options[0];
}

bool check_code_finds(const struct check *check, const struct code_call *call, struct check_finding *ret)
{
	struct code_world context = { .call = call, .option = option_of(call) };
	struct check_world world = {
		.option = ask_given,
		.given = find_given,
		.about = context.option,
		.fact = find_fact,
		.context = &context,
	};

	context.kind = kind_of(call, context.option);
	world.kind = context.kind;
	if (!is_about(check, context.option) || !check_judge(check, CHECK_SOURCE, &world, ret))
		return false;
	ret->option = context.option;
	return true;
}

bool check_is_ignored(const struct check *check, const char *line)
{
	const char *at = strstr(line, "sockopt: ignore");
	size_t length = strlen(check->id);

	if (!at)
		return false;
	for (at += strlen("sockopt: ignore"); *at; at++) {
		bool begins = !isalnum((unsigned char)at[-1]);

		if (begins && strncasecmp(at, check->id, length) == 0 && !isalnum((unsigned char)at[length]))
			return true;
	}
	return false;
}
