/* SPDX-License-Identifier: MIT */
/* Text <-> an emulated link. */

#include "link-spec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Marks a text for translation where it stands; gettext() is called where it is printed. */
#define N_(text) text
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define RATE_LEAST INT64_C(1000)
#define RATE_MOST INT64_C(100000000000)
#define RTT_MOST_US INT64_C(60000000)
#define QUEUE_MOST INT64_C(1073741824)
/* RFC 791: what every host takes in one piece; and what a length field of 16 bits can say. */
#define MTU_LEAST 576
#define MTU_MOST 65535
#define DECIMALS_MAX 9

struct unit {
	const char *text;
	int64_t numerator, denominator;
};

static const struct unit rates[] = { { "Gbit/s", 1000000000, 1 }, { "Mbit/s", 1000000, 1 }, { "kbit/s", 1000, 1 }, { "bit/s", 1, 1 }, { NULL, 0, 0 } };
static const struct unit times[] = { { "s", 1000000, 1 }, { "ms", 1000, 1 }, { "us", 1, 1 }, { NULL, 0, 0 } };
static const struct unit shares[] = { { "%", LINK_SHARE_ONE / 100, 1 }, { NULL, 0, 0 } };
static const struct unit sizes[] = { { "MiB", 1048576, 1 }, { "KiB", 1024, 1 }, { "B", 1, 1 }, { NULL, 0, 0 } };
static const struct unit products[] = { { "bdp", 1000, 1 }, { NULL, 0, 0 } };
static const struct unit packets[] = { { "packets", 1, 1 }, { "packet", 1, 1 }, { NULL, 0, 0 } };
static const struct unit bare[] = { { "", 1, 1 }, { NULL, 0, 0 } };

enum key { KEY_RATE,
	   KEY_RTT,
	   KEY_LOSS,
	   KEY_REORDER,
	   KEY_QUEUE,
	   KEY_AQM,
	   KEY_BANDS,
	   KEY_MTU,
	   KEY_SEED,
	   KEY_N_KEYS };

static const char *const keys[] = {
	[KEY_RATE] = "rate",
	[KEY_RTT] = "rtt",
	[KEY_LOSS] = "loss",
	[KEY_REORDER] = "reorder",
	[KEY_QUEUE] = "queue",
	[KEY_AQM] = "aqm",
	[KEY_BANDS] = "bands",
	[KEY_MTU] = "mtu",
	[KEY_SEED] = "seed",
};

/** What the value of a key may be. */
static const char *const hints[] = {
	[KEY_RATE] = N_("write a rate from 1kbit/s to 100Gbit/s: rate=100Mbit/s"),
	[KEY_RTT] = N_("write a time up to 60s: rtt=80ms"),
	[KEY_LOSS] = N_("write a share from 0% to 100%: loss=0.1%"),
	[KEY_REORDER] = N_("write a share from 0% to 100%: reorder=1%"),
	[KEY_QUEUE] = N_("write queue=1bdp, queue=256KiB or queue=100packets"),
	[KEY_AQM] = N_("write aqm=droptail or aqm=codel"),
	[KEY_BANDS] = N_("write bands=one or bands=dscp"),
	[KEY_MTU] = N_("write a number of bytes from 576 to 65535: mtu=1500"),
	[KEY_SEED] = N_("write a number: seed=7"),
};

struct word {
	const char *at;
	size_t length;
};

static bool is_word(struct word word, const char *text)
{
	return word.length == strlen(text) && strncasecmp(word.at, text, word.length) == 0;
}

__extension__ typedef unsigned __int128 wide;

/** The digits at the beginning of a word, without the point; false: none, or too many. */
static bool read_decimal(struct word *word, uint64_t *ret_mantissa, unsigned int *ret_decimals)
{
	bool in_fraction = false;
	size_t i, digits = 0;

	*ret_mantissa = 0;
	*ret_decimals = 0;
	for (i = 0; i < word->length; i++) {
		char c = word->at[i];

		if (c == '.' && digits && !in_fraction) {
			in_fraction = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		if (*ret_mantissa > (UINT64_MAX - 9) / 10 || *ret_decimals == DECIMALS_MAX)
			return false;
		*ret_mantissa = *ret_mantissa * 10 + (uint64_t)(c - '0');
		*ret_decimals += in_fraction;
		digits++;
	}
	*word = (struct word){ word->at + i, word->length - i };
	return digits > 0;
}

/** A decimal number with one of the units, which must come out whole; false: it is none. */
static bool read_amount(struct word word, const struct unit *units, int64_t most, int64_t *ret)
{
	unsigned int decimals;
	uint64_t mantissa;

	if (!read_decimal(&word, &mantissa, &decimals))
		return false;
	for (; units->text; units++)
		if (is_word(word, units->text)) {
			wide value = (wide)mantissa * (wide)units->numerator, divisor = (wide)units->denominator;

			while (decimals--)
				divisor *= 10;
			if (value % divisor || value / divisor > (wide)most)
				return false;
			*ret = (int64_t)(value / divisor);
			return true;
		}
	return false;
}

static bool read_share(struct word word, uint32_t *ret)
{
	int64_t share;

	if (!read_amount(word, shares, LINK_SHARE_ONE, &share))
		return false;
	*ret = (uint32_t)share;
	return true;
}

static bool read_queue(struct word word, struct link_spec *spec)
{
	int64_t *amount = &spec->queue_amount;

	if (read_amount(word, products, 1000000, amount))
		spec->queue = LINK_QUEUE_BDP;
	else if (read_amount(word, sizes, QUEUE_MOST, amount))
		spec->queue = LINK_QUEUE_BYTES;
	else if (read_amount(word, packets, 1000000, amount))
		spec->queue = LINK_QUEUE_PACKETS;
	else
		return false;
	return *amount > 0;
}

static bool read_value(enum key key, struct word word, struct link_spec *spec)
{
	int64_t number;

	switch (key) {
	case KEY_RATE: return read_amount(word, rates, RATE_MOST, &spec->rate) && spec->rate >= RATE_LEAST;
	case KEY_RTT: return read_amount(word, times, RTT_MOST_US, &spec->rtt_us);
	case KEY_LOSS: return read_share(word, &spec->loss);
	case KEY_REORDER: return read_share(word, &spec->reorder);
	case KEY_QUEUE: return read_queue(word, spec);
	case KEY_AQM:
		spec->aqm = is_word(word, "codel") ? LINK_CODEL : LINK_DROPTAIL;
		return spec->aqm == LINK_CODEL || is_word(word, "droptail");
	case KEY_BANDS:
		spec->bands = is_word(word, "dscp") ? LINK_BANDS_DSCP : LINK_BANDS_ONE;
		return spec->bands == LINK_BANDS_DSCP || is_word(word, "one");
	case KEY_MTU:
		if (!read_amount(word, bare, MTU_MOST, &number) || number < MTU_LEAST)
			return false;
		spec->mtu = number == LINK_MTU_DEFAULT ? 0 : (uint32_t)number;
		return true;
	default:
		if (!read_amount(word, bare, INT64_MAX, &number))
			return false;
		spec->seed = (uint64_t)number;
		return true;
	}
}

static int fail(struct spec_error *error, const char *text, struct word word, const char *what, const char *hint)
{
	if (error)
		*error = (struct spec_error){ (size_t)(word.at - text), word.length, what, hint };
	return -EINVAL;
}

static bool is_space(char c)
{
	return c == ' ' || c == ',' || c == '\t' || c == '\n';
}

static bool next_word(const char **at, struct word *ret)
{
	while (is_space(**at))
		(*at)++;
	ret->at = *at;
	while (**at && !is_space(**at))
		(*at)++;
	ret->length = (size_t)(*at - ret->at);
	return ret->length > 0;
}

/** What needs another member to mean anything. */
static int check_whole(const char *text, const struct link_spec *spec, const struct word *seen,
		       struct spec_error *error)
{
	for (enum key key = KEY_QUEUE; key <= KEY_BANDS && !spec->rate; key++)
		if (seen[key].at)
			return fail(error, text, seen[key], N_("no queue forms without a rate"), hints[KEY_RATE]);
	if (!spec->rtt_us && spec->queue == LINK_QUEUE_BDP)
		return fail(error, text, seen[KEY_QUEUE], N_("a link without delay has no bandwidth-delay product"), hints[KEY_RTT]);
	if (!spec->rtt_us && spec->reorder)
		return fail(error, text, seen[KEY_REORDER], N_("nothing can be overtaken on a link without delay"), hints[KEY_RTT]);
	return 0;
}

static int read_word(const char *text, struct word word, struct link_spec *spec, struct word *seen,
		     struct spec_error *error)
{
	const char *equals = memchr(word.at, '=', word.length);
	struct word name = { word.at, equals ? (size_t)(equals - word.at) : word.length };
	enum key key = KEY_RATE;

	while (key < KEY_N_KEYS && !is_word(name, keys[key]))
		key++;
	if (key == KEY_N_KEYS)
		return fail(error, text, name, N_("is no property of a link"),
			    N_("they are rate, rtt, loss, reorder, queue, aqm, bands, mtu and seed"));
	if (!equals)
		return fail(error, text, name, N_("has no value"), hints[key]);
	if (seen[key].at)
		return fail(error, text, name, N_("is given twice"), NULL);
	seen[key] = word;
	word = (struct word){ equals + 1, word.length - name.length - 1 };
	if (!read_value(key, word, spec))
		return fail(error, text, word, N_("is no value of this property"), hints[key]);
	return 0;
}

int link_spec_parse(const char *text, struct link_spec *ret, struct spec_error *reterr)
{
	struct word seen[KEY_N_KEYS] = { 0 }, word, first;
	struct link_spec spec = { 0 };
	const char *at = text;
	int r = 0;

	if (next_word(&at, &first) && is_word(first, "plain")) {
		if (next_word(&at, &word))
			return fail(reterr, text, word, N_("is given, but a plain link has no other property"), NULL);
		*ret = spec;
		return 0;
	}
	at = text;
	while (r == 0 && next_word(&at, &word))
		r = read_word(text, word, &spec, seen, reterr);
	if (r == 0)
		r = check_whole(text, &spec, seen, reterr);
	if (r == 0)
		*ret = spec;
	return r;
}

struct writer {
	char *at;
	size_t room;
};

static void write_text(struct writer *writer, const char *before, const char *text)
{
	int n = snprintf(writer->at, writer->room, "%s%s", before, text);
	size_t length = n < 0 ? 0 : (size_t)n;

	if (length >= writer->room)
		length = writer->room ? writer->room - 1 : 0;
	writer->at += length;
	writer->room -= length;
}

static void write_key(struct writer *writer, const char *start, enum key key)
{
	write_text(writer, writer->at == start ? "" : " ", keys[key]);
	write_text(writer, "", "=");
}

/** In the first unit in which it is whole. */
static void write_whole(struct writer *writer, int64_t amount, const struct unit *units)
{
	char text[32];

	while (units[1].text && amount % units->numerator)
		units++;
	snprintf(text, sizeof(text), "%lld", (long long)(amount / units->numerator));
	write_text(writer, text, units->text);
}

/** With as many decimals as it takes, of a unit that is a power of ten. */
static void write_decimal(struct writer *writer, int64_t amount, const struct unit *unit)
{
	char text[64];
	int width = 0, n;

	for (int64_t power = unit->numerator; power > 1; power /= 10)
		width++;
	n = snprintf(text, sizeof(text), "%lld.%0*lld", (long long)(amount / unit->numerator), width,
		     (long long)(amount % unit->numerator));
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	text[n] = '\0';
	write_text(writer, text, unit->text);
}

static void write_queue(struct writer *writer, const struct link_spec *spec)
{
	switch (spec->queue) {
	case LINK_QUEUE_BDP: write_decimal(writer, spec->queue_amount, products); break;
	case LINK_QUEUE_PACKETS: write_whole(writer, spec->queue_amount, packets); break;
	default: write_whole(writer, spec->queue_amount, sizes); break;
	}
}

const char *link_spec_format(const struct link_spec *spec, char *ret, size_t size)
{
	struct writer writer = { ret, size };
	char number[24];

	*ret = '\0';
	if (spec->rate)
		write_key(&writer, ret, KEY_RATE), write_whole(&writer, spec->rate, rates);
	if (spec->rtt_us)
		write_key(&writer, ret, KEY_RTT), write_whole(&writer, spec->rtt_us, times);
	if (spec->loss)
		write_key(&writer, ret, KEY_LOSS), write_decimal(&writer, spec->loss, shares);
	if (spec->reorder)
		write_key(&writer, ret, KEY_REORDER), write_decimal(&writer, spec->reorder, shares);
	if (spec->queue != LINK_QUEUE_DEFAULT)
		write_key(&writer, ret, KEY_QUEUE), write_queue(&writer, spec);
	if (spec->aqm == LINK_CODEL)
		write_key(&writer, ret, KEY_AQM), write_text(&writer, "", "codel");
	if (spec->bands == LINK_BANDS_DSCP)
		write_key(&writer, ret, KEY_BANDS), write_text(&writer, "", "dscp");
	if (spec->mtu)
		write_key(&writer, ret, KEY_MTU), write_whole(&writer, spec->mtu, bare);
	if (spec->seed) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)spec->seed);
		write_key(&writer, ret, KEY_SEED), write_text(&writer, "", number);
	}
	if (!*ret)
		write_text(&writer, "", "plain");
	return ret;
}

bool link_spec_is_plain(const struct link_spec *spec)
{
	return !spec->rate && !spec->rtt_us && !spec->loss && !spec->reorder;
}

static int64_t product(const struct link_spec *spec, int64_t parts, int64_t whole)
{
	return (int64_t)((wide)spec->rate * (wide)spec->rtt_us * (wide)parts / ((wide)8000000 * (wide)whole));
}

int64_t link_spec_queue_bytes(const struct link_spec *spec)
{
	int64_t mtu = spec->mtu ? spec->mtu : LINK_MTU_DEFAULT, bytes;

	if (!spec->rate)
		return INT64_MAX;
	switch (spec->queue) {
	case LINK_QUEUE_BYTES: bytes = spec->queue_amount; break;
	case LINK_QUEUE_PACKETS: bytes = spec->queue_amount * mtu; break;
	case LINK_QUEUE_BDP: bytes = product(spec, spec->queue_amount, 1000); break;
	default:
		bytes = product(spec, 1, 1);
		if (bytes < LINK_QUEUE_LEAST * mtu)
			bytes = LINK_QUEUE_LEAST * mtu;
		break;
	}
	/* What cannot hold one packet lets none pass. */
	return bytes < mtu ? mtu : bytes;
}

int64_t link_spec_bytes_under_way(const struct link_spec *spec)
{
	return product(spec, 1, 2);
}
