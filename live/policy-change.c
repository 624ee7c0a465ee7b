/* SPDX-License-Identifier: MIT */
/* The hooks of a policy that is pinned. */

#include "policy-change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Made by bpftool, to the taste of others. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <policy-way.skel.h>
#pragma GCC diagnostic pop

#include "tidy.h"

#define N_GENERATIONS 2

static const char *const words[] = {
	[POLICY_AT_CREATE] = "create",
	[POLICY_AT_BIND4] = "bind4",
	[POLICY_AT_BIND6] = "bind6",
	[POLICY_AT_CONNECT4] = "connect4",
	[POLICY_AT_CONNECT6] = "connect6",
	[POLICY_AT_SEND4] = "send4",
	[POLICY_AT_SEND6] = "send6",
	[POLICY_AT_SET] = "set",
	[POLICY_AT_TCP] = "tcp",
};

/** FOLDER/link_bind4, the map FOLDER/to_bind4, the program via_bind4. */
static void hook_path(const char *folder, const char *what, enum policy_hook hook, char *ret)
{
	snprintf(ret, POLICY_PIN_PATH_SIZE, "%s/%s%s", folder, what, words[hook]);
}

static int open_pin(const char *folder, const char *name)
{
	char path[POLICY_PIN_PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

/* ---- links ---- */

/** The cgroup that a link is attached to; 0: none any more. */
static int cgroup_of_link(int fd, __u64 *ret_cgroup)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_LINK_TYPE_CGROUP)
		return -EINVAL;
	*ret_cgroup = info.cgroup.cgroup_id;
	return 0;
}

int policy_attached(const char *folder, unsigned *ret)
{
	unsigned hooks = 0;

	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		char path[POLICY_PIN_PATH_SIZE];
		autoclose int fd = -1;
		__u64 cgroup = 0;
		int r;

		hook_path(folder, "link_", (enum policy_hook)hook, path);
		fd = bpf_obj_get(path);
		if (fd < 0 && errno == ENOENT)
			continue;
		r = fd < 0 ? -errno : cgroup_of_link(fd, &cgroup);
		/* Something else that somebody pinned there is no link of ours. */
		if (r < 0 && r != -EINVAL)
			return r;
		if (cgroup)
			hooks |= 1U << hook;
	}
	*ret = hooks;
	return 0;
}

bool policy_is_detached(const char *folder)
{
	unsigned hooks;

	return policy_attached(folder, &hooks) == 0 && hooks == 0;
}

/** Unpinned alone it would stay until the last who has it open closes it. */
static int detach(const char *folder, enum policy_hook hook)
{
	char path[POLICY_PIN_PATH_SIZE];
	autoclose int fd = -1;
	int r = 0;

	hook_path(folder, "link_", hook, path);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	/* Of a cgroup that is gone it is detached. */
	if (bpf_link_detach(fd) < 0 && errno != ENOLINK && errno != EOPNOTSUPP)
		r = -errno;
	if (unlink(path) < 0)
		r = -errno;
	return r;
}

static int attach(const struct bpf_object *ways, const char *folder, enum policy_hook hook, int cgroup_fd)
{
	char path[POLICY_PIN_PATH_SIZE], name[16];
	const struct bpf_program *way;
	autoclose int fd = -1;

	snprintf(name, sizeof(name), "via_%s", words[hook]);
	way = bpf_object__find_program_by_name(ways, name);
	if (!way)
		return -EINVAL;
	fd = bpf_link_create(bpf_program__fd(way), cgroup_fd, bpf_program__expected_attach_type(way), NULL);
	if (fd < 0)
		return fd;
	hook_path(folder, "link_", hook, path);
	/* One that is there is of a cgroup that is gone. */
	unlink(path);
	return bpf_obj_pin(fd, path) < 0 ? -errno : 0;
}

/* ---- generations ---- */

static __u32 map_id(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.id : 0;
}

int policy_generation(const char *folder)
{
	autoclose int now = open_pin(folder, "now"), other = -1;
	__u32 zero = 0, id = 0;

	if (now < 0)
		return now;
	other = open_pin(folder, "generation_1");
	if (other < 0)
		return other;
	if (bpf_map_lookup_elem(now, &zero, &id) < 0)
		return -errno;
	return id == map_id(other);
}

static int switch_to(const char *folder, unsigned generation)
{
	autoclose int now = open_pin(folder, "now");
	autoclose int number = open_pin(folder, generation ? "generation_1" : "generation_0");
	__u32 zero = 0;

	if (now < 0 || number < 0)
		return now < 0 ? now : number;
	if (bpf_map_update_elem(number, &zero, &generation, BPF_ANY) < 0 ||
	    bpf_map_update_elem(now, &zero, &number, BPF_ANY) < 0)
		return -errno;
	return 0;
}

/** @param policy NULL: none  @return 0 or -errno */
static int put_programs(const char *folder, unsigned generation, const struct policy *policy)
{
	int r = 0;

	for (unsigned hook = 0; hook < POLICY_N_HOOKS && r == 0; hook++) {
		int program = policy ? policy_program_fd(policy, (enum policy_hook)hook) : -1;
		char path[POLICY_PIN_PATH_SIZE];
		autoclose int to = -1;

		hook_path(folder, "to_", (enum policy_hook)hook, path);
		to = bpf_obj_get(path);
		if (to < 0)
			r = -errno;
		else if (program >= 0)
			r = bpf_map_update_elem(to, &generation, &program, BPF_ANY) < 0 ? -errno : 0;
		else
			r = bpf_map_delete_elem(to, &generation) < 0 && errno != ENOENT ? -errno : 0;
	}
	return r;
}

/* ---- a change ---- */

/** Those that are to be attached; the maps are taken from their pins, or made and pinned. */
static struct bpf_object *load_ways(const char *folder, unsigned hooks)
{
	size_t size;
	const void *bytes = policy_way_bpf__elf_bytes(&size);
	struct bpf_object *ways = bpf_object__open_mem(bytes, size, NULL);
	struct bpf_map *map;

	if (!ways)
		return NULL;
	bpf_object__for_each_map(map, ways)
	{
		char path[POLICY_PIN_PATH_SIZE];

		snprintf(path, sizeof(path), "%s/%s", folder, bpf_map__name(map));
		if (bpf_map__set_pin_path(map, path) < 0)
			goto failed;
	}
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		char name[16];

		snprintf(name, sizeof(name), "via_%s", words[hook]);
		bpf_program__set_autoload(bpf_object__find_program_by_name(ways, name), hooks >> hook & 1);
	}
	if (bpf_object__load(ways) == 0)
		return ways;
failed:
	bpf_object__close(ways);
	return NULL;
}

static unsigned hooks_of(const struct policy *policy)
{
	unsigned hooks = 0;

	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++)
		if (policy_program_fd(policy, (enum policy_hook)hook) >= 0)
			hooks |= 1U << hook;
	return hooks;
}

int policy_change_prepare(const struct policy *policy, const char *folder, int cgroup_fd, struct policy_change *ret)
{
	unsigned attached, missing;
	int r = policy_attached(folder, &attached);

	if (r < 0)
		return r;
	missing = hooks_of(policy) & ~attached;
	*ret = (struct policy_change){ .folder = folder, .ways = load_ways(folder, missing) };
	if (!ret->ways)
		return -errno;
	r = policy_generation(folder);
	if (r < 0)
		goto failed;
	ret->next = !r;
	r = put_programs(folder, ret->next, policy);
	for (unsigned hook = 0; hook < POLICY_N_HOOKS && r == 0; hook++) {
		if (!(missing >> hook & 1))
			continue;
		r = attach(ret->ways, folder, (enum policy_hook)hook, cgroup_fd);
		if (r == 0)
			ret->attached |= 1U << hook;
	}
	if (r == 0)
		return 0;
failed:
	policy_change_take_back(ret);
	return r;
}

int policy_change_make(struct policy_change *change)
{
	return switch_to(change->folder, change->next);
}

int policy_change_finish(struct policy_change *change, const struct policy *policy)
{
	unsigned hooks = hooks_of(policy);
	int r = 0, emptied;

	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		int one = hooks >> hook & 1 ? 0 : detach(change->folder, (enum policy_hook)hook);

		r = one < 0 ? one : r;
	}
	emptied = put_programs(change->folder, !change->next, NULL);
	bpf_object__close(change->ways);
	return r < 0 ? r : emptied;
}

void policy_change_take_back(struct policy_change *change)
{
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++)
		if (change->attached >> hook & 1)
			detach(change->folder, (enum policy_hook)hook);
	put_programs(change->folder, change->next, NULL);
	bpf_object__close(change->ways);
}

int policy_detach(const char *folder)
{
	int generation = policy_generation(folder), r = 0;

	/* The other one is empty. */
	if (generation >= 0)
		switch_to(folder, !generation);
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		int one = detach(folder, (enum policy_hook)hook);

		r = one < 0 ? one : r;
	}
	return r;
}
