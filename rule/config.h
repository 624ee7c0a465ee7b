/* SPDX-License-Identifier: MIT */
/* Configuration files of servers: the sockets that they open, and the options that these get. Pure. */
#ifndef RULE_CONFIG_H
#define RULE_CONFIG_H

#include "check.h"
#include "facts.h"

enum config_kind {
	CONFIG_NGINX,
	CONFIG_HAPROXY,
	CONFIG_SYSTEMD,
	CONFIG_ENVOY,
	CONFIG_SYSCTL,
	CONFIG_N_KINDS,
};

enum config_form {
	CONFIG_FORM_FLAG,
	CONFIG_FORM_BOOL,
	CONFIG_FORM_NUMBER,
	CONFIG_FORM_BYTES,
	CONFIG_FORM_TIME,
	CONFIG_FORM_KEEPALIVE,
};

enum config_side {
	CONFIG_SIDE_CLIENT = 1,
	CONFIG_SIDE_SERVER = 2,
	CONFIG_SIDE_BOTH = 3,
};

/** A word of a file that ends in options; catalog/configs has them. */
struct config_word {
	enum config_kind kind;
	const char *place;
	const char *word;
	enum config_form form;
	int unit_ms; /* of a time without a unit */
	enum config_side side;
	int64_t as;          /* of a flag: what its presence sets */
	bool forced;         /* set by the option that passes the system's limit */
	bool is_gone;        /* kernels no longer know it */
	const char *sets[4]; /* none: the queue of listen(2), or what is gone */
};

extern const struct config_word config_words[];
extern const size_t config_n_words;

#define CONFIG_SETTINGS 24

enum config_what {
	CONFIG_OPTION,
	CONFIG_NUMBERED, /* an option by its level and number: Envoy's */
	CONFIG_BACKLOG,  /* the queue that listen(2) is asked for */
	CONFIG_GONE,     /* what kernels no longer know */
};

/** An option that a socket gets, in the option's unit. */
struct config_setting {
	enum config_what what;
	const struct sockopt_option *option; /* NULL: none, or level and number are none that the catalogue has */
	int64_t value;
	unsigned int line;
	bool forced;
	/* of CONFIG_NUMBERED */
	int level, number;
	size_t length;          /* the bytes that are given */
	enum facts_state state; /* of the socket when it is set */
};

/** A socket that the file opens: it listens, or connects to a server. */
struct config_socket {
	struct facts facts;
	struct config_setting settings[CONFIG_SETTINGS];
	size_t n_settings;
};

/** "nginx", "haproxy", "systemd", "envoy", "sysctl"; NULL for another number. */
const char *config_kind_word(enum config_kind kind);

/** What a file is, by its content; CONFIG_N_KINDS: it cannot be told. */
enum config_kind config_guess(const char *const *lines, size_t n);

/**
 * @brief Hands over each socket that a file opens.
 *
 * Words that end in no option are passed over, and so is a value that cannot be read: the server says so itself.
 *
 * @param each a result that is not 0 ends the reading, and is returned
 */
int config_read(enum config_kind kind, const char *const *lines, size_t n,
		int (*each)(void *context, const struct config_socket *socket), void *context);

/**
 * @brief Finds the word and adds what it sets.
 * @param value NULL: none was given
 * @return false: no such word, or no such value
 */
bool config_set(struct config_socket *socket, enum config_kind kind, const char *place, const char *word,
		const char *value, enum config_side side, unsigned int line);

/** The address that a socket is opened at: ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT, :PORT, PORT, unix:PATH, /PATH. */
void config_address(const char *text, struct facts *ret);

/** Where the settings of a kind are read. */
int config_nginx(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		 void *context);
int config_haproxy(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		   void *context);
int config_systemd(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		   void *context);
int config_sysctl(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		  void *context);

/** YAML or JSON. @return also -EBADMSG: it is neither; -EOPNOTSUPP: built without libyaml */
int config_envoy(const char *const *lines, size_t n, int (*each)(void *context, const struct config_socket *socket),
		 void *context);

/** Adds a setting; of one option the last counts. */
void config_put(struct config_socket *socket, const struct config_setting *setting);

#endif
