/* SPDX-License-Identifier: MIT */
/* The capabilities that loading BPF programs needs. */

#include "privilege.h"

static bool has_capability(cap_t own, cap_value_t capability)
{
	cap_flag_value_t value = CAP_CLEAR;

	return cap_get_flag(own, capability, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

/** CAP_SYS_ADMIN stands for both, as before Linux 5.8. */
bool privilege_for_bpf(void)
{
	cap_t own = cap_get_proc();
	bool permitted = own && (has_capability(own, CAP_SYS_ADMIN) ||
				 (has_capability(own, CAP_BPF) && has_capability(own, CAP_PERFMON)));

	if (own)
		cap_free(own);
	return permitted;
}

bool privilege_has(cap_value_t capability)
{
	cap_t own = cap_get_proc();
	bool has = own && has_capability(own, capability);

	if (own)
		cap_free(own);
	return has;
}

void privilege_set_bpf(cap_flag_t set, cap_flag_value_t value)
{
	static const cap_value_t only_for_loading[] = { CAP_BPF, CAP_PERFMON };
	cap_t own = cap_get_proc();

	if (own && cap_set_flag(own, set, 2, only_for_loading, value) == 0)
		cap_set_proc(own);
	if (own)
		cap_free(own);
}
