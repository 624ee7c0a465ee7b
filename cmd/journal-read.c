/* SPDX-License-Identifier: MIT */
/* The journal's files, being read. A line that is cut or damaged ends the reading, not the program. */

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tidy.h>

#include "cmd.h"
#include "journal.h"

#define GAP_MAX 100000

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(const json_t *string, struct sockopt_value *ret)
{
	const char *text = json_string_value(string);
	size_t length = text ? strlen(text) : 1;

	if (length % 2 || length / 2 > SOCKOPT_VALUE_MAX)
		return false;
	for (size_t i = 0; i < length / 2; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret->bytes[i] = (unsigned char)(high << 4 | low);
	}
	ret->length = (socklen_t)(length / 2);
	return true;
}

static bool read_bytes(const json_t *object, const char *name, struct sockopt_value *ret)
{
	return read_hex(json_object_get(object, name), ret);
}

static bool read_int(const json_t *object, const char *name, int *ret)
{
	const json_t *number = json_object_get(object, name);
	json_int_t value = json_integer_value(number);

	if (!json_is_integer(number) || value < INT32_MIN || value > INT32_MAX)
		return false;
	*ret = (int)value;
	return true;
}

static bool read_value(const json_t *object, struct journal_value *ret)
{
	return read_int(object, "level", &ret->level) && read_int(object, "number", &ret->number);
}

static bool read_address(const json_t *object, const char *name, struct facts_address *ret)
{
	const json_t *list = json_object_get(object, name);
	const char *path = json_string_value(json_array_get(list, 1));
	struct sockopt_value ip;

	*ret = (struct facts_address){ .family = (int)json_integer_value(json_array_get(list, 0)) };
	if (ret->family == AF_UNSPEC)
		return json_is_array(list);
	if (ret->family == AF_UNIX) {
		snprintf(ret->path, sizeof(ret->path), "%s", path ? path : "");
		return path != NULL;
	}
	if (!read_hex(json_array_get(list, 1), &ip) || ip.length != journal_address_length(ret->family))
		return false;
	memcpy(ret->path, ip.bytes, ip.length);
	ret->port = (uint16_t)json_integer_value(json_array_get(list, 2));
	facts_bound_address(ret);
	return true;
}

static bool read_holders(const json_t *object, struct journal_intent *ret)
{
	const json_t *list = json_object_get(object, "holders");
	size_t n = json_array_size(list);

	ret->holders = xmalloc(n * sizeof(*ret->holders));
	for (size_t i = 0; i < n; i++) {
		const json_t *pair = json_array_get(list, i);
		json_int_t pid = json_integer_value(json_array_get(pair, 0));
		json_int_t fd = json_integer_value(json_array_get(pair, 1));

		const char *process = json_string_value(json_array_get(pair, 2));

		if (pid <= 0 || pid > INT32_MAX || fd < 0 || fd > INT32_MAX)
			return false;
		ret->holders[ret->n_holders++] = (struct facts_holder){
			.pid = (pid_t)pid,
			.fd = (int)fd,
			.process = xstrdup(process ? process : ""),
			.cgroup = "",
		};
	}
	return true;
}

static bool read_intent(const json_t *object, struct journal_intent *ret)
{
	const char *cookie = json_string_value(json_object_get(object, "cookie"));
	const json_t *kind = json_object_get(object, "kind");
	const json_t *touched = json_object_get(object, "touched");
	char *end;

	if (!cookie || !read_value(object, &ret->value))
		return false;
	ret->cookie = strtoull(cookie, &end, 10);
	ret->netns = (uint64_t)json_integer_value(json_object_get(object, "netns"));
	ret->kind = (struct sockopt_kind){
		(int)json_integer_value(json_array_get(kind, 0)),
		(int)json_integer_value(json_array_get(kind, 1)),
		(int)json_integer_value(json_array_get(kind, 2)),
	};
	ret->has_before = read_bytes(object, "before", &ret->value.before);
	ret->has_asked = !ret->has_before && read_bytes(object, "asked", &ret->value.before);
	if (json_array_size(touched))
		ret->touched = xmalloc(json_array_size(touched) * sizeof(*ret->touched));
	for (size_t i = 0; i < json_array_size(touched); i++) {
		const json_t *one = json_array_get(touched, i);
		struct journal_value *value = &ret->touched[ret->n_touched];

		if (!read_value(one, value) || !read_bytes(one, "before", &value->before))
			return false;
		ret->n_touched++;
	}
	return *end == '\0' && read_address(object, "local", &ret->local) && read_address(object, "peer", &ret->peer) &&
	       read_holders(object, ret);
}

/** Makes room up to an index; what a damaged line would have said stands there as failed. */
static void make_room(struct journal_entry *entry, size_t index, size_t *room)
{
	while (entry->n_intents <= index) {
		if (entry->n_intents == *room) {
			*room = *room ? *room * 2 : 64;
			entry->intents = xrealloc(entry->intents, *room * sizeof(*entry->intents));
		}
		entry->intents[entry->n_intents] = (struct journal_intent){ .failed = true };
		entry->n_intents++;
	}
}

static bool add_intent(struct journal_entry *entry, const json_t *object, size_t *room)
{
	json_int_t index = json_integer_value(json_object_get(object, "intent"));
	struct journal_intent *intent;
	bool read;

	/* Lines may be missing, but not so many that a number must be rubbish. */
	if (index < (json_int_t)entry->n_intents || index > (json_int_t)entry->n_intents + GAP_MAX)
		return false;
	make_room(entry, (size_t)index, room);
	intent = &entry->intents[index];
	read = read_intent(object, intent);
	intent->failed = !read;
	return read;
}

static bool add_outcome(struct journal_entry *entry, const json_t *object)
{
	json_int_t index = json_integer_value(json_object_get(object, "done"));
	struct journal_intent *intent;

	if (index < 0 || (size_t)index >= entry->n_intents)
		return false;
	intent = &entry->intents[index];
	intent->done = true;
	intent->failed = json_object_get(object, "errno") != NULL;
	intent->has_after = read_bytes(object, "after", &intent->after);
	return true;
}

static void copy_text(const json_t *object, const char *name, char *ret, size_t size)
{
	const char *text = json_string_value(json_object_get(object, name));

	snprintf(ret, size, "%s", text ? text : "");
}

static bool read_header(const json_t *object, struct journal_entry *entry)
{
	const char *command = json_string_value(json_object_get(object, "command"));

	if (json_integer_value(json_object_get(object, "sockopt")) != 1)
		return false;
	copy_text(object, "boot", entry->boot, sizeof(entry->boot));
	copy_text(object, "time", entry->time, sizeof(entry->time));
	entry->uid = (uid_t)json_integer_value(json_object_get(object, "uid"));
	entry->command = xstrdup(command ? command : "");
	return true;
}

static bool read_line(struct journal_entry *entry, const json_t *object, bool first, size_t *room)
{
	if (first)
		return read_header(object, entry);
	if (json_object_get(object, "intent"))
		return add_intent(entry, object, room);
	if (json_object_get(object, "done"))
		return add_outcome(entry, object);
	if (json_object_get(object, "committed")) {
		entry->committed = true;
		return (size_t)json_integer_value(json_object_get(object, "committed")) == entry->n_intents;
	}
	if (json_object_get(object, "undone")) {
		entry->undone = true;
		return true;
	}
	return false;
}

int journal_parse(FILE *file, unsigned int id, struct journal_entry **ret)
{
	struct journal_entry *entry = xmalloc(sizeof(*entry));
	autofree char *line = NULL;
	size_t size = 0, room = 0;
	ssize_t length;
	bool first = true;

	entry->id = id;
	while (errno = 0, (length = getline(&line, &size, file)) > 0) {
		json_t *object = json_loadb(line, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
		bool read = object && read_line(entry, object, first, &room);

		json_decref(object);
		if (!read && first) {
			journal_free(entry);
			return -EINVAL;
		}
		first = false;
		/* "undone" may follow a line that was cut: it is looked for to the end. */
		/* Behind the intents the last line may be cut, where the writer was killed: it is as if not there. */
		if (!read && !(entry->committed && line[length - 1] != '\n'))
			entry->damaged = true;
	}
	if (first || !feof(file)) {
		bool is_read = feof(file);
		int error = errno ? errno : EIO;

		journal_free(entry);
		return is_read ? -EINVAL : error == EPERM ? -EIO :
							    -error; /* -EPERM is for another user's */
	}
	*ret = entry;
	return 0;
}

static int read_file(unsigned int id, struct journal_entry **ret)
{
	struct stat status;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%u.jsonl", journal_folder(), id);
	/* Whatever else others put there, it is neither followed nor waited for. */
	autoclose int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? -EINVAL : -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	/* Who could write it would choose what we change, with our rights. */
	if (status.st_uid != geteuid() && status.st_uid != 0)
		return -EPERM;
	autofclose FILE *file = fdopen(fd, "r");
	if (!file)
		return -errno;
	take_fd(&fd);
	return journal_parse(file, id, ret);
}

/** Tells it nothing of what is in it, but that it is there: it is passed over in a search. */
static bool is_none_of_ours(int r)
{
	return r == -EINVAL || r == -EPERM || r == -EACCES || r == -ENOENT;
}

int journal_read(unsigned int id, struct journal_entry **ret)
{
	autofree unsigned int *ids = NULL;
	int n;

	if (id)
		return read_file(id, ret);
	if (!journal_boot())
		return -errno;
	n = journal_list(&ids);
	if (n < 0)
		return n;
	for (bool any_boot = false;; any_boot = true) {
		for (int i = n; i-- > 0;) {
			struct journal_entry *entry = NULL;
			int r = read_file(ids[i], &entry);

			/* The one that is meant could be the one that cannot be read at this moment. */
			if (r < 0 && !is_none_of_ours(r))
				return r;
			if (r < 0 || !entry)
				continue;
			if (!entry->undone && (any_boot || strcmp(entry->boot, journal_boot()) == 0)) {
				*ret = entry;
				return 0;
			}
			journal_free(entry);
		}
		/* Of another boot only if there is none of this one: then it is said why it cannot be undone. */
		if (any_boot)
			return -ENOENT;
	}
}

void journal_free(struct journal_entry *entry)
{
	if (!entry)
		return;
	for (size_t i = 0; i < entry->n_intents; i++) {
		struct journal_intent *intent = &entry->intents[i];

		for (size_t k = 0; k < intent->n_holders; k++)
			free((void *)(uintptr_t)intent->holders[k].process);
		free(intent->holders);
		free(intent->touched);
	}
	free(entry->intents);
	free(entry->command);
	free(entry);
}
