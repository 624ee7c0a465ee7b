/* SPDX-License-Identifier: MIT */
/* Structs of which a field tells the rest, and what is a secret. */
#include "test.h"

#define GCM_128 "iv=0x0001020304050607,key=0x000102030405060708090a0b0c0d0e0f,salt=0x00010203,rec_seq=0x0000000000000009"

static int parse(const char *text, struct sockopt_value *ret)
{
	return sockopt_parse(the_option("TLS_TX"), text, ret, NULL);
}

static void a_field_tells_which_struct_is_meant(void **state)
{
	static const unsigned char gcm_128[] = { 0x04, 0x03, 51, 0, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
						 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 9 };
	struct sockopt_value value;

	assert_int_equal(parse("version=tls1.3,cipher_type=aes_gcm_128," GCM_128, &value), 0);
	assert_int_equal(value.length, sizeof(gcm_128));
	assert_memory_equal(value.bytes, gcm_128, sizeof(gcm_128));
	/* Wherever it stands, by number, by its whole name. */
	assert_int_equal(parse(GCM_128 ",info.cipher_type=51,info.version=0x304", &value), 0);
	assert_int_equal(value.length, sizeof(gcm_128));
	assert_memory_equal(value.bytes, gcm_128, sizeof(gcm_128));
	assert_int_equal(parse("version=tls1.2,cipher_type=chacha20_poly1305,iv=0x000102030405060708090a0b", &value), 0);
	assert_int_equal(value.length, 56);
	/* A cipher that is not known has no more than what all have. */
	assert_int_equal(parse("version=tls1.2,cipher_type=99", &value), 0);
	assert_int_equal(value.length, 4);
}

static void fields_of_another_variant_are_refused(void **state)
{
	struct sockopt_value value = { .length = 7 };

	assert_int_equal(parse("version=tls1.2,cipher_type=99,key=0x00", &value), -EINVAL);
	assert_int_equal(parse("version=tls1.2,cipher_type=chacha20_poly1305,salt=0x00010203", &value), -EINVAL);
	assert_int_equal(parse("version=tls1.2,cipher_type=nosuch", &value), -EINVAL);
	assert_int_equal(parse("version=tls1.2,cipher_type=aes_gcm_128,key=0x000102030405060708090a0b0c0d0e0f00", &value),
			 -EMSGSIZE);
	assert_int_equal(value.length, 7);
}

static void the_variant_is_seen_in_the_bytes(void **state)
{
	const struct sockopt_type *type = the_option("TLS_TX")->type;
	struct sockopt_value value;

	assert_int_equal(parse("version=tls1.3,cipher_type=aes_gcm_256", &value), 0);
	assert_string_equal(sockopt_variant_of(type, value.bytes, value.length)->name,
			    "struct tls12_crypto_info_aes_gcm_256");
	/* The beginning alone, as getsockopt gives it; another cipher; a type without variants. */
	assert_ptr_equal(sockopt_variant_of(type, value.bytes, 4), type);
	value.bytes[2] = 99;
	assert_ptr_equal(sockopt_variant_of(type, value.bytes, value.length), type);
	assert_ptr_equal(sockopt_variant_of(the_option("SO_LINGER")->type, value.bytes, 8), the_option("SO_LINGER")->type);
}

static void a_secret_is_not_in_the_text(void **state)
{
	static const char *const options[] = { "TLS_TX", "TLS_RX", "TCP_MD5SIG", "TCP_AO_ADD_KEY", "TCP_FASTOPEN_KEY",
					       "SCTP_AUTH_KEY" };

	for (size_t i = 0; i < COUNT(options); i++) {
		struct sockopt_option option = *the_option(options[i]);
		struct sockopt_value value;
		char text[1024];

		assert_true(sockopt_has_secret(option.type));
		option.get_type = option.type;
		assert_int_equal(sockopt_parse(&option, option.example, &value, NULL), 0);
		sockopt_format(&option, value.bytes, value.length, text, sizeof(text));
		assert_non_null(strstr(text, "***"));
		assert_null(strstr(text, "736563726574"));
		assert_null(strstr(text, "0001020304"));
		assert_null(strstr(text, "115;101"));
		assert_int_equal(sockopt_parse(&option, text, &value, NULL), -EINVAL);
	}
	assert_false(sockopt_has_secret(the_option("TCP_NODELAY")->type));
	assert_false(sockopt_has_secret(the_option("TCP_INFO")->get_type));
}

static void what_is_no_secret_stays_in_the_text(void **state)
{
	struct sockopt_value value;
	char text[1024];

	assert_int_equal(parse("version=tls1.3,cipher_type=aes_gcm_128," GCM_128, &value), 0);
	sockopt_format(the_option("TLS_TX"), value.bytes, value.length, text, sizeof(text));
	assert_string_equal(text, "info.version=tls1.3,info.cipher_type=aes_gcm_128,iv=***,key=***,salt=***,"
				  "rec_seq=0x0000000000000009");
	sockopt_format(the_option("TLS_TX"), value.bytes, 4, text, sizeof(text));
	assert_string_equal(text, "version=tls1.3,cipher_type=aes_gcm_128");
	/* A cipher that is not known: what follows may be a key. */
	value.bytes[2] = 99;
	sockopt_format(the_option("TLS_TX"), value.bytes, value.length, text, sizeof(text));
	assert_string_equal(text, "version=tls1.3,cipher_type=99");
	/* No key at all is told. */
	sockopt_format(the_option("TCP_FASTOPEN_KEY"), "", 0, text, sizeof(text));
	assert_string_equal(text, "0x");
}

/** Of a key, only what all variants begin with is read back. */
static void a_variant_is_kept_if_its_beginning_is(void **state)
{
	const struct sockopt_option *option = the_option("TLS_TX");
	struct sockopt_value asked, after;

	assert_int_equal(parse("version=tls1.3,cipher_type=aes_gcm_128," GCM_128, &asked), 0);
	after = asked;
	after.length = 4;
	assert_int_equal(sockopt_compare(option, NULL, &asked, &after), SOCKOPT_RESULT_KEPT);
	after.bytes[2] = 52;
	assert_int_not_equal(sockopt_compare(option, NULL, &asked, &after), SOCKOPT_RESULT_KEPT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_tells_which_struct_is_meant),
		cmocka_unit_test(fields_of_another_variant_are_refused),
		cmocka_unit_test(the_variant_is_seen_in_the_bytes),
		cmocka_unit_test(a_secret_is_not_in_the_text),
		cmocka_unit_test(what_is_no_secret_stays_in_the_text),
		cmocka_unit_test(a_variant_is_kept_if_its_beginning_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
