/* SPDX-License-Identifier: MIT */
/* Any file as one that a traced program has mapped as code: its functions, sorted, each with a name. */
#include <symbols.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbols symbols;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	symbols_read(fd, &symbols);
	for (size_t i = 0; i < symbols.n; i++) {
		const struct symbol *symbol = &symbols.list[i], *found;

		if (strlen(symbol->name) > 500 || (i && symbols.list[i - 1].address > symbol->address))
			abort();
		found = symbols_find(&symbols, symbol->address);
		if (found && symbol->address - found->address >= found->size)
			abort();
	}
	symbols_find(&symbols, UINT64_MAX);
	symbols_free(&symbols);
	close(fd);
	return 0;
}
