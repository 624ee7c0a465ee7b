/* SPDX-License-Identifier: MIT */
/* sockopt completion - completion for bash, zsh and fish, from the same tables as --help */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <log.h>
#include <sockopt.h>
#include <text.h>

#include "cmd.h"

struct completion_args {
	const char *shell;
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct completion_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (args->shell)
			command_wrong_use(state, _("'%s' is not expected here"), arg);
		args->shell = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->shell)
			command_wrong_use(state, _("a shell is needed: bash, zsh or fish"));
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.parser = parse_opt,
	.args_doc = "bash|zsh|fish",
	.doc = N_("Print the completion of a shell.\v"
		  "Example:\n  sockopt completion bash > /etc/bash_completion.d/sockopt"),
	.children = children,
};

/** What follows -- is another program's command line. */
static const char program_after_dashes[] =
	"\t\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then\n"
	"\t\t\t\tdeclare -F _command_offset >/dev/null && _command_offset $((i + 1))\n\t\t\t\treturn\n"
	"\t\t\tfi\n\t\tdone\n";

/** Calls each for every option of a command that has a long name, those of all commands last. */
static void each_option(const struct command *command, void (*each)(const struct command *, const struct argp_option *))
{
	const struct argp *tables[] = { command->argp, &common_argp };

	for (size_t i = 0; i < 2; i++) {
		const struct argp_option *option = tables[i]->options;

		for (; option && (option->name || option->key || option->doc); option++)
			if (option->name)
				each(command, option);
	}
}

static void put_long(const struct command *command, const struct argp_option *option)
{
	(void)command;
	printf(" --%s", option->name);
}

static void put_option_names(const char *separator)
{
	for (size_t i = 0; i < sockopt_count(); i++)
		printf("%s%s", i ? separator : "", sockopt_at(i)->name);
}

static void put_commands(const char *separator)
{
	for (const struct command *const *command = commands; *command; command++)
		if (!(*command)->hidden)
			printf("%s%s", command == commands ? "" : separator, (*command)->name);
}

static const char selector_words[] =
	"all tcp udp unix raw packet netlink listening established connected pid= process= user= cgroup= netns= "
	"family= protocol= state= local= peer= port= interface= path= inode= cookie=";

static const char calc_words[] = "keepalive buffer defer-accept dscp";

static void bash(void)
{
	printf("# bash completion of sockopt, made by 'sockopt completion bash'\n_sockopt() {\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
	       "\tlocal names=\"");
	put_option_names(" ");
	printf("\"\n\tlocal selector=\"%s\"\n"
	       "\tif ((COMP_CWORD == 1)); then\n\t\tmapfile -t COMPREPLY < <(compgen -W \"",
	       selector_words);
	put_commands(" ");
	printf(" --help --version\" -- \"$word\")\n\t\treturn\n\tfi\n\tcase $command in\n");
	for (const struct command *const *command = commands; *command; command++) {
		if ((*command)->hidden)
			continue;
		printf("\t%s)\n\t\tlocal words=\"--help", (*command)->name);
		each_option(*command, put_long);
		printf("\"\n");
		if ((*command)->arguments == ARGUMENTS_OPTION)
			printf("\t\twords+=\" $names\"\n");
		else if ((*command)->arguments == ARGUMENTS_SELECTOR)
			printf("\t\t[[ ${COMP_WORDS[COMP_CWORD-1]} == -o || ${COMP_WORDS[COMP_CWORD-1]} == --option ]] && words=$names || words+=\" $selector\"\n");
		else if ((*command)->arguments == ARGUMENTS_ASSIGNMENTS)
			printf("\t\tif ((COMP_CWORD == 2)); then words+=\" $selector\"; else words+=\" ${names// /= }=\"; compopt -o nospace; fi\n");
		else if ((*command)->arguments == ARGUMENTS_RUN)
			printf("%s\t\twords+=\" -- ${names// /= }=\"; compopt -o nospace\n", program_after_dashes);
		else if ((*command)->arguments == ARGUMENTS_TRACE)
			printf("%s\t\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n"
			       "\t\t-e | --option) words=$names ;;\n"
			       "\t\t-o | --output | --save | --read)\n"
			       "\t\t\tcompopt -o filenames\n\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n\t\t\treturn\n\t\t\t;;\n"
			       "\t\t*) words+=\" -- $selector\" ;;\n\t\tesac\n",
			       program_after_dashes);
		else if ((*command)->arguments == ARGUMENTS_DEMO)
			printf("\t\twords+=\" reuseaddr\"\n");
		else if ((*command)->arguments == ARGUMENTS_SHELL)
			printf("\t\twords+=\" bash zsh fish\"\n");
		else if ((*command)->arguments == ARGUMENTS_FILES)
			printf("\t\t[[ $word == -* ]] || { compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return; }\n");
		else if ((*command)->arguments == ARGUMENTS_POLICY)
			printf("\t\twords+=\" remove\"\n");
		else if ((*command)->arguments == ARGUMENTS_CALC)
			printf("\t\tif ((COMP_CWORD == 2)); then words+=\" %s\"; else words+=\" ${names// /= }=\"; compopt -o nospace; fi\n",
			       calc_words);
		printf("\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n\t\t;;\n");
	}
	printf("\tesac\n}\ncomplete -F _sockopt sockopt\n");
}

/** Single quotes cannot stand inside of single quotes. */
static void put_quoted(const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (*text == '[' || *text == ']' || *text == ':')
			printf("\\%c", *text);
		else
			putchar(*text);
}

static void put_zsh_option(const struct command *command, const struct argp_option *option)
{
	(void)command;
	printf(" '--%s%s[", option->name, option->arg && !(option->flags & OPTION_ARG_OPTIONAL) ? "=" : "");
	put_quoted(option->doc ? _(option->doc) : "");
	printf("]%s%s'", option->arg ? ":" : "", option->arg ? "value:" : "");
}

static void zsh(void)
{
	printf("#compdef sockopt\n# zsh completion of sockopt, made by 'sockopt completion zsh'\n_sockopt() {\n"
	       "\tlocal -a names selector commands\n\tnames=(");
	put_option_names(" ");
	printf(")\n\tselector=(%s)\n\tcommands=(", selector_words);
	for (const struct command *const *command = commands; *command; command++)
		if (!(*command)->hidden) {
			printf("\n\t\t'%s:", (*command)->name);
			put_quoted(_((*command)->summary));
			printf("'");
		}
	printf("\n\t)\n\tif ((CURRENT == 2)); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tcase $words[2] in\n");
	for (const struct command *const *command = commands; *command; command++) {
		if ((*command)->hidden)
			continue;
		printf("\t%s) shift words; ((CURRENT--)); _arguments", (*command)->name);
		each_option(*command, put_zsh_option);
		if ((*command)->arguments == ARGUMENTS_OPTION)
			printf(" '*:option:($names)'");
		else if ((*command)->arguments == ARGUMENTS_SELECTOR || (*command)->arguments == ARGUMENTS_TRACE)
			printf(" '1:selector:($selector)'");
		else if ((*command)->arguments == ARGUMENTS_ASSIGNMENTS)
			printf(" '1:selector:($selector)' '*:assignment:(${^names}=)'");
		else if ((*command)->arguments == ARGUMENTS_RUN)
			printf(" '*:assignment:(-- ${^names}=)'");
		else if ((*command)->arguments == ARGUMENTS_DEMO)
			printf(" '1:demo:(reuseaddr)'");
		else if ((*command)->arguments == ARGUMENTS_SHELL)
			printf(" '1:shell:(bash zsh fish)'");
		else if ((*command)->arguments == ARGUMENTS_FILES)
			printf(" '*:rules:_files'");
		else if ((*command)->arguments == ARGUMENTS_POLICY)
			printf(" '1:verb:(remove)'");
		else if ((*command)->arguments == ARGUMENTS_CALC)
			printf(" '1:calculation:(%s)' '*:assignment:(${^names}=)'", calc_words);
		printf(" ;;\n");
	}
	printf("\tesac\n}\n_sockopt \"$@\"\n");
}

static void put_fish_option(const struct command *command, const struct argp_option *option)
{
	printf("complete -c sockopt -n '__fish_seen_subcommand_from %s' -l %s", command->name, option->name);
	if (isalpha(option->key))
		printf(" -s %c", option->key);
	if (option->arg)
		printf(" -r");
	printf(" -d '");
	put_quoted(option->doc ? _(option->doc) : "");
	printf("'\n");
}

static void fish(void)
{
	printf("# fish completion of sockopt, made by 'sockopt completion fish'\ncomplete -c sockopt -f\n");
	for (const struct command *const *command = commands; *command; command++) {
		if ((*command)->hidden)
			continue;
		printf("complete -c sockopt -n __fish_use_subcommand -a %s -d '", (*command)->name);
		put_quoted(_((*command)->summary));
		printf("'\n");
		each_option(*command, put_fish_option);
		bool assigns = (*command)->arguments == ARGUMENTS_ASSIGNMENTS || (*command)->arguments == ARGUMENTS_RUN;

		if ((*command)->arguments == ARGUMENTS_OPTION || assigns) {
			printf("complete -c sockopt -n '__fish_seen_subcommand_from %s' -a '", (*command)->name);
			put_option_names(assigns ? "= " : " ");
			printf("%s'\n", assigns ? "=" : "");
		}
		if ((*command)->arguments == ARGUMENTS_SELECTOR || (*command)->arguments == ARGUMENTS_ASSIGNMENTS ||
		    (*command)->arguments == ARGUMENTS_TRACE)
			printf("complete -c sockopt -n '__fish_seen_subcommand_from %s' -a '%s'\n", (*command)->name,
			       selector_words);
		if ((*command)->arguments == ARGUMENTS_DEMO)
			printf("complete -c sockopt -n '__fish_seen_subcommand_from demo' -a reuseaddr\n");
		if ((*command)->arguments == ARGUMENTS_FILES)
			printf("complete -c sockopt -n '__fish_seen_subcommand_from %s' -F\n", (*command)->name);
		if ((*command)->arguments == ARGUMENTS_POLICY)
			printf("complete -c sockopt -n '__fish_seen_subcommand_from %s' -a remove\n", (*command)->name);
		if ((*command)->arguments == ARGUMENTS_CALC)
			printf("complete -c sockopt -n '__fish_seen_subcommand_from calc' -a '%s'\n", calc_words);
	}
}

static int run(int argc, char **argv)
{
	struct completion_args args = { 0 };

	if (command_parse(&cmd_completion, argc, argv, &args))
		return EXIT_WRONG_USE;
	if (strcmp(args.shell, "bash") == 0)
		bash();
	else if (strcmp(args.shell, "zsh") == 0)
		zsh();
	else if (strcmp(args.shell, "fish") == 0)
		fish();
	else {
		log_error(_("'%s' is not one of bash, zsh, fish"), args.shell);
		return EXIT_WRONG_USE;
	}
	return EXIT_DONE;
}

const struct command cmd_completion = {
	.name = "completion",
	.summary = N_("completion for bash, zsh and fish"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_SHELL,
};
