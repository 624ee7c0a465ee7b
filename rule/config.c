/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SECOND_MS 1000

const char *config_kind_word(enum config_kind kind)
{
	static const char *const words[] = { "nginx", "haproxy", "systemd", "envoy", "sysctl" };

	return kind < CONFIG_N_KINDS ? words[kind] : NULL;
}

static bool begins(const char *line, const char *word)
{
	line += strspn(line, " \t");
	return strncmp(line, word, strlen(word)) == 0;
}

enum config_kind config_guess(const char *const *lines, size_t n)
{
	static const struct {
		const char *word;
		enum config_kind kind;
	} signs[] = {
		{ "{", CONFIG_ENVOY }, /* JSON */
		{ "[Socket]", CONFIG_SYSTEMD },
		{ "[Unit]", CONFIG_SYSTEMD },
		{ "frontend ", CONFIG_HAPROXY },
		{ "backend ", CONFIG_HAPROXY },
		{ "defaults", CONFIG_HAPROXY },
		{ "http {", CONFIG_NGINX },
		{ "server {", CONFIG_NGINX },
		{ "stream {", CONFIG_NGINX },
		{ "events {", CONFIG_NGINX },
		{ "static_resources:", CONFIG_ENVOY },
		{ "\"static_resources\"", CONFIG_ENVOY },
		{ "dynamic_resources:", CONFIG_ENVOY },
		{ "filter_chains:", CONFIG_ENVOY },
		{ "\"filter_chains\"", CONFIG_ENVOY },
		{ "socket_options:", CONFIG_ENVOY },
		{ "net.", CONFIG_SYSCTL },
		{ "net/", CONFIG_SYSCTL },
	};

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(signs) / sizeof(signs[0]); k++)
			if (begins(lines[i], signs[k].word))
				return signs[k].kind;
	return CONFIG_N_KINDS;
}

static bool read_bool(const char *text, int64_t *ret)
{
	static const char *const yes[] = { "yes", "true", "on", "1" }, *const no[] = { "no", "false", "off", "0" };

	for (size_t i = 0; i < 4; i++)
		if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
			*ret = strcasecmp(text, yes[i]) == 0;
			return true;
		}
	return false;
}

/** Digits, and where they end. */
static bool read_digits(const char *text, int64_t *ret, const char **ret_end)
{
	int64_t number = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *text - '0', &number))
			return false;
	*ret = number;
	*ret_end = text;
	return true;
}

/** k, m and g as powers of 1024; 0: another letter. */
static int64_t factor_of(char letter)
{
	switch (tolower((unsigned char)letter)) {
	case 'k': return INT64_C(1) << 10;
	case 'm': return INT64_C(1) << 20;
	case 'g': return INT64_C(1) << 30;
	default: return 0;
	}
}

static bool read_bytes(const char *text, int64_t *ret)
{
	int64_t number, factor;
	const char *end;

	if (!read_digits(text, &number, &end))
		return false;
	factor = *end ? factor_of(*end) : 1;
	if (factor == 0 || (*end && end[1]))
		return false;
	return !__builtin_mul_overflow(number, factor, ret);
}

/** 30, 30s, 1m, 1h30m, 1min 30s: in milliseconds. */
static bool read_time(const char *text, int unit_ms, int64_t *ret)
{
	static const struct {
		const char *word;
		int64_t ms;
	} units[] = {
		{ "ms", 1 },
		{ "msec", 1 },
		{ "s", 1000 },
		{ "sec", 1000 },
		{ "seconds", 1000 },
		{ "m", 60000 },
		{ "min", 60000 },
		{ "minutes", 60000 },
		{ "h", 3600000 },
		{ "hr", 3600000 },
		{ "hours", 3600000 },
		{ "d", 86400000 },
	};
	int64_t sum = 0, number, ms;

	do {
		const char *end;
		size_t length, i = 0;

		text += strspn(text, " ");
		if (!read_digits(text, &number, &end))
			return false;
		text = end + strspn(end, " ");
		length = strspn(text, "abcdefghijklmnopqrstuvwxyz");
		ms = unit_ms;
		for (; length && i < sizeof(units) / sizeof(units[0]); i++)
			if (strlen(units[i].word) == length && strncmp(units[i].word, text, length) == 0) {
				ms = units[i].ms;
				break;
			}
		if (length && i == sizeof(units) / sizeof(units[0]))
			return false;
		text += length;
		if (__builtin_mul_overflow(number, ms, &number) || __builtin_add_overflow(sum, number, &sum))
			return false;
	} while (*text);
	*ret = sum;
	return true;
}

/** A time in the unit of the option that it is for; what is for none keeps its milliseconds. */
static bool in_unit(const struct sockopt_option *option, int64_t ms, int64_t *ret)
{
	*ret = ms;
	if (!option)
		return true;
	switch (option->type->fields[0].unit) {
	case SOCKOPT_UNIT_S: *ret = ms / SECOND_MS; return ms % SECOND_MS == 0;
	case SOCKOPT_UNIT_MS: return true;
	default: return false;
	}
}

void config_put(struct config_socket *socket, const struct config_setting *setting)
{
	for (size_t i = 0; setting->option && i < socket->n_settings; i++)
		if (socket->settings[i].option == setting->option) {
			socket->settings[i] = *setting;
			return;
		}
	if (socket->n_settings < CONFIG_SETTINGS)
		socket->settings[socket->n_settings++] = *setting;
}

static void put(struct config_socket *socket, const struct sockopt_option *option, int64_t value, unsigned int line)
{
	const struct config_setting setting = { .option = option, .value = value, .line = line };

	config_put(socket, &setting);
}

/** on, off, or idle:interval:count, each of which may be empty. */
static bool set_keepalive(struct config_socket *socket, const struct config_word *word, const char *text,
			  unsigned int line)
{
	char parts[3][24];
	int64_t values[3] = { 0 }, on = 0;
	size_t n = 0;

	if (read_bool(text, &on)) {
		put(socket, sockopt_find(word->sets[0]), on, line);
		return true;
	}
	for (const char *part = text; n < 3; n++) {
		size_t length = strcspn(part, ":");

		if (length >= sizeof(parts[n]))
			return false;
		memcpy(parts[n], part, length);
		parts[n][length] = '\0';
		part += length;
		if (*part == '\0' && n < 2)
			return false;
		part += *part == ':';
	}
	for (size_t i = 0; i < 3; i++) {
		const struct sockopt_option *option = sockopt_find(word->sets[i + 1]);
		const char *end = parts[i];
		bool fits = !*parts[i] || (i < 2 ? read_time(parts[i], word->unit_ms, &values[i]) &&
							   in_unit(option, values[i], &values[i]) :
						   read_digits(parts[i], &values[i], &end) && !*end);

		if (!fits)
			return false;
	}
	put(socket, sockopt_find(word->sets[0]), 1, line);
	for (size_t i = 0; i < 3; i++)
		if (*parts[i])
			put(socket, sockopt_find(word->sets[i + 1]), values[i], line);
	return true;
}

static bool set_one(struct config_socket *socket, const struct config_word *word, const char *value, unsigned int line)
{
	struct config_setting setting = {
		.what = word->is_gone ? CONFIG_GONE : word->sets[0] ? CONFIG_OPTION :
								      CONFIG_BACKLOG,
		.option = word->sets[0] ? sockopt_find(word->sets[0]) : NULL,
		.line = line,
		.forced = word->forced,
	};
	const struct sockopt_option *option = setting.option;
	const char *end;
	int64_t number = word->as;
	bool fits = true;

	if (!value && word->form != CONFIG_FORM_FLAG)
		return false;
	switch (word->form) {
	case CONFIG_FORM_KEEPALIVE: return set_keepalive(socket, word, value, line);
	case CONFIG_FORM_FLAG: number = value ? 0 : word->as; break; /* "no option tcpka" gives a value */
	case CONFIG_FORM_BOOL: fits = read_bool(value, &number); break;
	case CONFIG_FORM_NUMBER: fits = read_digits(value, &number, &end) && !*end; break;
	case CONFIG_FORM_BYTES: fits = read_bytes(value, &number); break;
	case CONFIG_FORM_TIME:
		fits = read_time(value, word->unit_ms, &number) && in_unit(option, number, &number);
		break;
	}
	setting.value = number;
	if (fits)
		config_put(socket, &setting);
	return fits;
}

bool config_set(struct config_socket *socket, enum config_kind kind, const char *place, const char *word,
		const char *value, enum config_side side, unsigned int line)
{
	for (size_t i = 0; i < config_n_words; i++)
		if (config_words[i].kind == kind && strcmp(config_words[i].place, place) == 0 &&
		    strcmp(config_words[i].word, word) == 0 && (config_words[i].side & side))
			return set_one(socket, &config_words[i], value, line);
	return false;
}

static uint16_t port_of(const char *text)
{
	unsigned long port = strtoul(text, NULL, 10);

	return port <= 65535 ? (uint16_t)port : 0;
}

void config_address(const char *text, struct facts *ret)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	size_t length = colon && !strchr(colon, ']') ? (size_t)(colon - text) : strlen(text);

	if (strncmp(text, "unix:", 5) == 0 || strchr(text, '/')) {
		ret->kind = (struct sockopt_kind){ AF_UNIX, ret->kind.type, 0 };
		return;
	}
	ret->local.port = port_of(colon && length < strlen(text) ? colon + 1 : text);
	if (length >= sizeof(host) || (!colon && strspn(text, "0123456789") == strlen(text)))
		length = 0;
	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	memcpy(host, text, length);
	host[length] = '\0';
	ret->local.family = AF_INET;
	if (strcmp(host, "localhost") == 0)
		memcpy(host, "127.0.0.1", sizeof("127.0.0.1"));
	if (inet_pton(AF_INET, host, ret->local.ip) == 1)
		return;
	if (inet_pton(AF_INET6, host, ret->local.ip) == 1 || strcmp(host, "::") == 0) {
		ret->local.family = AF_INET6;
		ret->kind.family = AF_INET6;
	}
}

int config_read(enum config_kind kind, const char *const *lines, size_t n,
		int (*each)(void *context, const struct config_socket *socket), void *context)
{
	switch (kind) {
	case CONFIG_NGINX: return config_nginx(lines, n, each, context);
	case CONFIG_HAPROXY: return config_haproxy(lines, n, each, context);
	case CONFIG_SYSTEMD: return config_systemd(lines, n, each, context);
	case CONFIG_ENVOY: return config_envoy(lines, n, each, context);
	case CONFIG_SYSCTL: return config_sysctl(lines, n, each, context);
	default: return 0;
	}
}
