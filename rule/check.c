/* SPDX-License-Identifier: MIT */
/* Conditions decided: a stack of numbers that may not be known. */

#include "check.h"

#include <assert.h>
#include <strings.h>

const struct check *check_find(const char *id)
{
	for (size_t i = 0; i < check_count; i++)
		if (strcasecmp(check_table[i].id, id) == 0)
			return &check_table[i];
	return NULL;
}

const char *check_severity_word(enum check_severity severity)
{
	static const char *const words[] = { "note", "warning", "error" };

	return words[severity];
}

const char *check_place_word(enum check_place place)
{
	static const char *const words[] = { "live", "trace", "source", "config" };

	return words[place];
}

bool check_applies(const struct check *check, enum check_place place)
{
	return check->when[place].n_steps > 0;
}

static const struct check_number unknown = { .known = false };

static struct check_number known(int64_t number)
{
	return (struct check_number){ .known = true, .number = number };
}

/** Times in microseconds, whatever the option counts in. */
static int64_t in_base_unit(const struct sockopt_field *field, int64_t number)
{
	int64_t result;

	switch (field->unit) {
	case SOCKOPT_UNIT_S: return __builtin_mul_overflow(number, 1000000, &result) ? INT64_MAX : result;
	case SOCKOPT_UNIT_MS: return __builtin_mul_overflow(number, 1000, &result) ? INT64_MAX : result;
	case SOCKOPT_UNIT_NS: return number / 1000;
	default: return number;
	}
}

/** A field that this kernel's value is too short for is not known. */
static struct check_number field_of(const struct sockopt_option *option, unsigned int index,
				    const struct sockopt_value *value)
{
	const struct sockopt_type *type = option->get_type;
	const struct sockopt_field *field = &type->fields[index];

	if (index >= type->n_fields || (size_t)field->offset + field->size > value->length)
		return unknown;
	return known(in_base_unit(field, sockopt_field_number(field, value->bytes, 0)));
}

static struct check_number ask_option(const struct check_step *step, const struct check_world *world)
{
	const struct sockopt_option *option = sockopt_find(step->name);
	int (*get)(void *context, const struct sockopt_option *option, struct sockopt_value *ret) =
		step->op == CHECK_OPTION ? world->option : step->op == CHECK_KEPT ? world->kept :
										    world->fresh;
	struct sockopt_value value;

	option = option ? sockopt_twin_for(option, &world->kind, SOCKOPT_GET) : NULL;
	if (!option || !get || get(world->context, option, &value) < 0)
		return unknown;
	return field_of(option, step->field, &value);
}

static struct check_number ask(const struct check_step *step, const struct check_world *world)
{
	int64_t number, product;

	switch (step->op) {
	case CHECK_OPTION:
	case CHECK_KEPT:
	case CHECK_DEFAULT: return ask_option(step, world);
	case CHECK_GIVEN:
		if (!world->given || world->given(world->context, sockopt_find(step->name), &number) < 0)
			return unknown;
		return known(number);
	case CHECK_ABOUT: return known(world->about && world->about == sockopt_find(step->name));
	case CHECK_SYSCTL:
		if (!world->sysctl || world->sysctl(world->context, step->name, &number) < 0 ||
		    __builtin_mul_overflow(number, step->number, &product))
			return unknown;
		return known(product);
	case CHECK_FACT:
		if (!world->fact || world->fact(world->context, step->fact, &number) < 0)
			return unknown;
		return known(number);
	default: return known(step->number);
	}
}

/** What overflows, or divides by 0, is not known. */
static struct check_number reckon(enum check_op op, int64_t a, int64_t b)
{
	int64_t result;

	switch (op) {
	case CHECK_ADD: return __builtin_add_overflow(a, b, &result) ? unknown : known(result);
	case CHECK_SUBTRACT: return __builtin_sub_overflow(a, b, &result) ? unknown : known(result);
	case CHECK_MULTIPLY: return __builtin_mul_overflow(a, b, &result) ? unknown : known(result);
	case CHECK_DIVIDE: return b == 0 || (a == INT64_MIN && b == -1) ? unknown : known(a / b);
	case CHECK_BITS: return known(a & b);
	case CHECK_SHIFT:
		if (b < 0 || b > 62 || __builtin_mul_overflow(a, INT64_C(1) << b, &result))
			return unknown;
		return known(result);
	case CHECK_MAX: return known(a > b ? a : b);
	case CHECK_MIN: return known(a < b ? a : b);
	case CHECK_EQUAL: return known(a == b);
	case CHECK_UNEQUAL: return known(a != b);
	case CHECK_LESS: return known(a < b);
	case CHECK_AT_MOST: return known(a <= b);
	case CHECK_MORE: return known(a > b);
	default: return known(a >= b);
	}
}

/** Three-valued, as selectors are: what is not known decides nothing that the other side decides. */
static struct check_number join(enum check_op op, struct check_number a, struct check_number b)
{
	bool decides = op == CHECK_OR;

	if ((a.known && (a.number != 0) == decides) || (b.known && (b.number != 0) == decides))
		return known(decides);
	return a.known && b.known ? known(!decides) : unknown;
}

static struct check_number combine(enum check_op op, struct check_number a, struct check_number b)
{
	if (op == CHECK_AND || op == CHECK_OR)
		return join(op, a, b);
	return a.known && b.known ? reckon(op, a.number, b.number) : unknown;
}

struct check_number check_value(const struct check_program *program, const struct check_world *world)
{
	struct check_number stack[CHECK_STACK];
	size_t depth = 0;

	for (size_t i = 0; i < program->n_steps; i++) {
		const struct check_step *step = &program->steps[i];

		if (step->op <= CHECK_FACT) {
			assert(depth < CHECK_STACK);
			stack[depth++] = ask(step, world);
		} else if (step->op == CHECK_NOT) {
			assert(depth >= 1);
			stack[depth - 1].number = !stack[depth - 1].number;
		} else {
			assert(depth >= 2);
			depth--;
			stack[depth - 1] = combine(step->op, stack[depth - 1], stack[depth]);
		}
	}
	assert(depth == 1);
	return stack[0];
}

bool check_in_range(const struct sockopt_option *option, int64_t number)
{
	for (size_t i = 0; i < option->n_ranges; i++) {
		const struct sockopt_range *range = &option->ranges[i];
		bool is_unsigned = range->least >= 0 && range->greatest < range->least;

		if (is_unsigned && (uint64_t)number >= (uint64_t)range->least &&
		    (uint64_t)number <= (uint64_t)range->greatest)
			return true;
		if (number >= range->least && number <= range->greatest)
			return true;
	}
	return false;
}

bool check_judge(const struct check *check, enum check_place place, const struct check_world *world,
		 struct check_finding *ret)
{
	struct check_number truth;

	if (!check_applies(check, place))
		return false;
	truth = check_value(&check->when[place], world);
	if (!truth.known || truth.number == 0)
		return false;
	*ret = (struct check_finding){ .check = check };
	for (size_t i = 0; i < check->n_holes; i++)
		ret->numbers[i] = check_value(&check->holes[i], world);
	return true;
}
