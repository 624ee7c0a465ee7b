/* SPDX-License-Identifier: MIT */
#include <namespaces.h>
#include <netinet/in.h>
#include <template.h>

#include "sample-record.h"

static const char *const names[] = {
	"SO_KEEPALIVE",
	"SO_LINGER",
	"SO_PRIORITY",
	"SO_BINDTODEVICE",
	"TCP_NODELAY",
	"TCP_CONGESTION",
	"TCP_INFO",
	"IP_TTL",
	"SO_ATTACH_FILTER",
};

enum { KEEPALIVE,
       LINGER,
       PRIORITY,
       BINDTODEVICE,
       NODELAY,
       CONGESTION,
       INFO,
       TTL,
       ATTACH };

static const struct sockopt_option *options[COUNT(names)];

/** A TCP socket with a record, of our own namespace, in no state that moves anything. */
static struct live_socket socket_of(struct record_view *view)
{
	struct live_socket socket = { .fd = -1, .record = view };

	record_facts(view, &socket.facts);
	socket.facts.netns = namespaces_own();
	socket.facts.state = FACTS_UNBOUND;
	return socket;
}

static bool is_in(const struct template_set *set, size_t index)
{
	return set->bits[index / 64] >> index % 64 & 1;
}

static struct template_set compare(const struct live_template *template, const struct sample *sample)
{
	struct record_view view = sample_view(sample);
	struct live_socket socket = socket_of(&view);
	struct template_set set;

	assert_true(live_template_fits(template, &socket));
	live_template_compare(template, &socket, &set);
	return set;
}

/** As a fresh socket of this machine has them. */
static void make_fresh(struct sample *sample)
{
	int fd = open_tcp();

	sample_make(sample, &sample_tcp, SAMPLE_TCP, NULL);
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct values_place *place;
		struct sockopt_value value;

		options[i] = the_option(names[i]);
		place = record_place(options[i]);
		if (place && place->size && sockopt_get(fd, options[i], &value) == 0 && value.length == place->size)
			sample_set(sample, names[i], value.bytes, value.length);
		if (place && (place->special == VALUES_DEFAULT || place->special == VALUES_EMPTY))
			sample_mark(sample->head->special, names[i]);
	}
	close(fd);
}

static struct live_template *template_new(struct defaults *defaults, const struct sample *sample)
{
	struct record_view view = sample_view(sample);
	struct live_socket socket = socket_of(&view);
	struct live_template *template = live_template_new(defaults, &socket, options, COUNT(options));

	assert_non_null(template);
	return template;
}

static void what_a_fresh_socket_has_differs_in_nothing(void **state)
{
	struct defaults *defaults = defaults_new();
	struct live_template *template;
	struct template_set set;
	struct sample sample;

	make_fresh(&sample);
	template = template_new(defaults, &sample);
	set = compare(template, &sample);
	assert_false(is_in(&set, KEEPALIVE) || is_in(&set, LINGER) || is_in(&set, NODELAY) || is_in(&set, TTL) ||
		     is_in(&set, PRIORITY) || is_in(&set, BINDTODEVICE));
	/* No setting: never worth a look. */
	assert_false(is_in(&set, INFO));
	live_template_free(template);
	defaults_free(defaults);
}

static void each_change_is_found_and_nothing_else(void **state)
{
	struct defaults *defaults = defaults_new();
	struct linger linger = { .l_linger = 5 };
	struct live_template *template;
	struct template_set set;
	struct sample sample;

	make_fresh(&sample);
	template = template_new(defaults, &sample);
	sample_set_int(&sample, "TCP_NODELAY", 1);
	set = compare(template, &sample);
	assert_true(is_in(&set, NODELAY));
	assert_false(is_in(&set, TTL) || is_in(&set, LINGER));
	make_fresh(&sample);
	sample_set(&sample, "SO_LINGER", &linger, sizeof(linger)); /* the second half of it alone */
	set = compare(template, &sample);
	assert_true(is_in(&set, LINGER));
	assert_false(is_in(&set, NODELAY));
	live_template_free(template);
	defaults_free(defaults);
}

static void what_must_be_asked_and_what_is_not_told_is_looked_at(void **state)
{
	struct defaults *defaults = defaults_new();
	struct live_template *template;
	struct template_set set;
	struct sample sample;

	make_fresh(&sample);
	template = template_new(defaults, &sample);
	sample_mark(sample.head->ask, "SO_KEEPALIVE");
	memset(sample.head->special, 0, sizeof(sample.head->special)); /* a device: it must be asked for */
	set = compare(template, &sample);
	assert_true(is_in(&set, KEEPALIVE) && is_in(&set, BINDTODEVICE));
	assert_false(is_in(&set, NODELAY));
	/* A block that was not read. */
	sample_make(&sample, &sample_tcp, 1U << VALUES_SOCKET, NULL);
	set = compare(template, &sample);
	assert_true(is_in(&set, NODELAY) && is_in(&set, TTL));
	live_template_free(template);
	defaults_free(defaults);
}

static void a_template_fits_sockets_that_are_alike(void **state)
{
	struct defaults *defaults = defaults_new();
	struct live_template *template;
	struct live_socket socket;
	struct record_view view;
	struct sample sample;

	make_fresh(&sample);
	template = template_new(defaults, &sample);
	view = sample_view(&sample);
	socket = socket_of(&view);
	assert_true(live_template_fits(template, &socket));
	socket.facts.state = FACTS_ESTABLISHED;
	assert_false(live_template_fits(template, &socket));
	socket = socket_of(&view);
	socket.facts.netns++;
	assert_false(live_template_fits(template, &socket));
	socket = socket_of(&view);
	socket.facts.kind.family = AF_INET6;
	assert_false(live_template_fits(template, &socket));
	socket = socket_of(&view);
	socket.record = NULL;
	assert_false(live_template_fits(template, &socket));
	assert_null(live_template_new(defaults, &socket, options, COUNT(options)));
	assert_null(live_template_follow(&socket, options, COUNT(options)));
	live_template_free(template);
	defaults_free(defaults);
}

static struct live_template *follow_new(const struct sample *sample)
{
	struct record_view view = sample_view(sample);
	struct live_socket socket = socket_of(&view);
	struct live_template *template = live_template_follow(&socket, options, COUNT(options));

	assert_non_null(template);
	live_template_remember(template, &socket);
	return template;
}

static void remember(struct live_template *template, const struct sample *sample)
{
	struct record_view view = sample_view(sample);
	struct live_socket socket = socket_of(&view);

	live_template_remember(template, &socket);
}

static void one_socket_is_compared_with_the_one_before(void **state)
{
	struct live_template *template;
	struct template_set set;
	struct sample sample;

	make_fresh(&sample);
	template = follow_new(&sample);
	set = compare(template, &sample);
	assert_false(is_in(&set, KEEPALIVE) || is_in(&set, NODELAY) || is_in(&set, BINDTODEVICE));
	/* What no record tells is read of each. */
	assert_true(is_in(&set, INFO));
	sample_set_int(&sample, "TCP_NODELAY", 1);
	set = compare(template, &sample);
	assert_true(is_in(&set, NODELAY));
	assert_false(is_in(&set, KEEPALIVE));
	remember(template, &sample);
	set = compare(template, &sample);
	assert_false(is_in(&set, NODELAY));
	make_fresh(&sample);
	set = compare(template, &sample);
	assert_true(is_in(&set, NODELAY));
	live_template_free(template);
}

static void a_mark_that_comes_or_goes_is_a_difference(void **state)
{
	struct live_template *template;
	struct template_set set;
	struct sample sample;

	make_fresh(&sample);
	template = follow_new(&sample);
	memset(sample.head->special, 0, sizeof(sample.head->special));
	set = compare(template, &sample);
	assert_true(is_in(&set, BINDTODEVICE));
	sample_mark(sample.head->special, "SO_BINDTODEVICE");
	sample_mark(sample.head->ask, "SO_PRIORITY");
	remember(template, &sample);
	/* It was asked for then, and must be asked for now: nothing says that it is the same. */
	set = compare(template, &sample);
	assert_true(is_in(&set, PRIORITY));
	assert_false(is_in(&set, BINDTODEVICE) || is_in(&set, LINGER));
	live_template_free(template);
}

static void of_all_options_each_byte_that_changes_is_noticed(void **state)
{
	const struct sockopt_option *all[TEMPLATE_OPTIONS_MAX];
	struct record_view view;
	struct live_socket socket;
	struct live_template *template;
	struct sample sample;
	size_t n = 0;

	sample_make(&sample, &sample_tcp, (1U << VALUES_N_BLOCKS) - 1, NULL);
	for (size_t i = 0; i < sockopt_count() && n < TEMPLATE_OPTIONS_MAX; i++)
		if (record_place(sockopt_at(i)))
			all[n++] = sockopt_at(i);
	view = sample_view(&sample);
	socket = socket_of(&view);
	template = live_template_follow(&socket, all, n);
	assert_non_null(template);
	live_template_remember(template, &socket);
	for (size_t i = 0; i < n; i++) {
		const struct values_place *place = record_place(all[i]);
		unsigned char *bytes = (unsigned char *)(uintptr_t)view.blocks[place->block] + place->offset;

		if (place->special == VALUES_PEER)
			continue;
		for (size_t k = 0; k < place->size; k++) {
			struct template_set set;

			bytes[k] ^= 0x40;
			live_template_compare(template, &socket, &set);
			bytes[k] ^= 0x40;
			if (!is_in(&set, i))
				fail_msg("%s: byte %zu changed unnoticed", all[i]->name, k);
			live_template_compare(template, &socket, &set);
			if (is_in(&set, i))
				fail_msg("%s differs from itself", all[i]->name);
		}
	}
	live_template_free(template);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_fresh_socket_has_differs_in_nothing),
		cmocka_unit_test(each_change_is_found_and_nothing_else),
		cmocka_unit_test(what_must_be_asked_and_what_is_not_told_is_looked_at),
		cmocka_unit_test(a_template_fits_sockets_that_are_alike),
		cmocka_unit_test(one_socket_is_compared_with_the_one_before),
		cmocka_unit_test(a_mark_that_comes_or_goes_is_a_difference),
		cmocka_unit_test(of_all_options_each_byte_that_changes_is_noticed),
	};

	return RUN_TESTS(tests);
}
