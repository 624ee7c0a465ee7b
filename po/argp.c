/* SPDX-License-Identifier: MIT */
/*
 * Not compiled: the words that argp(3) itself puts around a command's own texts. It looks
 * them up in the program's domain, and so they have to be in it. See glibc argp/argp-help.c.
 */
N_("Usage:");
N_("  or: ");
N_(" [OPTION...]");
N_("Mandatory or optional arguments to long options are also mandatory or optional for any corresponding short options.");
N_("Try `%s --help' or `%s --usage' for more information.\n");
N_("ARGP_HELP_FMT: %s value is less than or equal to %s");
N_("%.*s: ARGP_HELP_FMT parameter requires a value");
N_("Unknown error");
