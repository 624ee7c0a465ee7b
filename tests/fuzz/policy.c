/* SPDX-License-Identifier: MIT */
/* Any text as rules, compiled for the kernel: within their room, each action of a rule, each refusal with its reason. */
#include <policy-compile.h>

#include "fuzz.h"

static void check_refusal(const struct rules *rules, const struct policy_refusal *refusal)
{
	bool is_ours = false;

	for (size_t i = 0; i < rules->n; i++)
		is_ours |= rules->list[i] == refusal->rule;
	if (!is_ours || !refusal->what || !memchr(refusal->word, 0, sizeof(refusal->word)))
		abort();
}

static void check_program(const struct policy_program *program)
{
	if (program->n_actions > POLICY_ACTIONS_MAX || program->n_tests > POLICY_TESTS_MAX || program->n_lines > POLICY_ACTIONS_MAX)
		abort();
	for (unsigned i = 0; i < program->n_lines; i++) {
		if (!program->lines[i].rule || !program->lines[i].action)
			abort();
		if (policy_hooks(program, i) & ~program->hooks)
			abort();
		policy_moments(program, i);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy_program program;
	struct policy_refusal refusal;
	struct rules rules = { 0 };
	char *text;

	if (size == 0)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	if (rules_parse(&rules, "fuzz", text, NULL) == 0) {
		if (policy_compile(&rules, data[0] & 1, &program, &refusal) < 0)
			check_refusal(&rules, &refusal);
		else
			check_program(&program);
	}
	rules_free(&rules);
	free(text);
	return 0;
}
