/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "sample-record.h"

static const struct sockopt_kind tcp6 = { AF_INET6, SOCK_STREAM, IPPROTO_TCP };
static const struct sockopt_kind local = { AF_UNIX, SOCK_STREAM, 0 };

static void every_set_of_blocks_is_read_where_it_stands(void **state)
{
	struct sample sample;
	struct record_paths paths = { 0 };

	for (unsigned int blocks = 0; blocks < 1U << VALUES_N_BLOCKS; blocks++)
		for (int with_paths = 0; with_paths < 2; with_paths++) {
			const unsigned char *at = sample.bytes + sizeof(struct socket_record);
			struct record_view view;

			sample_make(&sample, &sample_tcp, blocks, with_paths ? &paths : NULL);
			view = sample_view(&sample);
			assert_ptr_equal(view.head, sample.bytes);
			for (size_t i = 0; i < VALUES_N_BLOCKS; i++) {
				assert_ptr_equal(view.blocks[i], blocks & 1U << i ? at : NULL);
				at += blocks & 1U << i ? values_block_sizes[i] : 0;
			}
			assert_ptr_equal(view.paths, with_paths ? at : NULL);
		}
}

static void a_record_that_is_cut_anywhere_is_refused(void **state)
{
	struct record_paths paths = { 0 };
	struct record_view view;
	struct sample sample;

	sample_make(&sample, &sample_tcp, SAMPLE_TCP, &paths);
	for (size_t length = 0; length < sample.length; length++) {
		/* in memory of exactly that size, so that a sanitizer sees a byte too far */
		void *copy = malloc(length ? length : 1);

		assert_non_null(copy);
		memcpy(copy, sample.bytes, length);
		assert_int_equal(record_parse(copy, length, &view), -EBADMSG);
		free(copy);
	}
}

static void a_size_that_does_not_fit_what_it_has_is_refused(void **state)
{
	struct record_view view;
	struct sample sample;
	uint32_t right;

	sample_make(&sample, &sample_tcp, SAMPLE_TCP, NULL);
	right = sample.head->size;
	for (uint32_t size = 0; size < sizeof(sample.bytes) + 16; size++) {
		sample.head->size = size;
		assert_int_equal(record_parse(sample.bytes, sizeof(sample.bytes), &view),
				 size == right ? (long)right : -EBADMSG);
	}
	sample.head->size = UINT32_MAX;
	assert_int_equal(record_parse(sample.bytes, sizeof(sample.bytes), &view), -EBADMSG);
}

static void what_the_reader_does_not_know_is_refused(void **state)
{
	struct record_view view;
	struct sample sample;

	sample_make(&sample, &sample_tcp, SAMPLE_TCP, NULL);
	sample.head->state = FACTS_N_STATES;
	assert_int_equal(record_parse(sample.bytes, sample.length, &view), -EBADMSG);
	sample_make(&sample, &sample_tcp, SAMPLE_TCP, NULL);
	sample.head->blocks |= 1U << VALUES_N_BLOCKS;
	assert_int_equal(record_parse(sample.bytes, sample.length, &view), -EBADMSG);
}

static void records_follow_each_other(void **state)
{
	struct sample one, other;
	struct record_view view;
	unsigned char *both;
	long length;

	sample_make(&one, &sample_tcp, SAMPLE_TCP, NULL);
	sample_make(&other, &local, 1U << VALUES_SOCKET, NULL);
	other.head->cookie = 4712;
	both = malloc(one.length + other.length);
	assert_non_null(both);
	memcpy(both, one.bytes, one.length);
	memcpy(both + one.length, other.bytes, other.length);
	length = record_parse(both, one.length + other.length, &view);
	assert_int_equal(length, one.length);
	assert_true(view.head->cookie == 4711);
	assert_int_equal(record_parse(both + length, other.length, &view), other.length);
	assert_true(view.head->cookie == 4712);
	free(both);
}

static void the_facts_are_those_of_the_head(void **state)
{
	struct facts facts = { .local.path = "what was there before" };
	struct record_view view;
	struct sample sample;
	unsigned char ip[4];

	sample_make(&sample, &sample_tcp, 0, NULL);
	sample.head->state = FACTS_ESTABLISHED;
	sample.head->flags = RECORD_HAS_PEER;
	inet_pton(AF_INET, "10.1.2.3", sample.head->local);
	inet_pton(AF_INET, "10.4.5.6", sample.head->peer);
	sample.head->local_port = 80;
	sample.head->peer_port = 51000;
	view = sample_view(&sample);
	record_facts(&view, &facts);
	assert_true(facts.cookie == 4711 && facts.inode == 99 && facts.netns == 4026531840U);
	assert_memory_equal(&facts.kind, &sample_tcp, sizeof(facts.kind));
	assert_int_equal(facts.state, FACTS_ESTABLISHED);
	inet_pton(AF_INET, "10.4.5.6", ip);
	assert_memory_equal(facts.peer.ip, ip, 4);
	assert_int_equal(facts.local.family, AF_INET);
	assert_int_equal(facts.local.port, 80);
	assert_int_equal(facts.peer.port, 51000);
	for (size_t i = 4; i < sizeof(facts.local.ip); i++)
		assert_int_equal(facts.local.ip[i], 0);

	sample.head->flags = 0;
	record_facts(&view, &facts);
	assert_int_equal(facts.peer.family, AF_UNSPEC);
	assert_int_equal(facts.peer.port, 0);
}

static void the_scope_is_that_of_a_link_local_address_alone(void **state)
{
	struct facts facts = { 0 };
	struct record_view view;
	struct sample sample;

	sample_make(&sample, &tcp6, 0, NULL);
	sample.head->interface = 3;
	sample.head->flags = RECORD_HAS_PEER;
	inet_pton(AF_INET6, "fe80::1", sample.head->local);
	inet_pton(AF_INET6, "2001:db8::1", sample.head->peer);
	view = sample_view(&sample);
	record_facts(&view, &facts);
	assert_int_equal(facts.local.scope, 3);
	assert_int_equal(facts.peer.scope, 0);
	inet_pton(AF_INET6, "fec0::1", sample.head->local);
	record_facts(&view, &facts);
	assert_int_equal(facts.local.scope, 0);
}

static void names_of_unix_sockets(void **state)
{
	struct record_paths paths = { .local_length = 9, .local = "/run/name", .peer_length = 6 };
	struct facts facts = { 0 };
	struct record_view view;
	struct sample sample;

	memcpy(paths.peer, "\0ab\0cd", 6);
	sample_make(&sample, &local, 0, &paths);
	view = sample_view(&sample);
	record_facts(&view, &facts);
	assert_string_equal(facts.local.path, "/run/name");
	assert_string_equal(facts.peer.path, "@ab@cd");

	/* The longest: no NUL behind it in the record; and lengths that lie. */
	memset(paths.local, 'x', sizeof(paths.local));
	paths.local_length = 255;
	paths.peer_length = 0;
	sample_make(&sample, &local, 0, &paths);
	sample.head->flags |= RECORD_HAS_PEER;
	view = sample_view(&sample);
	record_facts(&view, &facts);
	assert_int_equal(strlen(facts.local.path), RECORD_PATH_MAX);
	assert_string_equal(facts.peer.path, "");
	assert_int_equal(facts.peer.family, AF_UNIX);
}

static void an_answer_is_the_bytes_of_the_block(void **state)
{
	struct linger linger = { 1, 5 };
	struct record_view view;
	struct sample sample;
	const void *bytes;
	size_t length;

	sample_make(&sample, &sample_tcp, SAMPLE_TCP, NULL);
	sample_set_int(&sample, "SO_RCVBUF", 131072);
	sample_set_int(&sample, "TCP_NODELAY", 1);
	sample_set(&sample, "SO_LINGER", &linger, sizeof(linger));
	view = sample_view(&sample);
	assert_int_equal(record_answer(&view, the_option("SO_RCVBUF"), &bytes, &length), RECORD_VALUE);
	assert_int_equal(length, sizeof(int));
	assert_memory_equal(bytes, &(int){ 131072 }, length);
	assert_int_equal(record_answer(&view, the_option("TCP_NODELAY"), &bytes, &length), RECORD_VALUE);
	assert_memory_equal(bytes, &(int){ 1 }, length);
	assert_int_equal(record_answer(&view, the_option("SO_LINGER"), &bytes, &length), RECORD_VALUE);
	assert_int_equal(length, sizeof(linger));
	assert_memory_equal(bytes, &linger, length);
}

static void what_the_record_does_not_tell_must_be_asked(void **state)
{
	struct sockopt_unnamed unnamed;
	struct record_view view;
	struct sample sample;
	const void *bytes;
	size_t length;

	sample_make(&sample, &sample_tcp, 1U << VALUES_SOCKET, NULL);
	sample_mark(sample.head->ask, "SO_RCVBUF");
	view = sample_view(&sample);
	assert_int_equal(record_answer(&view, the_option("SO_RCVBUF"), &bytes, &length), RECORD_ASK);
	assert_int_equal(record_answer(&view, the_option("TCP_NODELAY"), &bytes, &length), RECORD_ASK);
	assert_int_equal(record_answer(&view, the_option("TCP_INFO"), &bytes, &length), RECORD_ASK);
	assert_int_equal(record_answer(&view, the_option("SO_SNDBUF"), &bytes, &length), RECORD_VALUE);
	assert_null(record_place(the_option("TCP_INFO")));
	assert_null(record_place((const struct sockopt_option *)(const void *)&unnamed));
}

/** The first option of the catalogue whose mark means this. */
static const struct sockopt_option *special(enum values_special kind)
{
	for (size_t i = 0; i < sockopt_count(); i++)
		if (record_place(sockopt_at(i)) && record_place(sockopt_at(i))->special == kind)
			return sockopt_at(i);
	fail_msg("no option is marked as %d", (int)kind);
	return NULL;
}

static void a_mark_says_what_stands_in_place_of_a_value(void **state)
{
	const struct sockopt_option *fresh = special(VALUES_DEFAULT), *empty = special(VALUES_EMPTY),
				    *refused = special(VALUES_ERROR);
	struct record_view view;
	struct sample sample;
	const void *bytes;
	size_t length;

	sample_make(&sample, &tcp6, (1U << VALUES_N_BLOCKS) - 1, NULL);
	sample_mark(sample.head->special, fresh->name);
	sample_mark(sample.head->special, empty->name);
	sample_mark(sample.head->special, refused->name);
	view = sample_view(&sample);
	assert_int_equal(record_answer(&view, fresh, &bytes, &length), RECORD_AS_FRESH);
	assert_int_equal(record_answer(&view, empty, &bytes, &length), RECORD_VALUE);
	assert_int_equal(length, 0);
	assert_int_equal(record_answer(&view, refused, &bytes, &length), RECORD_ERROR);
	assert_true(record_error(refused, AF_INET6) > 0);
	assert_int_equal(record_error(the_option("SO_RCVBUF"), AF_INET), 0);
	assert_int_equal(record_error(the_option("TCP_INFO"), AF_INET6), 0);
	/* That it must be asked weighs more. */
	sample_mark(sample.head->ask, fresh->name);
	assert_int_equal(record_answer(&view, fresh, &bytes, &length), RECORD_ASK);
}

static void the_peers_address_is_that_of_getpeername(void **state)
{
	const struct sockopt_option *peer = special(VALUES_PEER);
	struct sockaddr_in in, wanted = { .sin_family = AF_INET, .sin_port = htons(51000) };
	struct sockaddr_in6 in6;
	struct record_view view;
	struct sample sample;
	const void *bytes;
	size_t length;

	sample_make(&sample, &sample_tcp, SAMPLE_TCP, NULL);
	inet_pton(AF_INET, "10.4.5.6", &wanted.sin_addr);
	memcpy(sample.head->peer, &wanted.sin_addr, 4);
	sample.head->peer_port = 51000;
	sample_mark(sample.head->special, peer->name);
	view = sample_view(&sample);
	assert_int_equal(record_answer(&view, peer, &bytes, &length), RECORD_VALUE);
	assert_int_equal(length, sizeof(in));
	assert_memory_equal(bytes, &wanted, length);

	sample_make(&sample, &tcp6, SAMPLE_TCP, NULL);
	inet_pton(AF_INET6, "fe80::5", sample.head->peer);
	sample.head->interface = 7;
	sample_mark(sample.head->special, peer->name);
	view = sample_view(&sample);
	assert_int_equal(record_answer(&view, peer, &bytes, &length), RECORD_VALUE);
	assert_int_equal(length, sizeof(in6));
	memcpy(&in6, bytes, sizeof(in6));
	assert_int_equal(in6.sin6_scope_id, 7);
}

static void every_place_is_within_its_block_and_has_a_slot_of_its_own(void **state)
{
	bool taken[RECORD_WORDS * 64] = { false };
	size_t n = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct values_place *place = record_place(sockopt_at(i));

		if (!place)
			continue;
		n++;
		assert_true(place->block < VALUES_N_BLOCKS);
		assert_true((size_t)place->offset + place->size <= values_block_sizes[place->block]);
		assert_true(place->slot >= 1 && place->slot <= RECORD_WORDS * 64);
		assert_false(taken[place->slot - 1]);
		taken[place->slot - 1] = true;
	}
	assert_int_equal(n, VALUES_SLOTS);
	for (size_t i = 0; i < VALUES_N_BLOCKS; i++)
		assert_true(values_block_sizes[i] % 8 == 0 && values_block_sizes[i] <= VALUES_BLOCK_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_set_of_blocks_is_read_where_it_stands),
		cmocka_unit_test(a_record_that_is_cut_anywhere_is_refused),
		cmocka_unit_test(a_size_that_does_not_fit_what_it_has_is_refused),
		cmocka_unit_test(what_the_reader_does_not_know_is_refused),
		cmocka_unit_test(records_follow_each_other),
		cmocka_unit_test(the_facts_are_those_of_the_head),
		cmocka_unit_test(the_scope_is_that_of_a_link_local_address_alone),
		cmocka_unit_test(names_of_unix_sockets),
		cmocka_unit_test(an_answer_is_the_bytes_of_the_block),
		cmocka_unit_test(what_the_record_does_not_tell_must_be_asked),
		cmocka_unit_test(a_mark_says_what_stands_in_place_of_a_value),
		cmocka_unit_test(the_peers_address_is_that_of_getpeername),
		cmocka_unit_test(every_place_is_within_its_block_and_has_a_slot_of_its_own),
	};

	return RUN_TESTS(tests);
}
