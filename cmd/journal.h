/* SPDX-License-Identifier: MIT */
/*
 * What `set` is about to do and did, so that `undo` can take it back: a file of JSON lines a change.
 *
 * Intents are written and synced before the first socket is touched; outcomes
 * follow as they come. A file that was cut anywhere still tells all old values.
 */
#ifndef CMD_JOURNAL_H
#define CMD_JOURNAL_H

#include <facts.h>
#include <stdio.h>

/** An option's old value, or what was asked of it. */
struct journal_value {
	int level;
	int number;
	struct sockopt_value before;
};

/** One option of one socket. */
struct journal_intent {
	uint64_t cookie;
	uint64_t netns;               /* 0: not known */
	struct facts_holder *holders; /* uid and cgroup are not kept */
	size_t n_holders;
	struct facts_address local, peer;
	struct sockopt_kind kind;
	bool has_before;
	bool has_asked; /* an action without an old value: value has what was asked, which its inverse takes back */
	struct journal_value value;
	struct journal_value *touched; /* NULL if nothing changes along */
	size_t n_touched;
	bool done; /* the change was made, as far as the journal knows */
	bool failed;
	bool has_after;
	struct sockopt_value after;
};

struct journal_entry {
	unsigned int id;
	char time[32]; /* RFC 3339 */
	char boot[40];
	uid_t uid;
	char *command;
	struct journal_intent *intents;
	size_t n_intents;
	bool committed; /* all intents are there: changes may have been made */
	bool undone;
	bool damaged; /* a line could not be read: what follows it is not known */
	bool foreign; /* another user's, and not read */
};

struct journal; /* a file being written */

/**
 * @brief Begins a change: takes the next number.
 * @param command what the person asked for
 * @return 0, or -errno: the folder or file cannot be written
 */
int journal_begin(const char *command, struct journal **ret, unsigned int *ret_id);

/** Adds an intent; intents come first, all of them. @return its index, or -errno */
int journal_intend(struct journal *journal, const struct journal_intent *intent);

/** The bytes of an address of this family, as the journal keeps them. */
size_t journal_address_length(int family);

/** Makes all intents durable (fsync). @return 0 or -errno; then nothing may be changed */
int journal_commit(struct journal *journal);

/** Notes an outcome. after may be NULL. error: 0 or positive errno. */
void journal_outcome(struct journal *journal, size_t index, const struct sockopt_value *after, int error);

/** Lets no outcome wait for the next ones; not fsync. */
void journal_flush(struct journal *journal);

/** Ends it. keep: false removes the file (nothing was changed). */
void journal_end(struct journal *journal, bool keep);

/**
 * @brief Reads an entry; id 0: the last one that was not undone.
 * @return 0, -ENOENT, -EINVAL (damaged at its head), -EPERM (another user wrote it), or as read(2)
 */
int journal_read(unsigned int id, struct journal_entry **ret);
void journal_free(struct journal_entry *entry);

/** Notes that a change was taken back. @return 0 or -errno */
int journal_mark_undone(unsigned int id);

/** The numbers of all entries, ascending; malloc'd. @return how many, or -errno */
int journal_list(unsigned int **ret_ids);

/** Reads an entry from text, as journal_read() does (for the fuzzer, too). @return as there */
int journal_parse(FILE *file, unsigned int id, struct journal_entry **ret);

/** The running boot's id; NULL if it cannot be read (errno): then nothing can be said of any entry. */
const char *journal_boot(void);

/** The folder where the journal is kept. */
const char *journal_folder(void);

#endif
