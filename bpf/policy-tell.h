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

/** What an action made of the option, as far as the socket tells. */
struct change {
	__u8 before[POLICY_VALUE_MAX], after[POLICY_VALUE_MAX];
	__u32 flags; /* POLICY_EVENT_HAS_*: which of them are known */
};

/**
 * All that is told is known by then: whether the ring has room is asked once, and what was reserved is submitted before
 * anything else is decided. The verifier of Linux 6.1 does not remember that an event was found to be there.
 */
static __always_inline void tell(const struct look *look, const volatile struct policy_action *action, __u32 kind,
				 __s32 error, const struct change *change)
{
	struct policy_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__sync_fetch_and_add(&variables.lost_events, 1);
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	tell_socket(event, look);
	event->kind = kind;
	event->line = action->counter;
	event->level = action->level;
	event->number = action->number;
	event->moment = look->due;
	event->error = error;
	if (look->due != AT_ACCEPT) {
		event->pid = look->facts[POLICY_PID];
		event->user = look->facts[POLICY_USER];
		see_name(&event->name);
	}
	event->length = look->length;
	event->flags = change->flags;
	__builtin_memcpy(event->asked, look->asked, sizeof(event->asked));
	__builtin_memcpy(event->before, change->before, sizeof(event->before));
	__builtin_memcpy(event->after, change->after, sizeof(event->after));
	bpf_ringbuf_submit(event, 0);
}

#endif
