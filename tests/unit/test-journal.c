/* SPDX-License-Identifier: MIT */
#include <cmd.h>
#include <journal.h>

#include "child.h"

static char folder[96];

static void remove_all(void)
{
	DIR *open = opendir(folder);
	struct dirent *entry;

	while (open && (entry = readdir(open)))
		unlinkat(dirfd(open), entry->d_name, 0);
	if (open)
		closedir(open);
}

static int empty_folder(void **state)
{
	remove_all();
	return setenv("SOCKOPT_JOURNAL", folder, 1);
}

/** An intent with something in every member. */
static struct journal_intent an_intent(unsigned int seed, struct facts_holder *holders, size_t n_holders)
{
	static struct journal_value touched[2];
	struct journal_intent intent = {
		.netns = seed % 2 ? UINT64_C(4026531840) + seed : 0,
		.touched = touched,
		.cookie = UINT64_C(0xfedcba9876543210) + seed,
		.holders = holders,
		.n_holders = n_holders,
		.local = { .family = AF_INET, .port = 80 },
		.peer = { .family = AF_UNIX, .path = "/run/\"a\" caf\xc3\xa9.sock" },
		.kind = { AF_INET, SOCK_STREAM, 6 },
		.has_before = true,
		.value = { .level = 6, .number = 18, .before = int_value((int)seed) },
		.n_touched = 2,
	};

	for (size_t i = 0; i < n_holders; i++)
		holders[i] = (struct facts_holder){ .pid = (pid_t)(1000 + i), .fd = (int)i, .process = "nginx: \"w\"" };
	if (seed % 2)
		intent.local = (struct facts_address){
			.family = AF_PACKET,
			.packet = { .ethertype = 0x0806, .ifindex = 7, .interface = "eth0.100" },
		};
	touched[0] = (struct journal_value){ .level = 1, .number = 72, .before = int_value(3) };
	touched[1] = (struct journal_value){ .level = -1, .number = 2147483647, .before = { .length = 0 } };
	intent.value.before.length = SOCKOPT_VALUE_MAX;
	for (size_t i = 4; i < SOCKOPT_VALUE_MAX; i++)
		intent.value.before.bytes[i] = (unsigned char)(i * 7 + seed);
	return intent;
}

static unsigned int write_journal(const char *command, unsigned int n)
{
	struct facts_holder holders[3];
	struct journal *journal;
	struct sockopt_value after = int_value(42);
	unsigned int id = 0;

	assert_int_equal(journal_begin(command, &journal, &id), 0);
	for (unsigned int i = 0; i < n; i++) {
		struct journal_intent intent = an_intent(i, holders, i % 4);

		assert_int_equal(journal_intend(journal, &intent), i);
	}
	assert_int_equal(journal_commit(journal), 0);
	for (unsigned int i = 0; i + 1 < n; i++) /* the last one is left without an outcome */
		journal_outcome(journal, i, i % 2 ? NULL : &after, i % 2 ? EPERM : 0);
	journal_end(journal, true);
	return id;
}

/** What stands behind the member of the family is of no value. */
static void check_address(const struct facts_address *read, const struct facts_address *wrote)
{
	assert_int_equal(read->family, wrote->family);
	assert_int_equal(read->port, wrote->port);
	assert_int_equal(read->scope, wrote->scope);
	if (wrote->family == AF_PACKET)
		assert_memory_equal(&read->packet, &wrote->packet, sizeof(wrote->packet));
	else if (wrote->family == AF_UNIX)
		assert_memory_equal(read->path, wrote->path, sizeof(wrote->path));
	else
		assert_memory_equal(read->ip, wrote->ip, sizeof(wrote->ip));
}

static void check_intent(const struct journal_intent *read, unsigned int seed, bool done)
{
	struct facts_holder holders[3];
	struct journal_intent wrote = an_intent(seed, holders, seed % 4);

	assert_true(read->cookie == wrote.cookie);
	assert_true(read->netns == wrote.netns);
	assert_int_equal(read->n_holders, wrote.n_holders);
	for (size_t i = 0; i < read->n_holders; i++) {
		assert_int_equal(read->holders[i].pid, holders[i].pid);
		assert_int_equal(read->holders[i].fd, holders[i].fd);
		assert_string_equal(read->holders[i].process, holders[i].process);
	}
	check_address(&read->local, &wrote.local);
	check_address(&read->peer, &wrote.peer);
	assert_memory_equal(&read->kind, &wrote.kind, sizeof(wrote.kind));
	assert_true(read->has_before);
	assert_int_equal(read->value.level, wrote.value.level);
	assert_int_equal(read->value.number, wrote.value.number);
	assert_bytes(&read->value.before, wrote.value.before.bytes, wrote.value.before.length);
	assert_int_equal(read->n_touched, 2);
	assert_int_equal(read->touched[1].level, -1);
	assert_int_equal(read->touched[1].number, 2147483647);
	assert_int_equal(read->touched[1].before.length, 0);
	assert_int_equal(read->done, done);
	if (!done)
		return;
	assert_int_equal(read->failed, seed % 2);
	assert_int_equal(read->has_after, seed % 2 == 0);
	if (read->has_after)
		assert_int_equal(value_int(&read->after), 42);
}

static void what_was_written_is_read(void **state)
{
	static const char command[] = "sockopt set 'process~\"x\"' A=\xc3\xb1 \\ end\n";
	unsigned int id = write_journal(command, 130);
	struct journal_entry *entry;

	assert_int_equal(journal_read(id, &entry), 0);
	assert_int_equal(entry->id, id);
	assert_string_equal(entry->command, command);
	assert_string_equal(entry->boot, journal_boot());
	assert_int_equal(entry->uid, getuid());
	assert_int_equal(strlen(entry->time), strlen("2026-11-24T16:00:00+0000"));
	assert_false(entry->damaged);
	assert_false(entry->undone);
	assert_int_equal(entry->n_intents, 130);
	for (unsigned int i = 0; i < 130; i++)
		check_intent(&entry->intents[i], i, i + 1 < 130);
	journal_free(entry);
}

/** Whatever was typed: a journal that cannot be read cannot be undone. */
static void a_command_of_any_bytes_does_not_spoil_the_journal(void **state)
{
	for (int c = 1; c < 256; c++) {
		char command[] = { 'a', (char)c, 'b', '\0' };
		struct journal_entry *entry;
		unsigned int id = write_journal(command, 1);

		if (journal_read(id, &entry) != 0)
			fail_msg("byte %02x in the command: the journal cannot be read", (unsigned int)c);
		assert_int_equal(entry->n_intents, 1);
		check_intent(&entry->intents[0], 0, false);
		journal_free(entry);
	}
}

static void a_journal_that_was_cut_anywhere_still_tells_all_old_values_before(void **state)
{
	unsigned int id = write_journal("cut", 3);
	char path[4096], *whole;
	FILE *file;
	size_t length;
	size_t seen_parts = 0;

	snprintf(path, sizeof(path), "%s/%u.jsonl", folder, id);
	file = fopen(path, "re");
	assert_non_null(file);
	whole = malloc(1 << 20);
	assert_non_null(whole);
	length = fread(whole, 1, 1 << 20, file);
	fclose(file);
	assert_true(length > 3000 && length < 1 << 20);

	for (size_t cut = 0; cut <= length; cut++) {
		struct journal_entry *entry = NULL;
		size_t lines = 0;
		int r;

		for (size_t i = 0; i < cut; i++)
			lines += whole[i] == '\n';
		file = fmemopen(whole, cut ? cut : 1, "r");
		assert_non_null(file);
		if (cut == 0)
			fgetc(file);
		r = journal_parse(file, id, &entry);
		fclose(file);
		if (r < 0) {
			assert_int_equal(r, -EINVAL);
			assert_int_equal(lines, 0); /* the head alone was cut */
			continue;
		}
		seen_parts++;
		assert_true(entry->n_intents >= (lines > 4 ? 3 : lines ? lines - 1 :
									 0));
		for (unsigned int i = 0; i + 1 < lines && i < 3; i++)
			check_intent(&entry->intents[i], i, entry->intents[i].done);
		journal_free(entry);
	}
	free(whole);
	assert_true(seen_parts > 1000);
}

static struct journal_entry *parse(const char *text)
{
	/* fmemopen(3) takes no const; nothing is written. */
	char *copy = strdup(text);
	FILE *file = fmemopen(copy, strlen(copy), "r");
	struct journal_entry *entry = NULL;

	assert_non_null(file);
	if (journal_parse(file, 7, &entry) < 0)
		entry = NULL;
	fclose(file);
	free(copy);
	return entry;
}

#define HEAD "{\"sockopt\":1,\"id\":7,\"boot\":\"b\",\"time\":\"t\",\"uid\":0,\"command\":\"c\"}\n"

static void a_damaged_head_is_refused(void **state)
{
	static const char *const heads[] = {
		"\n",
		"x\n",
		"{}\n",
		"[]\n",
		"null\n",
		"{\"sockopt\":2}\n",
		"{\"sockopt\":\"1\"}\n",
		"\xff\xfe\n",
		"{\"sockopt\":1,\"sockopt\":1}\n",
		"{\"undone\":true}\n",
	};

	for (size_t i = 0; i < COUNT(heads); i++) {
		struct journal_entry *entry = parse(heads[i]);

		if (entry)
			fail_msg("'%s' is taken for a journal", heads[i]);
	}
}

static void a_damaged_line_is_told_and_ends_no_program(void **state)
{
	static const char *const lines[] = {
		"x",
		"{}",
		"[]",
		"7",
		"{\"intent\":1}",
		"{\"intent\":0}",
		"{\"intent\":0,\"cookie\":\"1\"}",
		"{\"intent\":0,\"cookie\":\"1x\",\"level\":6,\"number\":1,\"local\":\"\",\"peer\":\"\"}",
		"{\"intent\":0,\"cookie\":\"1\",\"level\":99999999999,\"number\":1}",
		"{\"intent\":0,\"cookie\":\"1\",\"level\":6,\"number\":1,\"before\":\"0\"}",
		"{\"intent\":0,\"cookie\":\"1\",\"level\":6,\"number\":1,\"before\":\"zz\"}",
		"{\"intent\":0,\"cookie\":\"1\",\"level\":6,\"number\":1,\"holders\":[[0,0]]}",
		"{\"intent\":0,\"cookie\":\"1\",\"level\":6,\"number\":1,\"holders\":[7]}",
		"{\"intent\":0,\"cookie\":\"1\",\"level\":6,\"number\":1,\"touched\":[1]}",
		"{\"done\":0}",
		"{\"done\":-1}",
		"{\"done\":99999}",
		"{\"intent\":0,\"intent\":0}",
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		char text[512];
		struct journal_entry *entry;

		snprintf(text, sizeof(text), HEAD "%s\n{\"undone\":true}\n", lines[i]);
		entry = parse(text);
		assert_non_null(entry);
		if (!entry->damaged)
			fail_msg("'%s' is taken for whole", lines[i]);
		assert_true(entry->undone); /* it may follow a line that was cut */
		journal_free(entry);
	}
}

/** What a file system leaves of a file that was being written when the power went. */
static void a_line_of_nul_bytes_is_a_damaged_line(void **state)
{
	static const char tail[] = HEAD "{\"committed\":0}\n\0\0\0\0\0\n\0{\"undone\":true}\n{\"undone\":true}\n\0\0\0\0";
	char copy[sizeof(tail)];
	FILE *file;
	struct journal_entry *entry = NULL;

	memcpy(copy, tail, sizeof(tail));
	file = fmemopen(copy, sizeof(tail) - 1, "r");
	assert_non_null(file);
	assert_int_equal(journal_parse(file, 7, &entry), 0);
	fclose(file);
	assert_true(entry->damaged);
	assert_true(entry->undone);
	journal_free(entry);
}

static void numbers_go_up_and_are_listed_in_order(void **state)
{
	unsigned int *ids = NULL, first = write_journal("one", 1);
	FILE *odd;
	char path[4096];

	assert_int_equal(write_journal("two", 1), first + 1);
	for (int i = 0; i < 9; i++)
		write_journal("more", 1);
	snprintf(path, sizeof(path), "%s/notes.txt", folder);
	odd = fopen(path, "we");
	assert_non_null(odd);
	fclose(odd);
	assert_int_equal(journal_list(&ids), 11);
	for (unsigned int i = 0; i < 11; i++)
		assert_int_equal(ids[i], first + i);
	free(ids);
}

static void the_last_that_was_not_undone_is_the_one_to_undo(void **state)
{
	unsigned int one = write_journal("one", 1), two = write_journal("two", 1);
	struct journal_entry *entry;

	assert_int_equal(journal_read(0, &entry), 0);
	assert_int_equal(entry->id, two);
	journal_free(entry);
	assert_int_equal(journal_mark_undone(two), 0);
	assert_int_equal(journal_read(two, &entry), 0);
	assert_true(entry->undone);
	assert_false(entry->damaged);
	journal_free(entry);
	assert_int_equal(journal_read(0, &entry), 0);
	assert_int_equal(entry->id, one);
	journal_free(entry);
	assert_int_equal(journal_mark_undone(one), 0);
	assert_int_equal(journal_read(0, &entry), -ENOENT);
	assert_int_equal(journal_read(4711, &entry), -ENOENT);
	assert_true(journal_mark_undone(4711) < 0);
}

static void a_change_that_was_not_made_leaves_no_file(void **state)
{
	struct journal *journal;
	unsigned int id, *ids = NULL;

	assert_int_equal(journal_begin("nothing", &journal, &id), 0);
	journal_end(journal, false);
	assert_int_equal(journal_list(&ids), 0);
	free(ids);
}

static void nobody_else_may_read_it(void **state)
{
	char path[4096];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%u.jsonl", folder, write_journal("secret", 1));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void a_folder_that_is_not_there_is_made(void **state)
{
	char path[4096], inner[4200];
	struct stat status;
	unsigned int *ids = NULL;

	snprintf(path, sizeof(path), "%s/a", folder);
	snprintf(inner, sizeof(inner), "%s/b", path);
	assert_int_equal(setenv("SOCKOPT_JOURNAL", inner, 1), 0);
	assert_int_equal(journal_list(&ids), 0);
	assert_int_equal(write_journal("first", 1), 1);
	assert_int_equal(stat(inner, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	snprintf(inner, sizeof(inner), "%s/b/1.jsonl", path);
	unlink(inner);
	snprintf(inner, sizeof(inner), "%s/b", path);
	assert_int_equal(rmdir(inner), 0);
	assert_int_equal(rmdir(path), 0);
}

static void the_folder_is_the_one_of_the_user(void **state)
{
	unsetenv("SOCKOPT_JOURNAL");
	setenv("XDG_STATE_HOME", "/state", 1);
	setenv("HOME", "/home/me", 1);
	if (geteuid() == 0) {
		assert_string_equal(journal_folder(), "/var/lib/sockopt");
		return;
	}
	assert_string_equal(journal_folder(), "/state/sockopt");
	setenv("XDG_STATE_HOME", "not absolute", 1);
	assert_string_equal(journal_folder(), "/home/me/.local/state/sockopt");
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
	struct journal *journal;
	unsigned int id;

	setenv("SOCKOPT_JOURNAL", "/proc/no/such/folder", 1);
	assert_true(journal_begin("nothing", &journal, &id) < 0);
}

static int begin(void **state)
{
	make_folder(folder, sizeof(folder));
	return test_begin(state);
}

static int end(void **state)
{
	remove_all();
	return rmdir(folder) | test_end(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_written_is_read, empty_folder),
		cmocka_unit_test_setup(a_command_of_any_bytes_does_not_spoil_the_journal, empty_folder),
		cmocka_unit_test_setup(a_journal_that_was_cut_anywhere_still_tells_all_old_values_before, empty_folder),
		cmocka_unit_test_setup(a_damaged_head_is_refused, empty_folder),
		cmocka_unit_test_setup(a_damaged_line_is_told_and_ends_no_program, empty_folder),
		cmocka_unit_test_setup(a_line_of_nul_bytes_is_a_damaged_line, empty_folder),
		cmocka_unit_test_setup(numbers_go_up_and_are_listed_in_order, empty_folder),
		cmocka_unit_test_setup(the_last_that_was_not_undone_is_the_one_to_undo, empty_folder),
		cmocka_unit_test_setup(a_change_that_was_not_made_leaves_no_file, empty_folder),
		cmocka_unit_test_setup(nobody_else_may_read_it, empty_folder),
		cmocka_unit_test_setup(a_folder_that_is_not_there_is_made, empty_folder),
		cmocka_unit_test_setup(the_folder_is_the_one_of_the_user, empty_folder),
		cmocka_unit_test_setup(a_folder_that_cannot_be_written_is_told, empty_folder),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
