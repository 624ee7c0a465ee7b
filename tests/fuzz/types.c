/* SPDX-License-Identifier: MIT */
/* Any bytes as the types that the kernel tells: what is cut out of them are types that libbpf reads. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <kernel-targets.h>
#include <kernel-types.h>
#include <record.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Made by bpftool, to the taste of others. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <sockets.skel.h>
#pragma GCC diagnostic pop

#include "fuzz.h"

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level > LIBBPF_DEBUG && format && arguments;
}

static void check_cut(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	void *cut = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	struct btf *btf = cut == MAP_FAILED ? NULL : btf__new(cut, (__u32)size);

	if (!btf)
		abort();
	btf__free(btf);
	munmap(cut, (size_t)size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sockets_bpf *skeleton;
	struct kernel_types types = { .fd = memfd_create("fuzz", MFD_CLOEXEC) };
	void *bytes = fuzz_bytes(data, size);

	if (!skeleton) {
		libbpf_set_print(silent);
		skeleton = sockets_bpf__open();
	}
	if (!skeleton || types.fd < 0)
		abort();
	if (kernel_types_cut_from(bytes, size, &types, skeleton->obj) == 0)
		check_cut(types.fd);
	kernel_types_end(&types);
	free(bytes);
	return 0;
}
