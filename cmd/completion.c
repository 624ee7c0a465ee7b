/* SPDX-License-Identifier: MIT */
/* sockopt completion - completion for bash, zsh and fish, from the same tables as --help */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <log.h>
#include <sockopt.h>
#include <text.h>

#include "cmd.h"
#include "demo.h"

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

static const struct argp argp = {
	.parser = parse_opt,
	.args_doc = "bash|zsh|fish",
	.doc = N_("Print the completion of a shell.\v"
		  "Example:\n  sockopt completion bash > /etc/bash_completion.d/sockopt"),
	.children = common_children,
};

/** What follows -- is another program's command line. */
static const char program_after_dashes[] =
	"\t\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then\n"
	"\t\t\t\tdeclare -F _command_offset >/dev/null && _command_offset $((i + 1))\n\t\t\t\treturn\n"
	"\t\t\tfi\n\t\tdone\n";

static void each_of(const struct command *command, const struct argp *table,
		    void (*each)(const struct command *, const struct argp_option *))
{
	const struct argp_option *option = table->options;

	for (; option && (option->name || option->key || option->doc); option++)
		if (option->name)
			each(command, option);
}

/** Calls each for every option of a command that has a long name, those it shares with others last. */
static void each_option(const struct command *command, void (*each)(const struct command *, const struct argp_option *))
{
	each_of(command, command->argp, each);
	for (const struct argp_child *child = command->argp->children; child && child->argp; child++)
		each_of(command, child->argp, each);
}

static bool has_short(const struct argp_option *option)
{
	return option->key > 0 && option->key < 128 && isalpha(option->key);
}

enum argument_kind {
	ARGUMENT_WORD,
	ARGUMENT_FILE,
	ARGUMENT_FOLDER,
};

/** What --help calls an option's argument tells what it is. */
static enum argument_kind kind_of(const struct argp_option *option)
{
	if (option->arg && strcmp(option->arg, "FILE") == 0)
		return ARGUMENT_FILE;
	return option->arg && strcmp(option->arg, "DIRECTORY") == 0 ? ARGUMENT_FOLDER : ARGUMENT_WORD;
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

/** bash has no more than the word before: what it expects when it is an option of files. */
static void put_bash_files(const struct command *command, const struct argp_option *option)
{
	enum argument_kind kind = kind_of(option);

	(void)command;
	if (kind == ARGUMENT_WORD)
		return;
	printf("\t\t");
	if (has_short(option))
		printf("-%c | ", option->key);
	printf("--%s) _sockopt_files -%c; return ;;\n", option->name, kind == ARGUMENT_FILE ? 'f' : 'd');
}

static void put_bash_arguments(enum command_arguments arguments)
{
	switch (arguments) {
	case ARGUMENTS_OPTION: printf("\t\twords+=\" $names\"\n"); break;
	case ARGUMENTS_SELECTOR:
		printf("\t\t[[ $before == -o || $before == --option ]] && words=$names || words+=\" $selector\"\n");
		break;
	case ARGUMENTS_CHECK: printf("\t\twords+=\" -- $selector\"\n"); break;
	case ARGUMENTS_ASSIGNMENTS:
		printf("\t\tif ((COMP_CWORD == 2)); then words+=\" $selector\"; else words+=\" ${names// /= }=\"; compopt -o nospace; fi\n");
		break;
	case ARGUMENTS_RUN: printf("\t\twords+=\" -- ${names// /= }=\"; compopt -o nospace\n"); break;
	case ARGUMENTS_MEASURE: printf("\t\twords+=\" ${names// /= }=\"; compopt -o nospace\n"); break;
	case ARGUMENTS_TRACE:
		printf("\t\t[[ $before == -e || $before == --option ]] && words=$names || words+=\" -- $selector\"\n");
		break;
	case ARGUMENTS_DEMO: printf("\t\twords+=\" %s\"\n", demo_names()); break;
	case ARGUMENTS_SHELL: printf("\t\twords+=\" bash zsh fish\"\n"); break;
	case ARGUMENTS_FILES: printf("\t\t[[ $word == -* ]] || { _sockopt_files -f; return; }\n"); break;
	case ARGUMENTS_POLICY: printf("\t\twords+=\" remove\"\n"); break;
	case ARGUMENTS_CALC:
		printf("\t\tif ((COMP_CWORD == 2)); then words+=\" %s\"; else words+=\" ${names// /= }=\"; compopt -o nospace; fi\n",
		       calc_words);
		break;
	case ARGUMENTS_NONE:
	case ARGUMENTS_ID: break;
	}
}

static void put_bash_command(const struct command *command)
{
	enum command_arguments arguments = command->arguments;

	printf("\t%s)\n\t\tlocal words=\"--help", command->name);
	each_option(command, put_long);
	printf("\"\n");
	if (arguments == ARGUMENTS_RUN || arguments == ARGUMENTS_TRACE || arguments == ARGUMENTS_CHECK)
		fputs(program_after_dashes, stdout);
	printf("\t\tcase $before in\n");
	each_option(command, put_bash_files);
	printf("\t\tesac\n");
	put_bash_arguments(arguments);
	printf("\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n");
	/* A selector's words end in =, which is quoted in names of files. */
	if (arguments == ARGUMENTS_CHECK)
		printf("\t\tlocal -a offered=(\"${COMPREPLY[@]}\")\n"
		       "\t\t_sockopt_files -f -X '!*.[ch]'\n"
		       "\t\t((${#offered[@]} == 0)) || { COMPREPLY=(\"${offered[@]}\" \"${COMPREPLY[@]}\"); compopt +o filenames; }\n");
	printf("\t\t;;\n");
}

/** An = is a word of its own to bash: --read= and --read=FILE are two words and three. */
static const char bash_begin[] =
	"# bash completion of sockopt, made by 'sockopt completion bash'\n"
	"_sockopt_files() {\n"
	"\tcompopt -o filenames\n"
	"\tmapfile -t COMPREPLY < <({ compgen \"$@\" -- \"$word\"; compgen -d -- \"$word\"; } | sort -u)\n"
	"}\n"
	"_sockopt() {\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} before=${COMP_WORDS[COMP_CWORD-1]} i\n"
	"\tif [[ $word == = && $before == --* ]]; then\n\t\tword=\n"
	"\telif [[ $before == = && ${COMP_WORDS[COMP_CWORD-2]} == --* ]]; then\n\t\tbefore=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
	"\tlocal names=\"";

static void bash(void)
{
	fputs(bash_begin, stdout);
	put_option_names(" ");
	printf("\"\n\tlocal selector=\"%s\"\n"
	       "\tif ((COMP_CWORD == 1)); then\n\t\tmapfile -t COMPREPLY < <(compgen -W \"",
	       selector_words);
	put_commands(" ");
	printf(" --help --version\" -- \"$word\")\n\t\treturn\n\tfi\n\tcase $command in\n");
	for (const struct command *const *command = commands; *command; command++)
		if (!(*command)->hidden)
			put_bash_command(*command);
	printf("\tesac\n}\ncomplete -F _sockopt sockopt\n");
}

/** Single quotes cannot stand inside of single quotes; what is special to zsh's descriptions is not to fish's. */
static void put_quoted(const char *text, const char *special)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(special, *text))
			printf("\\%c", *text);
		else
			putchar(*text);
}

static const char *zsh_argument(const struct argp_option *option)
{
	if (!option->arg)
		return "";
	switch (kind_of(option)) {
	case ARGUMENT_FILE: return ":file:_files";
	case ARGUMENT_FOLDER: return ":folder:_files -/";
	case ARGUMENT_WORD: break;
	}
	return option->flags & OPTION_ARG_OPTIONAL ? "::value:" : ":value:";
}

static void put_zsh_option(const struct command *command, const struct argp_option *option)
{
	const char *described = option->doc ? _(option->doc) : "";

	(void)command;
	printf(" '--%s%s[", option->name, !option->arg ? "" : option->flags & OPTION_ARG_OPTIONAL ? "=-" :
												    "=");
	put_quoted(described, "[]:");
	printf("]%s'", zsh_argument(option));
	if (!has_short(option))
		return;
	printf(" '-%c%s[", option->key, !option->arg ? "" : option->flags & OPTION_ARG_OPTIONAL ? "-" :
												  "+");
	put_quoted(described, "[]:");
	printf("]%s'", zsh_argument(option));
}

static void zsh(void)
{
	printf("#compdef sockopt\n# zsh completion of sockopt, made by 'sockopt completion zsh'\n"
	       "_sockopt_checked() {\n\t_alternative \"selectors:selector:($selector)\" 'sources:source:_files -g \"*.[ch]\"'\n}\n"
	       "_sockopt() {\n"
	       "\tlocal -a names selector commands\n\tnames=(");
	put_option_names(" ");
	printf(")\n\tselector=(%s)\n\tcommands=(", selector_words);
	for (const struct command *const *command = commands; *command; command++)
		if (!(*command)->hidden) {
			printf("\n\t\t'%s:", (*command)->name);
			put_quoted(_((*command)->summary), "[]:");
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
		else if ((*command)->arguments == ARGUMENTS_CHECK)
			printf(" '*:selector or source:_sockopt_checked'");
		else if ((*command)->arguments == ARGUMENTS_ASSIGNMENTS)
			printf(" '1:selector:($selector)' '*:assignment:(${^names}=)'");
		else if ((*command)->arguments == ARGUMENTS_RUN)
			printf(" '*:assignment:(-- ${^names}=)'");
		else if ((*command)->arguments == ARGUMENTS_MEASURE)
			printf(" '*:assignment:(${^names}=)'");
		else if ((*command)->arguments == ARGUMENTS_DEMO)
			printf(" '1:demo:(%s)'", demo_names());
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
	if (has_short(option))
		printf(" -s %c", option->key);
	/* -r alone: any file */
	if (kind_of(option) == ARGUMENT_FILE)
		printf(" -r -F");
	else if (option->arg && !(option->flags & OPTION_ARG_OPTIONAL))
		printf(" -x");
	if (kind_of(option) == ARGUMENT_FOLDER)
		printf(" -a '(__fish_complete_directories)'");
	printf(" -d '");
	put_quoted(option->doc ? _(option->doc) : "", "");
	printf("'\n");
}

static void fish(void)
{
	printf("# fish completion of sockopt, made by 'sockopt completion fish'\ncomplete -c sockopt -f\n");
	for (const struct command *const *command = commands; *command; command++) {
		if ((*command)->hidden)
			continue;
		printf("complete -c sockopt -n __fish_use_subcommand -a %s -d '", (*command)->name);
		put_quoted(_((*command)->summary), "");
		printf("'\n");
		each_option(*command, put_fish_option);
		enum command_arguments arguments = (*command)->arguments;
		bool assigns = arguments == ARGUMENTS_ASSIGNMENTS || arguments == ARGUMENTS_RUN ||
			       arguments == ARGUMENTS_MEASURE;

		if ((*command)->arguments == ARGUMENTS_OPTION || assigns) {
			printf("complete -c sockopt -n '__fish_seen_subcommand_from %s' -a '", (*command)->name);
			put_option_names(assigns ? "= " : " ");
			printf("%s'\n", assigns ? "=" : "");
		}
		if ((*command)->arguments == ARGUMENTS_SELECTOR || (*command)->arguments == ARGUMENTS_ASSIGNMENTS ||
		    (*command)->arguments == ARGUMENTS_TRACE || (*command)->arguments == ARGUMENTS_CHECK)
			printf("complete -c sockopt -n '__fish_seen_subcommand_from %s' -a '%s'\n", (*command)->name,
			       selector_words);
		if ((*command)->arguments == ARGUMENTS_DEMO)
			printf("complete -c sockopt -n '__fish_seen_subcommand_from demo' -a '%s'\n", demo_names());
		if ((*command)->arguments == ARGUMENTS_FILES || (*command)->arguments == ARGUMENTS_CHECK)
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
