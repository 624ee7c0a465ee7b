/* SPDX-License-Identifier: MIT */
/* The engines, the best first. */

#include "run-engine.h"

const struct run_engine *const run_engines[] = {
	&run_engine_bpf,
	&run_engine_notify,
	&run_engine_preload,
	NULL,
};
