/* SPDX-License-Identifier: MIT */
/* What is told of a run: failures, with -v everything, and a file of JSON lines. */
#ifndef CMD_RUN_REPORT_H
#define CMD_RUN_REPORT_H

#include <run-engine.h>
#include <stdio.h>

struct run_report;

/**
 * @param file JSON lines go there, or NULL
 * @param verbose also a summary at the end
 */
struct run_report *run_report_new(const struct rules *rules, const char *engine, FILE *file, bool verbose);

/** The job's sink, which writes to this report. */
struct run_sink run_report_sink(struct run_report *report);

#endif
