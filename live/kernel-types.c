/* SPDX-License-Identifier: MIT */
/* Cuts the types that a BPF program names out of those of the running kernel. */

#include "kernel-types.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "kernel-targets.h"
#include "tidy.h"

#define NAMES_SIZE 1024 /* a power of two, several times as many as a program has */
#define DEPTH_MAX 64

/** What grows while it is written. */
struct bytes {
	unsigned char *at;
	size_t n, room;
	bool failed;
};

struct cut {
	const unsigned char *all; /* the kernel's types, as /sys tells them */
	size_t all_size;
	const struct btf_type *const *types; /* by number; 0 is void */
	uint32_t n_types;
	const char *strings;
	uint32_t strings_size;
	uint32_t *made; /* the number that a type has in what is cut out; 0: none yet */
	struct bytes out, out_strings;
	uint32_t n_out;
	const char *names[NAMES_SIZE]; /* that the program names, hashed; not ended by a zero */
	uint8_t lengths[NAMES_SIZE];
};

static void put(struct bytes *bytes, const void *what, size_t n)
{
	if (n == 0)
		return;
	if (bytes->n + n > bytes->room) {
		size_t room = bytes->room ? bytes->room * 2 : 65536;
		unsigned char *grown = bytes->failed ? NULL : realloc(bytes->at, room);

		if (!grown || n > room - bytes->n) {
			bytes->failed = true;
			if (grown)
				bytes->at = grown;
			return;
		}
		bytes->at = grown;
		bytes->room = room;
	}
	memcpy(bytes->at + bytes->n, what, n);
	bytes->n += n;
}

static const char *name_of(const struct cut *cut, uint32_t offset)
{
	return offset < cut->strings_size ? cut->strings + offset : "";
}

static uint32_t put_name(struct cut *cut, uint32_t offset)
{
	const char *name = name_of(cut, offset);
	uint32_t at = (uint32_t)cut->out_strings.n;

	if (!*name)
		return 0;
	put(&cut->out_strings, name, strlen(name) + 1);
	return at;
}

/** How many bytes follow a type's head; negative: a kind that is not known. */
static long tail_of(const struct btf_type *type)
{
	size_t n = btf_vlen(type);

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG: return 4;
	case BTF_KIND_ARRAY: return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return (long)(n * sizeof(struct btf_member));
	case BTF_KIND_ENUM: return (long)(n * sizeof(struct btf_enum));
	case BTF_KIND_ENUM64: return (long)(n * sizeof(struct btf_enum64));
	case BTF_KIND_FUNC_PROTO: return (long)(n * sizeof(struct btf_param));
	case BTF_KIND_DATASEC: return (long)(n * sizeof(struct btf_var_secinfo));
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG: return 0;
	default: return -1;
	}
}

static size_t hash(const char *name, size_t length)
{
	return (length * 31 + (unsigned char)name[0] * 7 + (unsigned char)name[length / 2] * 131 +
		(unsigned char)name[length - 1] * 17) &
	       (NAMES_SIZE - 1);
}

static bool is_wanted(const struct cut *cut, const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > UINT8_MAX)
		return false;
	for (size_t slot = hash(name, length); cut->names[slot]; slot = (slot + 1) & (NAMES_SIZE - 1))
		if (cut->lengths[slot] == length && memcmp(cut->names[slot], name, length) == 0)
			return true;
	return false;
}

/** A name without what is behind "___", which libbpf does not look at either. */
static void want(struct cut *cut, const char *name, size_t *n)
{
	const char *flavor = strstr(name, "___");
	size_t length = flavor ? (size_t)(flavor - name) : strlen(name), slot;

	if (length == 0 || length > UINT8_MAX || *n >= NAMES_SIZE / 2)
		return;
	for (slot = hash(name, length); cut->names[slot]; slot = (slot + 1) & (NAMES_SIZE - 1))
		if (cut->lengths[slot] == length && memcmp(cut->names[slot], name, length) == 0)
			return;
	cut->names[slot] = name;
	cut->lengths[slot] = (uint8_t)length;
	++*n;
}

static uint32_t make(struct cut *cut, uint32_t id, unsigned int depth);

static uint32_t put_type(struct cut *cut, const struct btf_type *type, const void *tail, size_t n)
{
	put(&cut->out, type, sizeof(*type));
	put(&cut->out, tail, n);
	return ++cut->n_out;
}

static uint32_t make_struct(struct cut *cut, const struct btf_type *type, unsigned int depth)
{
	size_t n = btf_vlen(type);
	struct btf_member *members = malloc((n ? n : 1) * sizeof(*members));
	struct btf_type copy = *type;
	uint32_t id;

	if (!members) {
		cut->out.failed = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		const struct btf_member *member = &btf_members(type)[i];

		members[i] = (struct btf_member){
			.name_off = put_name(cut, member->name_off),
			.type = make(cut, member->type, depth + 1),
			.offset = member->offset,
		};
	}
	copy.name_off = put_name(cut, type->name_off);
	id = put_type(cut, &copy, members, n * sizeof(*members));
	free(members);
	return id;
}

static uint32_t make_array(struct cut *cut, const struct btf_type *type, unsigned int depth)
{
	struct btf_array array = *btf_array(type);

	array.type = make(cut, array.type, depth + 1);
	array.index_type = make(cut, array.index_type, depth + 1);
	return put_type(cut, &(struct btf_type){ .info = type->info }, &array, sizeof(array));
}

/** The values of both sizes begin with their names. */
static uint32_t make_enum(struct cut *cut, const struct btf_type *type)
{
	size_t size = btf_is_enum(type) ? sizeof(struct btf_enum) : sizeof(struct btf_enum64);
	size_t n = btf_vlen(type);
	unsigned char *values = malloc(n ? n * size : 1);
	struct btf_type copy = *type;
	uint32_t id;

	if (!values) {
		cut->out.failed = true;
		return 0;
	}
	memcpy(values, type + 1, n * size);
	for (size_t i = 0; i < n; i++) {
		uint32_t name;

		memcpy(&name, values + i * size, sizeof(name));
		name = put_name(cut, name);
		memcpy(values + i * size, &name, sizeof(name));
	}
	copy.name_off = put_name(cut, type->name_off);
	id = put_type(cut, &copy, values, n * size);
	free(values);
	return id;
}

/** The number of a type in what is cut out. What is behind a pointer is not followed: libbpf does not look there. */
static uint32_t make(struct cut *cut, uint32_t id, unsigned int depth)
{
	const struct btf_type *type;
	struct btf_type copy;
	uint32_t *made;

	/* const, volatile and typedef are passed over by libbpf, too. */
	for (unsigned int i = 0; i < DEPTH_MAX && id && id < cut->n_types; i++) {
		if (!btf_is_mod(cut->types[id]) && !btf_is_typedef(cut->types[id]))
			break;
		id = cut->types[id]->type;
	}
	if (id == 0 || id >= cut->n_types || depth > DEPTH_MAX)
		return 0;
	type = cut->types[id];
	if (btf_kind(type) == BTF_KIND_PTR)
		return 1;
	if (cut->made[id])
		return cut->made[id];
	made = &cut->made[id];
	copy = *type;
	/* Meanwhile it is something: else a type that has itself as a member would be made again and again. */
	*made = 1;
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: *made = make_struct(cut, type, depth); break;
	case BTF_KIND_ARRAY: *made = make_array(cut, type, depth); break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: *made = make_enum(cut, type); break;
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
		copy.name_off = put_name(cut, type->name_off);
		*made = put_type(cut, &copy, type + 1, (size_t)tail_of(type));
		break;
	default: *made = 0;
	}
	return *made;
}

/** Of a tracepoint; its type points to a function, of which the first parameter is the tracepoint's own. */
static unsigned int arguments_of(const struct cut *cut, const struct btf_type *type)
{
	if (btf_is_typedef(type) && type->type < cut->n_types)
		type = cut->types[type->type];
	if (type && btf_is_ptr(type) && type->type < cut->n_types)
		type = cut->types[type->type];
	return type && btf_is_func_proto(type) && btf_vlen(type) ? btf_vlen(type) - 1U : 0;
}

/** Notes a type of the kernel's that the program names, or that it is attached to. */
static void meet(struct cut *cut, uint32_t id)
{
	const struct btf_type *type = cut->types[id];
	const char *name = name_of(cut, type->name_off);

	if ((btf_is_composite(type) || btf_is_any_enum(type)) && is_wanted(cut, name))
		make(cut, id, 0);
	if (btf_kind(type) == BTF_KIND_FUNC || btf_is_typedef(type)) {
		struct kernel_target *target = kernel_targets_find(btf_kind(type), name);

		if (target)
			*target = (struct kernel_target){ id, arguments_of(cut, type) };
	}
}

/** Finds where each type is, and in the same go nothing else: most are never looked at again. */
static int index_types(struct cut *cut, const unsigned char *at, size_t size)
{
	const unsigned char *end = at + size;
	const struct btf_type **types = NULL;
	size_t room = 0;
	uint32_t n = 1; /* 0 is void */

	while (at < end) {
		const struct btf_type *type = (const void *)at;
		long tail = (size_t)(end - at) >= sizeof(*type) ? tail_of(type) : -1;

		if (tail < 0 || tail > end - at - (long)sizeof(*type)) {
			free(types);
			return -EBADMSG;
		}
		if (n >= room) {
			const struct btf_type **grown;

			room = room ? room * 2 : 262144;
			grown = realloc(types, room * sizeof(*grown));
			if (!grown) {
				free(types);
				return -ENOMEM;
			}
			types = grown;
			types[0] = NULL;
		}
		types[n++] = type;
		at += sizeof(*type) + (size_t)tail;
	}
	cut->types = types;
	cut->n_types = n;
	return types ? 0 : -EBADMSG;
}

/** @param ret_all to be unmapped, unless MAP_FAILED, even if it failed */
static int read_all(void **ret_all, size_t *ret_size)
{
	struct stat status;

	autoclose int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	*ret_size = (size_t)status.st_size;
	/* Since 6.16 it can be mapped. */
	*ret_all = mmap(NULL, *ret_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (*ret_all != MAP_FAILED)
		return 0;
	*ret_all = mmap(NULL, *ret_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*ret_all == MAP_FAILED)
		return -errno;
	for (size_t n = 0; n < *ret_size;) {
		ssize_t r = read(fd, (unsigned char *)*ret_all + n, *ret_size - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? -errno : -EBADMSG;
		n += (size_t)r;
	}
	return 0;
}

static int find(struct cut *cut)
{
	const struct btf_header *head = (const void *)cut->all;
	int r;

	if (cut->all_size < sizeof(*head) || head->magic != BTF_MAGIC || head->hdr_len > cut->all_size ||
	    (head->hdr_len + head->type_off) % _Alignof(struct btf_type) != 0 ||
	    head->type_off > cut->all_size - head->hdr_len ||
	    head->type_len > cut->all_size - head->hdr_len - head->type_off ||
	    head->str_off > cut->all_size - head->hdr_len || head->str_len == 0 ||
	    head->str_len > cut->all_size - head->hdr_len - head->str_off)
		return -EBADMSG;
	cut->strings = (const char *)cut->all + head->hdr_len + head->str_off;
	cut->strings_size = head->str_len;
	if (cut->strings[head->str_len - 1])
		return -EBADMSG;
	r = index_types(cut, cut->all + head->hdr_len + head->type_off, head->type_len);
	if (r < 0)
		return r;
	cut->made = calloc(cut->n_types, sizeof(*cut->made));
	if (!cut->made)
		return -ENOMEM;
	put(&cut->out_strings, "", 1);
	/* Number 1: a pointer to something. */
	put_type(cut, &(struct btf_type){ .info = (uint32_t)BTF_KIND_PTR << 24 }, NULL, 0);
	for (uint32_t id = 1; id < cut->n_types; id++)
		meet(cut, id);
	return cut->out.failed || cut->out_strings.failed ? -ENOMEM : 0;
}

static int write_out(const struct cut *cut, int fd)
{
	struct btf_header head = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(head),
		.type_len = (uint32_t)cut->out.n,
		.str_off = (uint32_t)cut->out.n,
		.str_len = (uint32_t)cut->out_strings.n,
	};

	if (write(fd, &head, sizeof(head)) != sizeof(head) ||
	    write(fd, cut->out.at, cut->out.n) != (ssize_t)cut->out.n ||
	    write(fd, cut->out_strings.at, cut->out_strings.n) != (ssize_t)cut->out_strings.n)
		return errno ? -errno : -EIO;
	return 0;
}

int kernel_types_begin(struct kernel_types *ret)
{
	int r = kernel_targets_register();

	*ret = (struct kernel_types)KERNEL_TYPES_NONE;
	if (r < 0)
		return r;
	ret->fd = memfd_create("types", MFD_CLOEXEC);
	if (ret->fd < 0)
		return -errno;
	snprintf(ret->path, sizeof(ret->path), "/proc/self/fd/%d", ret->fd);
	return 0;
}

int kernel_types_cut_from(const void *all, size_t size, const struct kernel_types *types, struct bpf_object *object)
{
	const struct btf *btf = bpf_object__btf(object);
	struct cut cut = { .all = all, .all_size = size };
	size_t n = 0;
	int r;

	if (types->fd < 0 || !btf)
		return -EINVAL;
	r = kernel_targets_expect(object);
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (btf_is_composite(type) || btf_is_any_enum(type))
			want(&cut, btf__name_by_offset(btf, type->name_off), &n);
	}
	if (r == 0)
		r = find(&cut);
	if (r == 0)
		r = write_out(&cut, types->fd);
	free((void *)(uintptr_t)cut.types);
	free(cut.made);
	free(cut.out.at);
	free(cut.out_strings.at);
	return r;
}

int kernel_types_cut(const struct kernel_types *types, struct bpf_object *object)
{
	size_t size = 0;
	void *all = MAP_FAILED;
	int r = read_all(&all, &size);

	if (r == 0)
		r = kernel_types_cut_from(all, size, types, object);
	if (all != MAP_FAILED)
		munmap(all, size);
	return r;
}

void kernel_types_end(struct kernel_types *types)
{
	kernel_targets_forget();
	if (types->fd < 0)
		return;
	close(types->fd);
	*types = (struct kernel_types)KERNEL_TYPES_NONE;
}
