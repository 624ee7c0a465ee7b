/* SPDX-License-Identifier: MIT */
/* Text -> tree of a selector, by recursive descent. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

#define N_(text) text
#define DEPTH_MAX 64
#define WORD_MAX 256

struct parser {
	const char *text;
	const char *at;
	unsigned int depth;
	struct selector_error *error;
	int failed; /* 0, or the negative errno */
};

static struct node *parse_or(struct parser *parser);

static void node_free(struct node *node)
{
	if (!node)
		return;
	node_free(node->left);
	node_free(node->right);
	free(node->text);
	free(node);
}

static struct node *fail(struct parser *parser, const char *at, size_t length, const char *what, const char *hint)
{
	if (!parser->failed) {
		parser->failed = -EINVAL;
		*parser->error = (struct selector_error){
			.at = (size_t)(at - parser->text),
			.length = length,
			.what = what,
			.hint = hint,
		};
	}
	return NULL;
}

static struct node *node_new(struct parser *parser, enum node_kind kind)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node) {
		parser->failed = -ENOMEM;
		return NULL;
	}
	node->kind = kind;
	return node;
}

static void skip_space(struct parser *parser)
{
	while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n')
		parser->at++;
}

static bool is_end_of_word(char c)
{
	return c == '\0' || c == ' ' || c == '\t' || c == '\n' || c == '(' || c == ')';
}

static bool is_operator(char c)
{
	return c == '=' || c == '!' || c == '<' || c == '>' || c == '~';
}

/** Takes the keyword if it stands next, as a whole word. */
static bool take_keyword(struct parser *parser, const char *keyword)
{
	size_t length = strlen(keyword);

	skip_space(parser);
	if (strncmp(parser->at, keyword, length) != 0 || !is_end_of_word(parser->at[length]))
		return false;
	parser->at += length;
	return true;
}

static bool take_operator(struct parser *parser, enum node_operator *ret)
{
	static const struct {
		const char *text;
		enum node_operator op;
	} operators[] = {
		{ "!=", OP_NE },
		{ "<=", OP_LE },
		{ ">=", OP_GE },
		{ "==", OP_EQ },
		{ "=", OP_EQ },
		{ "<", OP_LT },
		{ ">", OP_GT },
		{ "~", OP_GLOB },
	};

	skip_space(parser);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t length = strlen(operators[i].text);

		if (strncmp(parser->at, operators[i].text, length) == 0) {
			parser->at += length;
			*ret = operators[i].op;
			return true;
		}
	}
	return false;
}

/** The value after an operator: up to a space or ')', or in quotes. Returns malloc'd text. */
static char *take_value(struct parser *parser, const char **ret_at)
{
	const char *end;
	char quote;

	skip_space(parser);
	*ret_at = parser->at;
	quote = *parser->at;
	if (quote == '"' || quote == '\'') {
		end = strchr(parser->at + 1, quote);
		if (!end) {
			fail(parser, parser->at, strlen(parser->at), N_("has no closing quote"), NULL);
			return NULL;
		}
		char *text = strndup(parser->at + 1, (size_t)(end - parser->at - 1));

		parser->at = end + 1;
		if (!text)
			parser->failed = -ENOMEM;
		return text;
	}
	end = parser->at;
	while (!is_end_of_word(*end))
		end++;
	if (end == parser->at) {
		fail(parser, parser->at, *parser->at ? 1 : 0, N_("a value is missing here"), NULL);
		return NULL;
	}
	char *text = strndup(parser->at, (size_t)(end - parser->at));

	parser->at = end;
	if (!text)
		parser->failed = -ENOMEM;
	return text;
}

/** The value of an option is read as what getsockopt gives: its type decides. */
static struct node *read_option_value(struct parser *parser, struct node *node, const char *at)
{
	struct sockopt_option readable = *node->option;
	struct selector_error *error = parser->error;

	readable.type = node->option->get_type;
	readable.n_ranges = 0; /* what can be kept can differ from what can be set */
	if (node->op == OP_GLOB)
		return node;
	if (sockopt_parse(&readable, node->text, &node->value, &error->value) < 0) {
		size_t length = (size_t)(parser->at - at);

		if (node->option->part_of) {
			node_free(node);
			return fail(parser, at, length, N_("is not a value of this field"),
				    N_("write it as 'sockopt show --all' prints it"));
		}
		error->value.option = node->option;
		fail(parser, at, length, N_("is not a value of this option"), NULL);
		error->value = (struct sockopt_error){
			.problem = SOCKOPT_BAD_VALUE,
			.option = node->option,
			.word = at,
			.word_length = length,
		};
		node_free(node);
		return NULL;
	}
	return node;
}

static struct node *fail_name(struct parser *parser, const char *word, const char *at, size_t length)
{
	struct sockopt_error *near = &parser->error->value;

	fail(parser, at, length, N_("is neither a key nor a socket option"),
	     N_("keys are pid, fd, process, user, cgroup, netns, family, type, protocol, state, local, peer, port, "
		"local-port, peer-port, interface, path, inode and cookie"));
	*near = (struct sockopt_error){
		.problem = SOCKOPT_NO_SUCH_OPTION,
		.word = at,
		.word_length = length,
	};
	selector_key_meant(word, parser->error->meant, sizeof(parser->error->meant));
	sockopt_nearest(word, near->near, 4);
	return NULL;
}

/** What stands before an operator: a key, an option, or a field of one. @return false: none, and that is said */
static bool read_name(struct parser *parser, struct node *node, const char *word, const char *at, size_t length)
{
	node->key = words_key(word);
	if (node->key != KEY_N_KEYS)
		return true;
	node->kind = NODE_OPTION;
	node->option = sockopt_find_or_part(word, &node->part);
	if (node->option)
		return true;
	if (node->part.option.part_of)
		fail(parser, at, length, N_("names no field that could be compared"),
		     N_("'sockopt explain OPTION' lists the fields of an option"));
	else
		fail_name(parser, word, at, length);
	return false;
}

static struct node *parse_comparison(struct parser *parser, const char *word, const char *at, size_t length)
{
	struct node *node = node_new(parser, NODE_KEY);
	const char *value_at, *wrong;

	if (!node)
		return NULL;
	if (!read_name(parser, node, word, at, length)) {
		node_free(node);
		return NULL;
	}
	take_operator(parser, &node->op);
	node->text = take_value(parser, &value_at);
	if (!node->text) {
		node_free(node);
		return NULL;
	}
	if (node->kind == NODE_OPTION)
		return read_option_value(parser, node, value_at);
	wrong = value_read(node);
	if (wrong) {
		fail(parser, value_at, (size_t)(parser->at - value_at), wrong, value_hint(node->key));
		selector_value_meant(node, parser->error->meant, sizeof(parser->error->meant));
		node_free(node);
		return NULL;
	}
	return node;
}

static struct node *fail_word(struct parser *parser, const char *word, const char *at, size_t length, const char *what,
			      const char *hint)
{
	fail(parser, at, length, what, hint);
	selector_word_meant(word, parser->error->meant, sizeof(parser->error->meant));
	return NULL;
}

/** PID or PID:FD */
static struct node *parse_holder(struct parser *parser, const char *word, const char *at, size_t length)
{
	char *end;
	unsigned long pid = strtoul(word, &end, 10);
	unsigned long fd = 0;
	bool has_fd = *end == ':';
	struct node *node;

	if (has_fd) {
		char *digits = end + 1;

		fd = strtoul(digits, &end, 10);
		if (end == digits)
			return fail(parser, at, length, N_("is not PID:FD"), N_("write 1234 or 1234:5"));
	}
	if (*end || pid == 0 || pid > INT32_MAX || fd > INT32_MAX)
		return fail_word(parser, word, at, length, N_("is not PID or PID:FD"), N_("write 1234 or 1234:5"));
	node = node_new(parser, NODE_HOLDER);
	if (node) {
		node->number = pid;
		node->fd = has_fd ? (int)fd : -1;
	}
	return node;
}

static struct node *parse_word(struct parser *parser, const char *word, const char *at, size_t length)
{
	struct node found = { 0 };
	struct node *node;

	if (strcmp(word, "all") == 0)
		return node_new(parser, NODE_ALL);
	if (word[0] >= '0' && word[0] <= '9')
		return parse_holder(parser, word, at, length);
	if (!words_find(word, &found)) {
		struct sockopt_part part;

		if (words_key(word) != KEY_N_KEYS || sockopt_find_or_part(word, &part))
			return fail(parser, at, length, N_("needs a comparison"), N_("write KEY=VALUE, such as port=80"));
		return fail_word(parser, word, at, length, N_("is not a word of selectors"),
				 N_("such as: tcp, listening, 1234, process=nginx, port=80, TCP_NODELAY=off; see sockopt-selector(7)"));
	}
	node = node_new(parser, found.kind);
	if (node)
		node->number = found.number;
	return node;
}

static struct node *parse_term(struct parser *parser)
{
	char word[WORD_MAX];
	const char *at;
	size_t length = 0;

	skip_space(parser);
	at = parser->at;
	if (*at == '\0')
		return fail(parser, at, 0, N_("the selector ends where a condition should stand"), NULL);
	while (!is_end_of_word(at[length]) && !is_operator(at[length]))
		length++;
	if (length == 0 || length >= sizeof(word))
		return fail(parser, at, length ? length : 1, N_("is not expected here"), NULL);
	memcpy(word, at, length);
	word[length] = '\0';
	parser->at += length;

	skip_space(parser);
	if (is_operator(*parser->at))
		return parse_comparison(parser, word, at, length);
	return parse_word(parser, word, at, length);
}

static struct node *parse_not(struct parser *parser)
{
	struct node *node;
	bool negated = take_keyword(parser, "not");

	if (++parser->depth > DEPTH_MAX)
		return fail(parser, parser->at, 0, N_("the selector is nested too deeply"), NULL);
	if (negated) {
		struct node *inner = parse_not(parser);

		node = inner ? node_new(parser, NODE_NOT) : NULL;
		if (node)
			node->left = inner;
		else
			node_free(inner);
	} else if (skip_space(parser), *parser->at == '(') {
		const char *open = parser->at++;

		node = parse_or(parser);
		skip_space(parser);
		if (node && *parser->at != ')') {
			node_free(node);
			return fail(parser, open, 1, N_("has no closing parenthesis"), NULL);
		}
		if (node)
			parser->at++;
	} else {
		node = parse_term(parser);
	}
	parser->depth--;
	return node;
}

/** Joins terms that a keyword separates: left-associative. */
static struct node *parse_joined(struct parser *parser, const char *keyword, enum node_kind kind,
				 struct node *(*next)(struct parser *))
{
	struct node *left = next(parser);

	while (left && take_keyword(parser, keyword)) {
		struct node *right = next(parser);
		struct node *both = right ? node_new(parser, kind) : NULL;

		if (!both) {
			node_free(left);
			node_free(right);
			return NULL;
		}
		both->left = left;
		both->right = right;
		left = both;
	}
	return left;
}

static struct node *parse_and(struct parser *parser)
{
	return parse_joined(parser, "and", NODE_AND, parse_not);
}

static struct node *parse_or(struct parser *parser)
{
	return parse_joined(parser, "or", NODE_OR, parse_and);
}

int selector_parse(const char *text, struct selector **ret_selector, struct selector_error *ret_error)
{
	struct selector_error unused = { 0 };
	struct parser parser = { .text = text, .at = text, .error = ret_error ? ret_error : &unused };
	struct selector *selector;
	struct node *root;

	*parser.error = (struct selector_error){ 0 };
	root = parse_or(&parser);
	skip_space(&parser);
	if (root && *parser.at) {
		fail(&parser, parser.at, strcspn(parser.at, " "), N_("is not expected here"),
		     N_("join conditions with 'and' or 'or'"));
		node_free(root);
		root = NULL;
	}
	if (!root)
		return parser.failed ? parser.failed : -ENOMEM;

	selector = calloc(1, sizeof(*selector));
	if (!selector) {
		node_free(root);
		return -ENOMEM;
	}
	selector->root = root;
	*ret_selector = selector;
	return 0;
}

void selector_free(struct selector *selector)
{
	if (selector)
		node_free(selector->root);
	free(selector);
}

/** Is a node true (or, with wanted false: false) of every socket, whatever it is? */
static bool is_always(const struct node *node, bool wanted)
{
	switch (node->kind) {
	case NODE_ALL: return wanted;
	case NODE_NOT: return is_always(node->left, !wanted);
	case NODE_AND:
	case NODE_OR: {
		bool left = is_always(node->left, wanted), right = is_always(node->right, wanted);

		return (node->kind == NODE_AND) == wanted ? left && right : left || right;
	}
	default: return false;
	}
}

bool selector_is_all(const struct selector *selector)
{
	return is_always(selector->root, true);
}

/** The pids that a node asks for, if it asks for some by itself; SIZE_MAX: any. */
static size_t pids_of(const struct node *node, pid_t *ret, size_t max)
{
	size_t n = SIZE_MAX;

	if (node->kind == NODE_HOLDER && max) {
		ret[0] = (pid_t)node->number;
		return 1;
	}
	if (node->kind == NODE_KEY && node->key == KEY_PID && node->op == OP_EQ) {
		n = 0;
		for (size_t i = 0; i < node->n_ranges; i++)
			for (uint64_t pid = node->ranges[i].low; pid <= node->ranges[i].high; pid++) {
				if (n == max)
					return SIZE_MAX;
				ret[n++] = (pid_t)pid;
			}
		return n;
	}
	if (node->kind == NODE_AND) {
		n = pids_of(node->left, ret, max);
		return n != SIZE_MAX ? n : pids_of(node->right, ret, max);
	}
	if (node->kind == NODE_OR) {
		size_t more;

		n = pids_of(node->left, ret, max);
		if (n == SIZE_MAX)
			return n;
		more = pids_of(node->right, ret + n, max - n);
		return more == SIZE_MAX ? more : n + more;
	}
	return SIZE_MAX;
}

size_t selector_pids(const struct selector *selector, pid_t *ret, size_t max)
{
	size_t n = pids_of(selector->root, ret, max);

	return n == SIZE_MAX ? 0 : n;
}
