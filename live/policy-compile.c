/* SPDX-License-Identifier: MIT */
/* Rules -> tables for the kernel's side. */

#include "policy-compile.h"

#include <errno.h>
#include <moments.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <tree.h>

#include "policy-selector.h"

#define N_(text) text
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* policy.bpf.c has these numbers: its verbs, states and moments are these. */
_Static_assert(RULE_SET == 0 && RULE_FORCE == 1 && RULE_DEFAULT == 2 && RULE_DENY == 3 && RULE_LOG == 4, "verbs");
_Static_assert(FACTS_UNBOUND == 0 && FACTS_BOUND == 1 && FACTS_LISTENING == 2 && FACTS_CONNECTED == 3 &&
		       FACTS_ESTABLISHED == 4 && FACTS_CLOSED == 13,
	       "states");
_Static_assert(SOCKOPT_AT_SOCKET == 1 && SOCKOPT_AT_BIND == 2 && SOCKOPT_AT_LISTEN == 4 && SOCKOPT_AT_CONNECT == 8 &&
		       SOCKOPT_AT_ACCEPT == 16,
	       "moments");

/** In the order of enum policy_kind. */
static const struct sockopt_kind reached[] = {
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
};

struct compiler {
	struct policy_program *program;
	struct policy_refusal *refusal;
	const struct rule *rule;
	const struct rule_action *action;
	struct policy_asks asks;
	unsigned sees;
	unsigned first_test, n_tests;
};

static int refuse(const struct compiler *compiler, const char *word, const char *what, const char *hint)
{
	compiler->refusal->rule = compiler->rule;
	compiler->refusal->action = compiler->action;
	snprintf(compiler->refusal->word, sizeof(compiler->refusal->word), "%s", word ? word : "");
	compiler->refusal->what = what;
	compiler->refusal->hint = hint;
	return -EOPNOTSUPP;
}

const char *policy_hook_word(enum policy_hook hook)
{
	static const char *const words[] = {
		[POLICY_AT_CREATE] = "cgroup/sock_create",
		[POLICY_AT_BIND4] = "cgroup/bind4",
		[POLICY_AT_BIND6] = "cgroup/bind6",
		[POLICY_AT_CONNECT4] = "cgroup/connect4",
		[POLICY_AT_CONNECT6] = "cgroup/connect6",
		[POLICY_AT_SEND4] = "cgroup/sendmsg4",
		[POLICY_AT_SEND6] = "cgroup/sendmsg6",
		[POLICY_AT_SET] = "cgroup/setsockopt",
		[POLICY_AT_TCP] = "sockops",
	};

	return words[hook];
}

/* ---- which sockets ---- */

static bool same_kind(const struct sockopt_kind *a, const struct sockopt_kind *b)
{
	return a->family == b->family && a->type == b->type && a->protocol == b->protocol;
}

/** A raw socket of the protocol of TCP or UDP is no socket of theirs, though it is called tcp or udp. */
static bool is_reached(const struct sockopt_kind *kind)
{
	if (kind->type == SOCK_RAW && (kind->protocol == IPPROTO_TCP || kind->protocol == IPPROTO_UDP))
		return true;
	for (size_t i = 0; i < COUNT(reached); i++)
		if (same_kind(kind, &reached[i]))
			return true;
	return false;
}

static bool can_make(const struct sockopt_option *option)
{
	return option->bpf == SOCKOPT_BPF_YES || option->bpf == SOCKOPT_BPF_SET;
}

/** The moments of an action on a kind of socket that the hooks reach; 0 and *ret_refused: it cannot be made there. */
static unsigned moments_on(const struct compiler *compiler, enum policy_kind kind, const char **ret_refused)
{
	unsigned moments = rule_moments(compiler->rule, compiler->action, &reached[kind]);
	const struct sockopt_option *option = sockopt_twin_for(compiler->action->option, &reached[kind], SOCKOPT_SET);

	if (!moments)
		return 0;
	if (option->level->number == IPPROTO_IP && reached[kind].family == AF_INET6)
		*ret_refused = N_("in BPF %s cannot be set on IPv6 sockets");
	else if (kind >= POLICY_MPTCP4 && moments & SOCKOPT_AT_SOCKET)
		*ret_refused = N_("BPF does not reach a fresh MPTCP socket, on which %s is to be made, too");
	return moments;
}

static int refuse_kind(const struct compiler *compiler, const struct sockopt_kind *kind)
{
	const char *word = facts_protocol_word(kind);

	return refuse(compiler, word ? word : facts_family_word(kind->family),
		      N_("is meant for sockets that no hook of BPF reaches, too (%s)"),
		      N_("say for which it is meant: 'tcp: ...', 'tcp or udp: ...'"));
}

/** Is every socket that the action is meant for one that the hooks reach? */
static int check_kinds(const struct compiler *compiler)
{
	const struct sockopt_option *option = compiler->action->option;
	struct sockopt_kind kind;

	for (size_t i = 0; rule_kind(i, &kind); i++)
		if (!is_reached(&kind) && rule_moments(compiler->rule, compiler->action, &kind))
			return refuse_kind(compiler, &kind);
	for (unsigned i = 0; i < COUNT(reached); i++) {
		const char *refused = NULL;

		moments_on(compiler, (enum policy_kind)i, &refused);
		if (refused)
			return refuse(compiler, option->name, refused,
				      i >= POLICY_MPTCP4 ? N_("say for which it is meant: 'tcp: ...', 'tcp or udp: ...'") :
							   N_("say that it is meant for IPv4 alone: 'ipv4: ...'"));
	}
	return 0;
}

/** bound and unbound are known of IP sockets alone; others may be asked of by deny, log and force. */
static int check_states(const struct compiler *compiler)
{
	struct sockopt_kind kind;

	for (size_t i = 0; compiler->asks.bound_state && rule_kind(i, &kind); i++)
		if (kind.family != AF_INET && kind.family != AF_INET6 &&
		    sockopt_twin_for(compiler->action->option, &kind, SOCKOPT_SET) &&
		    (node_can_be(compiler->rule->selector->root, SOCKOPT_AT_ANY_TIME, &kind) & CAN_BE_TRUE))
			return refuse(compiler, facts_family_word(kind.family),
				      N_("asks whether a socket is bound, which the hooks do not know of all (%s)"),
				      N_("say for which it is meant: 'tcp: ...', 'tcp or udp: ...'"));
	return 0;
}

/* ---- values ---- */

static bool is_string(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar == SOCKOPT_STRING;
}

/** bpf_setsockopt() takes numbers as an int, and texts. */
static int put_made(const struct compiler *compiler, const struct sockopt_option *option, struct policy_action *to)
{
	const struct sockopt_value *value = &compiler->action->value;
	const struct sockopt_type *type = option->type;
	uint64_t number;
	uint32_t bits;

	if (is_string(type)) {
		memcpy(to->made, value->bytes, value->length);
		to->made_length = (__u8)value->length;
		return 0;
	}
	if (type->form != SOCKOPT_FORM_SCALAR)
		return refuse(compiler, option->name, N_("a value such as that of %s is not taken by bpf_setsockopt()"), NULL);
	number = (uint64_t)sockopt_field_number(&type->fields[0], value->bytes, 0);
	/* All ones mean "no limit" in any width. */
	if (value->length > sizeof(bits) && number != UINT64_MAX && number >= UINT32_MAX)
		return refuse(compiler, option->name, N_("bpf_setsockopt() takes 32 bits, and this value of %s has more"), NULL);
	bits = (uint32_t)number;
	memcpy(to->made, &bits, sizeof(bits));
	to->made_length = sizeof(bits);
	return 0;
}

static enum policy_transform transform_of(const struct sockopt_option *option)
{
	switch (option->transform.kind) {
	case SOCKOPT_DOUBLED: return POLICY_DOUBLED;
	case SOCKOPT_TO_BOOLEAN: return POLICY_BOOLEAN;
	default: return POLICY_KEPT;
	}
}

/** Of a text up to its NUL. */
static size_t compared_bytes(const struct policy_action *action, const void *bytes)
{
	size_t length = strnlen(bytes, action->length);

	if (!action->is_string)
		return action->length;
	return length < sizeof(action->value) ? length + 1 : length;
}

static int put_value(const struct compiler *compiler, const struct sockopt_option *option, struct policy_action *to)
{
	const struct rule_action *action = compiler->action;

	if (!action->has_value)
		return 0;
	if (action->value.length > sizeof(to->value))
		return refuse(compiler, option->name, N_("values of %s are longer than a BPF program here compares or sets"),
			      NULL);
	to->has_value = true;
	to->is_string = is_string(option->type);
	to->length = (__u8)action->value.length;
	to->transform = (__u8)transform_of(option);
	memcpy(to->value, action->value.bytes, action->value.length);
	memset(to->mask, 0xff, compared_bytes(to, action->value.bytes));
	return rule_action_makes(action) ? put_made(compiler, option, to) : 0;
}

/* ---- actions ---- */

/** The same number for the same option. */
static int slot_of(const struct policy_program *program, const struct sockopt_option *option)
{
	int next = 0;

	for (unsigned i = 0; i < program->n_actions; i++) {
		const struct policy_action *action = &program->actions[i];

		if (action->level == option->level->number && action->number == option->number)
			return action->slot;
		if (action->slot >= next)
			next = action->slot + 1;
	}
	return next;
}

/** The families that have another level of this number: 6 is SOL_L2CAP on Bluetooth. */
static __u64 other_families(const struct sockopt_level *level)
{
	const struct sockopt_level *other;
	__u64 families = 0, own = 0;

	for (size_t i = 0; (other = sockopt_level_at(i)); i++)
		for (size_t k = 0; other->number == level->number && k < other->n_applies; k++)
			*(other == level ? &own : &families) |= other->applies[k].families;
	return families & ~own;
}

/** One option of the action: itself, or a twin of it at another level. */
static int put_option(struct compiler *compiler, const struct sockopt_option *option)
{
	struct policy_program *program = compiler->program;
	const struct rule_action *action = compiler->action;
	int slot = slot_of(program, option), r;
	struct policy_action to = {
		.level = option->level->number,
		.number = option->number,
		.error = action->error,
		.first_test = (__u16)compiler->first_test,
		.n_tests = (__u16)compiler->n_tests,
		.counter = (__u16)(program->n_lines - 1),
		.slot = (__u8)slot,
		.verb = (__u8)action->verb,
		.from = (__u8)compiler->rule->moments,
		.not_inherited = option->inherits == SOCKOPT_NOT_INHERITED,
		/* Given by numbers it is meant for all that have them. */
		.others = option == &action->unnamed.option ? 0 : other_families(option->level),
	};
	const char *unused = NULL;

	if (program->n_actions == POLICY_ACTIONS_MAX || slot >= POLICY_SLOTS_MAX)
		return refuse(compiler, NULL, N_("these are more rules than a BPF program here has room for"), NULL);
	r = put_value(compiler, option, &to);
	if (r < 0)
		return r;
	for (unsigned kind = 0; kind < COUNT(reached) && rule_action_makes(action); kind++)
		if (sockopt_twin_for(action->option, &reached[kind], SOCKOPT_SET) == option)
			to.moments[kind] = (__u8)moments_on(compiler, (enum policy_kind)kind, &unused);
	if (action->verb == RULE_DEFAULT) {
		if (program->n_defaults == POLICY_DEFAULTS_MAX)
			return refuse(compiler, NULL, N_("these are more defaults than a BPF program here has room for"), NULL);
		to.remembered = (__u8)++program->n_defaults;
	}
	program->actions[program->n_actions++] = to;
	return 0;
}

static unsigned made_at(const struct compiler *compiler)
{
	const char *unused = NULL;
	unsigned moments = 0;

	for (unsigned kind = 0; kind < COUNT(reached); kind++)
		moments |= moments_on(compiler, (enum policy_kind)kind, &unused);
	return moments;
}

static int check_action(const struct compiler *compiler)
{
	const struct rule_action *action = compiler->action;
	const struct sockopt_option *option = action->option;
	int r;

	if (!rule_action_makes(action))
		return check_states(compiler);
	do {
		if (option->access & SOCKOPT_SET && !can_make(option))
			return refuse(compiler, option->name, N_("bpf_setsockopt() does not take %s"), NULL);
		option = option->twin;
	} while (option);
	r = check_kinds(compiler);
	if (r == 0 && action->verb == RULE_FORCE)
		r = check_states(compiler);
	if (r < 0)
		return r;
	if (compiler->asks.process && made_at(compiler) & SOCKOPT_AT_ACCEPT)
		return refuse(compiler, action->option->name,
			      N_("%s is made on accepted sockets, and which process accepts them is not known when they come"),
			      N_("name another moment, such as listen, or leave process, user and pid out"));
	return 0;
}

static int compile_action(struct compiler *compiler)
{
	struct policy_program *program = compiler->program;
	int r = check_action(compiler);

	if (r < 0)
		return r;
	if (program->n_lines == POLICY_ACTIONS_MAX)
		return refuse(compiler, NULL, N_("these are more rules than a BPF program here has room for"), NULL);
	program->lines[program->n_lines++] = (struct policy_line){ compiler->rule, compiler->action };
	for (const struct sockopt_option *option = compiler->action->option; option && r == 0; option = option->twin)
		if (option->access & SOCKOPT_SET)
			r = put_option(compiler, option);
	return r;
}

static int compile_rule(struct compiler *compiler)
{
	int r;

	compiler->action = NULL;
	compiler->first_test = compiler->program->n_tests;
	compiler->refusal->rule = compiler->rule;
	compiler->refusal->action = NULL;
	r = policy_compile_selector(compiler->rule->selector, compiler->sees, compiler->program, &compiler->asks,
				    compiler->refusal);
	compiler->n_tests = compiler->program->n_tests - compiler->first_test;
	compiler->program->needs_types |= compiler->asks.types;
	for (size_t i = 0; i < compiler->rule->n_actions && r == 0; i++) {
		compiler->action = compiler->rule->actions[i];
		r = compile_action(compiler);
	}
	return r;
}

/* ---- hooks ---- */

static bool has_force(const struct policy_program *program)
{
	for (unsigned i = 0; i < program->n_actions; i++)
		if (program->actions[i].verb == RULE_FORCE)
			return true;
	return false;
}

#define HOOK(at) (1U << POLICY_AT_##at)

static unsigned hooks_of_kind(enum policy_kind kind, unsigned moments)
{
	bool is_v6 = reached[kind].family == AF_INET6;
	unsigned bind = is_v6 ? HOOK(BIND6) : HOOK(BIND4);
	/* An IPv6 socket connects to IPv4, too. */
	unsigned connect = is_v6 ? HOOK(CONNECT6) | HOOK(CONNECT4) : HOOK(CONNECT4);
	unsigned hooks = 0;

	if (moments & SOCKOPT_AT_SOCKET) {
		hooks |= HOOK(CREATE) | HOOK(SET) | bind | connect;
		if (rule_accepts(&reached[kind]))
			hooks |= HOOK(TCP);
		else
			hooks |= is_v6 ? HOOK(SEND6) | HOOK(SEND4) : HOOK(SEND4);
	}
	if (moments & SOCKOPT_AT_BIND)
		hooks |= bind | connect;
	if (moments & SOCKOPT_AT_BIND && rule_accepts(&reached[kind]))
		hooks |= HOOK(TCP);
	if (moments & SOCKOPT_AT_CONNECT)
		hooks |= connect;
	if (moments & (SOCKOPT_AT_LISTEN | SOCKOPT_AT_ACCEPT))
		hooks |= HOOK(TCP);
	return hooks;
}

/** The hooks that note for an action what a socket comes to; *ret_asks: it looks at what was noted. */
static unsigned hooks_of_memory(const struct policy_program *program, const struct policy_action *action,
				bool *ret_asks)
{
	unsigned moments = 0, hooks = 0;

	for (unsigned kind = 0; kind < COUNT(reached); kind++)
		moments |= action->moments[kind];
	/* What the program has set is noted where it is judged. */
	*ret_asks = action->verb == RULE_DEFAULT;
	if (moments & SOCKOPT_AT_SOCKET)
		hooks |= HOOK(CREATE);
	/* A listener that was not bound comes to bind as it listens. */
	if ((action->moments[POLICY_TCP4] | action->moments[POLICY_TCP6]) & SOCKOPT_AT_BIND)
		hooks |= HOOK(CREATE);
	/* It forces, or ends another one's force, from its moment on. */
	if (action->from & ~(unsigned)SOCKOPT_AT_SOCKET && has_force(program))
		hooks |= HOOK(BIND4) | HOOK(BIND6) | HOOK(CONNECT4) | HOOK(CONNECT6) | HOOK(TCP);
	*ret_asks |= hooks != 0;
	return hooks;
}

static unsigned hooks_of(const struct policy_action *action)
{
	unsigned hooks = action->verb == RULE_SET ? 0 : HOOK(SET);

	for (unsigned kind = 0; kind < COUNT(reached); kind++)
		hooks |= hooks_of_kind((enum policy_kind)kind, action->moments[kind]);
	return hooks;
}

static void choose_hooks(struct policy_program *program)
{
	for (unsigned i = 0; i < program->n_actions; i++) {
		const struct policy_action *action = &program->actions[i];
		bool asks;

		program->hooks |= hooks_of(action) | hooks_of_memory(program, action, &asks);
		program->has_memory |= asks;
		for (unsigned kind = 0; kind < COUNT(reached); kind++)
			program->moments |= action->moments[kind];
	}
}

int policy_compile(const struct rules *rules, unsigned sees, struct policy_program *ret,
		   struct policy_refusal *ret_refusal)
{
	struct compiler compiler = { .program = ret, .refusal = ret_refusal, .sees = sees };
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	memset(ret_refusal, 0, sizeof(*ret_refusal));
	for (size_t i = 0; i < rules->n && r == 0; i++) {
		compiler.rule = rules->list[i];
		r = compile_rule(&compiler);
	}
	if (r == 0)
		choose_hooks(ret);
	return r;
}

unsigned policy_moments(const struct policy_program *program, unsigned line)
{
	unsigned moments = 0;

	for (unsigned i = 0; i < program->n_actions; i++)
		for (unsigned kind = 0; kind < COUNT(reached) && program->actions[i].counter == line; kind++)
			moments |= program->actions[i].moments[kind];
	return moments;
}

unsigned policy_hooks(const struct policy_program *program, unsigned line)
{
	unsigned hooks = 0;

	for (unsigned i = 0; i < program->n_actions; i++)
		if (program->actions[i].counter == line)
			hooks |= hooks_of(&program->actions[i]);
	return hooks;
}
