/* SPDX-License-Identifier: MIT */
/* The journal's files, being written. */

#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <json.h>
#include <tidy.h>

#include "cmd.h"

struct journal {
	FILE *file;
	struct json json;
	char path[4096];
	size_t n_intents;
	bool committed;
	int error; /* of the first write that failed: what it had is not in the file */
};

const char *journal_folder(void)
{
	static char folder[4000];
	const char *given = secure_getenv("SOCKOPT_JOURNAL");
	const char *state = secure_getenv("XDG_STATE_HOME");
	const char *home = secure_getenv("HOME");
	const struct passwd *user;

	if (given && *given)
		snprintf(folder, sizeof(folder), "%s", given);
	else if (geteuid() == 0)
		snprintf(folder, sizeof(folder), "/var/lib/sockopt");
	else if (state && *state == '/')
		snprintf(folder, sizeof(folder), "%s/sockopt", state);
	else {
		/* A program with capabilities of its own is not told where by who runs it. */
		user = home ? NULL : getpwuid(getuid());
		snprintf(folder, sizeof(folder), "%s/.local/state/sockopt", home ? home : user ? user->pw_dir :
												 "");
	}
	return folder;
}

const char *journal_boot(void)
{
	static char boot[40];
	char text[sizeof(boot)];
	ssize_t length;

	if (*boot)
		return boot;
	autoclose int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	errno = EIO;
	length = read(fd, text, sizeof(text) - 1);
	if (length <= 0)
		return NULL;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	memcpy(boot, text, sizeof(boot));
	return boot;
}

static int make_folder(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s", journal_folder());
	for (char *at = path + 1; *at; at++)
		if (*at == '/') {
			*at = '\0';
			if (mkdir(path, 0700) < 0 && errno != EEXIST)
				return -errno;
			*at = '/';
		}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

int journal_list(unsigned int **ret_ids)
{
	autoclosedir DIR *folder = opendir(journal_folder());
	struct dirent *entry;
	autofree unsigned int *ids = NULL;
	int n = 0;

	if (!folder)
		return errno == ENOENT ? 0 : -errno;
	while (errno = 0, (entry = readdir(folder))) {
		char *end;
		unsigned long id = strtoul(entry->d_name, &end, 10);

		if (strcmp(end, ".jsonl") != 0 || id == 0 || id > UINT32_MAX)
			continue;
		ids = xrealloc(ids, ((size_t)n + 1) * sizeof(*ids));
		ids[n++] = (unsigned int)id;
	}
	/* The last one would be missing, and another taken for it. */
	if (errno)
		return -errno;
	if (n)
		qsort(ids, (size_t)n, sizeof(*ids), compare_ids);
	*ret_ids = ids;
	ids = NULL;
	return n;
}

static int open_next(char *path, size_t size, unsigned int *ret_id)
{
	autofree unsigned int *ids = NULL;
	int n = journal_list(&ids);
	unsigned int id;

	if (n < 0)
		return n;
	/* Two at once may want the same number: the one that comes second takes the next. */
	for (id = n && ids ? ids[n - 1] + 1 : 1;; id++) {
		int fd;

		snprintf(path, size, "%s/%u.jsonl", journal_folder(), id);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0) {
			*ret_id = id;
			return fd;
		}
		if (errno != EEXIST)
			return -errno;
	}
}

static void put_header(struct journal *journal, const char *command, unsigned int id)
{
	struct json *json = &journal->json;
	char text[32];
	time_t now = time(NULL);
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", localtime_r(&now, &tm));
	json_object(json, NULL);
	json_unsigned(json, "sockopt", 1);
	json_unsigned(json, "id", id);
	json_string(json, "boot", journal_boot());
	json_string(json, "time", text);
	json_unsigned(json, "uid", getuid());
	json_text(json, "command", command);
	json_end_object(json);
	json_line(json);
}

int journal_begin(const char *command, struct journal **ret, unsigned int *ret_id)
{
	struct journal *journal;
	int r = journal_boot() ? make_folder() : -errno;
	int fd;

	if (r < 0)
		return r;
	journal = xmalloc(sizeof(*journal));

	fd = open_next(journal->path, sizeof(journal->path), ret_id);
	if (fd < 0) {
		free(journal);
		return fd;
	}
	journal->file = fdopen(fd, "w");
	if (!journal->file) {
		r = -errno;
		close(fd);
		unlink(journal->path);
		free(journal);
		return r;
	}
	journal->json.file = journal->file;
	put_header(journal, command, *ret_id);
	*ret = journal;
	return 0;
}

static void put_bytes(struct json *json, const char *name, const struct sockopt_value *value)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * SOCKOPT_VALUE_MAX + 1];

	for (socklen_t i = 0; i < value->length; i++) {
		text[2 * i] = digits[value->bytes[i] >> 4];
		text[2 * i + 1] = digits[value->bytes[i] & 15];
	}
	text[2 * value->length] = '\0';
	json_text(json, name, text);
}

/** name: what the value is; NULL: there is none */
static void put_value(struct json *json, const struct journal_value *value, const char *name)
{
	json_signed(json, "level", value->level);
	json_signed(json, "number", value->number);
	if (name)
		put_bytes(json, name, &value->before);
}

size_t journal_address_length(int family)
{
	switch (family) {
	case AF_INET: return 4;
	case AF_INET6: return 16;
	case AF_PACKET:
	case AF_NETLINK:
	case AF_VSOCK: return 32;
	default: return sizeof(((struct facts_address *)NULL)->other);
	}
}

/** [family, IP (or what the family has) as hex or path, port]: only to say which socket it was. */
static void put_address(struct json *json, const char *name, const struct facts_address *address)
{
	struct sockopt_value ip = { .length = (socklen_t)journal_address_length(address->family) };

	json_array(json, name);
	json_signed(json, NULL, address->family);
	if (address->family == AF_UNIX) {
		json_string(json, NULL, address->path);
	} else if (address->family) {
		memcpy(ip.bytes, address->path, ip.length);
		put_bytes(json, NULL, &ip);
		json_unsigned(json, NULL, address->port);
	}
	json_end_array(json);
}

/** Was all written, as far as it left the buffer? What a write that failed had is lost, whatever the next ones do. */
static int check_written(struct journal *journal)
{
	if (ferror(journal->file) && !journal->error)
		journal->error = errno ? errno : EIO;
	return -journal->error;
}

int journal_intend(struct journal *journal, const struct journal_intent *intent)
{
	struct json *json = &journal->json;
	int r;

	errno = 0; /* that of a write that fails in here */
	json_object(json, NULL);
	json_unsigned(json, "intent", journal->n_intents);
	json_identity(json, "cookie", intent->cookie);
	if (intent->netns)
		json_unsigned(json, "netns", intent->netns);
	json_array(json, "kind");
	json_signed(json, NULL, intent->kind.family);
	json_signed(json, NULL, intent->kind.type);
	json_signed(json, NULL, intent->kind.protocol);
	json_end_array(json);
	json_array(json, "holders");
	for (size_t i = 0; i < intent->n_holders; i++) {
		json_array(json, NULL);
		json_signed(json, NULL, intent->holders[i].pid);
		json_signed(json, NULL, intent->holders[i].fd);
		json_string(json, NULL, intent->holders[i].process);
		json_end_array(json);
	}
	json_end_array(json);
	put_address(json, "local", &intent->local);
	put_address(json, "peer", &intent->peer);
	put_value(json, &intent->value, intent->has_before ? "before" : intent->has_asked ? "asked" :
											    NULL);
	json_array(json, "touched");
	for (size_t i = 0; i < intent->n_touched; i++) {
		json_object(json, NULL);
		put_value(json, &intent->touched[i], "before");
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
	json_line(json);
	r = check_written(journal);
	return r < 0 ? r : (int)journal->n_intents++;
}

int journal_commit(struct journal *journal)
{
	char folder[4096];
	int r;

	errno = 0;
	if (!journal->committed) {
		json_object(&journal->json, NULL);
		json_unsigned(&journal->json, "committed", journal->n_intents);
		json_end_object(&journal->json);
		json_line(&journal->json);
		journal->committed = true;
	}
	fflush(journal->file);
	r = check_written(journal);
	if (r < 0)
		return r;
	if (fsync(fileno(journal->file)) < 0)
		return -errno;
	snprintf(folder, sizeof(folder), "%s", journal_folder());
	autoclose int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

void journal_outcome(struct journal *journal, size_t index, const struct sockopt_value *after, int error)
{
	struct json *json = &journal->json;

	json_object(json, NULL);
	json_unsigned(json, "done", index);
	if (error)
		json_signed(json, "errno", error);
	if (after)
		put_bytes(json, "after", after);
	json_end_object(json);
	json_line(json);
}

void journal_flush(struct journal *journal)
{
	fflush(journal->file);
}

void journal_end(struct journal *journal, bool keep)
{
	fclose(journal->file);
	if (!keep)
		unlink(journal->path);
	free(journal);
}

/** Does the file end in the midst of a line, where its writer was killed or the disk was full? */
static bool is_cut(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last;

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

int journal_mark_undone(unsigned int id)
{
	static const char line[] = "\n{\"undone\":true}\n";
	const char *at = line;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%u.jsonl", journal_folder(), id);
	autoclose int fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!is_cut(fd))
		at++;
	while (*at) {
		ssize_t n = write(fd, at, strlen(at));

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? n : 0;
	}
	return fsync(fd) < 0 ? -errno : 0;
}
