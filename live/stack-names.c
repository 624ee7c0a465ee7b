/* SPDX-License-Identifier: MIT */
/* Names of addresses in other processes. */

#include "stack-names.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "symbols.h"
#include "tidy.h"

#define PATH_MAX_SHOWN 512

struct process_maps {
	pid_t pid;
	dev_t device;
	ino_t program; /* of /proc/PID/exe: another one means that all is new */
	struct mapping *list;
	size_t n;
};

struct file {
	dev_t device;
	ino_t inode;
	struct symbols symbols;
};

struct known {
	pid_t pid;
	uint64_t address;
	char *name;
};

struct stack_names {
	struct process_maps *processes;
	size_t n_processes;
	struct file **files;
	size_t n_files;
	struct known *known;
	size_t n_known, room_known;
	char text[PATH_MAX_SHOWN + 600];
};

struct stack_names *stack_names_new(void)
{
	return calloc(1, sizeof(struct stack_names));
}

static void forget_maps(struct process_maps *maps)
{
	for (size_t i = 0; i < maps->n; i++)
		free(maps->list[i].path);
	free(maps->list);
	maps->list = NULL;
	maps->n = 0;
}

void stack_names_free(struct stack_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->n_processes; i++)
		forget_maps(&names->processes[i]);
	for (size_t i = 0; i < names->n_files; i++) {
		symbols_free(&names->files[i]->symbols);
		free(names->files[i]);
	}
	for (size_t i = 0; i < names->n_known; i++)
		free(names->known[i].name);
	free(names->processes);
	free(names->files);
	free(names->known);
	free(names);
}

bool mapping_read(char *line, struct mapping *ret)
{
	uint64_t start, end, offset;
	char *at;
	const char *rights;

	/* START-END RIGHTS OFFSET DEVICE INODE PATH */
	start = strtoull(line, &at, 16);
	end = *at == '-' ? strtoull(at + 1, &at, 16) : 0;
	rights = *at == ' ' ? at + 1 : "";
	if (end <= start || strnlen(rights, 5) < 5 || rights[2] != 'x')
		return false;
	offset = strtoull(rights + 5, &at, 16);
	at += strspn(at, " ");
	at += strcspn(at, " "); /* the device */
	(void)strtoull(at, &at, 10);
	at += strspn(at, " ");
	at[strcspn(at, "\n")] = '\0';
	*ret = (struct mapping){ start, end, offset, at };
	return true;
}

static void add_mapping(struct process_maps *maps, char *line)
{
	struct mapping mapping, *list;

	if (!mapping_read(line, &mapping))
		return;
	list = realloc(maps->list, (maps->n + 1) * sizeof(*list));
	if (!list)
		return;
	maps->list = list;
	mapping.path = strdup(mapping.path);
	if (mapping.path)
		list[maps->n++] = mapping;
}

static void read_maps(struct process_maps *maps)
{
	char path[64], line[PATH_MAX_SHOWN + 128];

	forget_maps(maps);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)maps->pid);
	autofclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		add_mapping(maps, line);
}

/** The maps of a process, read anew if it has become another program. */
static struct process_maps *maps_of(struct stack_names *names, pid_t pid)
{
	struct process_maps *maps = NULL;
	struct stat program = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	for (size_t i = 0; i < names->n_processes && !maps; i++)
		if (names->processes[i].pid == pid)
			maps = &names->processes[i];
	if (stat(path, &program) < 0)
		return maps; /* what is known of it is better than nothing: it has just ended */
	if (!maps) {
		maps = realloc(names->processes, (names->n_processes + 1) * sizeof(*maps));
		if (!maps)
			return NULL;
		names->processes = maps;
		maps += names->n_processes++;
		*maps = (struct process_maps){ .pid = pid };
	}
	if (maps->device != program.st_dev || maps->program != program.st_ino) {
		maps->device = program.st_dev;
		maps->program = program.st_ino;
		read_maps(maps);
	}
	return maps;
}

static const struct mapping *find_mapping(struct process_maps *maps, uint64_t address)
{
	for (int again = 0; maps && again < 2; again++) {
		for (size_t i = 0; i < maps->n; i++)
			if (address >= maps->list[i].start && address < maps->list[i].end)
				return &maps->list[i];
		/* A library that was loaded since. */
		if (again == 0)
			read_maps(maps);
	}
	return NULL;
}

/**
 * What is there now may be put there by whoever is traced, so no link leads out of the process's root, and nothing but
 * a regular file is opened: to open some devices is to use them.
 */
int mapping_open(pid_t pid, const char *path, struct stat *ret_status)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/root", (int)pid);
	autoclose int root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = root < 0 ? -1 : (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	if (fd < 0 || fstat(fd, ret_status) < 0 || !S_ISREG(ret_status->st_mode))
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return open(name, O_RDONLY | O_CLOEXEC);
}

static const struct symbols *symbols_of(struct stack_names *names, pid_t pid, const char *path)
{
	struct file **files, *file;
	struct stat status;
	autoclose int fd = mapping_open(pid, path, &status);

	if (fd < 0)
		return NULL;
	for (size_t i = 0; i < names->n_files; i++)
		if (names->files[i]->device == status.st_dev && names->files[i]->inode == status.st_ino)
			return &names->files[i]->symbols;
	files = realloc(names->files, (names->n_files + 1) * sizeof(*files));
	if (!files)
		return NULL;
	names->files = files;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	file->device = status.st_dev;
	file->inode = status.st_ino;
	symbols_read(fd, &file->symbols);
	names->files[names->n_files++] = file;
	return &file->symbols;
}

const char *stack_names_find(struct stack_names *names, pid_t pid, uint64_t address)
{
	const struct mapping *mapping = find_mapping(maps_of(names, pid), address);
	const struct symbol *symbol;
	uint64_t offset;

	if (!mapping)
		return stack_names_known(names, pid, address);
	offset = address - mapping->start + mapping->offset;
	symbol = mapping->path[0] == '/' ? symbols_find(symbols_of(names, pid, mapping->path), offset) : NULL;
	if (symbol)
		snprintf(names->text, sizeof(names->text), "%.500s+0x%" PRIx64 " (%s)", symbol->name, offset - symbol->address,
			 mapping->path);
	else
		snprintf(names->text, sizeof(names->text), "%s+0x%" PRIx64, mapping->path, offset);
	return names->text;
}

bool stack_names_is_code(struct stack_names *names, pid_t pid, uint64_t address)
{
	return find_mapping(maps_of(names, pid), address);
}

int stack_names_add(struct stack_names *names, pid_t pid, uint64_t address, const char *name)
{
	if (names->n_known == names->room_known) {
		size_t room = names->room_known ? names->room_known * 2 : 64;
		struct known *known = realloc(names->known, room * sizeof(*known));

		if (!known)
			return -ENOMEM;
		names->known = known;
		names->room_known = room;
	}
	names->known[names->n_known] = (struct known){ pid, address, strdup(name) };
	if (!names->known[names->n_known].name)
		return -ENOMEM;
	names->n_known++;
	return 0;
}

const char *stack_names_known(const struct stack_names *names, pid_t pid, uint64_t address)
{
	/* The latest that was said of it. */
	for (size_t i = names->n_known; i > 0; i--)
		if (names->known[i - 1].pid == pid && names->known[i - 1].address == address)
			return names->known[i - 1].name;
	return NULL;
}
