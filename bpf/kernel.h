/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel's structs, as far as this project reads them. libbpf finds each
 * field in the running kernel by its name (CO-RE), whatever its place, width
 * or neighbours: order, and what stands between, do not matter here. A field
 * that the running kernel lacks is never read (FIELD_EXISTS).
 *
 * Own declarations in place of a vmlinux.h: a build does not depend on the
 * kernel of the machine that builds.
 */
#ifndef BPF_KERNEL_H
#define BPF_KERNEL_H

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	__u32 inum;
};

struct netns_ipv4 {
	__u8 sysctl_tcp_pingpong_thresh;
};

struct net {
	struct netns_ipv4 ipv4;
	struct ns_common ns;
	__u64 net_cookie;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6 {
	__u8 bytes[16];
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_reuse : 4;
	unsigned char skc_reuseport : 1;
	unsigned char skc_ipv6only : 1;
	unsigned char skc_bypass_prot_mem : 1;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6 skc_v6_daddr;
	struct in6 skc_v6_rcv_saddr;
	unsigned long skc_flags;
	struct {
		long counter;
	} skc_cookie;
	int skc_incoming_cpu;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

struct dst_entry {
	unsigned long _metrics;
	struct net_device *dev;
};

struct sock {
	struct sock_common __sk_common;
	int sk_peek_off;
	unsigned int sk_ll_usec;
	unsigned int sk_napi_id;
	__u16 sk_busy_poll_budget;
	__u8 sk_prefer_busy_poll;
	__u8 sk_userlocks : 8; /* four bits on older kernels */
	int sk_rcvbuf;
	__u32 sk_ack_backlog;
	struct sk_filter *sk_filter;
	long sk_rcvtimeo;
	int sk_rcvlowat;
	struct socket *sk_socket;
	__u32 sk_reserved_mem;
	__u32 sk_tsflags;
	long sk_sndtimeo;
	__u32 sk_priority;
	__u32 sk_mark;
	__u16 sk_protocol;
	__u16 sk_type;
	struct dst_entry *sk_dst_cache;
	unsigned long sk_max_pacing_rate;
	int sk_sndbuf;
	__u8 sk_no_check_tx : 1;
	unsigned long sk_lingertime;
	int sk_bind_phc;
	struct pid *sk_peer_pid;
	__u8 sk_txrehash;
	__u8 sk_scm_credentials : 1;
	__u8 sk_scm_security : 1;
	__u8 sk_scm_pidfd : 1;
	__u8 sk_scm_rights : 1;
	__u8 sk_clockid;
	__u8 sk_txtime_deadline_mode : 1;
	__u8 sk_txtime_report_errors : 1;
	__u8 sk_bpf_cb_flags;
};

struct inet_sock {
	struct sock sk;
	struct ipv6_pinfo *pinet6;
	unsigned long inet_flags;
	__u32 inet_saddr;
	__s16 uc_ttl;
	__u16 inet_sport;
	struct ip_options_rcu *inet_opt;
	__u8 tos;
	__u8 min_ttl;
	__u8 mc_ttl;
	__u8 pmtudisc;
	int uc_index;
	__u32 mc_addr;
	__u32 local_port_range;
	/* bit-fields until 6.6, which put them into inet_flags */
	__u8 recverr : 1;
	__u8 freebind : 1;
	__u8 hdrincl : 1;
	__u8 mc_loop : 1;
	__u8 transparent : 1;
	__u8 mc_all : 1;
	__u8 nodefrag : 1;
	__u8 bind_address_no_port : 1;
	__u8 recverr_rfc4884 : 1;
};

struct fastopen_queue {
	int max_qlen;
	struct tcp_fastopen_context *ctx;
};

struct request_sock_queue {
	__u8 rskq_defer_accept;
	struct fastopen_queue fastopenq;
};

struct tcp_congestion_ops {
	char name[16];
};

struct tcp_ulp_ops {
	char name[16];
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct request_sock_queue icsk_accept_queue;
	__u32 icsk_rto_min;
	__u32 icsk_rto_max;
	__u32 icsk_delack_max;
	const struct tcp_congestion_ops *icsk_ca_ops;
	const struct tcp_ulp_ops *icsk_ulp_ops;
	__u8 icsk_syn_retries;
	struct {
		__u8 pingpong;
	} icsk_ack;
	__u32 icsk_user_timeout;
};

struct tcp_options_received {
	__u16 user_mss;
	__u16 mss_clamp;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 notsent_lowat;
	__u32 mss_cache;
	__u8 repair : 1;
	__u8 recvmsg_inq : 1;
	__u8 nonagle : 4;
	__u32 window_clamp;
	struct tcp_options_received rx_opt;
	__u8 thin_lto : 1;
	__u8 fastopen_connect : 1;
	__u8 fastopen_no_cookie : 1;
	__u8 repair_queue;
	__u8 save_syn : 2;
	__u8 keepalive_probes;
	__u32 tcp_tx_delay;
	__u32 snd_cwnd_clamp;
	unsigned int keepalive_time;
	unsigned int keepalive_intvl;
	int linger2;
	__u8 bpf_sock_ops_cb_flags;
	_Bool is_mptcp;
};

struct udp_sock {
	struct inet_sock inet;
	unsigned long udp_flags;
	__u8 encap_type;
	__u16 gso_size;
	__u16 pcslen;
	__u16 pcrlen;
	/* until 6.7 */
	__u8 no_check6_tx : 1;
	__u8 no_check6_rx : 1;
	__u8 gro_enabled : 1;
	unsigned int corkflag;
};

struct raw_sock {
	struct inet_sock inet;
	struct {
		__u32 data;
	} filter;
};

struct raw6_sock {
	struct inet_sock inet;
	__u32 checksum;
	__u32 offset;
};

struct ipv6_rxbits {
	__u16 srcrt : 1;
	__u16 osrcrt : 1;
	__u16 rxinfo : 1;
	__u16 rxoinfo : 1;
	__u16 rxhlim : 1;
	__u16 rxohlim : 1;
	__u16 hopopts : 1;
	__u16 ohopopts : 1;
	__u16 dstopts : 1;
	__u16 odstopts : 1;
	__u16 rxflow : 1;
	__u16 rxtclass : 1;
	__u16 rxpmtu : 1;
	__u16 rxorigdstaddr : 1;
	__u16 recvfragsize : 1;
};

struct ipv6_pinfo {
	struct in6 saddr;
	struct ipv6_txoptions *opt;
	/* bit-fields of other widths until 6.6 */
	__s16 hop_limit : 16;
	__u8 pmtudisc : 8;
	__u8 mcast_hops : 8;
	__u8 srcprefs : 8;
	__u8 tclass;
	int ucast_oif;
	int mcast_oif;
	union {
		struct ipv6_rxbits bits;
	} rxopt;
	__u8 min_hopcount;
	/* bit-fields until 6.6 */
	__u16 mc_loop : 1;
	__u16 mc_all : 1;
	__u16 recverr : 1;
	__u16 sndflow : 1;
	__u16 dontfrag : 1;
	__u16 recverr_rfc4884 : 1;
	__u16 rtalert_isolate : 1;
};

struct tcp6_sock {
	struct tcp_sock tcp;
};

struct udp6_sock {
	struct udp_sock udp;
};

struct sockaddr_un {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
	_Bool recvmsg_inq;
};

struct inode {
	unsigned long i_ino;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

struct file_ref {
	atomic_long_t refcnt;
};

struct file {
	void *private_data;
	struct inode *f_inode;
	struct file_ref f_ref; /* since 6.13: references but one */
	atomic_long_t f_count; /* before */
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct upid {
	int nr;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct signal_struct {
	struct pid *pids[4];
};

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *group_leader;
	struct files_struct *files;
	struct signal_struct *signal;
	struct pid *thread_pid;
	struct css_set *cgroups;
	char comm[16];
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
	unsigned int uid;
};

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
	unsigned int uid __attribute__((aligned(8)));
	int bucket __attribute__((aligned(8)));
};

struct bpf_iter__unix {
	struct bpf_iter_meta *meta;
	struct unix_sock *unix_sk;
	unsigned int uid;
};

#pragma clang attribute pop

enum sock_flags {
	SOCK_URGINLINE = 2,
	SOCK_KEEPOPEN = 3,
	SOCK_LINGER = 4,
	SOCK_BROADCAST = 6,
	SOCK_DBG = 10,
	SOCK_RCVTSTAMP = 11,
	SOCK_RCVTSTAMPNS = 12,
	SOCK_LOCALROUTE = 13,
	SOCK_RXQ_OVFL = 17,
	SOCK_ZEROCOPY = 18,
	SOCK_WIFI_STATUS = 19,
	SOCK_NOFCS = 20,
	SOCK_FILTER_LOCKED = 21,
	SOCK_SELECT_ERR_QUEUE = 22,
	SOCK_TXTIME = 24,
	SOCK_TSTAMP_NEW = 26,
	SOCK_RCVMARK = 27,
	SOCK_RCVPRIORITY = 28,
};

/*
 * Bits of inet_sock.inet_flags and udp_sock.udp_flags. The kernel's enums have no name, so libbpf cannot look them
 * up; new ones have always been added at the end since the words came (6.6, 6.7), and the test of agreement sets and
 * reads each.
 */
enum {
	INET_FLAGS_PKTINFO,
	INET_FLAGS_TTL,
	INET_FLAGS_TOS,
	INET_FLAGS_RECVOPTS,
	INET_FLAGS_RETOPTS,
	INET_FLAGS_PASSSEC,
	INET_FLAGS_ORIGDSTADDR,
	INET_FLAGS_CHECKSUM,
	INET_FLAGS_RECVFRAGSIZE,
	INET_FLAGS_RECVERR,
	INET_FLAGS_RECVERR_RFC4884,
	INET_FLAGS_FREEBIND,
	INET_FLAGS_HDRINCL,
	INET_FLAGS_MC_LOOP,
	INET_FLAGS_MC_ALL,
	INET_FLAGS_TRANSPARENT,
	INET_FLAGS_IS_ICSK,
	INET_FLAGS_NODEFRAG,
	INET_FLAGS_BIND_ADDRESS_NO_PORT,
	INET_FLAGS_DEFER_CONNECT,
	INET_FLAGS_MC6_LOOP,
	INET_FLAGS_RECVERR6_RFC4884,
	INET_FLAGS_MC6_ALL,
	INET_FLAGS_AUTOFLOWLABEL_SET,
	INET_FLAGS_AUTOFLOWLABEL,
	INET_FLAGS_DONTFRAG,
	INET_FLAGS_RECVERR6,
	INET_FLAGS_REPFLOW,
	INET_FLAGS_RTALERT_ISOLATE,
	INET_FLAGS_SNDFLOW,
	INET_FLAGS_RTALERT,
};

enum {
	UDP_FLAGS_CORK,
	UDP_FLAGS_NO_CHECK6_TX,
	UDP_FLAGS_NO_CHECK6_RX,
	UDP_FLAGS_GRO_ENABLED,
};

extern int LINUX_KERNEL_VERSION __kconfig;

/** Is this field in the running kernel? Known when the program is loaded. */
#define FIELD_EXISTS(type, field) bpf_core_field_exists(((struct type *)0)->field)

/** A field of a copy of the kernel's struct; libbpf adjusts place and width. Bit-fields want BITS(). */
#define LOAD(copy, type, field) (((struct type *)(copy))->field)

/**
 * A bit-field of a copy, wherever it is in the running kernel. Eight bytes are loaded whatever its container's width,
 * so that no branch is left for the verifier to remove, which it does in quadratic time.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BITS(copy, type, field)                                                         \
	(*(__u64 *)((void *)(copy) + __CORE_RELO((struct type *)0, field, BYTE_OFFSET)) \
		 << __CORE_RELO((struct type *)0, field, LSHIFT_U64) >>                 \
	 __CORE_RELO((struct type *)0, field, RSHIFT_U64))
#else
#define BITS(copy, type, field) BPF_CORE_READ_BITFIELD((struct type *)(copy), field)
#endif

/**
 * A field that is a bit-field on some kernels and not on others; here it is declared as one of full width. libbpf takes
 * no load whose field is of another kind, so the place is worked out apart from the load.
 */
#define VARYING_AS(integer, copy, type, field)                                        \
	({                                                                            \
		__u64 place_ = __CORE_RELO((struct type *)0, field, BYTE_OFFSET);     \
		barrier_var(place_);                                                  \
		(integer)(*(__u64 *)((void *)(copy) + place_)                         \
			  << __CORE_RELO((struct type *)0, field, LSHIFT_U64)) >>     \
			__CORE_RELO((struct type *)0, field, RSHIFT_U64);             \
	})
#define VARYING(copy, type, field) VARYING_AS(__u64, copy, type, field)
#define SIGNED_VARYING(copy, type, field) VARYING_AS(__s64, copy, type, field)

#endif
