/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <change-list.h>
#include <kernel-targets.h>
#include <kernel-types.h>
#include <record.h>

/* Made by bpftool, to the taste of others. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <change.skel.h>
#include <sockets.skel.h>
#ifdef HAVE_BPF_TRACE
#include <trace.skel.h>
#endif
#pragma GCC diagnostic pop

#include "test.h"

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

/** The object, opened, and what was cut out for it; the test is skipped where the kernel tells no types. */
static struct sockets_bpf *open_with(struct kernel_types *types)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct sockets_bpf *skeleton;

	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		SKIP_BECAUSE("this kernel tells no types of its own");
	libbpf_set_print(silent);
	assert_int_equal(kernel_types_begin(types), 0);
	opts.btf_custom_path = types->path;
	skeleton = sockets_bpf__open_opts(&opts);
	assert_non_null(skeleton);
	assert_int_equal(kernel_types_cut(types, skeleton->obj), 0);
	return skeleton;
}

/** What libbpf looks at in a member: its name, its place and width, and what it is. */
static void compare_members(const struct btf *cut, const struct btf_type *ours, const struct btf *all,
			    const struct btf_type *theirs)
{
	assert_int_equal(ours->info, theirs->info);
	assert_int_equal(ours->size, theirs->size);
	for (unsigned int i = 0; i < btf_vlen(ours); i++) {
		const struct btf_member *our = &btf_members(ours)[i], *their = &btf_members(theirs)[i];
		const struct btf_type *our_type = btf__type_by_id(cut, our->type);
		const struct btf_type *their_type = btf__type_by_id(all, their->type);

		while (btf_is_mod(their_type) || btf_is_typedef(their_type))
			their_type = btf__type_by_id(all, their_type->type);
		assert_string_equal(btf__name_by_offset(cut, our->name_off), btf__name_by_offset(all, their->name_off));
		assert_int_equal(our->offset, their->offset);
		assert_int_equal(btf_kind(our_type), btf_kind(their_type));
		if (!btf_is_ptr(their_type))
			assert_int_equal(btf__resolve_size(cut, our->type), btf__resolve_size(all, their->type));
		if (btf_is_composite(our_type))
			compare_members(cut, our_type, all, their_type);
		if (btf_is_int(our_type))
			assert_memory_equal(our_type + 1, their_type + 1, 4);
	}
}

static void the_types_are_those_of_the_kernel(void **state)
{
	static const char *const names[] = { "sock", "inet_sock", "tcp_sock", "unix_sock", "task_struct", "net" };
	struct kernel_types types;
	struct sockets_bpf *skeleton = open_with(&types);
	struct btf *cut = btf__parse(types.path, NULL), *all = btf__parse("/sys/kernel/btf/vmlinux", NULL);

	assert_non_null(cut);
	assert_non_null(all);
	for (size_t i = 0; i < COUNT(names); i++) {
		int ours = btf__find_by_name_kind(cut, names[i], BTF_KIND_STRUCT);
		int theirs = btf__find_by_name_kind(all, names[i], BTF_KIND_STRUCT);

		assert_true(ours > 0 && theirs > 0);
		compare_members(cut, btf__type_by_id(cut, (__u32)ours), all, btf__type_by_id(all, (__u32)theirs));
	}
	/* A few of them, not all. */
	assert_true(btf__type_cnt(cut) * 10 < btf__type_cnt(all));
	btf__free(cut);
	btf__free(all);
	sockets_bpf__destroy(skeleton);
	kernel_types_end(&types);
	assert_int_equal(types.fd, -1);
}

/** Is the instruction the same, but for the number of a map? */
static bool is_same(const struct bpf_insn *ours, const struct bpf_insn *theirs)
{
	bool is_map = ours->code == (BPF_LD | BPF_IMM | BPF_DW) && ours->src_reg;

	return memcmp(ours, theirs, offsetof(struct bpf_insn, imm)) == 0 && (is_map || ours->imm == theirs->imm);
}

/** Both are loaded. */
static void compare_programs(struct bpf_object *ours, struct bpf_object *theirs, size_t least)
{
	struct bpf_program *our, *their = NULL;

	bpf_object__for_each_program(our, ours)
	{
		size_t n = bpf_program__insn_cnt(our);

		their = bpf_object__next_program(theirs, their);
		assert_int_equal(n, bpf_program__insn_cnt(their));
		assert_true(n > least);
		for (size_t i = 0; i < n; i++)
			assert_true(is_same(&bpf_program__insns(our)[i], &bpf_program__insns(their)[i]));
	}
}

/** What libbpf makes of a program by the cut is what it makes of it by all types of the kernel. */
static void the_programs_are_the_same_with_these_alone(void **state)
{
	struct kernel_types types;
	struct sockets_bpf *ours = open_with(&types), *theirs = sockets_bpf__open();
	struct bpf_link *link;
	int r = sockets_bpf__load(ours);

	assert_non_null(theirs);
	if (r == -EPERM || r == -EACCES) {
		sockets_bpf__destroy(ours);
		sockets_bpf__destroy(theirs);
		kernel_types_end(&types);
		SKIP_BECAUSE("needs CAP_BPF and CAP_PERFMON");
	}
	assert_int_equal(r, 0);
	assert_int_equal(sockets_bpf__load(theirs), 0);
	compare_programs(ours->obj, theirs->obj, 500);
	/* It stands for the iterator of its section. */
	link = bpf_program__attach_iter(ours->progs.tell_tcp, NULL);
	assert_non_null(link);
	bpf_link__destroy(link);
	sockets_bpf__destroy(ours);
	sockets_bpf__destroy(theirs);
	kernel_types_end(&types);
}

#ifdef HAVE_BPF_TRACE
static struct trace_bpf *open_trace(const struct bpf_object_open_opts *opts)
{
	struct trace_bpf *skeleton = trace_bpf__open_opts(opts);

	assert_non_null(skeleton);
	bpf_map__set_max_entries(skeleton->maps.ring, 65536);
	bpf_program__set_autoload(skeleton->progs.tell_close, true);
	bpf_program__set_autoload(skeleton->progs.follow_fork, true);
	bpf_program__set_autoload(skeleton->progs.forget_process, true);
	return skeleton;
}

/** How many arguments the whole types of the kernel say. */
static int arguments_of(const struct btf *btf, const char *type_name)
{
	int id = btf__find_by_name_kind(btf, type_name, BTF_KIND_TYPEDEF);

	if (id < 0)
		return -ESRCH;
	id = (int)btf__type_by_id(btf, btf__type_by_id(btf, (__u32)id)->type)->type;
	return btf_vlen(btf__type_by_id(btf, (__u32)id)) - 1;
}

static void tracepoints_are_found_in_the_same_pass(void **state)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct kernel_types types;
	struct trace_bpf *ours, *theirs;
	struct btf *all;
	int r;

	sockets_bpf__destroy(open_with(&types));
	kernel_types_end(&types);
	assert_int_equal(kernel_types_begin(&types), 0);
	opts.btf_custom_path = types.path;
	ours = open_trace(&opts);
	theirs = open_trace(NULL);
	assert_int_equal(kernel_types_cut(&types, ours->obj), 0);

	all = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	assert_int_equal(kernel_targets_arguments("sys_exit"), 2);
	assert_int_equal(kernel_targets_arguments("sched_process_fork"), 2);
	assert_int_equal(kernel_targets_arguments("io_uring_complete"), arguments_of(all, "btf_trace_io_uring_complete"));
	assert_int_equal(kernel_targets_arguments("io_uring_submit_req"), arguments_of(all, "btf_trace_io_uring_submit_req"));
	assert_int_equal(kernel_targets_arguments("sys_exi"), -EINVAL);
	assert_null(kernel_targets_find(BTF_KIND_FUNC, "btf_trace_sys_exit"));
	assert_null(kernel_targets_find(BTF_KIND_TYPEDEF, "sys_exit"));
	btf__free(all);

	r = trace_bpf__load(ours);
	kernel_types_end(&types);
	assert_int_equal(kernel_targets_arguments("sys_exit"), -EINVAL);
	if (r == 0) {
		assert_int_equal(trace_bpf__load(theirs), 0);
		compare_programs(ours->obj, theirs->obj, 30);
	}
	trace_bpf__destroy(ours);
	trace_bpf__destroy(theirs);
	if (r == -EPERM || r == -EACCES)
		SKIP_BECAUSE("needs CAP_BPF and CAP_PERFMON");
	assert_int_equal(r, 0);
}
#endif

/** Without: libbpf reads all types itself, also after something was cut out for another object. */
static void without_it_all_is_as_before(void **state)
{
	struct kernel_types types = KERNEL_TYPES_NONE;
	struct change_bpf *skeleton;
	int r;

	kernel_types_end(&types);
	libbpf_set_print(silent);
	skeleton = change_bpf__open();
	assert_non_null(skeleton);
	assert_int_equal(kernel_types_cut(&types, skeleton->obj), -EINVAL);
	change_bpf__destroy(skeleton);
	skeleton = change_bpf__open();
	bpf_program__set_autoload(skeleton->progs.change_udp, false);
	r = change_bpf__load(skeleton);
	change_bpf__destroy(skeleton);
	if (r == -EPERM || r == -EACCES || access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		SKIP_BECAUSE("needs CAP_BPF and CAP_PERFMON, and a kernel that tells its types");
	assert_int_equal(r, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_types_are_those_of_the_kernel),
		cmocka_unit_test(the_programs_are_the_same_with_these_alone),
#ifdef HAVE_BPF_TRACE
		cmocka_unit_test(tracepoints_are_found_in_the_same_pass),
#endif
		cmocka_unit_test(without_it_all_is_as_before),
	};

	return RUN_TESTS(tests);
}
