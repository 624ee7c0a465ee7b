/* SPDX-License-Identifier: MIT */
/* What we lack to look into processes of others. */

#include "missing.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define N_(text) text
#define BIT(capability) (UINT64_C(1) << (capability))

/** Without libcap, which a build without BPF does not have. */
static uint64_t effective(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &head, data) < 0)
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

const char *missing_for_others(bool by_proc)
{
	uint64_t own = effective();

	if (!by_proc || own & (BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_DAC_OVERRIDE)))
		return "CAP_SYS_PTRACE";
	return own & BIT(CAP_SYS_PTRACE) ? "CAP_DAC_READ_SEARCH" : N_("CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH");
}
