/* SPDX-License-Identifier: MIT */
/* (entry, operation, errno) -> the cause, from the catalogue. */

#include <errno.h>

#include "sockopt.h"

static bool refused_with(const struct sockopt_option *option, enum sockopt_access access, int error)
{
	for (size_t i = 0; i < option->n_refused; i++)
		if (option->refused[i].access == access && option->refused[i].error == error)
			return true;
	return false;
}

static enum sockopt_problem problem_of(const struct sockopt_option *option, const struct sockopt_kind *kind,
				       enum sockopt_access access, int error)
{
	int otherwise = access == SOCKOPT_GET ? option->otherwise_get : option->otherwise;
	const struct sockopt_privilege *privilege = &option->privilege;

	if (!(option->access & (unsigned)access))
		return access == SOCKOPT_GET ? SOCKOPT_CANNOT_GET : SOCKOPT_CANNOT_SET;
	if (kind && !sockopt_applies(option, kind, access))
		return SOCKOPT_DOES_NOT_APPLY;
	if (privilege->capabilities && privilege->access == access && privilege->error == error)
		return SOCKOPT_NOT_PERMITTED;
	if (refused_with(option, access, error))
		return SOCKOPT_WRONG_STATE;
	if (error == ENOPROTOOPT || error == otherwise || error == EOPNOTSUPP)
		return SOCKOPT_NOT_IN_KERNEL;
	if (error == option->range_errno)
		return SOCKOPT_OUT_OF_RANGE;
	return SOCKOPT_REFUSED;
}

void sockopt_why(const struct sockopt_option *option, const struct sockopt_kind *kind, enum sockopt_access access,
		 int error, struct sockopt_error *ret)
{
	*ret = (struct sockopt_error){
		.problem = problem_of(option, kind, access, error),
		.error = error,
		.option = option,
	};
}
