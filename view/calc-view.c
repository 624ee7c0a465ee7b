/* SPDX-License-Identifier: MIT */
/* The results of `calc`. */

#include "calc-view.h"

#include <inttypes.h>
#include <stdarg.h>

#include "color.h"
#include "json.h"
#include "quantity.h"
#include "text.h"

#define LABEL_WIDTH 20
#define VALUE_WIDTH 22
#define REMARK_MAX 512

static const char *name_of(enum sockopt_role role)
{
	const struct sockopt_option *option = calc_option(role);

	return option ? option->name : "?";
}

static void put_heading(FILE *file, const char *text)
{
	fprintf(file, "%s%s%s\n", color_out(COLOR_HEADING), text, color_out(COLOR_OFF));
}

/** The columns that a text takes in a column of this width, with a space behind it at least. */
static size_t room_for(const char *text, size_t column)
{
	size_t width = text_width(text);

	return width < column ? column : width + 1;
}

/** "  label   value   remark", the remark translated and formatted by the caller. */
static void put_line(FILE *file, const char *label, const char *value, const char *remark, ...)
	__attribute__((format(printf, 4, 5)));

static void put_line(FILE *file, const char *label, const char *value, const char *remark, ...)
{
	size_t label_room = room_for(label, LABEL_WIDTH), value_room = room_for(value, VALUE_WIDTH);
	char text[REMARK_MAX];
	va_list arguments;

	fprintf(file, "  %s%*s%s%s%s", label, (int)(label_room - text_width(label)), "", color_out(COLOR_VALUE), value,
		color_out(COLOR_OFF));
	if (!remark) {
		fputc('\n', file);
		return;
	}
	va_start(arguments, remark);
	vsnprintf(text, sizeof(text), remark, arguments);
	va_end(arguments);
	/* the last of the spaces is the one before the first word */
	fprintf(file, "%*s%s", (int)(value_room - text_width(value)) - 1, "", color_out(COLOR_DIM));
	text_fill_after(file, text, 2 + label_room + value_room - 1, 2 + LABEL_WIDTH + VALUE_WIDTH,
			text_screen_width());
	fputs(color_out(COLOR_OFF), file);
}

static void keepalive_json(FILE *file, const struct calc_keepalive *given, const struct calc_dead_peer *result)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "calc", "keepalive");
	json_object(&json, "idle");
	if (result->idle_ms < 0) {
		json_null(&json, "first_probe_ms");
		json_null(&json, "dead_ms");
		json_null(&json, "decided_by");
	} else {
		json_signed(&json, "first_probe_ms", result->first_probe_ms);
		json_signed(&json, "dead_ms", result->idle_ms);
		json_string(&json, "decided_by", name_of(given->user_timeout_ms ? SOCKOPT_ROLE_USER_TIMEOUT : SOCKOPT_ROLE_KEEPALIVE_PROBES));
	}
	json_signed(&json, "probes", result->probes);
	json_end_object(&json);
	json_object(&json, "in_flight");
	json_signed(&json, "dead_least_ms", result->flight_least_ms);
	json_signed(&json, "dead_most_ms", result->flight_most_ms);
	json_string(&json, "decided_by",
		    given->user_timeout_ms ? name_of(SOCKOPT_ROLE_USER_TIMEOUT) : "net.ipv4.tcp_retries2");
	json_end_object(&json);
	if (result->user_timeout_ms)
		json_signed(&json, "user_timeout_for_both_ms", result->user_timeout_ms);
	else
		json_null(&json, "user_timeout_for_both_ms");
	json_end_object(&json);
	json_line(&json);
}

static void put_idle(FILE *file, const struct calc_keepalive *given, const struct calc_dead_peer *result)
{
	char first[64], dead[64], interval[64];

	put_heading(file, _("An idle connection whose peer is gone"));
	if (result->idle_ms < 0) {
		put_line(file, _("ends"), _("never"), _("%s is off: nothing is sent, nothing is missed"),
			 name_of(SOCKOPT_ROLE_KEEPALIVE));
		return;
	}
	put_line(file, _("first probe after"), quantity_ms_long(result->first_probe_ms, first, sizeof(first)), "%s",
		 name_of(SOCKOPT_ROLE_KEEPALIVE_IDLE));
	quantity_ms(result->first_probe_ms, first, sizeof(first));
	quantity_ms_long(result->idle_ms, dead, sizeof(dead));
	quantity_ms(given->interval_s * 1000, interval, sizeof(interval));
	if (given->user_timeout_ms)
		put_line(file, _("ends after"), dead, _("%s + %" PRId64 " × %s: at the first probe after %s; %s is not looked at"),
			 first, result->probes, interval, name_of(SOCKOPT_ROLE_USER_TIMEOUT),
			 name_of(SOCKOPT_ROLE_KEEPALIVE_PROBES));
	else
		put_line(file, _("ends after"), dead, "%s + %" PRId64 " × %s", first, result->probes, interval);
}

void calc_view_keepalive(FILE *file, bool json, const struct calc_keepalive *given,
			 const struct calc_dead_peer *result)
{
	char least[64], most[64], range[160], rto[64], rto_max[64];

	if (json) {
		keepalive_json(file, given, result);
		return;
	}
	put_idle(file, given, result);
	put_heading(file, _("With unacknowledged data (no keepalive probe is sent then)"));
	snprintf(range, sizeof(range), "%s … %s", quantity_ms(result->flight_least_ms, least, sizeof(least)),
		 quantity_ms(result->flight_most_ms, most, sizeof(most)));
	quantity_ms(given->rto_ms, rto, sizeof(rto));
	quantity_ms(given->rto_max_ms, rto_max, sizeof(rto_max));
	if (given->user_timeout_ms)
		put_line(file, _("ends after"), range, _("%s, counted from the first retransmission"),
			 name_of(SOCKOPT_ROLE_USER_TIMEOUT));
	else
		put_line(file, _("ends after"), range, _("net.ipv4.tcp_retries2 %" PRId64 ", waits doubling from %s to %s"),
			 given->retries, rto, rto_max);
	if (result->user_timeout_ms && !given->user_timeout_ms)
		put_line(file, _("both alike with"), "", "%s=%s", name_of(SOCKOPT_ROLE_USER_TIMEOUT),
			 quantity_ms(result->user_timeout_ms, least, sizeof(least)));
}

static void json_buffer(struct json *json, const char *name, const struct calc_buffer *buffer, const char *most_name,
			int64_t most, const char *limit_name, int64_t limit)
{
	json_object(json, name);
	json_signed(json, "needed", buffer->needed);
	json_bool(json, "by_itself", buffer->by_itself);
	json_signed(json, "window_by_itself", buffer->window);
	json_string(json, "tuned_up_to", most_name);
	json_signed(json, "tuned_up_to_bytes", most);
	json_signed(json, "to_set", buffer->to_set);
	json_bool(json, "can_be_set", buffer->can_be_set);
	json_string(json, "limit", limit_name);
	json_signed(json, "limit_bytes", limit);
	json_end_object(json);
}

static void put_buffer(FILE *file, const struct calc_buffer *buffer, enum sockopt_role role, const char *most_name,
		       int64_t most, const char *limit_name, int64_t limit)
{
	char needed[64], can[64], value[96];

	put_line(file, _("buffer needed"), quantity_bytes(buffer->needed, needed, sizeof(needed)), NULL);
	quantity_bytes(most, can, sizeof(can));
	quantity_bytes(buffer->window, value, sizeof(value));
	if (buffer->by_itself)
		put_line(file, _("by itself"), _("yes"), _("%s is %s: up to %s under way"), most_name, can, value);
	else
		put_line(file, _("by itself"), _("no"), _("%s is %s: %s under way; it must be %" PRId64), most_name, can,
			 value, buffer->needed);
	snprintf(value, sizeof(value), "%s=%" PRId64, name_of(role), buffer->to_set);
	quantity_bytes(limit, can, sizeof(can));
	if (buffer->can_be_set)
		put_line(file, _("or set by hand"), value, _("%s is %s; tuning ends for this socket"), limit_name, can);
	else
		put_line(file, _("or set by hand"), value, _("%s is %s and would cut it; it must be %" PRId64), limit_name, can,
			 buffer->to_set);
}

void calc_view_buffer(FILE *file, bool json, const struct calc_path *given, const struct calc_path_result *result,
		      bool adaptive)
{
	char product[64];

	if (json) {
		struct json out = { .file = file };

		json_object(&out, NULL);
		json_string(&out, "calc", "buffer");
		json_signed(&out, "bandwidth_delay_product", result->product);
		json_signed(&out, "window_of_256_bytes", given->ratio);
		json_bool(&out, "window_follows_segments", adaptive);
		json_buffer(&out, "receive", &result->receive, "net.ipv4.tcp_rmem[2]", given->rmem_most,
			    "net.core.rmem_max", given->rmem_max);
		json_buffer(&out, "send", &result->send, "net.ipv4.tcp_wmem[2]", given->wmem_most, "net.core.wmem_max",
			    given->wmem_max);
		json_end_object(&out);
		json_line(&out);
		return;
	}
	put_heading(file, _("The path"));
	put_line(file, _("must be under way"), quantity_bytes(result->product, product, sizeof(product)),
		 _("rate × round trip: %" PRId64 " bytes"), result->product);
	put_heading(file, _("The receiver, set before connect(2) or on the listener"));
	if (adaptive)
		put_line(file, _("window"), _("half of the buffer"),
			 _("Linux 6.6 and later, to begin with; then as much as arriving segments really fill"));
	else
		put_line(file, _("window"), "", _("%" PRId64 " of 256 bytes of the buffer (net.ipv4.tcp_adv_win_scale)"),
			 given->ratio);
	if (!given->tunes)
		put_line(file, _("tuning"), _("off"), "net.ipv4.tcp_moderate_rcvbuf");
	put_buffer(file, &result->receive, SOCKOPT_ROLE_RECEIVE_BUFFER, "net.ipv4.tcp_rmem[2]", given->rmem_most,
		   "net.core.rmem_max", given->rmem_max);
	put_heading(file, _("The sender (the kernel wants room for twice what is under way)"));
	put_buffer(file, &result->send, SOCKOPT_ROLE_SEND_BUFFER, "net.ipv4.tcp_wmem[2]", given->wmem_most,
		   "net.core.wmem_max", given->wmem_max);
}

void calc_view_defer_accept(FILE *file, bool json, int64_t asked_s, const struct calc_defer *result)
{
	char value[64];

	if (json) {
		struct json out = { .file = file };

		json_object(&out, NULL);
		json_string(&out, "calc", "defer-accept");
		json_signed(&out, "asked_s", asked_s);
		json_signed(&out, "kept_s", result->kept_s);
		json_signed(&out, "retransmits", result->retransmits);
		json_end_object(&out);
		json_line(&out);
		return;
	}
	if (result->retransmits == 0) {
		put_line(file, _("kept"), "0", _("off: accept(2) is woken by the handshake"));
		return;
	}
	put_line(file, _("kept"), quantity_ms_long(result->kept_s * 1000, value, sizeof(value)),
		 _("retransmission %" PRId64 " of the SYN-ACK: they come after 1, 3, 7, 15, 31, 63, 127 s, then every 120 s"),
		 result->retransmits);
	put_line(file, _("a silent client"), "", _("is accepted without data after about that time, not refused"));
}

void calc_view_dscp(FILE *file, bool json, const char *name, const struct calc_dscp *result)
{
	char text[64];

	if (json) {
		struct json out = { .file = file };

		json_object(&out, NULL);
		json_string(&out, "calc", "dscp");
		if (name)
			json_string(&out, "name", name);
		else
			json_null(&out, "name");
		json_signed(&out, "dscp", result->dscp);
		json_signed(&out, "tos", result->tos);
		json_signed(&out, "skb_priority", result->skb_priority);
		json_signed(&out, "pcp", result->pcp);
		json_signed(&out, "wifi_user_priority", result->user_priority);
		json_string(&out, "wifi_access_category", result->access);
		json_end_object(&out);
		json_line(&out);
		return;
	}
	snprintf(text, sizeof(text), "%d (0x%02x)", result->dscp, (unsigned int)result->dscp);
	put_line(file, "DSCP", text, "%s", name ? name : _("without a name"));
	snprintf(text, sizeof(text), "%d (0x%02x)", result->tos, (unsigned int)result->tos);
	put_line(file, _("byte of the header"), text, _("%s=%d, IPv6: %s=%d; the two lower bits are ECN's"),
		 name_of(SOCKOPT_ROLE_TOS), result->tos, name_of(SOCKOPT_ROLE_TCLASS), result->tos);
	snprintf(text, sizeof(text), "%d", result->skb_priority);
	put_line(file, _("Linux priority"), text, _("SO_PRIORITY follows %s on IPv4; queueing disciplines sort by it"),
		 name_of(SOCKOPT_ROLE_TOS));
	snprintf(text, sizeof(text), "%d", result->pcp);
	put_line(file, "802.1p", text, _("where a switch takes the three upper bits; many are set to trust nothing"));
	snprintf(text, sizeof(text), "%d %s", result->user_priority, result->access);
	if (result->access == result->access_pcp)
		put_line(file, "Wi-Fi", text, _("RFC 8325, and the three upper bits too"));
	else
		put_line(file, "Wi-Fi", text, _("RFC 8325; by the three upper bits, as many still do: %d %s"), result->pcp,
			 result->access_pcp);
}
