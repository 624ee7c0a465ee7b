/* SPDX-License-Identifier: MIT */
/* A listener for each processor: which of them gets the connection. */

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

enum {
	N_WORKERS = 2,
	N_CONNECTIONS = 100, /* from each processor */
	N_WAYS = 2,
	NOT_THERE = 100000, /* no processor has this number */
};

struct scene {
	struct demo_stage *stage;
	int processors[N_WORKERS];
	cpu_set_t before;
	struct sockaddr_in address;
	int listeners[N_WORKERS];
};

/** How the connections of one processor were shared out. */
struct shares {
	int accepted[N_WORKERS];
	int read_right; /* accepted sockets that tell this processor */
};

/** Two on which we may run. */
static int choose_processors(struct scene *scene)
{
	int found = 0;

	if (sched_getaffinity(0, sizeof(scene->before), &scene->before) < 0)
		return demo_stop(scene->stage, "sched_getaffinity", -errno);
	for (int i = 0; i < CPU_SETSIZE && found < N_WORKERS; i++)
		if (CPU_ISSET((size_t)i, &scene->before))
			scene->processors[found++] = i;
	return found == N_WORKERS ? 0 : demo_stop(scene->stage, _("two processors to run on"), -ENODEV);
}

static int move_to(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)processor, &set);
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}

static int listen_all(struct scene *scene)
{
	for (int i = 0; i < N_WORKERS; i++) {
		scene->listeners[i] = demo_bind(SOCK_STREAM | SOCK_NONBLOCK, &scene->address, "SO_REUSEPORT=on");
		if (scene->listeners[i] < 0)
			return demo_stop(scene->stage, "SO_REUSEPORT, bind, listen", scene->listeners[i]);
	}
	return 0;
}

static void accept_all(const struct scene *scene, int processor, struct shares *shares)
{
	for (int i = 0; i < N_WORKERS; i++) {
		for (;;) {
			autoclose int fd = accept4(scene->listeners[i], NULL, NULL, SOCK_CLOEXEC);

			if (fd < 0)
				break;
			shares->accepted[i]++;
			shares->read_right += demo_read(fd, "SO_INCOMING_CPU", NULL) == processor;
		}
	}
}

/** Over the loopback a packet is handled by the processor that sends it. */
static int connect_from(const struct scene *scene, int processor, struct shares *ret)
{
	struct shares shares = { 0 };
	int r = move_to(processor);

	if (r < 0)
		return demo_stop(scene->stage, "sched_setaffinity", r);
	for (int i = 0; i < N_CONNECTIONS; i++) {
		int fd = demo_connect(&scene->address, NULL);

		if (fd < 0)
			return demo_stop(scene->stage, "connect", fd);
		close(fd);
	}
	accept_all(scene, processor, &shares);
	demo_line(scene->stage, _("%d connections from processor %d: listener 1: %d, listener 2: %d"), N_CONNECTIONS, processor,
		  shares.accepted[0], shares.accepted[1]);
	*ret = shares;
	return 0;
}

/** @return connections that went to the listener of their processor, or demo_stop() */
static int connect_all(struct scene *scene, struct shares shares[static N_WORKERS])
{
	struct demo_stage *stage = scene->stage;
	int own = 0, sum = 0;

	for (int i = 0; i < N_WORKERS; i++) {
		int r = connect_from(scene, scene->processors[i], &shares[i]);

		if (r < 0)
			return r;
		own += shares[i].accepted[i];
		for (int j = 0; j < N_WORKERS; j++)
			sum += shares[i].accepted[j];
	}
	demo_count(stage, "connections", sum);
	demo_count(stage, "at_their_processor", own);
	demo_expect(stage, sum == N_WORKERS * N_CONNECTIONS, _("each connection was to be accepted by one listener"));
	return own;
}

static int without(struct scene *scene, int *own)
{
	struct shares shares[N_WORKERS] = { 0 };
	int right = 0, r;

	demo_step(scene->stage, "without",
		  _("Two workers share a port by SO_REUSEPORT, each with a listener of its own. A client connects, first while it runs "
		    "on one processor, then on another; over the loopback that is also the one on which the kernel handles the packet. "
		    "A hash of addresses and ports chooses the listener:"));
	r = listen_all(scene);
	if (r == 0)
		r = connect_all(scene, shares);
	if (r < 0)
		return r;
	*own = r;
	for (int i = 0; i < N_WORKERS; i++)
		right += shares[i].read_right;
	demo_line(scene->stage, _("read on what was accepted, SO_INCOMING_CPU tells the processor: %d of %d"), right,
		  N_WORKERS * N_CONNECTIONS);
	demo_count(scene->stage, "read_right", right);
	demo_expect(scene->stage, right == N_WORKERS * N_CONNECTIONS,
		    _("on an accepted socket the option was to tell the processor of the packet"));
	demo_expect(scene->stage, r < N_WORKERS * N_CONNECTIONS, _("without the option the hash was to mix the processors"));
	return 0;
}

static int set_processors(const struct scene *scene, const int numbers[static N_WORKERS])
{
	const char *const who[N_WORKERS] = { _("listener 1"), _("listener 2") };
	int r = 0;

	for (int i = 0; r == 0 && i < N_WORKERS; i++) {
		char assignment[48];

		snprintf(assignment, sizeof(assignment), "SO_INCOMING_CPU=%d", numbers[i]);
		r = demo_set(scene->stage, scene->listeners[i], who[i], assignment);
	}
	return r;
}

static int with(struct scene *scene, int *own)
{
	struct shares shares[N_WORKERS] = { 0 };
	int r;

	demo_step(scene->stage, "with",
		  _("Each listener is given the processor on which its worker runs. Now the connection goes where its packets are "
		    "handled, and the worker finds them in the caches of its own processor:"));
	r = set_processors(scene, scene->processors);
	if (r == 0)
		r = connect_all(scene, shares);
	if (r < 0)
		return r;
	*own = r;
	demo_expect(scene->stage, r == N_WORKERS * N_CONNECTIONS,
		    _("with the option each connection was to go to the listener of its processor"));
	return 0;
}

static int with_wrong(struct scene *scene)
{
	static const int numbers[N_WORKERS] = { NOT_THERE, NOT_THERE };
	struct shares shares[N_WORKERS] = { 0 };
	int least = N_CONNECTIONS, r;

	demo_step(scene->stage, "no such processor",
		  _("The number is not checked. With one that no processor has, as after a move to a smaller machine, nothing fails "
		    "and nothing matches: the hash decides again."));
	r = set_processors(scene, numbers);
	if (r == 0)
		r = connect_all(scene, shares);
	if (r < 0)
		return r;
	for (int i = 0; i < N_WORKERS; i++)
		for (int j = 0; j < N_WORKERS; j++)
			least = shares[i].accepted[j] < least ? shares[i].accepted[j] : least;
	demo_expect(scene->stage, least > 0, _("without a match the hash was to decide"));
	return 0;
}

static void draw(const struct demo_stage *stage, const int owns[static N_WAYS])
{
	const char *const labels[N_WAYS] = { _("own processor: without"), _("own processor: with") };
	struct demo_bar bars[N_WAYS];
	char texts[N_WAYS][16];

	for (int i = 0; i < N_WAYS; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%d", owns[i]);
		bars[i] = (struct demo_bar){ labels[i], owns[i], texts[i] };
	}
	demo_bars(stage, bars, N_WAYS);
}

static int play(struct demo_stage *stage)
{
	struct scene scene = { .stage = stage, .address = demo_loopback(), .listeners = { -1, -1 } };
	int owns[N_WAYS] = { 0 };
	int r = choose_processors(&scene);

	if (r < 0)
		return r;
	r = without(&scene, &owns[0]);
	if (r == 0)
		r = with(&scene, &owns[1]);
	if (r == 0) {
		draw(stage, owns);
		r = with_wrong(&scene);
	}
	sched_setaffinity(0, sizeof(scene.before), &scene.before);
	for (int i = 0; i < N_WORKERS; i++)
		tidy_close(&scene.listeners[i]);
	return r;
}

const struct demo demo_incoming_cpu = {
	.name = "incoming-cpu",
	.option = "SO_INCOMING_CPU",
	.summary = N_("a shared port: the listener of the packet's processor"),
	.claim = N_("listeners that share a port, each with its SO_INCOMING_CPU, get the connections whose packets their processor "
		    "handles; read on a connection, the option tells that processor."),
	.lesson = N_("one worker a processor, pinned to it, and as many receive queues of the network card. Linux 4.6 to 6.1 ignores "
		     "the option where a port is shared, unless the fix of 6.2 was brought back to it."),
	.play = play,
};
