/* SPDX-License-Identifier: MIT */
/* Checks on what configuration files set: the file's value, or else what a fresh socket has. */

#include "check-config.h"

#include <errno.h>
#include <string.h>

struct config_world {
	const struct config_socket *socket;
	const struct config_setting *setting;
	const struct check_machine *machine;
};

static const struct config_setting *find_setting(const struct config_socket *socket,
						 const struct sockopt_option *option)
{
	for (size_t i = 0; i < socket->n_settings; i++)
		if (socket->settings[i].option == option)
			return &socket->settings[i];
	return NULL;
}

static int ask_option(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	const struct config_world *world = context;
	const struct config_setting *setting = find_setting(world->socket, option);
	const struct check_machine *machine = world->machine;
	const struct sockopt_field *field = &option->get_type->fields[0];
	uint64_t bits;

	if (!setting)
		return machine->fresh ? machine->fresh(machine->context, &world->socket->facts.kind, option, ret) :
					-ENODATA;
	if ((option->get_type->form != SOCKOPT_FORM_SCALAR && option->get_type->form != SOCKOPT_FORM_STRUCT) ||
	    field->size > sizeof(bits) || setting->value > INT32_MAX / 2 ||
	    (setting->what == CONFIG_NUMBERED && setting->length != option->get_type->size))
		return -ENODATA;
	bits = (uint64_t)setting->value * (option->transform.kind == SOCKOPT_DOUBLED ? 2 : 1);
	memset(ret->bytes, 0, option->get_type->size);
	for (size_t i = 0; i < field->size; i++)
		ret->bytes[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : field->size - 1U - i] =
			(unsigned char)(bits >> (8 * i));
	ret->length = option->get_type->size;
	return 0;
}

static int find_given(void *context, const struct sockopt_option *option, int64_t *ret)
{
	const struct config_world *world = context;

	*ret = option && find_setting(world->socket, option);
	return 0;
}

static int ask_sysctl(void *context, const char *name, int64_t *ret)
{
	const struct config_world *world = context;

	return world->machine->sysctl ? world->machine->sysctl(world->machine->context, name, ret) : -ENODATA;
}

static int find_in_range(const struct config_setting *setting, int64_t *ret)
{
	const struct sockopt_option *option = setting->option;

	if (!option || option->n_ranges == 0 || (setting->what == CONFIG_NUMBERED && setting->length != sizeof(int)))
		return -ENODATA;
	*ret = check_in_range(option, setting->value);
	return 0;
}

/** Set in a state in which it comes too late; a socket that connects never listens. */
static int find_late(const struct config_world *world, int64_t *ret)
{
	const struct config_setting *setting = world->setting;
	struct facts facts = { .kind = world->socket->facts.kind, .state = setting->state };
	bool connects = world->socket->facts.state == FACTS_ESTABLISHED;

	*ret = (connects && setting->state == FACTS_LISTENING) ||
	       (setting->option->moments && !(setting->option->moments & facts_moments_left(&facts)));
	return 0;
}

/** Of what connects the address may be of either family. */
static int find_applies(const struct config_world *world, int64_t *ret)
{
	struct sockopt_kind kind = world->socket->facts.kind;
	const struct sockopt_option *option = world->setting->option;

	if (!(option->access & SOCKOPT_SET))
		return -ENODATA;
	*ret = sockopt_applies(option, &kind, SOCKOPT_SET);
	if (world->socket->facts.state == FACTS_ESTABLISHED) {
		kind.family = AF_INET6;
		*ret |= sockopt_applies(option, &kind, SOCKOPT_SET);
	}
	return 0;
}

/** Of an option that the file names by its level and number. */
static int find_of_numbered(const struct config_world *world, enum check_fact fact, int64_t *ret)
{
	const struct config_setting *setting = world->setting;
	const struct sockopt_option *option = setting->option;

	switch (fact) {
	case CHECK_FACT_UNLISTED: *ret = !option; return 0;
	case CHECK_FACT_LEVEL_NUMBER: *ret = setting->level; return 0;
	case CHECK_FACT_OPTION_NUMBER: *ret = setting->number; return 0;
	case CHECK_FACT_LENGTH: *ret = (int64_t)setting->length; return setting->length ? 0 : -ENODATA;
	default: break;
	}
	if (!option)
		return -ENODATA;
	switch (fact) {
	case CHECK_FACT_LATE: return find_late(world, ret);
	case CHECK_FACT_APPLIES: return find_applies(world, ret);
	case CHECK_FACT_SETTABLE: *ret = (option->access & SOCKOPT_SET) != 0; return 0;
	case CHECK_FACT_SIZE:
		if (!option->type || option->type->form == SOCKOPT_FORM_ARRAY)
			return -ENODATA;
		*ret = option->type->size;
		return 0;
	default: return -ENODATA;
	}
}

static int find_fact(void *context, enum check_fact fact, int64_t *ret)
{
	const struct config_world *world = context;
	const struct config_setting *setting = world->setting;
	const struct check_machine *machine = world->machine;
	const struct facts_address *local = &world->socket->facts.local;

	switch (fact) {
	case CHECK_FACT_IN_RANGE: return find_in_range(setting, ret);
	case CHECK_FACT_FORCED: *ret = setting->forced; return 0;
	case CHECK_FACT_GONE: *ret = setting->what == CONFIG_GONE; return 0;
	case CHECK_FACT_PORT: *ret = local->port; return *ret ? 0 : -ENODATA;
	case CHECK_FACT_BACKLOG: *ret = setting->value; return setting->what == CONFIG_BACKLOG ? 0 : -ENODATA;
	case CHECK_FACT_ROUTES_BY_MARK:
		return machine->routes_by_mark ? machine->routes_by_mark(machine->context, local->family, ret) :
						 -ENODATA;
	case CHECK_FACT_ADDRESS_IS_HERE:
		return machine->address_is_here ? machine->address_is_here(machine->context, local, ret) : -ENODATA;
	default: return setting->what == CONFIG_NUMBERED ? find_of_numbered(world, fact, ret) : -ENODATA;
	}
}

/** Facts of the setting under judgement; the others are the socket's. */
static bool is_of_setting(enum check_fact fact)
{
	return fact != CHECK_FACT_FORCED && fact != CHECK_FACT_PORT && fact != CHECK_FACT_ADDRESS_IS_HERE &&
	       fact != CHECK_FACT_ROUTES_BY_MARK;
}

/** Does the condition look at the setting itself, or name its option before that of any other setting? */
static bool is_about(const struct check *check, const struct config_socket *socket,
		     const struct config_setting *setting)
{
	const struct check_program *program = &check->when[CHECK_CONFIG];

	for (size_t i = 0; i < program->n_steps; i++)
		if (program->steps[i].op == CHECK_FACT && is_of_setting(program->steps[i].fact))
			return true;
	for (size_t i = 0; setting->option && i < socket->n_settings; i++)
		for (size_t k = 0; k < program->n_steps; k++)
			if ((program->steps[k].op == CHECK_OPTION || program->steps[k].op == CHECK_GIVEN) &&
			    sockopt_find(program->steps[k].name) == socket->settings[i].option)
				return &socket->settings[i] == setting;
	return false;
}

/** Is the setting's option one of those that the check is for? */
static bool is_for(const struct check *check, const struct config_setting *setting)
{
	for (const char *const *name = check->options; setting->option && name && *name; name++)
		if (strcmp(*name, setting->option->name) == 0)
			return true;
	return !check->options || !check->options[0];
}

bool check_config_finds(const struct check *check, const struct selector *selector, const struct config_socket *socket,
			const struct config_setting *setting, const struct check_machine *machine,
			struct check_finding *ret)
{
	struct config_world context = { socket, setting, machine };
	struct check_world world = {
		.kind = socket->facts.kind,
		.option = ask_option,
		.fresh = NULL,
		.given = find_given,
		.sysctl = ask_sysctl,
		.about = setting->option,
		.fact = find_fact,
		.context = &context,
	};

	if (!check_applies(check, CHECK_CONFIG) || !is_for(check, setting) || !is_about(check, socket, setting))
		return false;
	if (check->socket && (!selector || !selector_matches(selector, &socket->facts)))
		return false;
	if (!check_judge(check, CHECK_CONFIG, &world, ret))
		return false;
	ret->option = setting->option;
	return true;
}
