/* SPDX-License-Identifier: MIT */
#include <rule.h>

#include "test.h"

static struct rules parse(const char *text)
{
	struct rules rules = { 0 };
	struct rule_error error;

	if (rules_parse(&rules, "a.rules", text, &error) != 0)
		fail_msg("'%s': %u:%u: %.*s %s", text, error.line, error.column, (int)error.length, error.word,
			 error.what ? error.what : "(a value)");
	return rules;
}

/** The text is refused at this place, with this word, and nothing is appended. */
static void refused(const char *text, unsigned line, unsigned column, const char *word, const char *what)
{
	struct rules rules = { 0 };
	struct rule_error error;
	char said[256] = "";

	memset(&error, 0x5a, sizeof(error));
	if (rules_parse(&rules, "a.rules", text, &error) != -EINVAL)
		fail_msg("'%s' is accepted", text);
	assert_int_equal(rules.n, 0);
	if (error.value.problem)
		sockopt_message(&error.value, "en", said, sizeof(said));
	else
		snprintf(said, sizeof(said), "%s", error.what);
	if (error.line != line || error.column != column || error.length != strlen(word) ||
	    strncmp(error.word, word, error.length) != 0 || !strstr(said, what))
		fail_msg("'%s': %u:%u '%.*s': %s", text, error.line, error.column, (int)error.length, error.word, said);
	assert_string_equal(error.source, "a.rules");
	assert_ptr_equal(error.word + error.length <= text + strlen(text) ? NULL : error.word, NULL);
	rules_free(&rules);
}

static void the_forms_of_the_design_are_accepted(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"# only a comment",
		"TCP_NODELAY=on",
		"listen: TCP_DEFER_ACCEPT=5s",
		"listen and port=80: SO_RCVBUF=1MiB TCP_DEFER_ACCEPT=5s",
		"connect and peer=10.0.0.0/8 and port=5432: TCP_USER_TIMEOUT=30s SO_KEEPALIVE=on TCP_KEEPIDLE=60s",
		"connect, accept: TCP_NODELAY=on",
		"connect or accept and tcp: TCP_NODELAY=on",
		"connect accept: TCP_NODELAY=on",
		"port=80: SO_KEEPALIVE=on",
		"peer=[::1]:80: SO_KEEPALIVE=on",
		"local=127.0.0.1:80: SO_KEEPALIVE=on",
		"process='a: b': SO_KEEPALIVE=on",
		"force TCP_NODELAY=on",
		"default SO_SNDBUF=1MiB force TCP_NODELAY=on set SO_KEEPALIVE=on",
		"deny SO_RCVBUF SO_SNDBUF",
		"deny=EACCES SO_RCVBUF",
		"deny=13 TCP_NODELAY=off",
		"ignore SO_RCVBUF SO_SNDBUF=4096",
		"log TCP_NODELAY",
		"listening: deny SO_RCVBUF",
		"tcp: TCP_CONGESTION='reno'",
		"6:250=0x01",
		"deny 6:250",
		"tcp:\n\tTCP_NODELAY=on\n\tSO_KEEPALIVE=on\n",
		"udp and port=53: IP_TOS=ef",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct rules rules = parse(texts[i]);

		rules_free(&rules);
	}
}

static void a_rule_has_moments_a_selector_and_actions(void **state)
{
	struct rules rules = parse("# web\n"
				   "listen,connect and port=80:   SO_RCVBUF=64KiB # the window\n"
				   "\n"
				   "   force TCP_NODELAY=on\n"
				   "deny=EACCES SO_SNDBUF \\\n"
				   "SO_MARK\n");

	assert_int_equal(rules.n, 2);
	assert_int_equal(rules.list[0]->moments, SOCKOPT_AT_LISTEN | SOCKOPT_AT_CONNECT);
	assert_non_null(rules.list[0]->selector);
	assert_int_equal(rules.list[0]->line, 2);
	assert_string_equal(rules.list[0]->source, "a.rules");
	assert_string_equal(rules.list[0]->text, "listen,connect and port=80: SO_RCVBUF=64KiB force TCP_NODELAY=on");
	assert_int_equal(rules.list[0]->n_actions, 2);
	assert_int_equal(rules.list[0]->actions[0]->verb, RULE_SET);
	assert_ptr_equal(rules.list[0]->actions[0]->option, the_option("SO_RCVBUF"));
	assert_int_equal(value_int(&rules.list[0]->actions[0]->value), 65536);
	assert_string_equal(rules.list[0]->actions[0]->text, "SO_RCVBUF=64KiB");
	assert_int_equal(rules.list[0]->actions[1]->verb, RULE_FORCE);

	assert_null(rules.list[1]->selector);
	assert_int_equal(rules.list[1]->line, 5);
	assert_int_equal(rules.list[1]->n_actions, 2);
	assert_int_equal(rules.list[1]->actions[1]->verb, RULE_DENY);
	assert_int_equal(rules.list[1]->actions[1]->error, EACCES);
	assert_false(rules.list[1]->actions[1]->has_value);
	assert_int_equal(rules.list[1]->actions[1]->moments, 0);
	rules_free(&rules);
}

static void ignore_is_a_deny_that_the_program_does_not_notice(void **state)
{
	struct rules rules = parse("deny TCP_NODELAY ignore SO_SNDBUF");

	assert_int_equal(rules.list[0]->actions[1]->verb, RULE_DENY);
	assert_int_equal(rules.list[0]->actions[1]->error, 0);
	assert_string_equal(rule_verb_word(rules.list[0]->actions[0]), "deny");
	assert_string_equal(rule_verb_word(rules.list[0]->actions[1]), "ignore");
	rules_free(&rules);
}

static void deny_refuses_with_EPERM_if_not_told(void **state)
{
	struct rules rules = parse("deny TCP_NODELAY=off log SO_SNDBUF");

	assert_int_equal(rules.list[0]->actions[0]->error, EPERM);
	assert_true(rules.list[0]->actions[0]->has_value);
	assert_int_equal(rules.list[0]->actions[1]->verb, RULE_LOG);
	rules_free(&rules);
}

static void a_comment_begins_at_a_word_and_not_in_quotes(void **state)
{
	struct rules rules = parse("tcp: TCP_CONGESTION='a#b' SO_KEEPALIVE=on #TCP_NODELAY=on");

	assert_int_equal(rules.list[0]->n_actions, 2);
	assert_string_equal((const char *)rules.list[0]->actions[0]->value.bytes, "a#b");
	rules_free(&rules);
}

static void errors_name_line_column_and_word(void **state)
{
	refused("tcp: TCP_NODELY=on", 1, 6, "TCP_NODELY=on", "TCP_NODELY");
	refused("# a\n\ntcp:\n  SO_KEEPALIVE=on\n  TCP_KEEPIDLE=20h", 5, 3, "TCP_KEEPIDLE=20h", "out of range");
	refused("listn: TCP_NODELAY=on", 1, 1, "listn", "is not a word of selectors");
	refused("port=80 and listen: TCP_NODELAY=on", 1, 13, "listen", "is a moment");
	refused("listen port=80: TCP_NODELAY=on", 1, 8, "port=80", "not expected after a moment");
	refused("listen and: TCP_NODELAY=on", 1, 11, "", "ends where a condition should stand");
	refused("listen:", 1, 7, ":", "no OPTION=VALUE");
	refused(": TCP_NODELAY=on", 1, 1, ":", "no condition");
	refused("tcp: TCP_NODELAY", 1, 6, "TCP_NODELAY", "needs a value");
	refused("tcp: enforce TCP_NODELAY=on", 1, 6, "enforce", "neither a verb nor");
	refused("tcp: TCP_NODELAY=on force", 1, 21, "force", "no option after it");
	refused("tcp: deny=EWHAT TCP_NODELAY", 1, 6, "deny=EWHAT", "no errno");
	refused("tcp: deny=0 TCP_NODELAY", 1, 6, "deny=0", "no errno");
	refused("tcp: ignor TCP_NODELAY", 1, 6, "ignor", "neither a verb");
	refused("port=80 TCP_NODELAY=on", 1, 1, "port=80", "is a condition");
	refused("tcp: TCP_INFO=1", 1, 6, "TCP_INFO=1", "TCP_INFO");
	refused("tcp and TCP_NODELAY=maybe: SO_KEEPALIVE=on", 1, 21, "maybe", "TCP_NODELAY");
	refused("listen: deny SO_RCVBUF", 1, 9, "deny", "takes no moment");
	refused("TCP_NODELAY=on\nlog NOT_AN_OPTION", 2, 5, "NOT_AN_OPTION", "NOT_AN_OPTION");
}

static void an_assignment_by_itself_has_no_special_characters(void **state)
{
	struct rules rules = { 0 };
	struct rule_error error;

	assert_int_equal(rules_add(&rules, "command line", "TCP_CONGESTION=a 'b' # c: d", &error), 0);
	assert_string_equal((const char *)rules.list[0]->actions[0]->value.bytes, "a 'b' # c: d");
	assert_null(rules.list[0]->selector);
	assert_int_equal(rules_add(&rules, "command line", "TCP_NODELAY", &error), -EINVAL);
	assert_string_equal(error.what, "needs a value");
	assert_int_equal(rules_add(&rules, "command line", "TCP_KEEPIDLE=20h", &error), -EINVAL);
	assert_int_equal(error.value.problem, SOCKOPT_OUT_OF_RANGE);
	assert_int_equal(rules.n, 1);
	rules_free(&rules);
}

static void a_wrong_text_appends_nothing(void **state)
{
	struct rules rules = parse("TCP_NODELAY=on");

	assert_int_equal(rules_parse(&rules, "b", "SO_KEEPALIVE=on\nSO_KEEPALIV=on\n", NULL), -EINVAL);
	assert_int_equal(rules.n, 1);
	assert_int_equal(rules_parse(&rules, "b", "SO_KEEPALIVE=on\n", NULL), 0);
	assert_int_equal(rules.n, 2);
	rules_free(&rules);
	assert_int_equal(rules.n, 0);
}

static void an_unnamed_option_of_an_error_outlives_the_rule(void **state)
{
	struct rules rules = { 0 };
	struct rule_error error;
	char text[256];

	assert_int_equal(rules_parse(&rules, "b", "6:250=zz", &error), -EINVAL);
	assert_int_equal(error.value.problem, SOCKOPT_BAD_VALUE);
	sockopt_message(&error.value, "en", text, sizeof(text));
	assert_non_null(strstr(text, "6:250"));
	rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forms_of_the_design_are_accepted),
		cmocka_unit_test(a_rule_has_moments_a_selector_and_actions),
		cmocka_unit_test(ignore_is_a_deny_that_the_program_does_not_notice),
		cmocka_unit_test(deny_refuses_with_EPERM_if_not_told),
		cmocka_unit_test(a_comment_begins_at_a_word_and_not_in_quotes),
		cmocka_unit_test(errors_name_line_column_and_word),
		cmocka_unit_test(an_assignment_by_itself_has_no_special_characters),
		cmocka_unit_test(a_wrong_text_appends_nothing),
		cmocka_unit_test(an_unnamed_option_of_an_error_outlives_the_rule),
	};

	return RUN_TESTS(tests);
}
