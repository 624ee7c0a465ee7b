/* SPDX-License-Identifier: MIT */
#include "bpf-load.h"

#include <errno.h>
#include <stdbool.h>

#include <bpf/libbpf.h>

#include "kernel-types.h"

static int try(const struct bpf_loader *loader, void *context, bool with_cut)
{
	struct kernel_types types = KERNEL_TYPES_NONE;
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_object *object;
	int r = with_cut ? kernel_types_begin(&types) : 0;

	if (r < 0)
		return r;
	if (with_cut)
		opts.btf_custom_path = types.path;
	object = loader->open(context, &opts);
	r = object ? 0 : -errno;
	if (r == 0 && with_cut)
		r = kernel_types_cut(&types, object);
	if (r == 0)
		r = loader->load(context);
	kernel_types_end(&types);
	if (r < 0)
		loader->close(context);
	return r;
}

int bpf_load(const struct bpf_loader *loader, void *context)
{
	int r = try(loader, context, true);

	return r < 0 ? try(loader, context, false) : r;
}
