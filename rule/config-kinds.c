/* SPDX-License-Identifier: MIT */
/* The grammars of configuration files, as far as their settings of sockets need them. */

#include <stdio.h>
#include <string.h>

#include <netinet/in.h>

#include "config.h"

#define LINE_MAX_BYTES 4096

static const struct facts listening = {
	.kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP },
	.state = FACTS_LISTENING,
	.local = { .family = AF_INET },
};

/** The next word of a line that is cut up; NULL: no more. */
static char *next_word(char **line, const char *spaces)
{
	char *word = *line + strspn(*line, spaces);

	if (!*word)
		return NULL;
	*line = word + strcspn(word, spaces);
	if (**line)
		*(*line)++ = '\0';
	return word;
}

/* ---- nginx: listen ADDRESS PARAMETER...; ---- */

/** A directive that can go over several lines, up to its ';'; of the line where it began. */
struct directive {
	char text[LINE_MAX_BYTES];
	size_t length;
	unsigned int line;
};

/** What is set for all connections of a side, without an address. */
static int take_directive(const char *word, const char *value, unsigned int line,
			  int (*each)(void *context, const struct config_socket *socket), void *context)
{
	struct config_socket socket = { .facts = listening };

	if (config_set(&socket, CONFIG_NGINX, "directive", word, value, CONFIG_SIDE_CLIENT, line))
		return each(context, &socket);
	socket.facts.state = FACTS_ESTABLISHED;
	if (config_set(&socket, CONFIG_NGINX, "directive", word, value, CONFIG_SIDE_SERVER, line))
		return each(context, &socket);
	return 0;
}

static int take_listen(struct directive *directive, int (*each)(void *context, const struct config_socket *socket),
		       void *context)
{
	struct config_socket socket = { .facts = listening };
	char *rest = directive->text, *word = next_word(&rest, " \t"), *value;

	if (!word)
		return 0;
	if (strcmp(word, "listen") != 0)
		return take_directive(word, next_word(&rest, " \t"), directive->line, each, context);
	word = next_word(&rest, " \t");
	if (!word)
		return 0;
	config_address(word, &socket.facts);
	while ((word = next_word(&rest, " \t"))) {
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		if (strcmp(word, "udp") == 0 || strcmp(word, "quic") == 0)
			socket.facts.kind = (struct sockopt_kind){ socket.facts.kind.family, SOCK_DGRAM, IPPROTO_UDP };
		else
			config_set(&socket, CONFIG_NGINX, "listen", word, value, CONFIG_SIDE_BOTH, directive->line);
	}
	return each(context, &socket);
}

static void add_byte(struct directive *directive, char byte, unsigned int line)
{
	if (directive->length + 1 >= sizeof(directive->text) || (directive->length == 0 && strchr(" \t", byte)))
		return;
	if (directive->length == 0)
		directive->line = line;
	directive->text[directive->length++] = byte;
}

/** In quotes nothing has a meaning but the same quote. @param quote that is open; 0: none */
static bool is_quoted(char byte, char *quote)
{
	if (*quote ? byte == *quote : byte == '"' || byte == '\'')
		*quote = *quote ? '\0' : byte;
	return *quote != '\0';
}

static int take_line(struct directive *directive, const char *line, unsigned int number, char *quote,
		     int (*each)(void *context, const struct config_socket *socket), void *context)
{
	int r = 0;

	for (const char *at = line; *at && r == 0; at++) {
		bool quoted = is_quoted(*at, quote);

		if (!quoted && *at == '#')
			break;
		if (quoted || !strchr(";{}", *at)) {
			add_byte(directive, *at, number);
			continue;
		}
		directive->text[directive->length] = '\0';
		if (*at == ';')
			r = take_listen(directive, each, context);
		directive->length = 0;
	}
	add_byte(directive, ' ', number);
	return r;
}

int config_nginx(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		 void *context)
{
	struct directive directive = { .length = 0 };
	char quote = '\0';
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = take_line(&directive, lines[i], (unsigned int)i + 1, &quote, each, context);
	return r;
}

/* ---- haproxy ---- */

#define BINDS 64

struct haproxy {
	struct config_socket defaults[2]; /* client, server */
	struct config_socket section[2];
	struct config_socket binds[BINDS];
	size_t n_binds;
	bool has_servers;
	int (*each)(void *context, const struct config_socket *socket);
	void *context;
};

static void add_all(struct config_socket *to, const struct config_socket *from)
{
	for (size_t i = 0; i < from->n_settings && to->n_settings < CONFIG_SETTINGS; i++)
		to->settings[to->n_settings++] = from->settings[i];
}

static int end_section(struct haproxy *haproxy)
{
	int r = 0;

	for (size_t i = 0; i < haproxy->n_binds && r == 0; i++) {
		add_all(&haproxy->binds[i], &haproxy->section[0]);
		r = haproxy->each(haproxy->context, &haproxy->binds[i]);
	}
	haproxy->section[1].facts = listening;
	haproxy->section[1].facts.state = FACTS_ESTABLISHED;
	if (r == 0 && haproxy->has_servers)
		r = haproxy->each(haproxy->context, &haproxy->section[1]);
	haproxy->n_binds = 0;
	haproxy->has_servers = false;
	return r;
}

static void take_bind(struct haproxy *haproxy, char *rest, unsigned int line)
{
	struct config_socket *bind;
	char *word = next_word(&rest, " \t");

	if (!word || haproxy->n_binds == BINDS)
		return;
	bind = &haproxy->binds[haproxy->n_binds++];
	*bind = (struct config_socket){ .facts = listening };
	if (strncmp(word, "quic", 4) == 0)
		bind->facts.kind = (struct sockopt_kind){ AF_INET, SOCK_DGRAM, IPPROTO_UDP };
	else
		config_address(strncmp(word, "ipv4@", 5) == 0 || strncmp(word, "ipv6@", 5) == 0 ? word + 5 : word,
			       &bind->facts);
	while ((word = next_word(&rest, " \t"))) {
		char *before = rest, *value;

		if (config_set(bind, CONFIG_HAPROXY, "bind", word, NULL, CONFIG_SIDE_BOTH, line))
			continue;
		value = next_word(&rest, " \t");
		if (!value || !config_set(bind, CONFIG_HAPROXY, "bind", word, value, CONFIG_SIDE_BOTH, line)) {
			if (value && rest > before && *rest)
				rest[-1] = ' '; /* it may be a word by itself */
			rest = before;
		}
	}
}

/** server NAME ADDRESS WORD... */
static void take_server(struct haproxy *haproxy, char *rest, unsigned int line)
{
	char *word;

	haproxy->has_servers = true;
	next_word(&rest, " \t");
	if (!next_word(&rest, " \t"))
		return;
	while ((word = next_word(&rest, " \t")))
		if (strcmp(word, "tcp-ut") == 0) /* the one of the catalogue's, and others have no value that reads so */
			config_set(&haproxy->section[1], CONFIG_HAPROXY, "server", word, next_word(&rest, " \t"),
				   CONFIG_SIDE_SERVER, line);
}

/** option NAME, no option NAME, or NAME VALUE */
static void take_setting(struct haproxy *haproxy, char *word, char *rest, unsigned int line)
{
	bool no = strcmp(word, "no") == 0;
	char *value, name[64], off[] = "no";

	if (no)
		word = next_word(&rest, " \t");
	value = word ? next_word(&rest, " \t") : NULL;
	if (!value)
		return;
	if (strcmp(word, "option") == 0) {
		snprintf(name, sizeof(name), "option %s", value);
		word = name;
		value = no ? off : NULL;
	}
	config_set(&haproxy->section[0], CONFIG_HAPROXY, "section", word, value, CONFIG_SIDE_CLIENT, line);
	config_set(&haproxy->section[1], CONFIG_HAPROXY, "section", word, value, CONFIG_SIDE_SERVER, line);
}

static int begin_section(struct haproxy *haproxy, bool is_defaults, bool was_defaults)
{
	int r = end_section(haproxy);

	if (was_defaults)
		memcpy(haproxy->defaults, haproxy->section, sizeof(haproxy->section));
	if (is_defaults)
		memset(haproxy->section, 0, sizeof(haproxy->section));
	else
		memcpy(haproxy->section, haproxy->defaults, sizeof(haproxy->section));
	return r;
}

int config_haproxy(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		   void *context)
{
	static const char *const sections[] = { "global", "defaults", "frontend", "backend", "listen", "peers",
						"resolvers", "userlist", "mailers", "program", "cache", "ring" };
	struct haproxy haproxy = { .each = each, .context = context };
	bool was_defaults = false;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		char text[LINE_MAX_BYTES], *rest = text, *word;
		bool is_section = false;

		snprintf(text, sizeof(text), "%s", lines[i]);
		text[strcspn(text, "#")] = '\0';
		word = next_word(&rest, " \t");
		for (size_t k = 0; word && k < sizeof(sections) / sizeof(sections[0]); k++)
			is_section |= strcmp(word, sections[k]) == 0;
		if (is_section) {
			bool is_defaults = strcmp(word, "defaults") == 0;

			r = begin_section(&haproxy, is_defaults, was_defaults);
			was_defaults = is_defaults;
		} else if (word && strcmp(word, "bind") == 0) {
			take_bind(&haproxy, rest, (unsigned int)i + 1);
		} else if (word && strcmp(word, "server") == 0) {
			take_server(&haproxy, rest, (unsigned int)i + 1);
		} else if (word) {
			take_setting(&haproxy, word, rest, (unsigned int)i + 1);
		}
	}
	return r ? r : end_section(&haproxy);
}

/* ---- systemd: one file, one socket (or several that are alike) ---- */

int config_systemd(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		   void *context)
{
	struct config_socket socket = { .facts = listening };
	bool inside = false, listens = false;

	for (size_t i = 0; i < n; i++) {
		char text[LINE_MAX_BYTES], *word = text, *value;
		size_t length;

		snprintf(text, sizeof(text), "%s", lines[i]);
		word += strspn(word, " \t");
		for (length = strlen(word); length && strchr(" \t", word[length - 1]); length--)
			word[length - 1] = '\0';
		if (*word == '[')
			inside = strcmp(word, "[Socket]") == 0;
		value = strchr(word, '=');
		if (!inside || *word == '#' || *word == ';' || !value)
			continue;
		*value++ = '\0';
		word[strcspn(word, " \t")] = '\0';
		value += strspn(value, " \t");
		if (strcmp(word, "ListenStream") == 0 && *value) {
			config_address(value, &socket.facts);
			listens = true;
		} else {
			config_set(&socket, CONFIG_SYSTEMD, "Socket", word, value, CONFIG_SIDE_BOTH,
				   (unsigned int)i + 1);
		}
	}
	return listens ? each(context, &socket) : 0;
}

/* ---- sysctl.conf: KEY = VALUE, with points or slashes, and perhaps a - before ---- */

int config_sysctl(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		  void *context)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct config_socket socket = { .facts = { .state = FACTS_UNBOUND } };
		char text[LINE_MAX_BYTES], *word = text, *value;

		snprintf(text, sizeof(text), "%s", lines[i]);
		word += strspn(word, " \t-");
		value = strchr(word, '=');
		if (*word == '#' || *word == ';' || !value)
			continue;
		*value++ = '\0';
		word[strcspn(word, " \t")] = '\0';
		for (char *slash = strchr(word, '/'); slash; slash = strchr(slash, '/'))
			*slash = '.';
		value += strspn(value, " \t");
		value[strcspn(value, " \t")] = '\0';
		if (config_set(&socket, CONFIG_SYSCTL, "sysctl", word, value, CONFIG_SIDE_BOTH, (unsigned int)i + 1))
			r = each(context, &socket);
	}
	return r;
}
