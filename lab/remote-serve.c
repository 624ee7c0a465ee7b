/* SPDX-License-Identifier: MIT */
/* The server of a built-in load on another machine: that side. */

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "remote.h"
#include "trial-server.h"

#define LINE_MAX_BYTES 1024

struct service {
	FILE *out;
	struct load_spec spec;
	bool has_load;
	struct rules rules;
	struct trial_server server;
	bool runs;
};

static void answer_error(struct service *service, int error, const char *what)
{
	fprintf(service->out, "error %d %s\n", error, what);
}

static void read_load(struct service *service, const char *text)
{
	struct spec_error error;

	rules_free(&service->rules);
	service->rules = (struct rules){ 0 };
	service->has_load = load_spec_parse(text, &service->spec, &error) == 0 && service->spec.kind != LOAD_COMMAND;
}

static void start(struct service *service, const char *family)
{
	const struct load_result *result;
	int r = -EINVAL;

	if (service->runs) {
		answer_error(service, EBUSY, "server");
		return;
	}
	if (service->has_load)
		r = trial_server_start(&service->spec, strcmp(family, "inet6") == 0 ? AF_INET6 : AF_INET, &service->rules,
				       &service->server);
	service->runs = r == 0;
	if (r == 0) {
		fprintf(service->out, "port %u\n", service->server.board->port);
		return;
	}
	result = service->server.board ? &service->server.board->server : NULL;
	if (result && result->error)
		answer_error(service, result->error, result->what);
	else
		answer_error(service, -r, "server");
	trial_server_end(&service->server);
}

static void end(struct service *service)
{
	struct load_result result;

	if (!service->runs) {
		answer_error(service, EINVAL, "end");
		return;
	}
	service->runs = false;
	trial_server_stop(&service->server);
	result = service->server.board->server;
	trial_server_end(&service->server);
	if (result.error || result.end_ns == 0)
		answer_error(service, result.error ? result.error : ETIMEDOUT, result.error ? result.what : "server");
	else
		fprintf(service->out,
			"result %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			result.end_ns - result.begin_ns, result.bytes, result.done, result.retransmits,
			result.memory_most, result.ran_ns, result.waited_ns);
}

static void obey(struct service *service, char *line)
{
	struct rule_error error;

	if (strncmp(line, "load ", 5) == 0) {
		read_load(service, line + 5);
	} else if (strncmp(line, "option ", 7) == 0) {
		/* An older sockopt may not know it; the next start fails then. */
		if (rules_add(&service->rules, "option", line + 7, &error) < 0)
			service->has_load = false;
	} else if (strncmp(line, "start ", 6) == 0) {
		start(service, line + 6);
	} else if (strncmp(line, "go ", 3) == 0 && service->runs) {
		char *rest;
		long long warm_up_ns = strtoll(line + 3, &rest, 10);

		trial_server_go(&service->server, warm_up_ns, strtoll(rest, NULL, 10));
	} else if (strcmp(line, "end") == 0) {
		end(service);
	} else {
		answer_error(service, EPROTO, line);
	}
}

int remote_serve(FILE *in, FILE *out)
{
	struct service service = { .out = out, .server = { .control = -1 } };
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		obey(&service, line);
		if (fflush(out) != 0)
			break;
	}
	if (service.runs) {
		trial_server_stop(&service.server);
		trial_server_end(&service.server);
	}
	rules_free(&service.rules);
	return 0;
}
