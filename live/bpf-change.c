/* SPDX-License-Identifier: MIT */
/* Options of sockets that no descriptor leads to, read and set in the kernel. */

#include "bpf-change.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <change-list.h>

/* Made by bpftool, to the taste of others. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <change.skel.h>
#pragma GCC diagnostic pop

#include "bpf-load.h"
#include "bpf-sockets.h"
#include "namespaces.h"
#include "tidy.h"

/* Marked for translation: a command says it. */
#define N_(text) text

_Static_assert(BPF_VALUE_MAX == CHANGE_VALUE_MAX, "reader and program must agree");

/** A network namespace that has sockets of the list. */
struct place {
	uint64_t netns;
	bool is_walked;
};

struct run {
	struct change_bpf *skeleton;
	struct bpf_link *links[2]; /* TCP, UDP */
	bool with_udp;
	const struct sockopt_option *options[CHANGE_OPTIONS_MAX];
	size_t n_options;
	struct bpf_change **sorted; /* by cookie */
	size_t n;
	unsigned char *buffer; /* BPF_BUFFER_SIZE bytes for results */
	struct place *places;
	size_t n_places;
	bool everywhere; /* the namespace of a socket is not known: all are walked */
};

bool bpf_change_possible(const struct sockopt_option *option, const struct sockopt_kind *kind)
{
	bool is_ip = kind->family == AF_INET || kind->family == AF_INET6;

	return is_ip && (kind->protocol == IPPROTO_TCP || kind->protocol == IPPROTO_UDP) &&
	       option->get_type->size <= CHANGE_VALUE_MAX && option->type->size <= CHANGE_VALUE_MAX &&
	       (option->bpf == SOCKOPT_BPF_YES || option->bpf == SOCKOPT_BPF_SET);
}

/** The place of an option in the list, which grows by it; CHANGE_OPTIONS_MAX: there are too many. */
static size_t place_of(struct run *run, const struct sockopt_option *option)
{
	for (size_t i = 0; i < run->n_options; i++)
		if (run->options[i] == option)
			return i;
	if (run->n_options < CHANGE_OPTIONS_MAX)
		run->options[run->n_options++] = option;
	else
		return CHANGE_OPTIONS_MAX;
	return run->n_options - 1;
}

static int compare_cookies(const void *a, const void *b)
{
	const struct bpf_change *x = *(struct bpf_change *const *)a, *y = *(struct bpf_change *const *)b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

static struct place *find_place(const struct run *run, uint64_t netns)
{
	for (size_t i = run->n_places; i-- > 0;)
		if (run->places[i].netns == netns)
			return &run->places[i];
	return NULL;
}

/** Most sockets in a row are of one namespace. */
static int note_place(struct run *run, uint64_t netns)
{
	struct place *grown;

	if (!netns)
		run->everywhere = true;
	if (!netns || find_place(run, netns))
		return 0;
	grown = realloc(run->places, (run->n_places + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	run->places = grown;
	run->places[run->n_places++] = (struct place){ .netns = netns };
	return 0;
}

static int prepare(struct run *run, struct bpf_change *changes, size_t n)
{
	run->sorted = malloc(n * sizeof(*run->sorted));
	run->buffer = malloc(BPF_BUFFER_SIZE);
	if (!run->sorted || !run->buffer)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct sockopt_option *option = changes[i].option;

		if ((option->bpf != SOCKOPT_BPF_YES && option->bpf != SOCKOPT_BPF_SET) ||
		    (changes[i].has_asked && changes[i].asked.length > CHANGE_VALUE_MAX) ||
		    place_of(run, option) == CHANGE_OPTIONS_MAX)
			return -EINVAL;
		if (note_place(run, changes[i].netns) < 0)
			return -ENOMEM;
		changes[i].is_found = changes[i].is_out_of_reach = changes[i].has_after = false;
		changes[i].error = 0;
		run->sorted[i] = &changes[i];
	}
	run->n = n;
	qsort(run->sorted, n, sizeof(*run->sorted), compare_cookies);
	return 0;
}

static void fill(struct run *run)
{
	struct change_bpf__rodata *constants = run->skeleton->rodata;

	for (size_t i = 0; i < run->n_options; i++) {
		struct change_option *option = (struct change_option *)(uintptr_t)&constants->options[i];

		option->level = run->options[i]->level->number;
		option->number = run->options[i]->number;
		option->read_length = run->options[i]->bpf == SOCKOPT_BPF_YES ? run->options[i]->get_type->size : 0;
	}
	constants->n_options = (uint32_t)run->n_options;
	bpf_map__set_max_entries(run->skeleton->maps.changes, (uint32_t)run->n);
	bpf_program__set_autoload(run->skeleton->progs.change_udp, run->with_udp);
}

static void unload(struct run *run)
{
	bpf_link__destroy(run->links[0]);
	bpf_link__destroy(run->links[1]);
	change_bpf__destroy(run->skeleton);
	run->links[0] = run->links[1] = NULL;
	run->skeleton = NULL;
}

static struct bpf_object *open_skeleton(void *context, const struct bpf_object_open_opts *opts)
{
	struct run *run = context;

	run->skeleton = change_bpf__open_opts(opts);
	if (!run->skeleton)
		return NULL;
	fill(run);
	return run->skeleton->obj;
}

static int load_skeleton(void *context)
{
	return change_bpf__load(((struct run *)context)->skeleton);
}

static void close_skeleton(void *context)
{
	unload(context);
}

static int load_with(struct run *run, bool with_udp)
{
	static const struct bpf_loader loader = { open_skeleton, load_skeleton, close_skeleton };
	int r;

	run->with_udp = with_udp;
	r = bpf_load(&loader, run);
	if (r < 0)
		return r;
	run->links[0] = bpf_program__attach_iter(run->skeleton->progs.change_tcp, NULL);
	if (!run->links[0])
		return -errno;
	if (with_udp)
		run->links[1] = bpf_program__attach_iter(run->skeleton->progs.change_udp, NULL);
	return with_udp && !run->links[1] ? -errno : 0;
}

/** Some kernels let an iterator over UDP sockets only look: then those over TCP are what there is. */
static int load(struct run *run)
{
	bool with_udp = false;
	int r;

	for (size_t i = 0; i < run->n; i++)
		with_udp |= run->sorted[i]->protocol == IPPROTO_UDP;
	r = load_with(run, with_udp);
	if (r == 0 || !with_udp)
		return r;
	unload(run);
	for (size_t i = 0; i < run->n; i++)
		if (run->sorted[i]->protocol == IPPROTO_UDP) {
			run->sorted[i]->is_found = true;
			run->sorted[i]->error = EOPNOTSUPP;
		}
	return load_with(run, false);
}

/** The list goes into the map: from then on the programs may meet these sockets. */
static int list_changes(struct run *run)
{
	int map = bpf_map__fd(run->skeleton->maps.changes);

	for (size_t i = 0; i < run->n; i++) {
		const struct bpf_change *change = run->sorted[i];
		struct change_key key = { .cookie = change->cookie, .option = (uint32_t)place_of(run, change->option) };
		struct change_value value = { 0 };

		if (change->has_asked) {
			/* The kernel wants a byte of a value at least; that of no text is its end. */
			value.length = change->asked.length ? change->asked.length : 1;
			memcpy(value.bytes, change->asked.bytes, change->asked.length);
		}
		if (bpf_map_update_elem(map, &key, &value, BPF_ANY) < 0)
			return -errno;
	}
	return 0;
}

static void note(struct run *run, const struct change_result *result)
{
	struct bpf_change wanted = { .cookie = result->key.cookie }, *key = &wanted;
	struct bpf_change **found = bsearch(&key, run->sorted, run->n, sizeof(*run->sorted), compare_cookies);

	if (!found || result->key.option >= run->n_options || result->after.length > CHANGE_VALUE_MAX)
		return;
	/* Several options of one socket stand side by side. */
	while (found > run->sorted && found[-1]->cookie == result->key.cookie)
		found--;
	for (; found < run->sorted + run->n && (*found)->cookie == result->key.cookie; found++) {
		struct bpf_change *change = *found;

		if (change->option != run->options[result->key.option])
			continue;
		change->is_found = true;
		change->error = -result->set_error;
		change->has_after = result->after.length && result->read_error == 0;
		change->after.length = result->after.length;
		memcpy(change->after.bytes, result->after.bytes, result->after.length);
	}
}

static int walk_table(struct run *run, const struct bpf_link *link)
{
	autoclose int fd = bpf_iter_create(bpf_link__fd(link));
	struct change_result result;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = bpf_sockets_read(fd, run->buffer)) > 0)
		for (size_t at = 0; at + sizeof(result) <= (size_t)n; at += sizeof(result)) {

			memcpy(&result, run->buffer + at, sizeof(result));
			note(run, &result);
		}
	return (int)n;
}

static int walk_namespace(void *arg, uint64_t netns)
{
	struct run *run = arg;
	struct place *place = find_place(run, netns);
	int r;

	if (!place && !run->everywhere)
		return 0;
	if (place)
		place->is_walked = true;
	r = walk_table(run, run->links[0]);
	return r < 0 || !run->links[1] ? r : walk_table(run, run->links[1]);
}

/** What was not met is gone, unless it may be where nobody looked. */
static void tell_gone_from_hidden(struct run *run, bool hidden)
{
	for (size_t i = 0; i < run->n; i++) {
		struct bpf_change *change = run->sorted[i];
		const struct place *place = change->netns ? find_place(run, change->netns) : NULL;

		if (!change->is_found)
			change->is_out_of_reach = place ? !place->is_walked : hidden;
	}
}

int bpf_change_all(struct bpf_change *changes, size_t n, const char **ret_why, int *ret_error)
{
	struct run run = { 0 };
	struct bpf_refusal refusal;
	bool hidden = false;
	int r;

	if (n == 0)
		return -EINVAL;
	r = prepare(&run, changes, n);
	if (r == 0 && bpf_privileges_raise(true, &refusal) < 0) {
		*ret_why = refusal.what;
		*ret_error = refusal.error;
		r = -EOPNOTSUPP;
	}
	if (r == 0) {
		r = load(&run);
		if (r == 0)
			r = list_changes(&run);
		if (r < 0) {
			*ret_why = N_("this kernel does not take its programs");
			*ret_error = -r;
			r = -EOPNOTSUPP;
		}
	}
	if (r == 0)
		r = namespaces_each(walk_namespace, &run, &hidden);
	if (r == 0)
		tell_gone_from_hidden(&run, hidden);
	bpf_privileges_lower(false);
	unload(&run);
	free(run.places);
	free(run.sorted);
	free(run.buffer);
	return r;
}
