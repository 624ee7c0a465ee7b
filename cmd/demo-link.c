/* SPDX-License-Identifier: MIT */
/* Demonstrations over an emulated link. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <text.h>
#include <tidy.h>

#include "demo-link.h"

static void show(const struct demo_stage *stage, const struct link *link)
{
	char text[LINK_SPEC_TEXT_MAX];

	link_spec_format(link_spec(link), text, sizeof(text));
	demo_line(stage, _("link: %s"), text);
	demo_word(stage, "link", text);
	demo_word(stage, "engine", link_engine_word(link_engine(link)));
}

int demo_link_open(struct demo_stage *stage, const char *text, struct link **ret)
{
	struct link_spec spec;
	const char *why;
	int r = link_spec_parse(text, &spec, NULL);

	if (r < 0)
		return demo_stop(stage, text, r);
	r = link_open(&spec, LINK_AUTO, ret, &why);
	if (r < 0)
		return demo_stop(stage, _(why), r);
	show(stage, *ret);
	return 0;
}

int demo_link_change(struct demo_stage *stage, struct link *link, const char *text)
{
	struct link_spec spec;
	int r = link_spec_parse(text, &spec, NULL);

	if (r == 0)
		r = link_change(link, &spec);
	if (r < 0)
		return demo_stop(stage, text, r);
	show(stage, link);
	return 0;
}

int demo_link_bind(const struct link *link, int type, struct sockaddr_in *address)
{
	const struct link_ends *ends = link_ends(link);
	int fd, r = arena_move(ends->hosts.there);

	if (r < 0)
		return r;
	memcpy(address, &ends->server, sizeof(*address));
	fd = demo_bind(type, address, NULL);
	r = arena_move(ends->hosts.here);
	if (r < 0 && fd >= 0)
		close(fd);
	return r < 0 ? r : fd;
}

static int connect_pair(struct demo_stage *stage, const struct link *link, const char *client, const char *server,
			struct demo_pair *pair)
{
	struct sockaddr_in address;
	autoclose int listener = demo_link_bind(link, SOCK_STREAM, &address);
	int r = listener < 0 ? demo_stop(stage, "listen", listener) : 0;

	if (r == 0 && server)
		r = demo_set(stage, listener, _("server"), server);
	if (r < 0)
		return r;
	pair->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (pair->client >= 0 && client)
		r = demo_set(stage, pair->client, _("client"), client);
	if (r < 0)
		return r;
	if (pair->client < 0 || connect(pair->client, (struct sockaddr *)&address, sizeof(address)) < 0)
		return demo_stop(stage, "connect", -errno);
	pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return pair->server < 0 ? demo_stop(stage, "accept", -errno) : 0;
}

/** Sends what the socket takes and reads what has come, for a time. @return bytes that came, or -errno */
static double pump(const struct demo_pair *pair, double until_ms, int64_t *window)
{
	static char buffer[262144];
	struct pollfd ready[] = { { .fd = pair->client, .events = POLLOUT }, { .fd = pair->server, .events = POLLIN } };
	double came = 0, now_ms;

	while ((now_ms = demo_now_ms()) < until_ms) {
		int64_t offered = demo_read(pair->client, "TCP_INFO", "tcpi_snd_wnd");
		ssize_t n;

		*window = offered > *window ? offered : *window;
		poll(ready, 2, (int)(until_ms - now_ms) + 1);
		if (ready[0].revents && send(pair->client, buffer, sizeof(buffer), MSG_DONTWAIT) < 0 && errno != EAGAIN)
			return -errno;
		while ((n = recv(pair->server, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
			came += (double)n;
		if (n == 0 || errno != EAGAIN)
			return n == 0 ? -EPIPE : -errno;
	}
	return came;
}

int demo_link_stream(struct demo_stage *stage, const struct link *link, const char *client, const char *server,
		     unsigned int ms, struct demo_stream *ret)
{
	struct demo_pair pair = DEMO_NO_PAIR;
	double begun_ms, came = 0;
	int r = connect_pair(stage, link, client, server, &pair);

	*ret = (struct demo_stream){ .window = -1 };
	if (r == 0) {
		begun_ms = demo_now_ms();
		came = pump(&pair, begun_ms + ms * 2 / 3.0, &ret->window);
		if (came >= 0) {
			begun_ms = demo_now_ms();
			came = pump(&pair, begun_ms + ms / 3.0, &ret->window);
		}
		if (came < 0)
			r = demo_stop(stage, "send", (int)came);
		ret->mbit_s = came * 8 / 1000 / (demo_now_ms() - begun_ms);
		ret->rtt_ms = (double)demo_read(pair.client, "TCP_INFO", "tcpi_min_rtt") / 1000;
		ret->retransmits = demo_read(pair.client, "TCP_INFO", "tcpi_total_retrans");
		ret->buffer = demo_read(pair.server, "SO_RCVBUF", NULL);
	}
	demo_pair_close(&pair);
	if (r < 0)
		return r;
	demo_count(stage, "bits_per_second", (int64_t)(ret->mbit_s * 1e6));
	demo_time(stage, "rtt_us", ret->rtt_ms);
	demo_count(stage, "window", ret->window);
	demo_count(stage, "retransmits", ret->retransmits);
	demo_count(stage, "so_rcvbuf", ret->buffer);
	return 0;
}
