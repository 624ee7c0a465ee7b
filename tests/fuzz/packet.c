/* SPDX-License-Identifier: MIT */
/* Any bytes as a packet from a TUN device: its segments are all of it, and each can be cut out. */
#include <segments.h>

#include "fuzz.h"

static void cut(const struct virtio_net_hdr *offload, const uint8_t *packet, size_t length, const struct segments *segments)
{
	struct segment_run run;
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < segments->count; i++) {
		segments_cut(offload, packet, segments, i, 1, &run);
		if (run.header_length + run.payload_length != segment_bytes(segments, i) || run.payload_at + run.payload_length > length)
			abort();
		bytes += run.payload_length;
	}
	if (bytes != segments->payload)
		abort();
	segments_cut(offload, packet, segments, segments->count / 2, segments->count - segments->count / 2, &run);
	if (run.payload_at + run.payload_length != length)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = fuzz_bytes(data, size);
	struct virtio_net_hdr offload;
	struct segments segments;

	if (size > sizeof(offload)) {
		const uint8_t *packet = bytes + sizeof(offload);
		size_t length = size - sizeof(offload);

		memcpy(&offload, bytes, sizeof(offload));
		if (segments_read(&offload, packet, length, &segments)) {
			uint64_t all = segments_bytes(&segments, 0, segments.count);

			if (!segments.count || all != (uint64_t)segments.count * segments.header + segments.payload)
				abort();
			if (segments.count > 1)
				cut(&offload, packet, length, &segments);
		}
	}
	free(bytes);
	return 0;
}
