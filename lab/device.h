/* SPDX-License-Identifier: MIT */
/* The network devices of a link's two ends. The calling thread is in the device's host. */
#ifndef LAB_DEVICE_H
#define LAB_DEVICE_H

#include <stdint.h>

/** A TUN device, down, that hands over and takes unsplit packets (GSO). @return its descriptor, or -errno */
int device_make_tun(const char *name);

/** @param address in network byte order, of a net of 256; 0: none @return 0 or -errno */
int device_set_up(const char *name, uint32_t address, uint32_t mtu);

/** How many packets wait in the device for who reads them. */
int device_set_length(const char *name, int packets);

/** No address of IPv6 and none of the packets that come with one. Where there is no IPv6, there is nothing to do. */
void device_without_ipv6(const char *name);

int device_set_mtu(const char *name, uint32_t mtu);

struct device_counts {
	uint64_t packets, bytes;
};

/** What the device has received: bytes of IP. @return 0, -ENODEV or another -errno */
int device_counts(const char *name, struct device_counts *ret);

/** A pair of virtual Ethernet devices goes with either of them. */
int device_remove(const char *name);

#endif
