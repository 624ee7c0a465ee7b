/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a built-in load. Each is a process of one thread: it readies itself, says so, learns from when to
 * when is measured, and leaves what it saw in memory that it shares with who started it.
 */
#ifndef LAB_LOAD_H
#define LAB_LOAD_H

#include <load-spec.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "counts.h"
#include "latency.h"
#include "plan.h"

#define LOAD_WHAT_MAX 160

/** What one end saw between begin and end. */
struct load_result {
	int64_t begin_ns, end_ns; /* as they really were */
	uint64_t bytes;           /* of payload that arrived here */
	uint64_t done;            /* transactions or connections; of udp: datagrams sent, or arrived */
	uint64_t retransmits;     /* of this end's network namespace */
	uint64_t memory_most;
	uint64_t ran_ns, waited_ns;
	uint64_t window;          /* of bulk: that the server allowed under way at last, on one of the connections */
	struct latency latency;   /* of bulk: of the round trip that TCP sees */
	int error;                /* errno, positive: it failed */
	char what[LOAD_WHAT_MAX]; /* at what: a call, or an assignment */
};

/** Lies in shared memory. */
struct load_board {
	uint16_t port;            /* of the server, as it is bound */
	int64_t begin_ns, end_ns; /* of CLOCK_MONOTONIC */
	struct load_result client, server;
};

/** One end. */
struct load_end {
	const struct load_spec *spec;
	const struct plan *plan;
	struct load_board *board;
	struct load_result *result;
	struct sockaddr_storage address; /* of the server */
	int control;                     /* a byte of ours: ready; one back: begin_ns holds; closed: we end */
};

/** Each runs the load to its end. @return 0 or -errno; result tells what failed */
int load_client(struct load_end *end);
int load_server(struct load_end *end);

/* ---- for the files of the loads ---- */

struct load_loop;

/** A socket of a loop. */
struct load_socket {
	int fd;
	bool is_connected;
	bool wants_write;
	uint64_t to_read, to_write; /* of the message that is under way */
	int64_t since_ns;           /* when its transaction began */
	struct load_socket *next, *before;
};

/** An event loop, and what is measured beside it. */
struct load_loop {
	struct load_end *end;
	int epoll, timer, listener;
	struct load_socket *sockets; /* all, the newest first */
	bool is_server, measuring, measured, over;
	uint64_t bytes, done; /* since the beginning of what is measured */
	struct counts_processor processor;
	uint64_t retransmits;
	int (*ready)(struct load_loop *loop, struct load_socket *socket, uint32_t events);
	char *buffer;
};

#define LOAD_BUFFER (256 * 1024)

/** Notes what failed. @return -error */
int load_fail(struct load_end *end, int error, const char *what);

int load_loop_open(struct load_end *end, struct load_loop *ret);
void load_loop_close(struct load_loop *loop);

/** Takes the descriptor over, also where it fails. @return 0 or -errno */
int load_loop_add(struct load_loop *loop, int fd, uint32_t events, struct load_socket **ret);
int load_loop_change(struct load_loop *loop, struct load_socket *socket, uint32_t events);
void load_loop_remove(struct load_loop *loop, struct load_socket *socket);

/** Tells who started us that all is ready. */
int load_say_ready(struct load_end *end);

/** The same, and waits for the times. */
int load_meet(struct load_end *end);

/** Of a client: until what is measured is over. Of a server: until who started us closes the control. */
int load_loop_run(struct load_loop *loop);

/** A socket with the variant's options, up to the moment of connect(2); not yet connected. */
int load_open(struct load_end *end, int type);

/** A bound socket, listening if it is a stream's. Puts its port on the board. */
int load_bind(struct load_end *end, int type);

/** A connection is accepted and has its options. @return a descriptor or -errno; -EAGAIN: none waits */
int load_accept(struct load_loop *loop);

int load_stream_client(struct load_end *end);
int load_stream_server(struct load_end *end);
int load_udp_client(struct load_end *end);
int load_udp_server(struct load_end *end);
int load_connect_client(struct load_end *end);

/** Writes what is left of a message, as far as it goes. @return 0 or -errno, which is not noted */
int load_write(struct load_loop *loop, struct load_socket *socket, uint64_t piece);

#define LOAD_SAMPLE_NS 10000000

/** Begins and ends what is measured when its time has come. is_tick: memory is looked at, too */
void load_keep_time(struct load_loop *loop, bool is_tick);

/** Adds to what is measured: the time since a transaction began. */
void load_note(struct load_loop *loop, struct load_socket *socket);

#endif
