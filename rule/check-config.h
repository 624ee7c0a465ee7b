/* SPDX-License-Identifier: MIT */
/* Checks on what configuration files set. Pure. */
#ifndef RULE_CHECK_CONFIG_H
#define RULE_CHECK_CONFIG_H

#include "config.h"
#include "selector.h"

/** What the machine tells of sockets about which a file says nothing. */
struct check_machine {
	int (*fresh)(void *context, const struct sockopt_kind *kind, const struct sockopt_option *option,
		     struct sockopt_value *ret);
	int (*sysctl)(void *context, const char *name, int64_t *ret);
	int (*address_is_here)(void *context, const struct facts_address *address, int64_t *ret);
	int (*routes_by_mark)(void *context, int family, int64_t *ret);
	void *context;
};

/**
 * @brief Does a check find something with a setting of a socket?
 *
 * A check that looks at the socket as a whole is true of the first of the settings that it names.
 */
bool check_config_finds(const struct check *check, const struct selector *selector, const struct config_socket *socket,
			const struct config_setting *setting, const struct check_machine *machine,
			struct check_finding *ret);

#endif
