/* SPDX-License-Identifier: MIT */
/* Every entry as 'sockopt explain' prints it, in one go. usage: explain-all en|es */

#include <stdio.h>

#include <sockopt.h>

#include <explain.h>
#include <text.h>

int main(int argc, char **argv)
{
	text_init();
	if (argc != 2 || !text_set_language(argv[1]))
		return 2;
	for (size_t i = 0; i < sockopt_count(); i++) {
		printf("\f%s %s\n", sockopt_at(i)->level->name, sockopt_at(i)->name);
		explain_entry(stdout, sockopt_at(i), NULL, CODE_N_LANGUAGES);
	}
	return 0;
}
