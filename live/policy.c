/* SPDX-License-Identifier: MIT */
/* Compiled rules in the kernel. */

#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Made by bpftool, to the taste of others. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <policy-types.skel.h>
#include <policy.skel.h>
#pragma GCC diagnostic pop

#include "bpf-privileges.h"
#include "policy-bpf.h"
#include "privilege.h"
#include "tidy.h"

#define N_(text) text
#define RING_SIZE (1U << 21) /* of a report of everything */
/* PROC_CGROUP_INIT_INO and PROC_PID_INIT_INO of linux/proc_ns.h */
#define INITIAL_CGROUP_NAMESPACE 0xEFFFFFFB
#define INITIAL_PID_NAMESPACE 0xEFFFFFFC

struct policy {
	struct bpf_object *object;
	struct bpf_program *programs[POLICY_N_HOOKS];      /* NULL: not needed */
	struct ring_buffer *ring;                          /* NULL: no events */
	const volatile struct policy_variables *variables; /* in memory that the kernel's side writes to */
	void (*each)(void *context, const struct policy_event *event);
	void *context;
};

static const char *const program_names[] = {
	[POLICY_AT_CREATE] = "at_create",
	[POLICY_AT_BIND4] = "at_bind4",
	[POLICY_AT_BIND6] = "at_bind6",
	[POLICY_AT_CONNECT4] = "at_connect4",
	[POLICY_AT_CONNECT6] = "at_connect6",
	[POLICY_AT_SEND4] = "at_send4",
	[POLICY_AT_SEND6] = "at_send6",
	[POLICY_AT_SET] = "at_set",
	[POLICY_AT_TCP] = "at_tcp",
};

int policy_refuse(struct policy_obstacle *ret, int error, const char *what, const char *hint)
{
	*ret = (struct policy_obstacle){ .error = error, .what = what, .hint = hint };
	return -error;
}

static bool is_initial(const char *namespace, ino_t inode)
{
	struct stat status;

	return stat(namespace, &status) == 0 && status.st_ino == inode;
}

unsigned policy_sees(void)
{
	return (is_initial("/proc/self/ns/pid", INITIAL_PID_NAMESPACE) ? POLICY_SEES_PIDS : 0U) |
	       (is_initial("/proc/self/ns/cgroup", INITIAL_CGROUP_NAMESPACE) ? POLICY_SEES_CGROUPS : 0U);
}

static bool may_attach(void)
{
	cap_flag_value_t value = CAP_CLEAR;
	cap_t own = cap_get_proc();

	if (own) {
		cap_get_flag(own, CAP_NET_ADMIN, CAP_EFFECTIVE, &value);
		cap_free(own);
	}
	return value == CAP_SET;
}

int policy_probe(struct policy_obstacle *ret_obstacle)
{
	privilege_set_bpf(CAP_EFFECTIVE, CAP_SET);
	if (privilege_for_bpf() && may_attach())
		return 0;
	return policy_refuse(ret_obstacle, EPERM, N_("it needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN"),
			     N_("to own a cgroup is not enough: its owner may make cgroups in it and move processes, but load no "
				"BPF program; 'sockopt run --engine notify' needs no right"));
}

void policy_drop_privileges(void)
{
	privilege_set_bpf(CAP_EFFECTIVE, CAP_CLEAR);
	privilege_set_bpf(CAP_PERMITTED, CAP_CLEAR);
}

static int fill(struct bpf_object *object, const struct policy_program *program, enum policy_tells tells)
{
	struct policy_constants *constants = NULL;
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		size_t size;
		const void *value = bpf_map__initial_value(map, &size);

		if (value && strstr(bpf_map__name(map), "rodata.rules") && size == sizeof(*constants))
			constants = (void *)(uintptr_t)value;
		if (strcmp(bpf_map__name(map), "events") == 0)
			bpf_map__set_max_entries(map, tells == POLICY_TELLS_ALL ? RING_SIZE : page);
	}
	if (!constants)
		return -EINVAL;
	memcpy(constants->actions, program->actions, sizeof(program->actions));
	memcpy(constants->tests, program->tests, sizeof(program->tests));
	memcpy(constants->patterns, program->patterns, sizeof(program->patterns));
	constants->n_actions = program->n_actions;
	constants->has_memory = program->has_memory;
	constants->moments = (__u8)program->moments;
	constants->tells = (__u8)tells;
	return 0;
}

static int choose_programs(struct policy *policy, unsigned hooks)
{
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		struct bpf_program *program = bpf_object__find_program_by_name(policy->object, program_names[hook]);

		if (!program)
			return -EINVAL;
		bpf_program__set_autoload(program, hooks >> hook & 1);
		policy->programs[hook] = hooks >> hook & 1 ? program : NULL;
	}
	return 0;
}

static bool has_types(void)
{
	return access("/sys/kernel/btf/vmlinux", R_OK) == 0;
}

static int open_and_load(struct policy *policy, const struct policy_program *program, enum policy_tells tells,
			 bool with_types)
{
	size_t size;
	const void *bytes = with_types ? policy_types_bpf__elf_bytes(&size) : policy_bpf__elf_bytes(&size);
	int r;

	bpf_object__close(policy->object);
	policy->object = bpf_object__open_mem(bytes, size, NULL);
	if (!policy->object)
		return -errno;
	r = fill(policy->object, program, tells);
	if (r == 0)
		r = choose_programs(policy, program->hooks);
	if (r == 0)
		r = bpf_object__load(policy->object);
	return r;
}

static int take_event(void *context, void *data, size_t size)
{
	const struct policy *policy = context;

	if (size >= sizeof(struct policy_event))
		policy->each(policy->context, data);
	return 0;
}

/** The variables of the kernel's side, in memory that both see; NULL and errno. */
static const volatile struct policy_variables *map_variables(struct bpf_object *object)
{
	struct bpf_map *map;
	void *memory = MAP_FAILED;

	errno = EINVAL;
	bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), ".bss"))
		memory = mmap(NULL, sizeof(struct policy_variables), PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static int open_events(struct policy *policy)
{
	struct bpf_map *map = bpf_object__find_map_by_name(policy->object, "events");

	policy->ring = ring_buffer__new(bpf_map__fd(map), take_event, policy, NULL);
	if (!policy->ring)
		return -errno;
	policy->variables = map_variables(policy->object);
	return policy->variables ? 0 : -errno;
}

int policy_load(const struct policy_program *program, enum policy_tells tells, struct policy **ret,
		struct policy_obstacle *ret_obstacle)
{
	struct policy *policy;
	int r = policy_probe(ret_obstacle);

	if (r < 0)
		return r;
	if (program->needs_types && !has_types())
		return policy_refuse(ret_obstacle, EOPNOTSUPP,
				     N_("this kernel tells no types of its own (/sys/kernel/btf/vmlinux), and 'process', 'cgroup' and 'netns' need them"),
				     NULL);
	bpf_stay_silent();
	policy = calloc(1, sizeof(*policy));
	if (!policy)
		return policy_refuse(ret_obstacle, ENOMEM, N_("memory is short"), NULL);
	r = open_and_load(policy, program, tells, program->needs_types);
	/* Before 6.16 a sockops program has no helper for who the process is. */
	if (r == -EINVAL && !program->needs_types && has_types())
		r = open_and_load(policy, program, tells, true);
	if (r == 0 && tells)
		r = open_events(policy);
	if (r < 0) {
		policy_free(policy);
		return policy_refuse(ret_obstacle, -r, N_("this kernel does not take its programs"),
				     N_("they need Linux 5.19 or later, with CONFIG_CGROUP_BPF"));
	}
	*ret = policy;
	return 0;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	ring_buffer__free(policy->ring);
	if (policy->variables)
		munmap((void *)(uintptr_t)policy->variables, sizeof(*policy->variables));
	bpf_object__close(policy->object);
	free(policy);
}

int policy_program_fd(const struct policy *policy, enum policy_hook hook)
{
	return policy->programs[hook] ? bpf_program__fd(policy->programs[hook]) : -1;
}

/** Of a hook that has a program. */
static enum bpf_attach_type attach_type(const struct policy *policy, enum policy_hook hook)
{
	return bpf_program__expected_attach_type(policy->programs[hook]);
}

static void unstick(const struct policy *policy, enum policy_hook hook, int cgroup_fd)
{
	if (policy->programs[hook])
		bpf_prog_detach2(policy_program_fd(policy, hook), cgroup_fd, attach_type(policy, hook));
}

int policy_stick(struct policy *policy, int cgroup_fd)
{
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		int r;

		if (!policy->programs[hook])
			continue;
		r = bpf_prog_attach(policy_program_fd(policy, hook), cgroup_fd, attach_type(policy, hook),
				    BPF_F_ALLOW_MULTI);
		if (r == 0)
			continue;
		r = -errno;
		while (hook-- > 0)
			unstick(policy, hook, cgroup_fd);
		return r;
	}
	return 0;
}

int policy_counters_fd(const struct policy *policy)
{
	return bpf_map__fd(bpf_object__find_map_by_name(policy->object, "counters"));
}

static void add_counters(struct policy_counters *to, const struct policy_counters *from)
{
	to->hits += from->hits;
	to->overrides += from->overrides;
	to->refusals += from->refusals;
	to->logged += from->logged;
	to->failures += from->failures;
	if (from->error)
		to->error = from->error;
}

int policy_read_counters(int fd, unsigned n_lines, struct policy_counters *ret)
{
	int n = libbpf_num_possible_cpus();
	struct policy_counters *each;
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int r = 0;

	if (n < 0)
		return n;
	/* What is pinned may be something else. */
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_PERCPU_ARRAY || info.value_size != sizeof(*each) || info.max_entries < n_lines)
		return -EINVAL;
	each = calloc((size_t)n, sizeof(*each));
	if (!each)
		return -ENOMEM;
	for (unsigned line = 0; line < n_lines && r == 0; line++) {
		ret[line] = (struct policy_counters){ 0 };
		if (bpf_map_lookup_elem(fd, &line, each) < 0)
			r = -errno;
		for (int cpu = 0; cpu < n && r == 0; cpu++)
			add_counters(&ret[line], &each[cpu]);
	}
	free(each);
	return r;
}

int policy_events_fd(const struct policy *policy)
{
	return policy->ring ? ring_buffer__epoll_fd(policy->ring) : -1;
}

int policy_ring_fd(const struct policy *policy)
{
	return bpf_map__fd(bpf_object__find_map_by_name(policy->object, "events"));
}

uint64_t policy_lost(const struct policy *policy)
{
	return policy->variables->lost_events;
}

int policy_events(struct policy *policy, void (*each)(void *context, const struct policy_event *event), void *context)
{
	if (!policy->ring)
		return 0;
	policy->each = each;
	policy->context = context;
	return ring_buffer__consume(policy->ring);
}
