/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <preload-wire.h>

#include "test.h"

static void rules_arrive_in_their_order_as_they_were(void **state)
{
	struct rules rules = { 0 }, there = { 0 };
	char *packed;

	assert_int_equal(rules_parse(&rules, "a.rules",
				     "# comment\nlisten and port=80:\n  SO_RCVBUF=1MiB # c\n\tforce TCP_NODELAY=on\n"
				     "process='a # b': deny=EACCES SO_SNDBUF\n",
				     NULL),
			 0);
	assert_int_equal(rules_add(&rules, "command line", "TCP_CONGESTION=a 'b' # c: d", NULL), 0);
	packed = preload_pack_rules(&rules);
	assert_non_null(packed);
	assert_int_equal(preload_unpack_rules(packed, &there), 0);
	assert_int_equal(there.n, rules.n);
	for (size_t i = 0; i < rules.n; i++) {
		assert_string_equal(there.list[i]->text, rules.list[i]->text);
		assert_int_equal(there.list[i]->moments, rules.list[i]->moments);
		assert_int_equal(there.list[i]->n_actions, rules.list[i]->n_actions);
		for (size_t k = 0; k < rules.list[i]->n_actions; k++) {
			const struct rule_action *a = rules.list[i]->actions[k], *b = there.list[i]->actions[k];

			assert_ptr_equal(a->option, b->option);
			assert_int_equal(a->verb, b->verb);
			assert_int_equal(a->error, b->error);
			assert_memory_equal(a->value.bytes, b->value.bytes, a->value.length);
		}
	}
	free(packed);
	rules_free(&rules);
	rules_free(&there);
	assert_int_equal(preload_unpack_rules("TCP_NODELAY=on", &there), -EINVAL);
	assert_int_equal(preload_unpack_rules("\001TCP_NODELY=on", &there), -EINVAL);
	assert_int_equal(preload_unpack_rules("", &there), 0);
	rules_free(&there);
}

static void an_event_arrives_as_it_was(void **state)
{
	struct facts_holder holder = { .pid = 7, .fd = 3, .process = "nginx", .cgroup = "/x" };
	struct facts facts = {
		.kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP }, .state = FACTS_BOUND, .holders = &holder, .n_holders = 1
	};
	struct change change = { .has_before = true, .before = int_value(0), .asked = int_value(1), .error = EPERM };
	struct rules rules = { 0 };
	struct run_event event = { .kind = RUN_ASSIGNED, .moment = SOCKOPT_AT_LISTEN, .facts = &facts, .change = &change };
	struct preload_message message;
	struct change got_change;
	struct run_event got;

	assert_int_equal(rules_parse(&rules, "-r", "SO_KEEPALIVE=on TCP_NODELAY=on", NULL), 0);
	event.hit = (struct rule_hit){ rules.list[0], rules.list[0]->actions[1], the_option("TCP_NODELAY") };
	change.option = event.hit.option;
	assert_true(preload_pack(&rules, &event, &message));
	message.pid = 4007; /* what the kernel says here of who calls himself 7 */
	assert_true(preload_unpack(&rules, &message, &got_change, &got));
	assert_ptr_equal(got.hit.action, event.hit.action);
	assert_ptr_equal(got.hit.option, event.hit.option);
	assert_int_equal(got.moment, SOCKOPT_AT_LISTEN);
	assert_string_equal(got.facts->holders[0].process, "nginx");
	assert_int_equal(got.facts->holders[0].pid, 4007);
	assert_int_equal(got.change->error, EPERM);
	assert_true(got.change->has_before);
	assert_false(got.change->has_after);
	assert_null(got.facts->get);
	rules_free(&rules);
}

static void what_anybody_may_have_sent_is_refused_or_made_sound(void **state)
{
	struct rules rules = { 0 };
	struct preload_message message;
	struct change change;
	struct run_event event;
	uint64_t seed = 1;
	int sound = 0;

	assert_int_equal(rules_parse(&rules, "-r", "SO_KEEPALIVE=on TCP_NODELAY=on", NULL), 0);
	for (int i = 0; i < 20000; i++) {
		unsigned char *bytes = (unsigned char *)&message;

		memset(&message, 0, sizeof(message));
		message.kind = PRELOAD_EVENT;
		for (int k = 0; k < 8; k++)
			bytes[random_next(&seed) % sizeof(message)] = (unsigned char)random_next(&seed);
		if (!preload_unpack(&rules, &message, &change, &event))
			continue;
		sound++;
		assert_true(event.kind <= RUN_LOGGED && event.change->asked.length <= SOCKOPT_VALUE_MAX);
		assert_true(event.facts->n_holders <= 1);
		assert_true(strlen(event.facts->interface) < sizeof(event.facts->interface));
	}
	assert_true(sound > 0);
	memset(&message, 0xff, sizeof(message));
	assert_false(preload_unpack(&rules, &message, &change, &event));
	rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_arrive_in_their_order_as_they_were),
		cmocka_unit_test(an_event_arrives_as_it_was),
		cmocka_unit_test(what_anybody_may_have_sent_is_refused_or_made_sound),
	};

	return RUN_TESTS(tests);
}
