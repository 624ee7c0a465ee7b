/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What `run` reports as it happens. */
#ifndef BPF_POLICY_TELL_H
#define BPF_POLICY_TELL_H

#include "policy-types.h"

static __always_inline void tell_socket(struct policy_event *event, const struct look *look)
{
	event->cookie = look->cookie;
	event->family = look->facts[POLICY_FAMILY];
	event->type = look->facts[POLICY_TYPE];
	event->protocol = look->facts[POLICY_PROTOCOL];
	event->state = look->facts[POLICY_STATE];
	event->local_family = look->family;
	event->peer_family = look->peer_family;
	event->local_port = look->facts[POLICY_LOCAL_PORT];
	event->peer_port = look->facts[POLICY_PEER_PORT];
	__builtin_memcpy(event->local, look->local, sizeof(event->local));
	__builtin_memcpy(event->peer, look->peer, sizeof(event->peer));
}

/** An event of an action, to be submitted; NULL: the ring is full. */
static __always_inline struct policy_event *
event_new(const struct look *look, const volatile struct policy_action *action, __u32 kind)
{
	struct policy_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__sync_fetch_and_add(&lost_events, 1);
		return 0;
	}
	__builtin_memset(event, 0, sizeof(*event));
	tell_socket(event, look);
	event->kind = kind;
	event->line = action->counter;
	event->level = action->level;
	event->number = action->number;
	event->moment = look->due;
	if (look->due != AT_ACCEPT) {
		event->pid = look->facts[POLICY_PID];
		event->user = look->facts[POLICY_USER];
		see_name(&event->name);
	}
	event->length = look->length;
	__builtin_memcpy(event->asked, look->asked, sizeof(event->asked));
	return event;
}

#endif
