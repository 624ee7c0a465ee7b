/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <symbols.h>

#include "test.h"

static void the_functions_of_this_program_are_found(void **state)
{
	struct symbols symbols;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const struct symbol *found = NULL;

	symbols_read(fd, &symbols);
	assert_true(symbols.n > 1);
	for (size_t i = 1; i < symbols.n; i++)
		assert_true(symbols.list[i - 1].address <= symbols.list[i].address);
	for (size_t i = 0; i < symbols.n && !found; i++)
		if (strcmp(symbols.list[i].name, "main") == 0)
			found = symbols_find(&symbols, symbols.list[i].address + 1);
	assert_non_null(found);
	assert_string_equal(found->name, "main");
	assert_null(symbols_find(NULL, 0));
	symbols_free(&symbols);
	close(fd);
}

/** A file that holds little, and says of itself that it has a table of so many functions. */
static int sparse_file(uint64_t size)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Shdr section[3];
	} begin = {
		.header = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_DYN,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_shoff = sizeof(Elf64_Ehdr),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = 3,
		},
		.section = {
			{ 0 },
			{ .sh_type = SHT_SYMTAB, .sh_offset = 4096, .sh_size = size, .sh_link = 2, .sh_entsize = sizeof(Elf64_Sym) },
			{ .sh_type = SHT_STRTAB, .sh_offset = 4096, .sh_size = 64 },
		},
	};
	const Elf64_Sym function = { .st_info = STT_FUNC, .st_shndx = 1, .st_value = 0x1000, .st_size = 16 };
	int fd = memfd_create("sparse", MFD_CLOEXEC);

	assert_int_equal(pwrite(fd, &begin, sizeof(begin), 0), (int)sizeof(begin));
	assert_int_equal(pwrite(fd, &function, sizeof(function), 4096), (int)sizeof(function));
	assert_int_equal(ftruncate(fd, (off_t)(4096 + size)), 0);
	return fd;
}

static void a_file_cannot_claim_to_have_more_than_is_reasonable(void **state)
{
	static const struct {
		uint64_t size;
		size_t functions;
	} cases[] = { { 2 * sizeof(Elf64_Sym), 1 }, { (512U << 20) / sizeof(Elf64_Sym) * sizeof(Elf64_Sym), 0 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct symbols symbols;
		int fd = sparse_file(cases[i].size);

		symbols_read(fd, &symbols);
		assert_int_equal(symbols.n, cases[i].functions);
		symbols_free(&symbols);
		close(fd);
	}
}

static void what_is_no_elf_file_has_no_functions(void **state)
{
	static const char *const paths[] = { "/dev/null", "/etc/passwd", "/proc/self/maps", "/" };
	struct symbols symbols;

	for (size_t i = 0; i < COUNT(paths); i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		symbols_read(fd, &symbols);
		assert_int_equal(symbols.n, 0);
		symbols_free(&symbols);
		if (fd >= 0)
			close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_functions_of_this_program_are_found),
		cmocka_unit_test(a_file_cannot_claim_to_have_more_than_is_reasonable),
		cmocka_unit_test(what_is_no_elf_file_has_no_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
