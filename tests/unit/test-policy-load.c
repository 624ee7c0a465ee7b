/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <policy.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "test.h"

/* A tenth of what the kernel's verifier looks at before it gives up: so far must other kernels' verifiers be from it. */
#define INSTRUCTIONS_MAX 100000

/** Of one program that this process has; 0: the descriptor is none. @return what the verifier looked at */
static unsigned int verified(const char *fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	char path[280], link[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%s", fd);
	length = readlink(path, link, sizeof(link) - 1);
	if (length < 0)
		return 0;
	link[length] = '\0';
	if (strcmp(link, "anon_inode:bpf-prog") != 0)
		return 0;
	assert_int_equal(bpf_obj_get_info_by_fd(atoi(fd), &info, &size), 0);
	if (info.verified_insns > INSTRUCTIONS_MAX)
		fail_msg("%s: the verifier looked at %u instructions", info.name, info.verified_insns);
	return info.verified_insns;
}

static unsigned int verified_by_all(void)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	unsigned int n = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		n += verified(entry->d_name);
	closedir(folder);
	return n;
}

static void load(const char *text, enum policy_tells tells)
{
	static struct policy_program program;
	struct policy_obstacle obstacle;
	struct policy_refusal refusal;
	struct rules rules = { 0 };
	struct policy *policy;
	unsigned int n;

	assert_int_equal(rules_parse(&rules, "-r", text, NULL), 0);
	if (policy_compile(&rules, POLICY_SEES_PIDS | POLICY_SEES_CGROUPS, &program, &refusal) < 0)
		fail_msg("'%s': %s", text, refusal.what);
	if (policy_load(&program, tells, &policy, &obstacle) < 0)
		fail_msg("'%s', reports %d: %s: %s", text, tells, obstacle.what, strerror(obstacle.error));
	n = verified_by_all();
	print_message("# %u instructions, reports %d: %s\n", n, tells, text);
	assert_int_not_equal(n, 0);
	policy_free(policy);
	rules_free(&rules);
}

static void the_verifier_takes_each_kind_of_rule_and_is_soon_done(void **state)
{
	static const char *const texts[] = {
		"TCP_NODELAY=on",
		"force TCP_NODELAY=on",
		"deny=EACCES SO_PRIORITY=5",
		"log TCP_CONGESTION",
		"connect and peer=10.0.0.0/8 or process=x* and local-port>=80: default TCP_KEEPIDLE=44s",
		"connect and tcp and (cgroup=/a* or process=b*) and SO_KEEPALIVE=on: default TCP_CONGESTION=reno default SO_PRIORITY=2 force SO_MARK=0",
	};
	struct policy_obstacle obstacle;

	if (policy_probe(&obstacle) < 0)
		SKIP_BECAUSE("%s: %s", obstacle.what, strerror(obstacle.error));
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_FUNC_loop, NULL) == 0)
		SKIP_BECAUSE("%s", "this kernel has no bpf_loop(), which Linux 5.17 brought");
	for (size_t i = 0; i < COUNT(texts); i++)
		for (int tells = POLICY_TELLS_NOTHING; tells <= POLICY_TELLS_ALL; tells++)
			load(texts[i], (enum policy_tells)tells);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verifier_takes_each_kind_of_rule_and_is_soon_done),
	};

	return RUN_TESTS(tests);
}
