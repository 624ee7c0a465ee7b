/* SPDX-License-Identifier: MIT */
/* The functions of a file that is mapped as code. */

#include "symbols.h"

#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A file of somebody else must not take all our memory and time: a sparse one may say of itself that it has thousands
 * of millions of functions. The largest real ones have some hundred thousand, in tables of some ten megabytes.
 */
#define SYMBOLS_MAX (1U << 20)
#define TABLE_MAX (256U << 20)
#define NAME_MAX_SHOWN 500

/** Has it no more sections and segments than its header can count? Only then are their tables small. */
static bool is_modest(int fd)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr narrow;
		Elf64_Ehdr wide;
	} header;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return false;
	if (header.ident[EI_CLASS] == ELFCLASS32)
		return header.narrow.e_shnum != 0 && header.narrow.e_phnum != PN_XNUM;
	return header.wide.e_shnum != 0 && header.wide.e_phnum != PN_XNUM;
}

static int add_symbol(struct symbols *symbols, const GElf_Sym *symbol, const char *name)
{
	char *copy;

	if (symbols->n == symbols->room) {
		size_t room = symbols->room ? symbols->room * 2 : 256;
		struct symbol *list = realloc(symbols->list, room * sizeof(*list));

		if (!list)
			return -1;
		symbols->list = list;
		symbols->room = room;
	}
	copy = strndup(name, NAME_MAX_SHOWN);
	if (!copy)
		return -1;
	symbols->list[symbols->n++] = (struct symbol){ symbol->st_value, symbol->st_size, copy };
	return 0;
}

/** elf_strptr() reads the whole table of names. */
static bool are_names_small(Elf *elf, size_t section)
{
	Elf_Scn *names = elf_getscn(elf, section);
	GElf_Shdr header;

	return names && gelf_getshdr(names, &header) && header.sh_size <= TABLE_MAX;
}

static void add_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct symbols *ret)
{
	Elf_Data *data;
	GElf_Sym symbol;

	if (header->sh_size > TABLE_MAX || !are_names_small(elf, header->sh_link))
		return;
	data = elf_getdata(section, NULL);
	for (int i = 0; data && ret->n < SYMBOLS_MAX && gelf_getsym(data, i, &symbol); i++) {
		const char *name;

		if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (add_symbol(ret, &symbol, name ? name : "") < 0)
			return;
	}
}

/** Symbols have addresses of the segments; mappings have offsets in the file. */
static uint64_t to_offset(const GElf_Phdr *segments, size_t n, uint64_t address)
{
	for (size_t i = 0; i < n; i++)
		if (segments[i].p_type == PT_LOAD && address >= segments[i].p_vaddr &&
		    address - segments[i].p_vaddr < segments[i].p_memsz)
			return address - segments[i].p_vaddr + segments[i].p_offset;
	return address;
}

/** Of the first segments: a program has some ten. */
static size_t read_segments(Elf *elf, GElf_Phdr *ret, size_t max)
{
	size_t n = 0, there = 0;

	if (elf_getphdrnum(elf, &there) != 0)
		return 0;
	for (size_t i = 0; i < there && n < max; i++)
		if (gelf_getphdr(elf, (int)i, &ret[n]))
			n++;
	return n;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	return (left->address > right->address) - (left->address < right->address);
}

void symbols_read(int fd, struct symbols *ret)
{
	GElf_Phdr segments[64];
	size_t n_segments;
	Elf *elf;
	Elf_Scn *section = NULL;

	*ret = (struct symbols){ 0 };
	if (!is_modest(fd) || elf_version(EV_CURRENT) == EV_NONE)
		return;
	/* Not mapped: its owner could cut it while it is read, and a page that is gone is a signal. */
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
			add_symbols(elf, section, &header, ret);
	}
	n_segments = read_segments(elf, segments, sizeof(segments) / sizeof(segments[0]));
	for (size_t i = 0; i < ret->n; i++)
		ret->list[i].address = to_offset(segments, n_segments, ret->list[i].address);
	elf_end(elf);
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_address);
}

void symbols_free(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->n; i++)
		free(symbols->list[i].name);
	free(symbols->list);
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t offset)
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
