/* SPDX-License-Identifier: MIT */
/* Rules from the command line, from files and from profiles, with what is wrong told to the person. */
#ifndef CMD_RULE_SOURCE_H
#define CMD_RULE_SOURCE_H

#include <rule.h>

/** Each reads rules and appends them, or says what is wrong. @return 0 or -errno */
int rule_source_text(struct rules *rules, const char *text);
int rule_source_assignment(struct rules *rules, const char *assignment);
int rule_source_file(struct rules *rules, const char *path);
int rule_source_profile(struct rules *rules, const char *name);

/** The profiles that are installed, with a line on each. @return 0 or -errno, which was said */
int rule_source_list_profiles(void);

/** Says which assignments are dangerous, and how to make them all the same. @return 0, -EPERM if there are some */
int rule_source_dangers(const struct rules *rules);

#endif
