/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <json.h>
#include <netinet/in.h>

#include "json-check.h"
#include "test.h"

static char out[1 << 16];

static struct json begin(void)
{
	struct json json = { .file = fmemopen(out, sizeof(out), "w"), .comma = false };

	assert_non_null(json.file);
	return json;
}

static const char *value_text(const char *name, const void *bytes, size_t length)
{
	struct json json = begin();

	json_object(&json, NULL);
	json_value(&json, "v", the_option(name)->get_type, bytes, length);
	json_end_object(&json);
	fclose(json.file);
	return out;
}

static void objects_and_arrays_have_their_commas(void **state)
{
	struct json json = begin();

	json_object(&json, NULL);
	json_string(&json, "a", "x");
	json_array(&json, "b");
	json_signed(&json, NULL, -1);
	json_unsigned(&json, NULL, UINT64_MAX);
	json_object(&json, NULL);
	json_end_object(&json);
	json_array(&json, NULL);
	json_end_array(&json);
	json_end_array(&json);
	json_bool(&json, "c", true);
	json_null(&json, "d");
	json_identity(&json, "e", UINT64_MAX);
	json_end_object(&json);
	json_line(&json);
	json_object(&json, NULL);
	json_end_object(&json);
	json_line(&json);
	fclose(json.file);
	assert_string_equal(out, "{\"a\":\"x\",\"b\":[-1,18446744073709551615,{},[]],\"c\":true,\"d\":null,"
				 "\"e\":\"18446744073709551615\"}\n{}\n");
}

/** Whatever stands in a process's name: a JSON reader takes the line. */
static void a_text_of_others_is_always_valid_json(void **state)
{
	uint64_t seed = 7;

	for (int round = 0; round < 5000; round++) {
		char text[64];
		size_t length = random_next(&seed) % sizeof(text);
		struct json json = begin();

		for (size_t i = 0; i < length; i++)
			text[i] = (char)(random_next(&seed) % 255 + 1);
		text[length] = '\0';
		json_object(&json, NULL);
		json_string(&json, "v", text);
		json_end_object(&json);
		fclose(json.file);
		if (!json_check(out))
			fail_msg("no JSON: %s", out);
	}
}

static void a_long_text_of_others_is_cut_and_still_valid(void **state)
{
	static char text[20000];
	struct json json = begin();

	memset(text, '\xe9', sizeof(text) - 1);
	json_object(&json, NULL);
	json_string(&json, "v", text);
	json_end_object(&json);
	fclose(json.file);
	assert_true(json_check(out));
}

static void a_text_of_ours_is_given_back_whole(void **state)
{
	static const char text[] = "line one\nline \"two\" \\ caf\xc3\xa9";
	struct json json = begin();
	char *read;

	json_object(&json, NULL);
	json_text(&json, "v", text);
	json_end_object(&json);
	fclose(json.file);
	read = json_check_string(out, "v");
	assert_non_null(read);
	assert_string_equal(read, text);
	free(read);
}

/** What a person types may hold a tab or another control character: it goes into the journal. */
static void a_command_line_is_valid_json_whatever_was_typed(void **state)
{
	for (char c = 1; c < ' '; c++) {
		char text[] = { 'a', c, 'b', '\0' };
		struct json json = begin();
		char *read;

		json_object(&json, NULL);
		json_text(&json, "v", text);
		json_end_object(&json);
		fclose(json.file);
		read = json_check_string(out, "v");
		if (!read)
			fail_msg("character %d makes no JSON", c);
		assert_string_equal(read, text);
		free(read);
	}
}

static void values_have_the_forms_of_the_design(void **state)
{
	struct linger linger = { 1, 5 };
	struct in_addr address = { htonl(0x7f000001) };
	uint64_t cookie = UINT64_MAX, rate = 12500000;
	uint32_t pair[2] = { 2, 1460 };
	int on = 1;

	assert_string_equal(value_text("TCP_NODELAY", &on, sizeof(on)), "{\"v\":1}");
	assert_string_equal(value_text("SO_LINGER", &linger, sizeof(linger)), "{\"v\":{\"l_onoff\":1,\"l_linger\":5}}");
	assert_string_equal(value_text("TCP_CONGESTION", "bbr\0\0\0", 6), "{\"v\":\"bbr\"}");
	assert_string_equal(value_text("SO_COOKIE", &cookie, sizeof(cookie)), "{\"v\":\"18446744073709551615\"}");
	assert_string_equal(value_text("SO_MAX_PACING_RATE", &rate, sizeof(rate)), "{\"v\":12500000}");
	assert_string_equal(value_text("IP_OPTIONS", "\x01\xff", 2), "{\"v\":\"0x01ff\"}");
	assert_string_equal(value_text("IP_MULTICAST_IF", &address, sizeof(address)), "{\"v\":\"127.0.0.1\"}");
	assert_string_equal(value_text("TCP_REPAIR_OPTIONS", pair, sizeof(pair)),
			    "{\"v\":[{\"opt_code\":2,\"opt_val\":1460}]}");
	assert_string_equal(value_text("TCP_NODELAY", &on, 2), "{\"v\":\"0x0100\"}"); /* cut */
}

static void any_bytes_of_any_option_are_valid_json(void **state)
{
	uint64_t seed = 4711;

	for (size_t i = 0; i < sockopt_count(); i++)
		for (int round = 0; round < 20; round++) {
			unsigned char bytes[SOCKOPT_VALUE_MAX];
			size_t length = random_next(&seed) % (sizeof(bytes) + 1);

			for (size_t k = 0; k < sizeof(bytes); k++)
				bytes[k] = (unsigned char)random_next(&seed);
			if (!json_check(value_text(sockopt_at(i)->name, bytes, length)))
				fail_msg("%s: no JSON: %.200s", sockopt_at(i)->name, out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_and_arrays_have_their_commas),
		cmocka_unit_test(a_text_of_others_is_always_valid_json),
		cmocka_unit_test(a_long_text_of_others_is_cut_and_still_valid),
		cmocka_unit_test(a_text_of_ours_is_given_back_whole),
		cmocka_unit_test(a_command_line_is_valid_json_whatever_was_typed),
		cmocka_unit_test(values_have_the_forms_of_the_design),
		cmocka_unit_test(any_bytes_of_any_option_are_valid_json),
	};

	return RUN_TESTS(tests);
}
