/* SPDX-License-Identifier: MIT */
/* What the kernel's side decides (bpf/judge.h), in user space: for the tests of live/filter.c. */
#ifndef FUZZ_USER_JUDGE_H
#define FUZZ_USER_JUDGE_H

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <facts.h>
#include <filter.h>
#include <record.h>

enum user_judgement { USER_NO,
		      USER_YES,
		      USER_UNKNOWN };
enum user_holder { USER_HELD_BY_NONE,
		   USER_HELD_BY_ONE,
		   USER_HELD_BY_SEVERAL };

/** values: NULL: not read. facts: of enum filter_fact */
enum user_judgement user_judge(const struct filter_program *program, const struct socket_record *record,
			       const struct all_values *values, const __u64 facts[FACT_N_FACTS],
			       enum user_holder holder, bool holders_decide);

/** The facts as bpf/sockets.bpf.c finds them: its state_facts(). cgroup: an id */
static inline void user_facts(const struct facts *facts, __u64 cgroup, struct socket_record *ret_record,
			      __u64 ret[FACT_N_FACTS])
{
	bool is_ip = facts->kind.family == AF_INET || facts->kind.family == AF_INET6;
	bool has_peer = facts->peer.family != 0;
	char name[16] = { 0 };

	ret_record->family = (__u16)facts->kind.family;
	ret_record->flags = has_peer ? RECORD_HAS_PEER : 0;
	memcpy(ret_record->local, facts->local.ip, sizeof(ret_record->local));
	memcpy(ret_record->peer, facts->peer.ip, sizeof(ret_record->peer));
	ret[FACT_FAMILY] = (__u64)facts->kind.family;
	ret[FACT_TYPE] = (__u64)facts->kind.type;
	ret[FACT_PROTOCOL] = is_ip ? (__u64)facts->kind.protocol : FILTER_NO_PROTOCOL;
	ret[FACT_STATE] = facts->state;
	ret[FACT_LOCAL_PORT] = is_ip ? facts->local.port : FILTER_NO_PORT;
	ret[FACT_PEER_PORT] = is_ip && has_peer ? facts->peer.port : FILTER_NO_PORT;
	if (facts->n_holders) {
		strncpy(name, facts->holders[0].process, sizeof(name) - 1);
		ret[FACT_PID] = (__u64)facts->holders[0].pid;
		ret[FACT_FD] = (__u64)facts->holders[0].fd;
	}
	memcpy(&ret[FACT_NAME_LOW], name, 8);
	memcpy(&ret[FACT_NAME_HIGH], name + 8, 8);
	ret[FACT_CGROUP] = cgroup;
	ret[FACT_NETNS] = facts->netns;
	ret[FACT_INODE] = facts->inode;
	ret[FACT_COOKIE] = facts->cookie;
}

#endif
