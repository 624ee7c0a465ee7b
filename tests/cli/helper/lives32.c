/* SPDX-License-Identifier: MIT */
/*
 * A static program of 32 bits, without a C library, whose calls are those of the i386 table:
 *
 *   lives32 stream LEVEL NUMBER          what a listener, a socket that connects, and an accepted one have
 *   lives32 asks LEVEL NUMBER VALUE      errno of setsockopt(2) on a fresh socket, and the value after it
 *   lives32 timeout SECONDS              errno of SO_RCVTIMEO, a struct timeval of two words of 32 bits
 *   lives32 called LEVEL NUMBER          what a socket has that socketcall(2) made
 *   lives32 words LEVEL NUMBER VALUE     errno of setsockopt(2) by socketcall(2)
 */
enum { SYSCALL_EXIT = 1,
       SYSCALL_WRITE = 4,
       SYSCALL_SOCKETCALL = 102,
       SYSCALL_SOCKET = 359,
       SYSCALL_BIND = 361,
       SYSCALL_CONNECT = 362,
       SYSCALL_LISTEN = 363,
       SYSCALL_ACCEPT4 = 364,
       SYSCALL_GETSOCKOPT = 365,
       SYSCALL_SETSOCKOPT = 366,
       SYSCALL_GETSOCKNAME = 367 };

static long call(long number, long a, long b, long c, long d, long e)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return result;
}

static void put(const char *text)
{
	long length = 0;

	while (text[length])
		length++;
	call(SYSCALL_WRITE, 1, (long)text, length, 0, 0);
}

static void put_number(long number)
{
	char text[12], *at = text + sizeof(text);

	*--at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put(at);
}

static _Noreturn void end(int status)
{
	for (;;)
		call(SYSCALL_EXIT, status, 0, 0, 0, 0);
}

static long tried(long result, const char *what)
{
	if (result >= 0)
		return result;
	put(what);
	put(": ");
	put_number(-result);
	put("\n");
	end(1);
}

static int number_of(const char *text)
{
	int number = 0;

	while (*text >= '0' && *text <= '9')
		number = number * 10 + *text++ - '0';
	return number;
}

static int level, number;

static long value_of(long fd)
{
	int value = 0, length = sizeof(value);

	tried(call(SYSCALL_GETSOCKOPT, fd, level, number, (long)&value, (long)&length), "getsockopt");
	return value;
}

static long set(long fd, int of_level, int of_number, const void *value, long length)
{
	long r = call(SYSCALL_SETSOCKOPT, fd, of_level, of_number, (long)value, length);

	return r < 0 ? -r : 0;
}

static long new_socket(void)
{
	return tried(call(SYSCALL_SOCKET, 2, 1, 0, 0, 0), "socket");
}

static void stream(void)
{
	struct {
		unsigned short family, port;
		unsigned char address[4], zeros[8];
	} address = { 2, 0, { 127, 0, 0, 1 }, { 0 } };
	int length = sizeof(address);
	long listener = new_socket(), client = new_socket(), accepted;

	tried(call(SYSCALL_BIND, listener, (long)&address, length, 0, 0), "bind");
	tried(call(SYSCALL_LISTEN, listener, 5, 0, 0, 0), "listen");
	tried(call(SYSCALL_GETSOCKNAME, listener, (long)&address, (long)&length, 0, 0), "getsockname");
	tried(call(SYSCALL_CONNECT, client, (long)&address, length, 0, 0), "connect");
	accepted = tried(call(SYSCALL_ACCEPT4, listener, 0, 0, 0, 0), "accept4");
	put_number(value_of(listener));
	put(" ");
	put_number(value_of(client));
	put(" ");
	put_number(value_of(accepted));
	put("\n");
}

__attribute__((used)) static void begin(const int *stack)
{
	char **argv = (char **)(stack + 1);
	int argc = stack[0];
	char mode = argc > 2 ? argv[1][0] : '\0';
	long arguments[] = { 2, 1, 0 };
	long fd;

	level = argc > 3 ? number_of(argv[2]) : 0;
	number = argc > 3 ? number_of(argv[3]) : 0;
	if (mode == 's') {
		stream();
	} else if (mode == 'a' && argc > 4) {
		int value = number_of(argv[4]);

		fd = new_socket();
		put_number(set(fd, level, number, &value, sizeof(value)));
		put(" ");
		put_number(value_of(fd));
		put("\n");
	} else if (mode == 't') {
		int timeout[2] = { number_of(argv[2]), 0 };

		put_number(set(new_socket(), 1, 20, timeout, sizeof(timeout)));
		put("\n");
	} else if (mode == 'w' && argc > 4) {
		int value = number_of(argv[4]);
		long words[] = { new_socket(), level, number, (long)&value, sizeof(value) };

		put_number(-call(SYSCALL_SOCKETCALL, 14, (long)words, 0, 0, 0));
		put("\n");
	} else if (mode == 'c') {
		fd = tried(call(SYSCALL_SOCKETCALL, 1, (long)arguments, 0, 0, 0), "socketcall");
		put_number(value_of(fd));
		put("\n");
	} else {
		end(2);
	}
	end(0);
}

/* The stack has argc and the arguments. */
__asm__(".globl _start\n_start:\n\tmov %esp, %eax\n\tand $-16, %esp\n\tsub $12, %esp\n\tpush %eax\n\tcall begin\n");
