/* SPDX-License-Identifier: MIT */
/* Loading a BPF object by its skeleton, whichever that is: fast, or else in libbpf's own way. */
#ifndef LIVE_BPF_LOAD_H
#define LIVE_BPF_LOAD_H

struct bpf_object;
struct bpf_object_open_opts;

/** What is different from skeleton to skeleton. */
struct bpf_loader {
	/** Opens it and fills in what must stand before loading. @return NULL: it cannot be opened (errno) */
	struct bpf_object *(*open)(void *context, const struct bpf_object_open_opts *opts);
	int (*load)(void *context); /* @return 0 or -errno */
	/** After open or load failed; either may not have been reached. */
	void (*close)(void *context);
};

/**
 * @brief Loads with the kernel types that are cut out for it (kernel-types.h), or else with all that libbpf reads.
 * @return 0 or -errno: then it is closed
 */
int bpf_load(const struct bpf_loader *loader, void *context);

#endif
