/* SPDX-License-Identifier: MIT */
/* Demonstrations: live, on real sockets, step by step; what was claimed is held
 * against what was measured. */
#ifndef CMD_DEMO_H
#define CMD_DEMO_H

#include <json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct demo_stage;

struct demo {
	const char *name;
	const char *option;  /* whose 'sockopt explain' tells the rest */
	const char *summary; /* for the list; marked for translation, as claim and
                          lesson are */
	const char *claim;   /* what is shown to be true */
	const char *lesson;  /* what to take home */
	bool alone;          /* it cannot be shown but in a network namespace of its own */
	int (*play)(struct demo_stage
			    *stage); /* 0: to its end; negative: what demo_stop() gave */
};

extern const struct demo demo_bindtodevice, demo_cork, demo_defer_accept, demo_fastopen, demo_keepalive, demo_linger;
extern const struct demo demo_lowat, demo_mark, demo_max_pacing_rate, demo_multicast_all, demo_nodelay;
extern const struct demo demo_notsent_lowat, demo_quickack, demo_rcvtimeo, demo_reuseaddr, demo_reuseport;
extern const struct demo demo_timestamping, demo_tos, demo_udp_gso, demo_user_timeout, demo_v6only;
extern const struct demo demo_busy_poll, demo_incoming_cpu, demo_mptcp, demo_zerocopy;
extern const struct demo demo_congestion, demo_qos, demo_rcvbuf;

/** All of them, for a shell to complete. */
const char *demo_names(void);

/** A demonstration under way. */
struct demo_stage {
	const struct demo *demo;
	bool pace;            /* wait for a key after each step's text */
	struct json *json;    /* NULL: for people; else a step's object is open, and
                           takes what was measured */
	unsigned int number;  /* of the step */
	const char *unmet[8]; /* what was claimed and not seen */
	unsigned int n_unmet;
	char reason[200]; /* why it stopped */
};

/** The next step. key: its name in JSON. text: what is to happen and why,
 * filled to the screen. */
void demo_step(struct demo_stage *stage, const char *key, const char *text);

/** A line of what was done and what came of it, as it would be in a terminal.
 * Silent with --json. */
void demo_line(const struct demo_stage *stage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** What was measured, for --json. */
void demo_count(const struct demo_stage *stage, const char *name,
		int64_t number);
void demo_time(const struct demo_stage *stage, const char *name_us, double ms);
void demo_word(const struct demo_stage *stage, const char *name,
	       const char *word);

/** 45 us, 44.0 ms, 3.01 s: as measured. */
const char *demo_time_text(double ms, char *ret, size_t size);

/** A part of the claim. what: translated; said if it was not seen. */
void demo_expect(struct demo_stage *stage, bool seen, const char *what);

/** It cannot go on: what failed, with which -errno. @return that */
int demo_stop(struct demo_stage *stage, const char *what, int r);

/** Sets an option as 'sockopt set' takes it, and shows that. who: whose socket,
 * translated. @return 0 or demo_stop() */
int demo_set(struct demo_stage *stage, int fd, const char *who,
	     const char *assignment);

struct demo_bar {
	const char *label;
	double value;
	const char *text; /* the value as it is to be read */
};

/** A plot of bars from 0 to the greatest. */
void demo_bars(const struct demo_stage *stage, const struct demo_bar *bars,
	       size_t count);

#endif
