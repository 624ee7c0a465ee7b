/* SPDX-License-Identifier: MIT */
/* Names of addresses in other processes. */

#include "stack-names.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tidy.h"

#define PATH_MAX_SHOWN 512

/** A file that is mapped as code in one process. */
struct mapping {
	uint64_t start, end, offset;
	char *path;
};

struct process_maps {
	pid_t pid;
	dev_t device;
	ino_t program; /* of /proc/PID/exe: another one means that all is new */
	struct mapping *list;
	size_t n;
};

struct symbol {
	uint64_t address, size; /* in the file */
	char *name;
};

/** The functions of a file, sorted. */
struct symbols {
	dev_t device;
	ino_t inode;
	struct symbol *list;
	size_t n, room;
};

struct known {
	pid_t pid;
	uint64_t address;
	char *name;
};

struct stack_names {
	struct process_maps *processes;
	size_t n_processes;
	struct symbols **files;
	size_t n_files;
	struct known *known;
	size_t n_known, room_known;
	char text[PATH_MAX_SHOWN + 600];
};

struct stack_names *stack_names_new(void)
{
	elf_version(EV_CURRENT);
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

static void free_symbols(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->n; i++)
		free(symbols->list[i].name);
	free(symbols->list);
	free(symbols);
}

void stack_names_free(struct stack_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->n_processes; i++)
		forget_maps(&names->processes[i]);
	for (size_t i = 0; i < names->n_files; i++)
		free_symbols(names->files[i]);
	for (size_t i = 0; i < names->n_known; i++)
		free(names->known[i].name);
	free(names->processes);
	free(names->files);
	free(names->known);
	free(names);
}

static void add_mapping(struct process_maps *maps, char *line)
{
	struct mapping *list;
	uint64_t start, end, offset;
	char *at;
	const char *rights;

	/* START-END RIGHTS OFFSET DEVICE INODE PATH */
	start = strtoull(line, &at, 16);
	end = *at == '-' ? strtoull(at + 1, &at, 16) : 0;
	rights = *at == ' ' ? at + 1 : "";
	if (end <= start || strnlen(rights, 5) < 5 || rights[2] != 'x')
		return;
	offset = strtoull(rights + 5, &at, 16);
	at += strspn(at, " ");
	at += strcspn(at, " "); /* the device */
	(void)strtoull(at, &at, 10);
	at += strspn(at, " ");
	at[strcspn(at, "\n")] = '\0';
	list = realloc(maps->list, (maps->n + 1) * sizeof(*list));
	if (!list)
		return;
	maps->list = list;
	list[maps->n] = (struct mapping){ start, end, offset, strdup(at) };
	if (list[maps->n].path)
		maps->n++;
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

static void add_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct symbols *ret)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

	for (size_t i = 0; data && i < n; i++) {
		GElf_Sym symbol;
		const char *name;

		if (!gelf_getsym(data, (int)i, &symbol) || GELF_ST_TYPE(symbol.st_info) != STT_FUNC ||
		    symbol.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (ret->n == ret->room) {
			size_t room = ret->room ? ret->room * 2 : 256;
			struct symbol *list = realloc(ret->list, room * sizeof(*list));

			if (!list)
				return;
			ret->list = list;
			ret->room = room;
		}
		ret->list[ret->n] = (struct symbol){ symbol.st_value, symbol.st_size, strdup(name ? name : "") };
		if (ret->list[ret->n].name)
			ret->n++;
	}
}

/** Symbols have addresses of the segments; mappings have offsets in the file. */
static uint64_t to_offset(Elf *elf, uint64_t address)
{
	size_t n = 0;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
		    address < segment.p_vaddr + segment.p_memsz)
			return address - segment.p_vaddr + segment.p_offset;
	}
	return address;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	return (left->address > right->address) - (left->address < right->address);
}

static void read_symbols(int fd, struct symbols *ret)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	Elf_Scn *section = NULL;

	while (elf && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
			add_symbols(elf, section, &header, ret);
	}
	for (size_t i = 0; i < ret->n; i++)
		ret->list[i].address = to_offset(elf, ret->list[i].address);
	if (elf)
		elf_end(elf);
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_address);
}

static const struct symbols *symbols_of(struct stack_names *names, pid_t pid, const char *path)
{
	char seen[PATH_MAX_SHOWN + 32];
	struct symbols **files, *symbols;
	struct stat status;

	/* As the process sees it: it may live in another root. */
	snprintf(seen, sizeof(seen), "/proc/%d/root%s", (int)pid, path);
	autoclose int fd = open(seen, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return NULL;
	for (size_t i = 0; i < names->n_files; i++)
		if (names->files[i]->device == status.st_dev && names->files[i]->inode == status.st_ino)
			return names->files[i];
	files = realloc(names->files, (names->n_files + 1) * sizeof(*files));
	if (!files)
		return NULL;
	names->files = files;
	symbols = calloc(1, sizeof(*symbols));
	if (!symbols)
		return NULL;
	symbols->device = status.st_dev;
	symbols->inode = status.st_ino;
	read_symbols(fd, symbols);
	names->files[names->n_files++] = symbols;
	return symbols;
}

static const struct symbol *find_symbol(const struct symbols *symbols, uint64_t offset)
{
	size_t low = 0, high = symbols ? symbols->n : 0;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols->list[middle].address <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	/* Several may begin there, some of them without a size. */
	for (size_t i = low; i > 0 && low - i < 4; i--)
		if (offset - symbols->list[i - 1].address < symbols->list[i - 1].size)
			return &symbols->list[i - 1];
	return NULL;
}

const char *stack_names_find(struct stack_names *names, pid_t pid, uint64_t address)
{
	const struct mapping *mapping = find_mapping(maps_of(names, pid), address);
	const struct symbol *symbol;
	uint64_t offset;

	if (!mapping)
		return stack_names_known(names, pid, address);
	offset = address - mapping->start + mapping->offset;
	symbol = mapping->path[0] == '/' ? find_symbol(symbols_of(names, pid, mapping->path), offset) : NULL;
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
