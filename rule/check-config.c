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
	const struct sockopt_field *field = &option->get_type->fields[0];
	uint64_t bits;

	if (!setting)
		return world->machine->fresh ? world->machine->fresh(world->machine->context, option, ret) : -ENODATA;
	if (option->get_type->form != SOCKOPT_FORM_SCALAR || field->size > sizeof(bits) ||
	    setting->value > INT32_MAX / 2)
		return -ENODATA;
	bits = (uint64_t)setting->value * (option->transform.kind == SOCKOPT_DOUBLED ? 2 : 1);
	memset(ret->bytes, 0, field->size);
	for (size_t i = 0; i < field->size; i++)
		ret->bytes[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : field->size - 1U - i] =
			(unsigned char)(bits >> (8 * i));
	ret->length = field->size;
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

static int find_fact(void *context, enum check_fact fact, int64_t *ret)
{
	const struct config_world *world = context;
	const struct sockopt_option *option = world->setting->option;
	int64_t value = world->setting->value;

	if (fact != CHECK_FACT_IN_RANGE || option->n_ranges == 0)
		return -ENODATA;
	*ret = 0;
	for (size_t i = 0; i < option->n_ranges; i++)
		if (value >= option->ranges[i].least && value <= option->ranges[i].greatest)
			*ret = 1;
	return 0;
}

/** Does the condition look at the setting itself, or name its option before that of any other setting? */
static bool is_about(const struct check *check, const struct config_socket *socket,
		     const struct config_setting *setting)
{
	const struct check_program *program = &check->when[CHECK_CONFIG];

	for (size_t i = 0; i < program->n_steps; i++)
		if (program->steps[i].op == CHECK_FACT)
			return true;
	for (size_t i = 0; i < socket->n_settings; i++)
		for (size_t k = 0; k < program->n_steps; k++)
			if ((program->steps[k].op == CHECK_OPTION || program->steps[k].op == CHECK_GIVEN) &&
			    sockopt_find(program->steps[k].name) == socket->settings[i].option)
				return &socket->settings[i] == setting;
	return false;
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
		.fact = find_fact,
		.context = &context,
	};

	if (!check_applies(check, CHECK_CONFIG) || !is_about(check, socket, setting))
		return false;
	if (check->socket && (!selector || !selector_matches(selector, &socket->facts)))
		return false;
	if (!check_judge(check, CHECK_CONFIG, &world, ret))
		return false;
	ret->option = setting->option;
	return true;
}
