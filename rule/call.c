/* SPDX-License-Identifier: MIT */
/* Words for system calls on sockets, and for what a thread may do. */

#include "call.h"

#include <stdio.h>
#include <string.h>

const char *call_kind_word(enum call_kind kind)
{
	static const char *const words[] = {
		[CALL_SET] = "set",
		[CALL_GET] = "get",
		[CALL_SOCKET] = "socket",
		[CALL_SOCKETPAIR] = "socketpair",
		[CALL_BIND] = "bind",
		[CALL_LISTEN] = "listen",
		[CALL_CONNECT] = "connect",
		[CALL_ACCEPT] = "accept",
		[CALL_SHUTDOWN] = "shutdown",
		[CALL_CLOSE] = "close",
	};

	return words[kind];
}

/* In the order of linux/capability.h. */
static const char *const capability_words[] = {
	"CHOWN",
	"DAC_OVERRIDE",
	"DAC_READ_SEARCH",
	"FOWNER",
	"FSETID",
	"KILL",
	"SETGID",
	"SETUID",
	"SETPCAP",
	"LINUX_IMMUTABLE",
	"NET_BIND_SERVICE",
	"NET_BROADCAST",
	"NET_ADMIN",
	"NET_RAW",
	"IPC_LOCK",
	"IPC_OWNER",
	"SYS_MODULE",
	"SYS_RAWIO",
	"SYS_CHROOT",
	"SYS_PTRACE",
	"SYS_PACCT",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_NICE",
	"SYS_RESOURCE",
	"SYS_TIME",
	"SYS_TTY_CONFIG",
	"MKNOD",
	"LEASE",
	"AUDIT_WRITE",
	"AUDIT_CONTROL",
	"SETFCAP",
	"MAC_OVERRIDE",
	"MAC_ADMIN",
	"SYSLOG",
	"WAKE_ALARM",
	"BLOCK_SUSPEND",
	"AUDIT_READ",
	"PERFMON",
	"BPF",
	"CHECKPOINT_RESTORE",
};

int call_capabilities(uint64_t capabilities, char *ret, size_t size)
{
	int length = 0;

	if (size)
		ret[0] = '\0';
	for (size_t i = 0; i < sizeof(capability_words) / sizeof(capability_words[0]); i++) {
		bool fits = (size_t)length < size;

		if (capabilities >> i & 1)
			length += snprintf(fits ? ret + length : NULL, fits ? size - (size_t)length : 0, "%sCAP_%s",
					   length ? ", " : "", capability_words[i]);
	}
	return length;
}

static bool has_capability(uint64_t capabilities, const char *name)
{
	for (size_t i = 0; i < sizeof(capability_words) / sizeof(capability_words[0]); i++)
		if (strncmp(name, "CAP_", 4) == 0 && strcmp(name + 4, capability_words[i]) == 0)
			return capabilities >> i & 1;
	return false;
}

bool call_is_capable(const struct call *call)
{
	for (const char *const *name = call->option->privilege.capabilities; name && *name; name++)
		if (has_capability(call->capabilities, *name))
			return true;
	return false;
}
