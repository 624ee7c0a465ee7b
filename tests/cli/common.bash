# What all tests of the command share: a folder and journal of their own, programs
# with sockets, and that nothing is left behind.
# shellcheck shell=bash disable=SC2034

# SOL_SOCKET and the options that the tests set and look at, as this machine numbers them, and the way to the interpreter
# itself: a shim that looks for it (pyenv's is a shell script) takes longer than what is run with it. Exported: a file of
# tests loads this once for itself and once for each test, which an emulated machine feels.
[ -n "${TCP_USER_TIMEOUT:-}" ] || eval "$(python3 -c 'import os, shlex, socket as s, sys
print("export PATH=" + shlex.quote(os.path.dirname(sys.executable) + ":" + os.environ["PATH"]))
for n in ("SOL_SOCKET", "IPPROTO_TCP", "SO_KEEPALIVE", "SO_RCVBUF", "SO_SNDBUF", "TCP_NODELAY", "TCP_KEEPIDLE",
          "SO_REUSEADDR", "SO_REUSEPORT", "SO_PRIORITY", "TCP_USER_TIMEOUT"):
    print(f"export {n}={getattr(s, n)}")')"
SO_BUF_LOCK=72

# How many times as long as on a usual machine one waits before something is taken for failed.
: "${PATIENCE:=1}"

setup_common() {
	bats_require_minimum_version 1.5.0
	: "${SOCKOPT:?the sockopt program to test}" "${HELPERS:?the folder of the helper programs}"
	FOLDER=$(mktemp -d)
	chmod 755 "$FOLDER"
	STARTED=()
	NAMESPACES=()
	declare -gA PID IN OUT
	export SOCKOPT_JOURNAL="$FOLDER/journal" LC_ALL=C.UTF-8 TERM=xterm
	unset LANGUAGE LANG NO_COLOR COLUMNS XDG_STATE_HOME
}

teardown_common() {
	local pid namespace

	# servers end their workers when they are asked to end, not when they are killed
	for pid in "${STARTED[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
	done
	for pid in "${STARTED[@]}"; do
		gone() { ! kill -0 "$pid" 2>/dev/null; }
		eventually gone >/dev/null || kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	for namespace in "${NAMESPACES[@]}"; do
		ip netns delete "$namespace" || true
	done
	rm -rf "$FOLDER"
}

setup() {
	setup_common
}

teardown() {
	teardown_common
}

# start COMMAND...: in the background, until the test ends; its pid is in LAST
start() {
	"$@" <&0 3>&- &
	LAST=$!
	STARTED+=("$LAST")
}

# eventually COMMAND...: until it succeeds, ten seconds at most, more where PATIENCE says so
eventually() {
	local tries

	for ((tries = 0; tries < 200 * PATIENCE; tries++)); do
		if "$@" >/dev/null 2>&1; then
			return 0
		fi
		sleep 0.05
	done
	echo "did not come true: $*"
	return 1
}

# program NAME [PREFIX...]: the helper with sockets, behind PREFIX (a command that executes it)
program() {
	local name=$1 in out

	shift
	mkfifo "$FOLDER/$name.in" "$FOLDER/$name.out"
	exec {in}<>"$FOLDER/$name.in" {out}<>"$FOLDER/$name.out"
	"$@" "$HELPERS/sockets" <"$FOLDER/$name.in" >"$FOLDER/$name.out" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	PID[$name]=$LAST IN[$name]=$in OUT[$name]=$out
	ask "$name" open unix 1
}

# ask NAME COMMAND...: the answer is in ANSWER, and its words in WORDS
ask() {
	local name=$1

	shift
	printf '%s\n' "$*" >&"${IN[$name]}"
	if ! read -r -t $((30 * PATIENCE)) ANSWER <&"${OUT[$name]}"; then
		echo "no answer of $name to: $*"
		return 1
	fi
	read -r -a WORDS <<<"$ANSWER"
}

# told NAME COMMAND... -- EXPECTED: asks and compares
told() {
	local name=$1 words=()

	shift
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	ask "$name" "${words[@]}"
	[ "$ANSWER" = "$2" ] || {
		echo "$name, ${words[*]}: told '$ANSWER', expected '$2'"
		return 1
	}
}

hex() {
	od -An -v -tx1 | tr -d ' \n'
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

needs_root() {
	[ "$(id -u)" = 0 ] || skip "needs root: $1"
}

needs() {
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

# A prefix of commands: as a user that owns nothing, without capabilities. Needs root.
NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all)

# Nothing that a terminal would obey: no control byte but line ends, and valid UTF-8.
is_harmless() {
	python3 -c 'import sys
text = sys.stdin.buffer.read().decode()
bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]
sys.exit(f"control characters: {bad!r}" if bad else 0)'
}

# No line is wider than so many columns.
fits() {
	python3 -c 'import sys
wide = [line for line in sys.stdin.read().split("\n") if len(line) > int(sys.argv[1])]
sys.exit("too wide: " + wide[0] if wide else 0)' "$1"
}

# with_descriptors N COMMAND...: it may have N descriptors, and has but the first three
with_descriptors() {
	python3 -c 'import os, resource, sys
n = int(sys.argv[1])
os.closerange(3, 1024)
resource.setrlimit(resource.RLIMIT_NOFILE, (n, n))
os.execv(sys.argv[2], sys.argv[2:])' "$@"
}

# with_ring LEVEL OPTION: a listener for $HELPERS/ring, its port in RING_PORT; what ring says of the option is in output.
# Skips where io_uring is not to be had.
with_ring() {
	start python3 -u -c '
import socket
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
print(l.getsockname()[1])
while True: l.accept()' >"$FOLDER/ring-port"
	eventually test -s "$FOLDER/ring-port"
	RING_PORT=$(cat "$FOLDER/ring-port")
	run --separate-stderr "$HELPERS/ring" "$1" "$2" "$RING_PORT"
	[[ "$stderr" != "ring: "* ]] || skip "no io_uring here: $stderr"
}
