/* SPDX-License-Identifier: MIT */
/* measure --calibrate: what was asked of a link, and what it does on this machine. */

#include "measure-calibrate.h"

#include <stdio.h>
#include <string.h>

#include <calibrate.h>
#include <color.h>
#include <json.h>
#include <log.h>
#include <measure-words.h>
#include <text.h>

#include "cmd.h"

#define LABEL_WIDTH 22
#define NUMBER_WIDTH 14

static const char *const ways[LINK_DIRECTIONS] = { [LINK_THERE] = "client_to_server", [LINK_BACK] = "server_to_client" };

/* ---- for programs ---- */

static void put_property(struct json *json, const char *name, double asked, double got, bool kept)
{
	json_object(json, name);
	json_double(json, "asked", asked);
	json_double(json, "got", got);
	json_bool(json, "kept", kept);
	json_end_object(json);
}

static void put_way(struct json *json, const struct calibration *seen, enum link_direction direction)
{
	const struct calibration_way *way = &seen->ways[direction];

	json_object(json, ways[direction]);
	put_property(json, "rate_bits_per_second", (double)seen->spec.rate, way->rate, way->keeps_rate);
	put_property(json, "loss_share", (double)seen->spec.loss / LINK_SHARE_ONE, way->loss, way->keeps_loss);
	json_unsigned(json, "loss_of_segments", way->segments);
	json_double(json, "delay_us", way->delay_us);
	json_double(json, "delay_p5_us", way->delay_low);
	json_double(json, "delay_p95_us", way->delay_high);
	json_bool(json, "machine_too_slow", way->was_starved);
	json_end_object(json);
}

static void put_json(const struct measure_place *place, const struct calibration *seen)
{
	struct json json = { .file = stdout };

	json_object(&json, NULL);
	json_string(&json, "link", place->text);
	json_string(&json, "emulation", place->engine);
	json_double(&json, "tolerance", CALIBRATE_TOLERANCE);
	json_bool(&json, "kept", seen->kept);
	put_property(&json, "rtt_us", (double)seen->spec.rtt_us, seen->rtt_us, seen->keeps_rtt);
	for (enum link_direction direction = LINK_THERE; direction < LINK_DIRECTIONS; direction++)
		put_way(&json, seen, direction);
	json_end_object(&json);
	json_line(&json);
}

/* ---- for people ---- */

static void put_cell(const char *text, size_t width)
{
	size_t used = text_width(text);

	printf("%s%*s", text, (int)(used < width ? width - used : 1), "");
}

/** A line of the table, of what was asked for. */
static void put_row(const char *label, enum metric metric, double asked, double got, bool kept)
{
	char number[MEASURE_WORDS_SIZE];

	if (asked == 0)
		return;
	put_cell(label, LABEL_WIDTH);
	put_cell(measure_number(metric, asked, number, sizeof(number)), NUMBER_WIDTH);
	printf("%s", color_out(kept ? COLOR_VALUE : COLOR_BAD));
	put_cell(measure_number(metric, got, number, sizeof(number)), NUMBER_WIDTH);
	printf("%s%s\n", color_out(COLOR_OFF), kept ? _("kept") : _("not kept"));
}

static void put_text(const struct measure_place *place, const struct calibration *seen)
{
	static const char *const labels[LINK_DIRECTIONS] = {
		[LINK_THERE] = N_("client to server"),
		[LINK_BACK] = N_("server to client"),
	};

	printf("%s%s%s  (%s)\n", color_out(COLOR_HEADING), place->text, color_out(COLOR_OFF), place->engine);
	put_cell("", LABEL_WIDTH);
	put_cell(_("asked"), NUMBER_WIDTH);
	puts(_("got"));
	put_row(_("round trip"), METRIC_P50, (double)seen->spec.rtt_us, seen->rtt_us, seen->keeps_rtt);
	for (enum link_direction direction = LINK_THERE; direction < LINK_DIRECTIONS; direction++) {
		const struct calibration_way *way = &seen->ways[direction];

		if (seen->spec.rate || seen->spec.loss)
			printf("%s%s%s\n", color_out(COLOR_HEADING), _(labels[direction]), color_out(COLOR_OFF));
		put_row(_("  rate"), METRIC_THROUGHPUT, (double)seen->spec.rate, way->rate, way->keeps_rate);
		put_row(_("  loss"), METRIC_LOSS, 100 * (double)seen->spec.loss / LINK_SHARE_ONE, 100 * way->loss,
			way->keeps_loss);
		if (way->was_starved)
			log_warning(_("this machine cannot send as fast as this rate"));
	}
	if (seen->kept)
		printf(_("All that was asked for is kept within %g %%.\n"), 100 * CALIBRATE_TOLERANCE);
	else
		printf(_("Not promised: on this machine, now, the link does not keep all of it within %g %%.\n"),
		       100 * CALIBRATE_TOLERANCE);
}

int measure_calibrate(const struct measure_place *place, bool json)
{
	struct calibration seen;
	int r;

	if (link_spec_is_plain(&place->spec) && !json) {
		puts(_("Nothing was asked of it: there is nothing to keep."));
		return EXIT_DONE;
	}
	r = calibrate(place->link, &seen);
	if (r < 0) {
		log_error(_("the link cannot be tried: %s"), strerror(-r));
		return EXIT_PARTLY;
	}
	if (json)
		put_json(place, &seen);
	else
		put_text(place, &seen);
	return seen.kept ? EXIT_DONE : EXIT_NOTHING;
}
