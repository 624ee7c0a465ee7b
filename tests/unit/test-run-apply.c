/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <run-apply.h>

#include "test.h"

/** What an engine was told. */
struct told {
	size_t n;
	enum run_event_kind kind;
	int error;
	char text[64];
	int before, asked, after;
};

static int as_int(const struct sockopt_value *value)
{
	return value->length >= sizeof(int) ? value_int(value) : -1;
}

static void on_event(void *context, const struct run_event *event)
{
	struct told *told = context;

	told->n++;
	told->kind = event->kind;
	told->error = event->change->error;
	told->before = as_int(&event->change->before);
	told->asked = as_int(&event->change->asked);
	told->after = as_int(&event->change->after);
	snprintf(told->text, sizeof(told->text), "%s", event->hit.action->text);
}

struct fixture {
	struct rules rules;
	struct told told;
	struct run_job job;
	struct run_state state;
	struct run_socket socket;
	int fd;
};

static void begin(struct fixture *fixture, const char *rules, bool wants_events)
{
	memset(fixture, 0, sizeof(*fixture));
	assert_int_equal(rules_parse(&fixture->rules, "-r", rules, NULL), 0);
	fixture->job.rules = &fixture->rules;
	fixture->job.wants_events = wants_events;
	fixture->job.sink.event = on_event;
	fixture->job.sink.context = &fixture->told;
	assert_int_equal(run_state_init(&fixture->job, &fixture->state), 0);
	fixture->fd = open_tcp();
	assert_int_equal(run_socket_read(&fixture->state, fixture->fd, 0, 7, &fixture->socket), 0);
}

static void end(struct fixture *fixture)
{
	run_socket_done(&fixture->socket);
	run_state_done(&fixture->state);
	rules_free(&fixture->rules);
	close(fixture->fd);
}

static int keepalive_of(int fd)
{
	int value = -1;
	socklen_t length = sizeof(value);

	getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &length);
	return value;
}

static struct rule_call call_of(const char *name, const int *value)
{
	const struct sockopt_option *option = the_option(name);

	return (struct rule_call){ option->level->number, option->number, value, sizeof(*value) };
}

static void what_is_due_is_made_and_told(void **state)
{
	struct fixture fixture;

	begin(&fixture, "SO_KEEPALIVE=on", true);
	run_apply(&fixture.state, &fixture.socket, SOCKOPT_AT_SOCKET);
	assert_int_equal(fixture.told.n, 0);
	run_apply(&fixture.state, &fixture.socket, SOCKOPT_AT_CONNECT);
	assert_int_equal(fixture.told.n, 1);
	assert_int_equal(fixture.told.kind, RUN_ASSIGNED);
	assert_int_equal(fixture.told.before, 0);
	assert_int_equal(fixture.told.after, 1);
	assert_int_equal(keepalive_of(fixture.fd), 1);
	assert_int_equal(fixture.socket.facts.holders[0].pid, getpid());
	end(&fixture);
}

static void without_a_listener_only_failures_are_told(void **state)
{
	struct fixture fixture;

	begin(&fixture, "SO_KEEPALIVE=on TCP_CONGESTION=no-such-one", false);
	run_apply(&fixture.state, &fixture.socket, SOCKOPT_AT_CONNECT);
	assert_int_equal(keepalive_of(fixture.fd), 1);
	assert_int_equal(fixture.told.n, 1);
	assert_int_equal(fixture.told.error, ENOENT);
	assert_string_equal(fixture.told.text, "TCP_CONGESTION=no-such-one");
	end(&fixture);
}

static void a_default_gives_way_to_what_was_remembered(void **state)
{
	struct fixture fixture;
	int off = 0;
	struct rule_call call = call_of("SO_KEEPALIVE", &off);

	begin(&fixture, "default SO_KEEPALIVE=on", true);
	run_remember(&fixture.state, &fixture.socket, &call);
	run_apply(&fixture.state, &fixture.socket, SOCKOPT_AT_CONNECT);
	assert_int_equal(fixture.told.n, 0);
	assert_int_equal(keepalive_of(fixture.fd), 0);
	end(&fixture);
}

static void a_forced_value_stands_in_for_the_program_s(void **state)
{
	struct fixture fixture;
	int off = 0;
	struct rule_call call = call_of("SO_KEEPALIVE", &off);
	struct rule_verdict verdict;
	bool value_matters;

	begin(&fixture, "force SO_KEEPALIVE=on", true);
	run_judge(&fixture.state, &fixture.socket, &call, &verdict, &value_matters);
	assert_int_equal(verdict.judgment, RULE_REPLACE);
	assert_false(value_matters);
	assert_int_equal(run_replace(&fixture.state, &fixture.socket, &verdict, &call), 0);
	assert_int_equal(keepalive_of(fixture.fd), 1);
	assert_int_equal(fixture.told.kind, RUN_REPLACED);
	assert_int_equal(fixture.told.asked, 0);
	assert_int_equal(fixture.told.after, 1);
	end(&fixture);
}

static void a_rule_with_a_moment_forces_once_the_socket_or_its_listener_came_to_it(void **state)
{
	struct fixture fixture;
	int off = 0;
	struct rule_call call = call_of("SO_KEEPALIVE", &off);
	struct rule_verdict verdict;
	bool value_matters;
	uint64_t listener;

	begin(&fixture, "listen: force SO_KEEPALIVE=on", true);
	run_judge(&fixture.state, &fixture.socket, &call, &verdict, &value_matters);
	assert_int_equal(verdict.judgment, RULE_PASS);
	run_apply(&fixture.state, &fixture.socket, SOCKOPT_AT_LISTEN);
	run_judge(&fixture.state, &fixture.socket, &call, &verdict, &value_matters);
	assert_int_equal(verdict.judgment, RULE_REPLACE);

	listener = fixture.socket.facts.cookie;
	fixture.socket.facts.cookie = 4711;
	run_inherit(&fixture.state, listener, &fixture.socket.facts);
	run_judge(&fixture.state, &fixture.socket, &call, &verdict, &value_matters);
	assert_int_equal(verdict.judgment, RULE_REPLACE);
	fixture.socket.facts.cookie = 4712;
	run_judge(&fixture.state, &fixture.socket, &call, &verdict, &value_matters);
	assert_int_equal(verdict.judgment, RULE_PASS);
	end(&fixture);
}

static void a_value_matters_where_a_deny_names_one(void **state)
{
	struct fixture fixture;
	int on = 1;
	struct rule_call call = call_of("SO_KEEPALIVE", &on);
	struct rule_verdict verdict;
	bool value_matters;

	begin(&fixture, "deny=EACCES SO_KEEPALIVE=off", true);
	run_judge(&fixture.state, &fixture.socket, &call, &verdict, &value_matters);
	assert_int_equal(verdict.judgment, RULE_PASS);
	assert_true(value_matters);
	end(&fixture);
}

static void what_the_rules_need_is_known(void **state)
{
	struct fixture fixture;

	begin(&fixture, "connect and peer=10.0.0.0/8: SO_KEEPALIVE=on\nTCP_NODELAY=on", false);
	assert_int_equal(fixture.state.needs.address, SOCKOPT_AT_CONNECT);
	assert_false(fixture.state.needs.holder);
	assert_null(fixture.state.memory);
	assert_int_equal(fixture.socket.facts.n_holders, 0);
	assert_true(run_may_be_due(&fixture.rules, &fixture.socket.facts.kind, SOCKOPT_AT_LISTEN));
	assert_false(run_may_be_due(&fixture.rules, &fixture.socket.facts.kind, SOCKOPT_AT_ACCEPT));
	end(&fixture);

	begin(&fixture, "process=nginx: default SO_KEEPALIVE=on", false);
	assert_int_equal(fixture.state.needs.address, 0);
	assert_true(fixture.state.needs.holder);
	assert_non_null(fixture.state.memory);
	assert_int_equal(fixture.socket.facts.n_holders, 1);
	end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_is_made_and_told),
		cmocka_unit_test(without_a_listener_only_failures_are_told),
		cmocka_unit_test(a_default_gives_way_to_what_was_remembered),
		cmocka_unit_test(a_forced_value_stands_in_for_the_program_s),
		cmocka_unit_test(a_rule_with_a_moment_forces_once_the_socket_or_its_listener_came_to_it),
		cmocka_unit_test(a_value_matters_where_a_deny_names_one),
		cmocka_unit_test(what_the_rules_need_is_known),
	};

	return RUN_TESTS(tests);
}
