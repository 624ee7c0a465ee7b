/* SPDX-License-Identifier: MIT */
/*
 * libsockopt: every socket option of Linux as data, and calls that use it.
 *
 * The library knows no process but its own, does no I/O but getsockopt(2) and
 * setsockopt(2), keeps no state, allocates nothing and links libc alone. All its
 * functions are thread-safe. Those marked [signal-safe] may be called from a
 * signal handler.
 *
 * Errors: functions return 0, or a negative errno. ret_ parameters are filled
 * in on success and untouched on failure; reterr_ parameters may be NULL and are
 * filled in on failure. errno itself is unspecified after a call.
 */
#ifndef SOCKOPT_H
#define SOCKOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SOCKOPT_API __attribute__((visibility("default")))
#define SOCKOPT_MUST_USE __attribute__((warn_unused_result))
#else
#define SOCKOPT_API
#define SOCKOPT_MUST_USE
#endif

/* ---- the catalogue: what is known of an option ---- */

/** A text of the catalogue, UTF-8, one member a language. Either may be NULL only if both are. */
struct sockopt_text {
	const char *en;
	const char *es;
};

enum sockopt_access {
	SOCKOPT_GET = 1,
	SOCKOPT_SET = 2,
};

enum sockopt_nature {
	SOCKOPT_SETTING, /* stays until changed */
	SOCKOPT_STATE,   /* something that the kernel tells */
	SOCKOPT_ACTION,  /* set does something once */
};

/** How the bytes of a field are to be read. */
enum sockopt_scalar {
	SOCKOPT_SIGNED,
	SOCKOPT_UNSIGNED,
	SOCKOPT_BIG_ENDIAN, /* unsigned, network byte order */
	SOCKOPT_IPV4,
	SOCKOPT_IPV6,
	SOCKOPT_SOCKADDR,
	SOCKOPT_STRING,
	SOCKOPT_BYTES,
	SOCKOPT_SOCKADDRS, /* addresses, each as long as its family makes it */
};

/** How a number is written. */
enum sockopt_look {
	SOCKOPT_LOOK_NUMBER,
	SOCKOPT_LOOK_BOOL,
	SOCKOPT_LOOK_ENUM,
	SOCKOPT_LOOK_FLAGS,
};

enum sockopt_unit {
	SOCKOPT_UNIT_NONE,
	SOCKOPT_UNIT_S,
	SOCKOPT_UNIT_MS,
	SOCKOPT_UNIT_US,
	SOCKOPT_UNIT_NS,
	SOCKOPT_UNIT_BYTES,
	SOCKOPT_UNIT_BYTES_PER_SECOND,
	SOCKOPT_UNIT_SEGMENTS,
	SOCKOPT_UNIT_PACKETS,
	SOCKOPT_UNIT_HOPS,
	SOCKOPT_UNIT_PROBES,
	SOCKOPT_UNIT_RETRIES,
	SOCKOPT_UNIT_IFINDEX,    /* an interface's index; text: its name */
	SOCKOPT_UNIT_IFINDEX_BE, /* the same in network byte order */
	SOCKOPT_UNIT_PORT,
	SOCKOPT_UNIT_FD,
	SOCKOPT_UNIT_CPU,
	SOCKOPT_UNIT_PID,
	SOCKOPT_UNIT_INSTRUCTIONS,
	SOCKOPT_UNIT_CONNECTIONS,
	SOCKOPT_UNIT_TOS, /* the byte of DSCP and ECN; text: ef, af41 */
	SOCKOPT_UNIT_MARK,
	SOCKOPT_UNIT_PERCENT,
	SOCKOPT_UNIT_PORT_RANGE, /* two ports, the lower end in the low 16 bits; text: 40000-50000, none */
};

struct sockopt_symbol {
	const char *name; /* as the kernel spells it */
	int64_t value;
};

struct sockopt_symbols {
	const char *prefix; /* left away in text; "" for none */
	const struct sockopt_symbol *list;
	size_t count;
};

struct sockopt_field {
	const char *name;
	enum sockopt_scalar scalar;
	enum sockopt_look look;
	enum sockopt_unit unit;
	uint16_t offset; /* bytes from the start of the value */
	uint16_t size;   /* bytes of one element */
	uint16_t count;  /* elements: 1, or more for an array */
	uint8_t bit;     /* bit-field: its first bit, least significant is 0 */
	uint8_t bits;    /* bit-field: its width; 0 if it is none */
	bool secret;     /* a key: its text is *** */
	bool bare;       /* an address that C has as a number, no struct in_addr */
	const struct sockopt_symbols *symbols;
	struct sockopt_text summary; /* what it tells; NULLs where the catalogue does not say */
};

enum sockopt_form {
	SOCKOPT_FORM_NONE,   /* optval is not read */
	SOCKOPT_FORM_SCALAR, /* one field */
	SOCKOPT_FORM_STRUCT, /* named fields, perhaps a tail */
	SOCKOPT_FORM_ARRAY,  /* as many as fit, each of the fields */
};

/** Short text forms that some structs have besides field=value. */
enum sockopt_short {
	SOCKOPT_SHORT_NONE,
	SOCKOPT_SHORT_LINGER,  /* off, on:5s */
	SOCKOPT_SHORT_TIMEVAL, /* 250ms */
	SOCKOPT_SHORT_PROGRAM, /* a BPF program: its instructions as hex */
};

/** A longer struct that begins with a shorter one, whose number tells which: the ciphers of TLS. */
struct sockopt_variant {
	int64_t number;
	const struct sockopt_type *type;
};

struct sockopt_type {
	const char *name;   /* as in C: "int", "struct linger" */
	const char *header; /* of a struct: where user space has it; NULL if nowhere */
	bool gnu_source;    /* ... and only with _GNU_SOURCE */
	enum sockopt_form form;
	enum sockopt_short short_form;
	uint16_t size; /* bytes of one element; strings and bytes: the most */
	uint16_t n_fields;
	const struct sockopt_field *fields;
	const struct sockopt_field *tail; /* elements after the fixed part, or NULL */
	uint16_t tail_count_field;        /* index of the field that counts them */
	uint16_t variant_field;           /* index of the field that tells the variant */
	uint16_t n_variants;
	const struct sockopt_variant *variants;
};

enum sockopt_set_length {
	SOCKOPT_LENGTH_AT_LEAST,
	SOCKOPT_LENGTH_EXACT,
	SOCKOPT_LENGTH_UP_TO,
};

enum sockopt_get_length {
	SOCKOPT_GET_FIXED,
	SOCKOPT_GET_VARIABLE,
	SOCKOPT_GET_ELEMENTS,  /* optlen counts elements */
	SOCKOPT_GET_EXACT,     /* the caller's optlen must be the size */
	SOCKOPT_GET_AT_MOST,   /* an optlen over what there is to give is EINVAL */
	SOCKOPT_GET_UNCHANGED, /* at least the size, and it comes back as the caller gave it */
	SOCKOPT_GET_UNSAID,    /* it is not looked at, and comes back as the caller gave it; the size is written */
};

/** Sockets on which something holds: all three must fit; 0 fits everything. */
struct sockopt_where {
	uint64_t families;      /* bit AF_x */
	uint32_t types;         /* bit SOCK_x */
	uint16_t protocols[12]; /* any of these */
	uint8_t n_protocols;
};

struct sockopt_range {
	int64_t least;
	int64_t greatest;
};

/** A default: a text value or a sysctl (with scale numerator/denominator), where it fits. */
struct sockopt_default {
	struct sockopt_where where;
	const char *value;
	const char *sysctl; /* net.ipv4.tcp_rmem[1]: the second number */
	int32_t numerator;
	int32_t denominator;
};

enum sockopt_state {
	SOCKOPT_UNBOUND = 1,
	SOCKOPT_BOUND = 2,
	SOCKOPT_LISTENING = 4,
	SOCKOPT_CONNECTING = 8,
	SOCKOPT_CONNECTED = 16,
	SOCKOPT_UNCONNECTED = 32,
	SOCKOPT_SHUTDOWN = 64,
};

struct sockopt_refusal {
	unsigned states; /* of enum sockopt_state */
	int error;       /* the errno */
	enum sockopt_access access;
	struct sockopt_text unless;
	struct sockopt_where where; /* on such sockets alone */
};

enum sockopt_moment {
	SOCKOPT_AT_SOCKET = 1,
	SOCKOPT_AT_BIND = 2,
	SOCKOPT_AT_LISTEN = 4,
	SOCKOPT_AT_CONNECT = 8,
	SOCKOPT_AT_ACCEPT = 16,
	SOCKOPT_AT_ANY_TIME = 32,
};

enum sockopt_inherits {
	SOCKOPT_NOT_INHERITED,
	SOCKOPT_INHERITED,
	SOCKOPT_ADJUSTED,
	SOCKOPT_NOTHING_TO_INHERIT,
};

enum sockopt_transform_kind {
	SOCKOPT_KEPT,
	SOCKOPT_DOUBLED,
	SOCKOPT_TO_BOOLEAN,
	SOCKOPT_CLAMPED,
	SOCKOPT_ROUNDED,
	SOCKOPT_MASKED,
	SOCKOPT_IGNORED,
	SOCKOPT_ADJUSTED_VALUE,
	SOCKOPT_BOUND_BY_OTHER,
};

struct sockopt_transform {
	enum sockopt_transform_kind kind;
	bool has_min, has_max;
	int64_t min, max;
	uint64_t mask;
	struct sockopt_text note;
};

struct sockopt_limit {
	const char *sysctl; /* NULL: none */
	bool is_max;
	bool refuses; /* else it clamps */
	const char *bypass;
};

/** For what an option can matter. */
enum sockopt_goal {
	SOCKOPT_FOR_THROUGHPUT = 1,
	SOCKOPT_FOR_LATENCY = 2,
	SOCKOPT_FOR_CONNECTIONS = 4,
};

struct sockopt_tuning {
	unsigned goals;            /* of enum sockopt_goal; 0: for none */
	const char *const *values; /* worth trying besides the default, in their order; NULL-terminated */
};

struct sockopt_privilege {
	const char *const *capabilities; /* any one; NULL-terminated; NULL: none needed */
	bool initial_userns;
	int error;
	enum sockopt_access access;
	struct sockopt_text when;            /* in which case only */
	const char *value;                   /* a text value that needs it */
	const struct sockopt_where *applies; /* on which sockets only; none: on all */
	size_t n_applies;
};

enum sockopt_danger_kind {
	SOCKOPT_SAFE,
	SOCKOPT_IRREVERSIBLE,
	SOCKOPT_DISRUPTIVE,
	SOCKOPT_DATA_LOSS,
	SOCKOPT_SECURITY,
};

struct sockopt_danger {
	enum sockopt_danger_kind kind;
	struct sockopt_text why;
	const char *value; /* only values like this one (a trailing * matches the rest); NULL: all */
};

enum sockopt_read_effect_kind {
	SOCKOPT_READ_HARMLESS,
	SOCKOPT_READ_CLEARS,
	SOCKOPT_READ_CONSUMES,
	SOCKOPT_READ_DESCRIPTOR,
	SOCKOPT_READ_CREATES, /* something in the network namespace that stays */
};

struct sockopt_read_effect {
	enum sockopt_read_effect_kind kind;
	struct sockopt_text why;
};

/** A getsockopt that reads optval first: what a plain read puts there. */
struct sockopt_input {
	const char *field;
	int64_t value;
	const char *text; /* of a string field; NULL: the value counts */
};

/** Facts of an entry that an older kernel may contradict. */
enum sockopt_fact {
	SOCKOPT_FACT_READABLE = 1 << 0,
	SOCKOPT_FACT_WRITABLE = 1 << 1,
	SOCKOPT_FACT_GET_LENGTH = 1 << 2,
	SOCKOPT_FACT_SET_LENGTH = 1 << 3,
	SOCKOPT_FACT_DEFAULT = 1 << 4,
	SOCKOPT_FACT_RANGE = 1 << 5,
	SOCKOPT_FACT_EXAMPLE = 1 << 6,
	SOCKOPT_FACT_TRANSFORM = 1 << 7,
	SOCKOPT_FACT_REFUSED = 1 << 8,
	SOCKOPT_FACT_INHERITS = 1 << 9,
	SOCKOPT_FACT_PRIVILEGE = 1 << 10,
	SOCKOPT_FACT_TOUCHES = 1 << 11,
};

struct sockopt_change {
	const char *version;
	struct sockopt_text what;
	unsigned facts; /* of enum sockopt_fact: those that do not hold before */
};

struct sockopt_elsewhere {
	const char *system; /* freebsd */
	const char *title;  /* FreeBSD */
	const char *name;   /* NULL: the same */
	struct sockopt_text note;
};

struct sockopt_source {
	const char *kernel;
	const char *symbol;
	const char *at;
	const char *rfc;
	const char *man;
	const char *url;
	const char *run;
};

enum sockopt_bpf {
	SOCKOPT_BPF_NO,
	SOCKOPT_BPF_YES,
	SOCKOPT_BPF_GET,
	SOCKOPT_BPF_SET,
	SOCKOPT_BPF_ONLY,
};

/** The part that an option plays in a calculation or a check. */
enum sockopt_role {
	SOCKOPT_ROLE_NONE,
	SOCKOPT_ROLE_KEEPALIVE,
	SOCKOPT_ROLE_KEEPALIVE_IDLE,
	SOCKOPT_ROLE_KEEPALIVE_INTERVAL,
	SOCKOPT_ROLE_KEEPALIVE_PROBES,
	SOCKOPT_ROLE_USER_TIMEOUT,
	SOCKOPT_ROLE_RTO_MIN,
	SOCKOPT_ROLE_RTO_MAX,
	SOCKOPT_ROLE_RECEIVE_BUFFER,
	SOCKOPT_ROLE_SEND_BUFFER,
	SOCKOPT_ROLE_DEFER_ACCEPT,
	SOCKOPT_ROLE_TOS,
	SOCKOPT_ROLE_TCLASS,
	SOCKOPT_ROLE_MULTICAST_FILTER,
};

struct sockopt_level {
	const char *name;
	const char *const *aliases; /* NULL-terminated */
	const char *key;            /* tcp, as in tcp.nodelay */
	const char *prefix;         /* TCP_ */
	const char *constant;       /* the name that other languages have */
	int number;
	struct sockopt_text summary;
	const struct sockopt_where *applies;
	size_t n_applies;
};

/** One entry of the catalogue. All pointers are to constant data of the library. */
struct sockopt_option {
	const char *name;
	const struct sockopt_level *level;
	const char *header; /* of user space, that has the name; before it those that it needs; NULL: none has it */
	int number;
	const char *const *aliases;           /* NULL-terminated */
	const struct sockopt_option *part_of; /* the option that it is a field of, else NULL */
	const struct sockopt_option *twin;    /* the same name at another level, or NULL */
	unsigned access;                      /* of enum sockopt_access; 0: only for BPF */
	enum sockopt_nature nature;
	const struct sockopt_type *type;     /* for set */
	const struct sockopt_type *get_type; /* for get; never NULL */
	enum sockopt_set_length set_length;
	enum sockopt_get_length get_length;
	uint16_t shortest; /* the least optlen of set */
	int length_errno;
	const struct sockopt_range *ranges;
	size_t n_ranges;
	int range_errno; /* 0: nothing is outside */
	const struct sockopt_default *defaults;
	size_t n_defaults;
	struct sockopt_limit limit;
	struct sockopt_tuning tuning;
	const struct sockopt_where *applies; /* for set */
	size_t n_applies;
	const struct sockopt_where *applies_get;
	size_t n_applies_get;
	int otherwise; /* errno of set where it does not apply */
	int otherwise_get;
	const char *const *config; /* NULL-terminated */
	struct sockopt_privilege privilege;
	unsigned moments; /* of enum sockopt_moment */
	struct sockopt_text late;
	const struct sockopt_refusal *refused;
	size_t n_refused;
	enum sockopt_inherits inherits;
	struct sockopt_transform transform;
	const char *const *touches; /* NULL-terminated */
	const char *chosen_if_option;
	int64_t chosen_if_mask;
	unsigned adapts; /* states in which the kernel moves the value */
	const char *inverse;
	bool undone_by_inverse; /* a set that succeeded is taken back by one of the inverse with the same value */
	const char *bypass;
	struct sockopt_danger danger;
	struct sockopt_read_effect read_effect;
	const struct sockopt_input *inputs;
	size_t n_inputs;
	bool input_from_caller; /* only the caller knows what to ask */
	bool is_of_netns;       /* not the socket's value, but its network namespace's, whichever socket is asked */
	const char *since;
	const char *until;
	const struct sockopt_change *changes;
	size_t n_changes;
	enum sockopt_bpf bpf;
	const char *kernel; /* where the kernel keeps it, or NULL */
	bool blocking_only;
	const struct sockopt_elsewhere *elsewhere;
	size_t n_elsewhere;
	const char *const *constants; /* python, go, rust; NULL-terminated */
	const char *java;
	const char *node;
	const char *example;
	unsigned example_state;     /* the state that the example needs, 0: any */
	const char *const *prepare; /* assignments that the example needs first; NULL-terminated */
	enum sockopt_role role;
	struct sockopt_text unverified; /* what of it no test can try, and why */
	struct sockopt_text unprobed;   /* why all of it is from the kernel's source alone */
	struct sockopt_text summary;
	struct sockopt_text description;
	const struct sockopt_source *sources;
	size_t n_sources;
	const char *const *see; /* NULL-terminated */
};

/** [signal-safe] The number of entries. */
SOCKOPT_API size_t sockopt_count(void);

/** [signal-safe] Entry number index, in the order of level and number; NULL past the end. */
SOCKOPT_API const struct sockopt_option *sockopt_at(size_t index);

/** [signal-safe] Level number index; NULL past the end. */
SOCKOPT_API const struct sockopt_level *sockopt_level_at(size_t index);

/** [signal-safe] A level by its name, alias, key (tcp) or number as text; NULL if there is none. */
SOCKOPT_API const struct sockopt_level *sockopt_find_level(const char *name);

/**
 * @brief [signal-safe] An entry by name, in any case: TCP_NODELAY, tcp_nodelay, nodelay, tcp.nodelay.
 *
 * '-' is the same as '_'. Without its prefix a name must fit one option only.
 * A name that stands at several levels (MCAST_JOIN_GROUP) gives the first; the others follow by ->twin.
 *
 * @param name NUL-terminated
 * @return the entry, or NULL if none fits or several do (see sockopt_nearest())
 */
SOCKOPT_API const struct sockopt_option *sockopt_find(const char *name);

/**
 * @brief [signal-safe] An entry by the numbers that setsockopt(2) takes.
 *
 * A level's number can be that of several (6: IPPROTO_TCP and SOL_L2CAP): the one of IP is found first.
 *
 * @param access SOCKOPT_GET or SOCKOPT_SET: one number can be two options
 */
SOCKOPT_API const struct sockopt_option *sockopt_find_number(int level, int number,
							     enum sockopt_access access);

struct sockopt_kind;

/**
 * @brief [signal-safe] As sockopt_find_number(): what these numbers mean on such a socket.
 * @param kind its family decides between levels of one number; NULL: not known
 */
SOCKOPT_API const struct sockopt_option *sockopt_find_number_on(const struct sockopt_kind *kind, int level,
								int number, enum sockopt_access access);

/**
 * @brief [signal-safe] The entries whose names are nearest to a word: all that fit it without their
 * prefix, or else those a few letters away.
 * @param ret room for max pointers, best first
 * @return how many were stored
 */
SOCKOPT_API size_t sockopt_nearest(const char *name, const struct sockopt_option **ret, size_t max);

/** Room for a field of an option, and what it points to. Do not copy: it points into itself. */
struct sockopt_part {
	struct sockopt_option option;
	struct sockopt_type type;
	char name[96]; /* TCP_INFO.tcpi_rtt */
};

/**
 * @brief [signal-safe] As sockopt_find(), or a field of an option's struct by name: TCP_INFO.tcpi_rtt, tcp.info.rtt.
 *
 * The field in any case, without the prefix that all of them have (tcpi_), or by what follows its last dot where that
 * is one field's. Arrays, keys and lists of addresses are no parts.
 *
 * What is made of a field is an option for sockopt_get(), which reads the whole, and for sockopt_format() and
 * sockopt_parse(), whose value is the field alone, at its place in those bytes. It cannot be set.
 *
 * @return an entry, or &ret->option; NULL: there is none, and ret->option.part_of is the option if that was found
 */
SOCKOPT_API const struct sockopt_option *sockopt_find_or_part(const char *name, struct sockopt_part *ret);

/**
 * @brief [signal-safe] What the bytes that were read are a value of, where a part may have been asked for.
 *
 * @param asked an option, or a part of one
 * @param read what was read for it: sockopt_twin_for() of it
 * @param length of the bytes that were read
 * @return read; of a part, the part, or NULL: this struct has no such field, as that of an older kernel
 */
SOCKOPT_API const struct sockopt_option *sockopt_read_as(const struct sockopt_option *asked,
							 const struct sockopt_option *read, size_t length);

/** Room for an option that has no name, and what it points to. Do not copy: it points into itself. */
struct sockopt_unnamed {
	struct sockopt_option option;
	struct sockopt_level level;
	char name[32]; /* 6:250 */
};

/**
 * @brief [signal-safe] Makes an entry of bytes for an option that has no name; level and number are not checked.
 * @return &ret->option
 */
SOCKOPT_API const struct sockopt_option *sockopt_make_unnamed(int level, int number,
							      struct sockopt_unnamed *ret);

/**
 * @brief [signal-safe] What numbers mean where the socket is not known yet: the entry that they find, or one of bytes.
 *
 * Where they are those of several, it is a copy of the one of IP in ret: sockopt_twin_for() finds on each socket the
 * one that is meant there.
 * @return an entry, or &ret->option
 */
SOCKOPT_API const struct sockopt_option *sockopt_meant_by(int level, int number, enum sockopt_access access,
							  struct sockopt_unnamed *ret);

/** [signal-safe] The text in a language ("es", "es_AR.UTF-8"; anything else is English); NULL if there is none. */
SOCKOPT_API const char *sockopt_text(struct sockopt_text text, const char *language);

/* ---- on which socket ---- */

struct sockopt_kind {
	int family;
	int type;
	int protocol;
};

/** [signal-safe] Family, type and protocol of a socket. @return 0 or -errno of getsockopt(2) */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_kind_of(int fd, struct sockopt_kind *ret_kind);

/** [signal-safe] Does the entry say that get or set works on such a socket? */
SOCKOPT_API bool sockopt_applies(const struct sockopt_option *option, const struct sockopt_kind *kind,
				 enum sockopt_access access);

/**
 * @brief [signal-safe] The entry itself or the twin that applies to such a socket; NULL if none does.
 *
 * Of an option that was given by numbers (sockopt_meant_by()) it is what they mean on such a socket, of a part
 * (sockopt_find_or_part()) the whole.
 */
SOCKOPT_API const struct sockopt_option *sockopt_twin_for(const struct sockopt_option *option,
							  const struct sockopt_kind *kind,
							  enum sockopt_access access);

/** [signal-safe] Does a place (of a default, say) fit such a socket? */
SOCKOPT_API bool sockopt_where_fits(const struct sockopt_where *where, const struct sockopt_kind *kind);

/* ---- errors ---- */

enum sockopt_problem {
	SOCKOPT_NO_PROBLEM,
	SOCKOPT_NO_SUCH_OPTION, /* near: the nearest */
	SOCKOPT_AMBIGUOUS,      /* near: those that fit */
	SOCKOPT_NO_VALUE,       /* no '=' in the assignment */
	SOCKOPT_BAD_VALUE,      /* not a value of this type, at: offset of the bad character */
	SOCKOPT_WRONG_UNIT,
	SOCKOPT_OUT_OF_RANGE,
	SOCKOPT_TOO_LONG,
	SOCKOPT_CANNOT_GET,      /* the option can only be set */
	SOCKOPT_CANNOT_SET,      /* the option can only be read */
	SOCKOPT_DOES_NOT_APPLY,  /* not on this kind of socket */
	SOCKOPT_NOT_IN_KERNEL,   /* this kernel lacks it */
	SOCKOPT_NOT_PERMITTED,   /* a capability is missing */
	SOCKOPT_WRONG_STATE,     /* refused in the socket's state */
	SOCKOPT_REFUSED,         /* the kernel's errno for another reason */
	SOCKOPT_NOT_ROLLED_BACK, /* an assignment failed, and an earlier one could not be taken back */
};

/** What went wrong, as a value. Pointers are to the catalogue or into the caller's text. */
struct sockopt_error {
	enum sockopt_problem problem;
	int error; /* errno, positive; 0 if no system call was made */
	const struct sockopt_option *option;
	const struct sockopt_option *near[4];
	const char *word; /* the caller's bad word, not NUL-terminated; NULL if there is none */
	size_t word_length;
	size_t at; /* offset of the bad character in the value */
};

/**
 * @brief The error as one line: what was wrong, in the words of the caller.
 * @param language as for sockopt_text()
 * @return the length that was needed, as snprintf(3); not for signal handlers
 */
SOCKOPT_API int sockopt_message(const struct sockopt_error *error, const char *language, char *ret,
				size_t size);

/** As sockopt_message(): what is accepted, or what is missing; "" if there is nothing to add. */
SOCKOPT_API int sockopt_hint(const struct sockopt_error *error, const char *language, char *ret,
			     size_t size);

/**
 * @brief Why a get or set of this option failed with this errno.
 * @param kind what the socket is, or NULL if not known
 * @param error errno, positive
 */
SOCKOPT_API void sockopt_why(const struct sockopt_option *option, const struct sockopt_kind *kind,
			     enum sockopt_access access, int error, struct sockopt_error *ret);

/* ---- values ---- */

#define SOCKOPT_VALUE_MAX 512

/** A value as the kernel takes and gives it: host byte order, the option's unit. */
struct sockopt_value {
	socklen_t length;
	_Alignas(8) unsigned char bytes[SOCKOPT_VALUE_MAX];
};

/**
 * @brief [signal-safe] Text to value: "30s", "4MiB", "on", "bbr", "ef", "on:5s", "0x1f".
 *
 * Interface names are looked up with if_nametoindex(3) (not signal-safe then).
 * @return 0, -EINVAL (not such a value), -ERANGE (out of range), -EMSGSIZE (longer than SOCKOPT_VALUE_MAX)
 */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_parse(const struct sockopt_option *option, const char *text,
					       struct sockopt_value *ret_value,
					       struct sockopt_error *reterr);

/** [signal-safe] The type that these bytes have: the variant that a field in them names, or the type itself. */
SOCKOPT_API const struct sockopt_type *sockopt_variant_of(const struct sockopt_type *type, const void *bytes,
							  size_t length);

/** [signal-safe] Is a part of a value of this type, or of a variant of it, a secret? */
SOCKOPT_API bool sockopt_has_secret(const struct sockopt_type *type);

/**
 * @brief Value to text, of a value that get gave; sockopt_parse() accepts it where the option can be set.
 *
 * A secret is written as ***, which sockopt_parse() refuses.
 * @return the length that was needed, as snprintf(3)
 */
SOCKOPT_API int sockopt_format(const struct sockopt_option *option, const void *bytes, size_t length,
			       char *ret, size_t size);

/** As sockopt_format(), of one field (an element of an array) of a struct. bytes: of the whole struct. */
SOCKOPT_API int sockopt_format_field(const struct sockopt_field *field, const void *bytes, size_t index,
				     char *ret, size_t size);

/** [signal-safe] Is a value of this type one number (no address, string or bytes)? It is that of its first field. */
SOCKOPT_API bool sockopt_is_number(const struct sockopt_type *type);

/** [signal-safe] The number in a field (an element of an array); 0 for fields that are no numbers. */
SOCKOPT_API int64_t sockopt_field_number(const struct sockopt_field *field, const void *bytes, size_t index);

/** What became of a value that was set. */
enum sockopt_result {
	SOCKOPT_RESULT_KEPT,
	SOCKOPT_RESULT_DOUBLED,
	SOCKOPT_RESULT_CLAMPED,
	SOCKOPT_RESULT_ROUNDED,
	SOCKOPT_RESULT_IGNORED,
	SOCKOPT_RESULT_FAILED,
	SOCKOPT_RESULT_PLANNED,
};

/** [signal-safe] Compares what was asked with what is read after. before may be NULL. */
SOCKOPT_API enum sockopt_result sockopt_compare(const struct sockopt_option *option,
						const struct sockopt_value *before,
						const struct sockopt_value *asked,
						const struct sockopt_value *after);

/** [signal-safe] Do two values that were read mean the same? */
SOCKOPT_API bool sockopt_same(const struct sockopt_option *option, const struct sockopt_value *a,
			      const struct sockopt_value *b);

/** [signal-safe] "kept", "doubled", ...: the words of the JSON output, never translated. */
SOCKOPT_API const char *sockopt_result_word(enum sockopt_result result);

/**
 * @brief [signal-safe] The value to ask for so that the kernel keeps this one (halves what it doubles).
 * @param kept a value as read
 */
SOCKOPT_API void sockopt_asked_for(const struct sockopt_option *option, const struct sockopt_value *kept,
				   struct sockopt_value *ret);

/* ---- get and set ---- */

/**
 * @brief [signal-safe] Reads one option of a socket.
 *
 * The bytes are the kernel's own. An option whose get reads optval first
 * (option->inputs) is given what a plain read needs.
 *
 * @param fd a socket; stays open and owned by the caller
 * @return 0, or a negative errno:
 *   -EOPNOTSUPP the catalogue says that it can only be set, or that only the caller knows what to ask
 *   -EMSGSIZE   the value does not surely fit SOCKOPT_VALUE_MAX bytes: use sockopt_get_bytes()
 *   else that of getsockopt(2); sockopt_why() explains it
 */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_get(int fd, const struct sockopt_option *option,
					     struct sockopt_value *ret_value);

/**
 * @brief [signal-safe] As sockopt_get(), into the caller's buffer of any size.
 * @param ret_length the value's bytes (also where the kernel counts elements)
 */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_get_bytes(int fd, const struct sockopt_option *option,
						   void *ret_bytes, size_t size, size_t *ret_length);

/**
 * @brief [signal-safe] Sets one option.
 * @return 0 or a negative errno: -EOPNOTSUPP if it can only be read, else of setsockopt(2)
 */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_set(int fd, const struct sockopt_option *option,
					     const struct sockopt_value *value);

/** An option and the value that it is to have. */
struct sockopt_assignment {
	const struct sockopt_option *option;
	struct sockopt_value value;
};

/**
 * @brief Reads "TCP_NODELAY=on", "nodelay=on", "6:18=10s" or "6:18=0x10270000".
 *
 * @param text NUL-terminated; reterr->word points into it
 * @param ret_unnamed where an option that has no name is made up; must outlive ret_assignment; NULL: such
 *   are refused
 * @return 0, -ENOENT (no such option), -ENOTUNIQ (several fit), -EINVAL, -ERANGE, -EMSGSIZE, -EOPNOTSUPP (read-only)
 */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_parse_assignment(const char *text,
							  struct sockopt_assignment *ret_assignment,
							  struct sockopt_unnamed *ret_unnamed,
							  struct sockopt_error *reterr);

/** @brief Sets an option by text: sockopt_set_text(fd, "TCP_USER_TIMEOUT=30s", &error). */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_set_text(int fd, const char *assignment,
						  struct sockopt_error *reterr);

/**
 * @brief [signal-safe] Makes all assignments, in order, or none: when one fails, those before it get their old
 * values back.
 *
 * Each option must be readable, or it is not rolled back (an action). An option named at several levels
 * is set at the one that applies.
 *
 * @param reterr on failure: the option and why; SOCKOPT_NOT_ROLLED_BACK if an earlier one could not be restored
 * @return 0 or the negative errno of the assignment that failed; -E2BIG for more than SOCKOPT_APPLY_MAX
 */
#define SOCKOPT_APPLY_MAX 32
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_apply(int fd, const struct sockopt_assignment *assignments,
					       size_t count, struct sockopt_error *reterr);

/** What sockopt_read_all() hands over, an option a call. bytes is valid during the call only. */
struct sockopt_reading {
	const struct sockopt_option *option;
	int error; /* 0, or the errno with which the kernel refused */
	const void *bytes;
	size_t length;
};

/**
 * @brief Reads every option that applies to a socket, is its own and can be read without changing anything.
 *
 * @param scratch a buffer for values; 64 KiB hold any
 * @param each called for each option, in the catalogue's order; a non-zero result ends the reading
 * @return 0, the non-zero result of each, or a negative errno if fd is no socket
 */
SOCKOPT_API SOCKOPT_MUST_USE int sockopt_read_all(int fd, void *scratch, size_t scratch_size,
						  int (*each)(void *arg, const struct sockopt_reading *reading),
						  void *arg);

#ifdef __cplusplus
}
#endif

#endif
