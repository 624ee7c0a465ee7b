/* SPDX-License-Identifier: MIT */
/* Policies that stay when we are gone. */

#include "policy-pin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "policy-bpf.h"
#include "policy-change.h"
#include "tidy.h"

#define N_(text) text
#define MAGIC "sockopt1"

/* A generation each, as the programs have (policy-change.h). bpffs takes no name with a dot. */
#define COUNTERS "counters_"
#define RULES "rules_"

#define FOLDER_SIZE 4096
#define PATH_SIZE (FOLDER_SIZE + 64)

bool policy_name_is_valid(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < POLICY_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length;
}

void policy_name_of(const char *cgroup_path, char *ret)
{
	const char *from = cgroup_path;
	size_t length = strlen(cgroup_path);

	if (cgroup_is_root(cgroup_path)) {
		snprintf(ret, POLICY_NAME_MAX, "all");
		return;
	}
	/* The end tells more than the beginning. */
	if (length >= POLICY_NAME_MAX)
		from += length - POLICY_NAME_MAX + 1;
	from += *from == '/';
	snprintf(ret, POLICY_NAME_MAX, "%s", from);
	for (char *at = ret; *at; at++) {
		char one[2] = { *at, '\0' };

		if (!policy_name_is_valid(one))
			*at = *at == '/' ? '_' : '-';
	}
}

static bool is_bpffs(const char *path)
{
	struct statfs status;

	return statfs(path, &status) == 0 && (unsigned long)status.f_type == BPF_FS_MAGIC;
}

int policy_pin_probe(const char *pins, struct policy_obstacle *ret_obstacle)
{
	char parent[CGROUP_PATH_MAX];
	char *slash;

	if (is_bpffs(pins))
		return 0;
	snprintf(parent, sizeof(parent), "%s", pins);
	slash = strrchr(parent, '/');
	if (slash && slash != parent)
		*slash = '\0';
	if (slash && access(pins, F_OK) < 0 && is_bpffs(parent))
		return 0;
	return policy_refuse(ret_obstacle, ENOTSUP, N_("the directory of the pins is not in a bpffs"),
			     N_("mount one with 'mount -t bpf bpf /sys/fs/bpf', or name a directory in one with --pin"));
}

/* ---- what is pinned beside the links ---- */

/** @param name COUNTERS or RULES */
static void generation_path(const char *folder, const char *name, unsigned generation, char *ret)
{
	snprintf(ret, PATH_SIZE, "%s/%s%u", folder, name, generation);
}

static int new_rules(const struct policy_program *program, const char *cgroup_path, uint64_t cgroup_id)
{
	size_t size = sizeof(struct policy_pinned_head) + program->n_lines * sizeof(struct policy_pinned_line);
	autofree struct policy_pinned_head *head = calloc(1, size);
	struct policy_pinned_line *lines = head ? (struct policy_pinned_line *)(head + 1) : NULL;
	autoclose int fd = -1;
	__u32 zero = 0;

	if (!head)
		return -ENOMEM;
	memcpy(head->magic, MAGIC, sizeof(head->magic));
	head->time_s = (__u64)time(NULL);
	head->cgroup_id = cgroup_id;
	head->n_lines = program->n_lines;
	head->hooks = program->hooks;
	snprintf(head->cgroup, sizeof(head->cgroup), "%s", cgroup_path);
	for (unsigned i = 0; i < program->n_lines; i++) {
		const struct policy_line *line = &program->lines[i];

		snprintf(lines[i].source, sizeof(lines[i].source), "%s", line->rule->source);
		snprintf(lines[i].rule, sizeof(lines[i].rule), "%s", line->rule->text);
		snprintf(lines[i].action, sizeof(lines[i].action), "%s%s%s",
			 line->action->verb == RULE_SET ? "" : rule_verb_word(line->action),
			 line->action->verb == RULE_SET ? "" : " ", line->action->text);
		lines[i].line = line->rule->line;
		lines[i].moments = policy_moments(program, i);
	}
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "sockopt_rules", sizeof(zero), (__u32)size, 1, NULL);
	if (fd < 0 || bpf_map_update_elem(fd, &zero, head, BPF_ANY) < 0 || bpf_map_freeze(fd) < 0)
		return -errno;
	return take_fd(&fd);
}

static int pin_map(int fd, const char *folder, const char *name, unsigned generation)
{
	char path[PATH_SIZE];

	generation_path(folder, name, generation, path);
	/* Left by somebody who was ended in the middle. */
	unlink(path);
	return bpf_obj_pin(fd, path) < 0 ? -errno : 0;
}

static int unpin(const char *path)
{
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int unpin_maps(const char *folder, unsigned generation)
{
	char counters[PATH_SIZE], rules[PATH_SIZE];
	int first, second;

	generation_path(folder, COUNTERS, generation, counters);
	generation_path(folder, RULES, generation, rules);
	first = unpin(counters);
	second = unpin(rules);
	return first < 0 ? first : second;
}

static void end_texts(struct policy_pinned_line *line)
{
	line->source[sizeof(line->source) - 1] = '\0';
	line->rule[sizeof(line->rule) - 1] = '\0';
	line->action[sizeof(line->action) - 1] = '\0';
}

int policy_pinned_read(const struct policy_pinned_head *head, size_t size, struct policy_listing *ret)
{
	if (size < sizeof(*head) || memcmp(head->magic, MAGIC, sizeof(head->magic)) != 0 ||
	    head->n_lines > POLICY_ACTIONS_MAX ||
	    size != sizeof(*head) + head->n_lines * sizeof(struct policy_pinned_line))
		return -EINVAL;
	ret->lines = calloc(head->n_lines + 1, sizeof(*ret->lines));
	if (!ret->lines)
		return -ENOMEM;
	ret->head = *head;
	ret->head.cgroup[sizeof(ret->head.cgroup) - 1] = '\0';
	memcpy(ret->lines, head + 1, head->n_lines * sizeof(*ret->lines));
	for (unsigned i = 0; i < head->n_lines; i++)
		end_texts(&ret->lines[i]);
	return 0;
}

static int read_head(const char *folder, unsigned generation, struct policy_listing *ret)
{
	char path[PATH_SIZE];
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), zero = 0;
	autoclose int fd = -1;
	void *bytes;
	int r;

	generation_path(folder, RULES, generation, path);
	fd = bpf_obj_get(path);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size < sizeof(struct policy_pinned_head))
		return -EINVAL;
	bytes = malloc(info.value_size);
	if (!bytes)
		return -ENOMEM;
	r = bpf_map_lookup_elem(fd, &zero, bytes) < 0 ? -errno : policy_pinned_read(bytes, info.value_size, ret);
	free(bytes);
	return r;
}

/* ---- pin ---- */

/** Is the policy of this name, if there is one, on this cgroup? */
static int check_cgroup(const char *folder, uint64_t cgroup_id, struct policy_obstacle *ret_obstacle)
{
	struct policy_listing before = { 0 };
	int r = policy_generation(folder);

	if (r >= 0)
		r = read_head(folder, (unsigned)r, &before);
	free(before.lines);
	if (r == -ENOENT)
		return 0;
	if (r < 0 && r != -EINVAL)
		return policy_refuse(ret_obstacle, -r, N_("what is pinned under this name cannot be read"), NULL);
	if (r < 0)
		return policy_refuse(ret_obstacle, -r, N_("what is pinned under this name is no policy"), N_("name it otherwise: --name"));
	if (before.head.cgroup_id == cgroup_id || policy_is_detached(folder))
		return 0;
	return policy_refuse(ret_obstacle, EEXIST, N_("the policy of this name is on another cgroup"),
			     N_("name this one otherwise (--name), or remove that one: 'sockopt policy remove NAME'"));
}

/** @param ret_left 0; -errno: it is in force, but something of the one before it is left */
static int pin_all(struct policy *policy, const struct policy_program *program, const char *folder,
		   const char *cgroup_path, int cgroup_fd, uint64_t cgroup_id, int *ret_left)
{
	struct policy_change change;
	autoclose int rules = new_rules(program, cgroup_path, cgroup_id);
	int r = rules < 0 ? rules : policy_change_prepare(policy, folder, cgroup_fd, &change), left;

	if (r < 0)
		return r;
	r = pin_map(policy_counters_fd(policy), folder, COUNTERS, change.next);
	if (r == 0)
		r = pin_map(rules, folder, RULES, change.next);
	if (r == 0)
		r = policy_change_make(&change);
	if (r < 0) {
		unpin_maps(folder, change.next);
		policy_change_take_back(&change);
		return r;
	}
	left = unpin_maps(folder, !change.next);
	r = policy_change_finish(&change, policy);
	*ret_left = left < 0 ? left : r;
	return 0;
}

/** Nobody else changes the policy until the descriptor is closed. @return -errno */
static int lock_folder(const char *folder)
{
	autoclose int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return -errno;
	return take_fd(&fd);
}

/** @return 1: it is new, 0: it was there, -errno */
static int make_folder(const char *pins, const char *folder, struct policy_obstacle *ret_obstacle)
{
	if (mkdir(pins, 0700) < 0 && errno != EEXIST)
		return policy_refuse(ret_obstacle, errno, N_("the directory of the pins cannot be made"), NULL);
	if (mkdir(folder, 0700) == 0)
		return 1;
	if (errno == EEXIST)
		return 0;
	policy_refuse(ret_obstacle, errno, N_("the directory of the pins cannot be made"), NULL);
	rmdir(pins);
	return -ret_obstacle->error;
}

/** Locked: nobody else changes it. What somebody has pinned between our making and locking the folder stays. */
static int lock_and_check(const char *folder, uint64_t cgroup_id, struct policy_obstacle *ret_obstacle)
{
	autoclose int lock = lock_folder(folder);
	int r;

	if (lock < 0)
		return policy_refuse(ret_obstacle, -lock, N_("the directory of the pins cannot be made"), NULL);
	r = check_cgroup(folder, cgroup_id, ret_obstacle);
	return r < 0 ? r : take_fd(&lock);
}

int policy_pin(struct policy *policy, const struct policy_program *program, const char *pins, const char *name,
	       const char *cgroup_path, struct policy_obstacle *ret_obstacle)
{
	char folder[FOLDER_SIZE], path[CGROUP_PATH_MAX];
	uint64_t cgroup_id;
	autoclose int cgroup_fd = cgroup_open(cgroup_path, path, &cgroup_id);
	autoclose int lock = -1;
	int is_new, r = policy_pin_probe(pins, ret_obstacle), left = 0;

	if (r < 0)
		return r;
	if (cgroup_fd < 0)
		return policy_refuse(ret_obstacle, -cgroup_fd, N_("the cgroup cannot be opened"), NULL);
	if ((size_t)snprintf(folder, sizeof(folder), "%s/%s", pins, name) >= sizeof(folder))
		return policy_refuse(ret_obstacle, ENAMETOOLONG, N_("the name of the directory of the pins is too long"), NULL);
	is_new = make_folder(pins, folder, ret_obstacle);
	if (is_new < 0)
		return is_new;
	lock = lock_and_check(folder, cgroup_id, ret_obstacle);
	if (lock < 0) {
		/* Only what is empty goes. */
		if (is_new && rmdir(folder) == 0)
			rmdir(pins);
		return lock;
	}
	r = pin_all(policy, program, folder, path, cgroup_fd, cgroup_id, &left);
	if (r == 0 && left < 0)
		policy_refuse(ret_obstacle, -left, N_("it is in force, but something of the policy before it is left"),
			      N_("apply it once more, or remove it"));
	if (r == 0)
		return left < 0;
	if (is_new) {
		tidy_close(&lock);
		policy_remove(pins, name);
	}
	return policy_refuse(ret_obstacle, -r, N_("the programs cannot be attached and pinned"), NULL);
}

/* ---- list and remove ---- */

static int is_name(const struct dirent *entry)
{
	return policy_name_is_valid(entry->d_name);
}

static int read_generation(const char *folder, struct policy_listing *ret)
{
	char path[PATH_SIZE];
	autoclose int fd = -1;
	int generation = policy_generation(folder), r;

	if (generation < 0)
		return generation;
	r = read_head(folder, (unsigned)generation, ret);
	if (r < 0)
		return r;
	generation_path(folder, COUNTERS, (unsigned)generation, path);
	fd = bpf_obj_get(path);
	ret->counters = calloc(ret->head.n_lines + 1, sizeof(*ret->counters));
	if (fd < 0 || !ret->counters)
		return fd < 0 ? -errno : -ENOMEM;
	r = policy_attached(folder, &ret->attached);
	if (r < 0)
		return r;
	ret->is_gone = ret->attached == 0;
	return policy_read_counters(fd, ret->head.n_lines, ret->counters);
}

static void clear_listing(struct policy_listing *listing)
{
	free(listing->lines);
	free(listing->counters);
	*listing = (struct policy_listing){ 0 };
}

/** What somebody left who was ended in the middle of applying or removing it. @return 0, -ENOENT, -errno */
static int read_remains(const char *folder, struct policy_listing *ret)
{
	autoclose int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* Who has it locked is at it now. */
	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -ENOENT : -errno;
	/* Removed by whoever had it locked. */
	if (access(folder, F_OK) < 0)
		return -errno;
	ret->is_incomplete = true;
	return policy_attached(folder, &ret->attached);
}

static int read_listing(const char *pins, const char *name, struct policy_listing *ret)
{
	char folder[FOLDER_SIZE];
	int r = -ENOENT;

	if ((size_t)snprintf(folder, sizeof(folder), "%s/%s", pins, name) >= sizeof(folder))
		return -ENAMETOOLONG;
	/* It may be replaced in between: then another generation is there. */
	for (int tries = 0; tries < 3 && r == -ENOENT; tries++) {
		clear_listing(ret);
		r = read_generation(folder, ret);
	}
	if (r == -ENOENT) {
		clear_listing(ret);
		r = read_remains(folder, ret);
	}
	memcpy(ret->name, name, strnlen(name, sizeof(ret->name) - 1));
	return r;
}

int policy_each(const char *pins, int (*each)(void *arg, const struct policy_listing *listing), void *arg)
{
	struct dirent **names = NULL;
	int n = scandir(pins, &names, is_name, alphasort), r = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct policy_listing listing = { 0 };
		int read = r ? 0 : read_listing(pins, names[i]->d_name, &listing);

		if (r == 0 && read == 0)
			r = each(arg, &listing);
		else if (r == 0 && read != -ENOENT && read != -ENOTDIR)
			r = read; /* ENOENT: it was removed meanwhile; ENOTDIR: it is no policy */
		clear_listing(&listing);
		free(names[i]);
	}
	free(names);
	return r;
}

/** All that is pinned in the folder. @return 0 or -errno */
static int unpin_all(const char *folder)
{
	autoclosedir DIR *directory = opendir(folder);
	struct dirent *entry;
	int r = directory ? 0 : -errno;

	while (directory && (entry = readdir(directory))) {
		char path[PATH_SIZE + NAME_MAX];

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.' && unlink(path) < 0 && errno != ENOENT)
			r = -errno;
	}
	return r;
}

int policy_remove(const char *pins, const char *name)
{
	char folder[FOLDER_SIZE];
	autoclose int lock = -1;
	int r, unpinned;

	if (!policy_name_is_valid(name) ||
	    (size_t)snprintf(folder, sizeof(folder), "%s/%s", pins, name) >= sizeof(folder))
		return -ENOENT;
	lock = lock_folder(folder);
	if (lock < 0)
		return lock;
	r = policy_detach(folder);
	unpinned = unpin_all(folder);
	r = unpinned < 0 ? unpinned : r;
	if (rmdir(folder) < 0)
		r = r < 0 ? r : -errno;
	/* The folder of all of them, when the last one is gone. */
	rmdir(pins);
	return r;
}
