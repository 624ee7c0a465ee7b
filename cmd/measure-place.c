/* SPDX-License-Identifier: MIT */
/* The two hosts of a measurement, and the link between them. */

#include "measure-place.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <arena.h>
#include <environment.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "measure-load.h"

#define RTT_ABROAD_US 100000 /* of a path that nobody told about */

enum {
	KEY_TO = 'T' + 256,
	KEY_SSH = 'S' + 256,
	KEY_SYSCTL = 'Y' + 256,
};

static const struct argp_option options[] = {
	{ "link", 'l', N_("LINK"), 0, N_("What lies between client and server, such as 'rate=1Gbit/s rtt=80ms' (default: a plain cable)"), 0 },
	{ "to", KEY_TO, N_("HOST:PORT"), 0, N_("Measure to this server, over the network as it is: for a COMMAND"), 0 },
	{ "ssh", KEY_SSH, N_("[USER@]HOST"), 0, N_("Measure to this machine, which has sockopt installed, over the network as it is"), 0 },
	{ "sysctl", KEY_SYSCTL, N_("NAME=VALUE"), 0, N_("A net. sysctl of the two hosts; this system's own is left alone"), 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct measure_where *where = state->input;

	switch (key) {
	case 'l': where->link = arg; return 0;
	case KEY_TO: where->to = arg; return 0;
	case KEY_SSH: where->ssh = arg; return 0;
	case KEY_SYSCTL: where->sysctls[where->n_sysctls++] = arg; return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp where_argp = { .options = options, .parser = parse };
const struct argp_child measure_where_children[] = { { &common_argp, 0, NULL, 0 }, { &where_argp, 0, NULL, 0 }, { 0 } };

static int place_of_link(const char *link, struct measure_place *ret)
{
	struct spec_error error;

	*ret = (struct measure_place){ .link = NULL };
	if (link_spec_parse(link, &ret->spec, &error) == 0) {
		link_spec_format(&ret->spec, ret->text, sizeof(ret->text));
		return EXIT_DONE;
	}
	measure_say_spec("--link", link, &error);
	return EXIT_WRONG_USE;
}

static void say_no_link(int r, const char *why)
{
	if (why)
		log_error(_("the link cannot be made: %s: %s"), _(why), strerror(-r));
	else
		log_error(_("the link cannot be made: %s"), strerror(-r));
}

/** @return false: it cannot be set, which was said */
static bool set_sysctl(const char *assignment)
{
	int r = environment_set_sysctl(assignment);

	if (r == 0)
		return true;
	log_error(_("--sysctl: '%s' cannot be set: %s"), assignment, strerror(-r));
	log_hint(_("such as net.ipv4.tcp_wmem='4096 16384 67108864': one that each network namespace has for itself"));
	return false;
}

/** Of the host that the thread is on. */
static bool set_up_host(const char *const *sysctls, size_t n_sysctls)
{
	environment_forget_paths();
	for (size_t i = 0; i < n_sysctls; i++)
		if (!set_sysctl(sysctls[i]))
			return false;
	return true;
}

/** @return 0, or an exit status */
static int set_up(struct measure_place *place, const struct arena_hosts *hosts, const char *const *sysctls,
		  size_t n_sysctls)
{
	bool well = set_up_host(sysctls, n_sysctls);
	int r = arena_move(hosts->there);

	well = well && r == 0 && set_up_host(sysctls, n_sysctls);
	if (r == 0)
		r = arena_move(hosts->here);
	if (r == 0 && !well)
		return EXIT_WRONG_USE;
	if (r == 0)
		r = trial_await_path(&place->trial);
	if (r < 0)
		log_error(_("nothing comes through the link: %s"), strerror(-r));
	return r < 0 ? EXIT_PARTLY : EXIT_DONE;
}

int measure_place_open(struct measure_place *place, const struct measure_where *where)
{
	const struct link_ends *ends;
	const char *why = NULL;
	int r, status;

	if (place->remote.pid > 0)
		place->trial.remote = &place->remote;
	if (place->is_abroad)
		return EXIT_DONE;
	r = arena_enter();
	if (r < 0) {
		log_error(_("no network namespace can be made for it: %s"), strerror(-r));
		log_hint(_("as root it can; for others the system must allow user namespaces"));
		return EXIT_FORBIDDEN;
	}
	r = link_open(&place->spec, LINK_AUTO, &place->link, &why);
	if (r < 0) {
		say_no_link(r, why);
		return EXIT_FORBIDDEN;
	}
	ends = link_ends(place->link);
	place->engine = link_engine_word(link_engine(place->link));
	place->trial = (struct trial_place){ ends->hosts.here, ends->hosts.there, ends->client, ends->server, NULL };
	status = set_up(place, &ends->hosts, where->sysctls, where->n_sysctls);
	if (status != EXIT_DONE)
		link_close(place->link);
	return status;
}

/** The address of a host that is not ours. @return 0, or an exit status */
static int resolve(const char *text, const char *name, const char *port, struct measure_place *ret)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int r = getaddrinfo(name, port, &hints, &found);

	if (r != 0) {
		log_error("%s: %s", text, gai_strerror(r));
		return EXIT_WRONG_USE;
	}
	*ret = (struct measure_place){
		.trial = { .client_host = -1, .server_host = -1 },
		.is_abroad = true,
		.remote = { .pid = -1 },
	};
	memcpy(&ret->trial.server, found->ai_addr, found->ai_addrlen);
	snprintf(ret->text, sizeof(ret->text), "%.*s", (int)sizeof(ret->text) - 1, text);
	freeaddrinfo(found);
	return EXIT_DONE;
}

static int place_of_host(const char *host, struct measure_place *ret)
{
	const char *colon = strrchr(host, ':');
	char name[256];

	/* [::1]:5201 as well as example.org:5201 */
	if (!colon || colon == host || colon[1] == '\0' || (size_t)(colon - host) >= sizeof(name)) {
		log_error(_("--to: '%s' is not HOST:PORT"), host);
		return EXIT_WRONG_USE;
	}
	if (host[0] == '[' && colon[-1] == ']')
		snprintf(name, sizeof(name), "%.*s", (int)(colon - host) - 2, host + 1);
	else
		snprintf(name, sizeof(name), "%.*s", (int)(colon - host), host);
	return resolve(host, name, colon + 1, ret);
}

/** The server is on a machine that ssh(1) reaches, and has a sockopt. */
static int place_by_ssh(const char *destination, struct measure_place *ret)
{
	const char *at = strrchr(destination, '@');
	char copy[256];
	char *const arguments[] = {
		(char[]){ "ssh" },
		(char[]){ "-T" },
		(char[]){ "--" },
		copy,
		(char[]){ "sockopt" },
		(char[]){ "measure" },
		(char[]){ "--serve" },
		NULL,
	};
	int r;

	if (strlen(destination) >= sizeof(copy) || !*destination) {
		log_error(_("--ssh: '%s' is not a host"), destination);
		return EXIT_WRONG_USE;
	}
	memcpy(copy, destination, strlen(destination) + 1);
	r = resolve(destination, at ? at + 1 : destination, NULL, ret);
	if (r != EXIT_DONE)
		return r;
	r = remote_open(arguments, &ret->remote);
	if (r < 0) {
		log_error(_("ssh cannot be started: %s"), strerror(-r));
		return EXIT_PARTLY;
	}
	return EXIT_DONE;
}

bool measure_where_takes(const struct measure_where *where, const struct trial_load *load)
{
	bool is_abroad = !where->link && !where->n_sysctls, is_command = load->spec.kind == LOAD_COMMAND;

	if (!is_command && (load->serve || load->take)) {
		log_error(_("--server and --take are for a COMMAND as the load"));
		return false;
	}
	if (where->to && (!is_command || load->serve || !is_abroad)) {
		log_error(_("--to is for a COMMAND as the load, without --server, --link and --sysctl"));
		log_hint(_("such as --to example.org:5201 --load 'iperf3 -c {server} -p {port} -t 2'"));
		return false;
	}
	if (where->ssh && (is_command || where->to || !is_abroad)) {
		log_error(_("--ssh is for bulk, rr, crr and udp, without --to, --link and --sysctl"));
		log_hint(_("for a COMMAND there is --to HOST:PORT"));
		return false;
	}
	return true;
}

int measure_place_find(const struct measure_where *where, struct measure_place *ret)
{
	if (where->ssh)
		return place_by_ssh(where->ssh, ret);
	return where->to ? place_of_host(where->to, ret) : place_of_link(where->link ? where->link : "", ret);
}

int64_t measure_place_rtt_us(const struct measure_place *place)
{
	return place->remote.pid > 0 ? RTT_ABROAD_US : place->spec.rtt_us;
}

int measure_place_renew(const struct measure_place *place)
{
	return !place->link || link_spec_is_plain(&place->spec) ? 0 : link_change(place->link, &place->spec);
}

void measure_place_close(struct measure_place *place)
{
	if (place->link)
		link_close(place->link);
	if (place->remote.pid > 0)
		remote_close(&place->remote);
}
