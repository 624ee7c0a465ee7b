/* SPDX-License-Identifier: MIT */
#include "kernel-pass.h"

#include <stdlib.h>

#include "cmd.h"

void kernel_pass_add(struct kernel_pass *pass, size_t whose, struct bpf_change change)
{
	if (pass->n == pass->room) {
		pass->room = pass->room ? pass->room * 2 : 64;
		pass->changes = xrealloc(pass->changes, pass->room * sizeof(*pass->changes));
		pass->whose = xrealloc(pass->whose, pass->room * sizeof(*pass->whose));
	}
	pass->whose[pass->n] = whose;
	pass->changes[pass->n++] = change;
}

void kernel_pass_free(struct kernel_pass *pass)
{
	free(pass->changes);
	free(pass->whose);
}
