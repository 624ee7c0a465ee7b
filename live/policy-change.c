/* SPDX-License-Identifier: MIT */
/* The pinned links of a policy. */

#include "policy-change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tidy.h"

#define PATH_SIZE 4200

/** cgroup/bind4 -> FOLDER/link-bind4 */
static void link_path(const char *folder, enum policy_hook hook, char *ret)
{
	const char *word = policy_hook_word(hook);
	const char *slash = strchr(word, '/');

	snprintf(ret, PATH_SIZE, "%s/link-%s", folder, slash ? slash + 1 : word);
}

/** The cgroup that a link is attached to; 0: none any more. */
static int cgroup_of_link(int fd, __u64 *ret_cgroup, __u32 *ret_program)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_LINK_TYPE_CGROUP)
		return -EINVAL;
	*ret_cgroup = info.cgroup.cgroup_id;
	*ret_program = info.prog_id;
	return 0;
}

static int attach(const struct policy *policy, enum policy_hook hook, const char *path, int cgroup_fd)
{
	autoclose int fd = bpf_link_create(policy_program_fd(policy, hook), cgroup_fd,
					   policy_attach_type(policy, hook), NULL);

	if (fd < 0)
		return fd;
	unlink(path);
	return bpf_obj_pin(fd, path) < 0 ? -errno : 0;
}

static int change_hook(const struct policy *policy, enum policy_hook hook, const char *folder, int cgroup_fd,
		       struct policy_change *change)
{
	char path[PATH_SIZE];
	autoclose int link = -1;
	int program = policy_program_fd(policy, hook), r;
	__u64 cgroup = 0;
	__u32 id = 0;

	link_path(folder, hook, path);
	link = bpf_obj_get(path);
	if (program < 0) {
		change->hook[hook].is_idle = link >= 0;
		return 0;
	}
	if (link >= 0) {
		r = cgroup_of_link(link, &cgroup, &id);
		if (r < 0)
			return r;
	}
	if (!cgroup) {
		r = attach(policy, hook, path, cgroup_fd);
		change->hook[hook].is_new = r == 0;
		return r;
	}
	change->hook[hook].old_program_fd = bpf_prog_get_fd_by_id(id);
	if (bpf_link_update(link, program, NULL) < 0)
		return -errno;
	change->hook[hook].link_fd = take_fd(&link);
	return 0;
}

int policy_change_make(const struct policy *policy, const char *folder, int cgroup_fd, struct policy_change *ret)
{
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++)
		ret->hook[hook].link_fd = ret->hook[hook].old_program_fd = -1;
	for (unsigned hook = 0; hook < POLICY_N_HOOKS && r == 0; hook++)
		r = change_hook(policy, (enum policy_hook)hook, folder, cgroup_fd, ret);
	if (r < 0)
		policy_change_take_back(ret, folder);
	return r;
}

static void let_go(struct policy_change *change)
{
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		tidy_close(&change->hook[hook].link_fd);
		tidy_close(&change->hook[hook].old_program_fd);
	}
}

/** Unpinned alone it would stay until the last who has it open closes it. */
static int detach(const char *folder, enum policy_hook hook)
{
	char path[PATH_SIZE];
	autoclose int fd = -1;
	int r = 0;

	link_path(folder, hook, path);
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

void policy_change_finish(struct policy_change *change, const char *folder)
{
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++)
		if (change->hook[hook].is_idle)
			detach(folder, (enum policy_hook)hook);
	let_go(change);
}

void policy_change_take_back(struct policy_change *change, const char *folder)
{
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		if (change->hook[hook].is_new)
			detach(folder, (enum policy_hook)hook);
		else if (change->hook[hook].link_fd >= 0 && change->hook[hook].old_program_fd >= 0)
			bpf_link_update(change->hook[hook].link_fd, change->hook[hook].old_program_fd, NULL);
	}
	let_go(change);
}

unsigned policy_attached(const char *folder)
{
	unsigned hooks = 0;

	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		char path[PATH_SIZE];
		autoclose int fd = -1;
		__u64 cgroup = 0;
		__u32 id;

		link_path(folder, (enum policy_hook)hook, path);
		fd = bpf_obj_get(path);
		if (fd >= 0 && cgroup_of_link(fd, &cgroup, &id) == 0 && cgroup)
			hooks |= 1U << hook;
	}
	return hooks;
}

bool policy_is_detached(const char *folder)
{
	return policy_attached(folder) == 0;
}

int policy_detach(const char *folder)
{
	int r = 0;

	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++) {
		int one = detach(folder, (enum policy_hook)hook);

		r = one < 0 ? one : r;
	}
	return r;
}
