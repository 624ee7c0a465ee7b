/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/socket.h>
#include <linux/can.h>
#include <linux/if_pppox.h>
#include <linux/tipc.h>

#include <endpoint-parts.h>

#include "test.h"

static struct facts_address address_of(const void *sockaddr, size_t size, int protocol)
{
	struct facts_address address = { .family = ((const struct sockaddr *)sockaddr)->sa_family };

	address.other.protocol = (uint8_t)protocol;
	address.other.length = (uint8_t)(size - sizeof(sa_family_t));
	memcpy(address.other.bytes, (const char *)sockaddr + sizeof(sa_family_t), address.other.length);
	return address;
}

static void check(const struct facts_address *address, const char *text, const char *json)
{
	char got[256];
	char *written = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&written, &length);
	static struct out out;

	assert_int_equal(endpoint_parts_text(address, got, sizeof(got)), strlen(text));
	assert_string_equal(got, text);
	assert_non_null(file);
	out = (struct out){ .file = file };
	endpoint_parts_json(&out, address);
	out_flush(&out);
	fclose(file);
	assert_string_equal(written, json);
	free(written);
}

static void can(void **state)
{
	struct sockaddr_can can = { .can_family = AF_CAN, .can_ifindex = 7 };
	struct facts_address address = address_of(&can, 8, 0);

	check(&address, "if7", "\"interface\":\"if7\"");
	can.can_addr.tp.rx_id = 0x7e8;
	can.can_addr.tp.tx_id = 0x98da00f1;
	address = address_of(&can, 16, 0);
	strcpy(address.other.interface, "vcan0");
	check(&address, "vcan0 rx 0x7e8 tx 0x98da00f1",
	      "\"interface\":\"vcan0\",\"rx_id\":2024,\"tx_id\":2564423921");
	can.can_ifindex = 0;
	can.can_addr.j1939.name = 0x8000000000000001;
	can.can_addr.j1939.pgn = 0x1ff00;
	can.can_addr.j1939.addr = 0x20;
	address = address_of(&can, sizeof(can), 0);
	check(&address, "* address 0x20 pgn 0x1ff00 8000000000000001",
	      "\"interface\":\"*\",\"address\":32,\"pgn\":130816,\"name\":\"8000000000000001\"");
}

static void tipc(void **state)
{
	struct sockaddr_tipc tipc = { .family = AF_TIPC, .addrtype = 3, .addr.id = { .ref = 2871, .node = 0x1001001 } };
	struct facts_address address = address_of(&tipc, sizeof(tipc), 0);

	check(&address, "1001001 ref 2871", "\"node\":\"1001001\",\"ref\":2871");
}

static void bluetooth_by_protocol(void **state)
{
#define ONE "A1:02:03:04:05:06"
#define JSON(members) "\"address\":\"" ONE "\"" members
	static const struct {
		int protocol;
		unsigned char bytes[14]; /* with the family, AF_BLUETOOTH */
		const char *text, *json;
	} cases[] = {
		{ 0, { 31, 0, 25, 0, 6, 5, 4, 3, 2, 0xa1 }, ONE " psm 25", JSON(",\"psm\":25") },
		{ 0, { 31, 0, 0, 0, 6, 5, 4, 3, 2, 0xa1, 4, 0, 1 }, ONE " psm 0 cid 4", JSON(",\"psm\":0,\"cid\":4") },
		{ 1, { 31, 0, 2, 0, 3, 0 }, "hci2 channel 3", "\"interface\":\"hci2\",\"channel\":3" },
		{ 2, { 31, 0, 6, 5, 4, 3, 2, 0xa1 }, ONE, JSON() },
		{ 3, { 31, 0, 6, 5, 4, 3, 2, 0xa1, 9 }, ONE " channel 9", JSON(",\"channel\":9") },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct facts_address address = address_of(cases[i].bytes, sizeof(cases[i].bytes), cases[i].protocol);

		check(&address, cases[i].text, cases[i].json);
	}
}

/* Letters are shifted by a bit; what is none does not reach the terminal as it is. */
static void amateur_radio(void **state)
{
	static const unsigned char call[] = { 3, 0, 'N' << 1, '0' << 1, 'C' << 1, 'A' << 1, 'L' << 1, ' ' << 1, 1 << 1 };
	static const unsigned char evil[] = { 6, 0, 0x1b << 1, 'A' << 1, 0, 0, 0, 0, 0 };
	static const unsigned char rose[] = { 11, 0, 0x20, 0x80, 0x12, 0x34, 0x56,
					      'L' << 1, 'U' << 1, '1' << 1, 'A' << 1, ' ' << 1, ' ' << 1, 0 };
	struct facts_address address = address_of(call, sizeof(call), 0);

	check(&address, "N0CAL-1", "\"call\":\"N0CAL-1\"");
	address = address_of(evil, sizeof(evil), 0);
	check(&address, "\\x1bA", "\"call\":\"\\\\x1bA\"");
	address = address_of(rose, sizeof(rose), 0);
	check(&address, "2080123456 LU1A", "\"address\":\"2080123456\",\"call\":\"LU1A\"");
	/* cut short: told as bytes */
	address = address_of(rose, 6, 0);
	check(&address, "20:80:12:34", "\"bytes\":\"20:80:12:34\"");
}

static void l2tp_by_length(void **state)
{
	struct sockaddr_pppol2tpv3in6 six = { .sa_family = AF_PPPOX };
	struct sockaddr_pppol2tp four = { .sa_family = AF_PPPOX };
	struct facts_address address;

	four.pppol2tp.s_tunnel = 1;
	four.pppol2tp.s_session = 65535;
	address = address_of(&four, sizeof(four), 1);
	check(&address, "tunnel 1 session 65535", "\"tunnel\":1,\"session\":65535");
	six.pppol2tp.s_tunnel = 4000000000;
	six.pppol2tp.s_session = 70000;
	address = address_of(&six, sizeof(six), 1);
	check(&address, "tunnel 4000000000 session 70000", "\"tunnel\":4000000000,\"session\":70000");
}

static void others(void **state)
{
	static const unsigned char llc[16] = { 26, 0, 1, 0, 0, 0, 0, 0x42, 2, 0, 0, 0, 0, 1 };
	static const unsigned char phonet[16] = { 35, 0, 0x12, 0x6c, 0xd9 };
	static const unsigned char qrtr[12] = { 42, 0, 0, 0, 1, 0, 0, 0, 0, 0x40, 0, 0 };
	static const unsigned char unknown[] = { 45, 0, 1, 2, 3 };
	struct facts_address address = address_of(llc, sizeof(llc), 0);

	check(&address, "02:00:00:00:00:01 sap 0x42", "\"address\":\"02:00:00:00:00:01\",\"sap\":66");
	address = address_of(phonet, sizeof(phonet), 0);
	check(&address, "device 0x6c object 0x12 resource 0xd9", "\"device\":108,\"object\":18,\"resource\":217");
	address = address_of(qrtr, sizeof(qrtr), 0);
	check(&address, "node 1 port 16384", "\"node\":1,\"port\":16384");
	address = address_of(unknown, sizeof(unknown), 0);
	check(&address, "01:02:03", "\"bytes\":\"01:02:03\"");
}

static void any_bytes_of_any_length_fit(void **state)
{
	static const int families[] = { AF_CAN, AF_TIPC, AF_BLUETOOTH, AF_AX25, AF_NETROM, AF_ROSE, AF_PPPOX,
					AF_LLC, AF_PHONET, 42, 45 };
	char text[256];

	for (size_t i = 0; i < COUNT(families); i++)
		for (unsigned int length = 0; length <= FACTS_ADDRESS_MAX; length++)
			for (unsigned int protocol = 0; protocol < 9; protocol++) {
				struct facts_address address = { .family = families[i] };

				memset(&address.other, 0xff, sizeof(address.other));
				address.other.interface[0] = '\0';
				address.other.protocol = (uint8_t)protocol;
				address.other.length = (uint8_t)length;
				assert_in_range(endpoint_parts_text(&address, text, sizeof(text)), 1, sizeof(text) - 1);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(can),
		cmocka_unit_test(tipc),
		cmocka_unit_test(bluetooth_by_protocol),
		cmocka_unit_test(amateur_radio),
		cmocka_unit_test(l2tp_by_length),
		cmocka_unit_test(others),
		cmocka_unit_test(any_bytes_of_any_length_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
