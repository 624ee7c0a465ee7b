/* SPDX-License-Identifier: MIT */
/* Envoy: its configuration is YAML or JSON, which is YAML too. Listeners and clusters are known by what they have. */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calc.h"
#include "config.h"

#if HAVE_YAML

#include <yaml.h>

#define DEPTH_MAX 64

struct envoy {
	yaml_document_t document;
	bool *seen; /* by node: an alias can lead back, or to the same many times */
	int (*each)(void *context, const struct config_socket *socket);
	void *context;
	int result;
};

static yaml_node_t *at(struct envoy *envoy, int index)
{
	return yaml_document_get_node(&envoy->document, index);
}

/** What a mapping has under this key; NULL: nothing. */
static yaml_node_t *member(struct envoy *envoy, const yaml_node_t *mapping, const char *key)
{
	if (!mapping || mapping->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top;
	     pair++) {
		yaml_node_t *name = at(envoy, pair->key);

		if (name && name->type == YAML_SCALAR_NODE && strcmp((const char *)name->data.scalar.value, key) == 0)
			return at(envoy, pair->value);
	}
	return NULL;
}

/** The text of a scalar; NULL: it is none. */
static const char *text_of(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static bool number_of(const yaml_node_t *node, long long *ret)
{
	const char *text = text_of(node);
	char *end;

	if (!text || !*text)
		return false;
	errno = 0;
	*ret = strtoll(text, &end, 0);
	return !*end && errno == 0;
}

static unsigned int line_of(const yaml_node_t *node)
{
	return (unsigned int)node->start_mark.line + 1;
}

/** STATE_PREBIND unless another is named, or its number given. */
static enum facts_state state_of(const yaml_node_t *node)
{
	const char *text = text_of(node);

	if (text && (strcmp(text, "STATE_LISTENING") == 0 || strcmp(text, "2") == 0))
		return FACTS_LISTENING;
	if (text && (strcmp(text, "STATE_BOUND") == 0 || strcmp(text, "1") == 0))
		return FACTS_BOUND;
	return FACTS_UNBOUND;
}

/** The bytes that base64 stands for. */
static size_t decoded_length(const char *text)
{
	size_t length = strcspn(text, "=");

	return length * 3 / 4;
}

static void take_option(struct envoy *envoy, const yaml_node_t *node, struct config_socket *socket)
{
	yaml_node_t *value = member(envoy, node, "int_value"), *bytes = member(envoy, node, "buf_value");
	struct config_setting setting = { .what = CONFIG_NUMBERED, .state = state_of(member(envoy, node, "state")) };
	long long level, name, number = 0;

	if (!number_of(member(envoy, node, "level"), &level) || !number_of(member(envoy, node, "name"), &name) ||
	    level != (int)level || name != (int)name)
		return;
	if (number_of(value, &number) && number == (int)number)
		setting.length = sizeof(int);
	else if (text_of(bytes))
		setting.length = decoded_length(text_of(bytes));
	setting.level = (int)level;
	setting.number = (int)name;
	setting.value = number;
	setting.line = line_of(member(envoy, node, "name"));
	setting.option = sockopt_find_number(setting.level, setting.number, SOCKOPT_SET);
	if (!setting.option)
		setting.option = sockopt_find_number(setting.level, setting.number, SOCKOPT_GET);
	config_put(socket, &setting);
}

static void take_options(struct envoy *envoy, const yaml_node_t *list, struct config_socket *socket)
{
	if (!list || list->type != YAML_SEQUENCE_NODE)
		return;
	for (yaml_node_item_t *item = list->data.sequence.items.start; item < list->data.sequence.items.top; item++)
		if (at(envoy, *item))
			take_option(envoy, at(envoy, *item), socket);
}

/** Every member that is a word of this place. */
static void take_words(struct envoy *envoy, const yaml_node_t *mapping, const char *place, struct config_socket *socket)
{
	if (!mapping || mapping->type != YAML_MAPPING_NODE)
		return;
	for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top;
	     pair++) {
		const yaml_node_t *key = at(envoy, pair->key), *value = at(envoy, pair->value);

		if (text_of(key) && text_of(value))
			config_set(socket, CONFIG_ENVOY, place, text_of(key), text_of(value), CONFIG_SIDE_BOTH,
				   line_of(key));
	}
}

static void take_address(struct envoy *envoy, const yaml_node_t *address, struct config_socket *socket)
{
	const yaml_node_t *place = member(envoy, address, "socket_address");
	const char *host = text_of(member(envoy, place, "address"));
	const char *port = text_of(member(envoy, place, "port_value"));
	const char *protocol = text_of(member(envoy, place, "protocol"));
	char text[128];

	if (member(envoy, address, "pipe")) {
		socket->facts.kind = (struct sockopt_kind){ AF_UNIX, SOCK_STREAM, 0 };
		return;
	}
	if (protocol && strcmp(protocol, "UDP") == 0)
		socket->facts.kind = (struct sockopt_kind){ AF_INET, SOCK_DGRAM, IPPROTO_UDP };
	if (!host)
		return;
	snprintf(text, sizeof(text), strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port ? port : "0");
	config_address(text, &socket->facts);
	if (socket->facts.kind.type == SOCK_DGRAM)
		socket->facts.state = FACTS_BOUND;
}

static void hand_over(struct envoy *envoy, const struct config_socket *socket)
{
	if (envoy->result == 0 && socket->n_settings)
		envoy->result = envoy->each(envoy->context, socket);
}

static void take_listener(struct envoy *envoy, const yaml_node_t *mapping)
{
	struct config_socket socket = { .facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP },
						   .state = FACTS_LISTENING,
						   .local = { .family = AF_INET } } };

	take_address(envoy, member(envoy, mapping, "address"), &socket);
	take_words(envoy, mapping, "listener", &socket);
	take_options(envoy, member(envoy, mapping, "socket_options"), &socket);
	hand_over(envoy, &socket);
}

/** The sockets that connect to what a cluster stands for. */
static void take_upstream(struct envoy *envoy, const yaml_node_t *mapping)
{
	struct config_socket socket = { .facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP },
						   .state = FACTS_ESTABLISHED,
						   .local = { .family = AF_INET } } };
	const yaml_node_t *keepalive =
		member(envoy, member(envoy, mapping, "upstream_connection_options"), "tcp_keepalive");

	take_options(envoy, member(envoy, member(envoy, mapping, "upstream_bind_config"), "socket_options"), &socket);
	if (keepalive) {
		const struct config_setting on = {
			.option = calc_option(SOCKOPT_ROLE_KEEPALIVE),
			.value = 1,
			.line = line_of(keepalive),
		};

		config_put(&socket, &on);
		take_words(envoy, keepalive, "tcp_keepalive", &socket);
	}
	hand_over(envoy, &socket);
}

static void walk(struct envoy *envoy, int index, int depth)
{
	const yaml_node_t *node = at(envoy, index);

	if (!node || depth > DEPTH_MAX || envoy->result || envoy->seen[index])
		return;
	envoy->seen[index] = true;
	if (node->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top;
		     item++)
			walk(envoy, *item, depth + 1);
	if (node->type != YAML_MAPPING_NODE)
		return;
	if (member(envoy, member(envoy, node, "address"), "socket_address") ||
	    member(envoy, member(envoy, node, "address"), "pipe"))
		take_listener(envoy, node);
	take_upstream(envoy, node);
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
		walk(envoy, pair->value, depth + 1);
}

static char *joined(const char *const *lines, size_t n, size_t *ret_length)
{
	size_t length = 0;
	char *text, *end;

	for (size_t i = 0; i < n; i++)
		length += strlen(lines[i]) + 1;
	text = malloc(length + 1);
	if (!text)
		return NULL;
	end = text;
	for (size_t i = 0; i < n; i++) {
		end = stpcpy(end, lines[i]);
		*end++ = '\n';
	}
	*ret_length = length;
	return text;
}

static void read_document(struct envoy *envoy)
{
	size_t n = (size_t)(envoy->document.nodes.top - envoy->document.nodes.start);

	envoy->seen = calloc(n + 1, sizeof(bool));
	if (envoy->seen)
		walk(envoy, 1, 0);
	else
		envoy->result = -ENOMEM;
	free(envoy->seen);
}

int config_envoy(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		 void *context)
{
	struct envoy envoy = { .each = each, .context = context };
	yaml_parser_t parser;
	size_t length = 0;
	char *text = joined(lines, n, &length);
	bool more = true;

	if (!text || !yaml_parser_initialize(&parser)) {
		free(text);
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	while (more && envoy.result == 0) {
		if (!yaml_parser_load(&parser, &envoy.document)) {
			envoy.result = -EBADMSG;
			break;
		}
		more = yaml_document_get_root_node(&envoy.document) != NULL;
		if (more)
			read_document(&envoy);
		yaml_document_delete(&envoy.document);
	}
	yaml_parser_delete(&parser);
	free(text);
	return envoy.result;
}

#else

int config_envoy(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		 void *context)
{
	(void)lines;
	(void)n;
	(void)each;
	(void)context;
	return -EOPNOTSUPP;
}

#endif
