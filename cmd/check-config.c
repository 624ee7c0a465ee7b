/* SPDX-License-Identifier: MIT */
/* check --config FILE: settings of servers that end in socket options. */

#include <errno.h>
#include <inttypes.h>
#include <log.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <routes.h>
#include <sysctl.h>
#include <text.h>
#include <tidy.h>

#include <check-config.h>

#include "check-args.h"
#include "cmd.h"
#include "file-lines.h"

#define ASKED_MAX 64

struct config_judge {
	const struct check_args *args;
	struct file_lines lines;
	struct place_view *view;
	struct selector **selectors; /* a check each */
	bool *found;                 /* check by line: a section's setting is told once, not once a socket */
	struct check_machine machine;
	struct asked {
		const char *name; /* of an option or a sysctl */
		int64_t value;
	} asked[ASKED_MAX]; /* while a check is judged; those of findings come first */
	size_t n_asked;
	size_t n_kept;
};

/** Values of this machine that a finding rests on: another has others. */
static void note(struct config_judge *judge, const char *name, int64_t value)
{
	size_t i = 0;

	while (i < judge->n_asked && strcmp(judge->asked[i].name, name) != 0)
		i++;
	if (i == ASKED_MAX)
		return;
	judge->asked[i].name = name;
	judge->asked[i].value = value;
	if (i == judge->n_asked)
		judge->n_asked++;
}

/** What a fresh socket of this kind has on this machine. */
static int read_fresh(void *context, const struct sockopt_kind *kind, const struct sockopt_option *option,
		      struct sockopt_value *ret)
{
	autoclose int fd = socket(kind->family, kind->type | SOCK_CLOEXEC, kind->protocol);
	int r = fd < 0 ? -errno : sockopt_get(fd, option, ret);

	if (r == 0 && option->get_type->form == SOCKOPT_FORM_SCALAR)
		note(context, option->name, sockopt_field_number(&option->get_type->fields[0], ret->bytes, 0));
	return r;
}

static int read_sysctl(void *context, const char *name, int64_t *ret)
{
	int r = sysctl_number(name, ret);

	if (r == 0)
		note(context, name, *ret);
	return r;
}

static int find_address(void *context, const struct facts_address *address, int64_t *ret)
{
	(void)context;
	return routes_local(address, ret);
}

static int find_rules(void *context, int family, int64_t *ret)
{
	(void)context;
	return routes_by_mark(family, ret);
}

static void judge_setting(struct config_judge *judge, const struct config_socket *socket,
			  const struct config_setting *setting)
{
	struct place place = {
		.file = judge->args->config,
		.line = setting->line,
		.text = file_line(&judge->lines, setting->line),
	};

	for (size_t i = 0; i < check_count; i++) {
		bool *found = &judge->found[i * (judge->lines.n + 1) + setting->line];
		struct check_finding finding;

		judge->n_asked = judge->n_kept;
		if (*found || !check_is_wanted(judge->args, &check_table[i]) ||
		    !check_config_finds(&check_table[i], judge->selectors[i], socket, setting, &judge->machine,
					&finding) ||
		    file_ignores(&judge->lines, setting->line, &check_table[i]))
			continue;
		*found = true;
		judge->n_kept = judge->n_asked;
		place_view_add(judge->view, &place, CHECK_CONFIG, &finding);
	}
}

static int judge_socket(void *context, const struct config_socket *socket)
{
	for (size_t i = 0; i < socket->n_settings; i++)
		judge_setting(context, socket, &socket->settings[i]);
	return 0;
}

/** The file may be for another machine: what it was held against is said. */
static void say_asked(const struct config_judge *judge)
{
	char text[1024] = "";
	size_t length = 0;

	for (size_t i = 0; i < judge->n_kept && length < sizeof(text); i++) {
		int n = snprintf(text + length, sizeof(text) - length, "%s%s = %" PRId64, i ? ", " : "",
				 judge->asked[i].name, judge->asked[i].value);

		length += n > 0 ? (size_t)n : 0;
	}
	if (judge->n_kept)
		log_hint(_("reckoned with what this machine has: %s"), text);
}

static void prepare(struct config_judge *judge)
{
	judge->machine = (struct check_machine){
		.fresh = read_fresh,
		.sysctl = read_sysctl,
		.address_is_here = find_address,
		.routes_by_mark = find_rules,
		.context = judge,
	};
	judge->selectors = xmalloc(check_count * sizeof(struct selector *));
	judge->found = xmalloc(check_count * (judge->lines.n + 1) * sizeof(bool));
	for (size_t i = 0; i < check_count; i++) {
		judge->selectors[i] = NULL;
		if (check_table[i].socket && selector_parse(check_table[i].socket, &judge->selectors[i], NULL) < 0)
			judge->selectors[i] = NULL;
	}
	judge->view = place_view_new(stdout, check_form(judge->args));
}

static void release(struct config_judge *judge)
{
	for (size_t i = 0; i < check_count; i++)
		selector_free(judge->selectors[i]);
	free(judge->selectors);
	free(judge->found);
	file_lines_free(&judge->lines);
}

int check_config(const struct check_args *args)
{
	struct config_judge judge = { .args = args };
	enum config_kind kind = args->kind;
	size_t n;
	int r = file_lines_read(args->config, &judge.lines);

	if (r < 0) {
		log_error(_("cannot read %s: %s"), args->config, strerror(-r));
		return EXIT_PARTLY;
	}
	if (kind == CONFIG_N_KINDS)
		kind = config_guess(judge.lines.lines, judge.lines.n);
	if (kind == CONFIG_N_KINDS) {
		log_error(_("%s: it cannot be told what this configures"), args->config);
		log_hint(_("--kind names it: nginx, haproxy, systemd, envoy or sysctl"));
		file_lines_free(&judge.lines);
		return EXIT_WRONG_USE;
	}
	prepare(&judge);
	if (judge.view)
		r = config_read(kind, judge.lines.lines, judge.lines.n, judge_socket, &judge);
	n = judge.view ? place_view_end(judge.view) : 0;
	fflush(stdout);
	say_asked(&judge);
	release(&judge);
	if (!judge.view) {
		log_error(_("out of memory"));
		return EXIT_PARTLY;
	}
	if (r < 0) {
		log_error(_("%s: %s"), args->config,
			  r == -EBADMSG    ? _("it is neither YAML nor JSON") :
			  r == -EOPNOTSUPP ? _("this sockopt was built without libyaml, which reads YAML") :
					     strerror(-r));
		return EXIT_PARTLY;
	}
	if (n == 0 && check_form(args) == PLACE_TEXT)
		printf("%s\n", _("Nothing was found."));
	return n ? EXIT_NOTHING : EXIT_DONE;
}
