#!/usr/bin/env bats
# sockopt apply and policy: rules for programs that others start, in the kernel

load common

setup() {
	setup_common
	RULES=$FOLDER/web.rules
	cat >"$RULES" <<-'END'
		# a web server
		tcp: TCP_USER_TIMEOUT=30s
		tcp and port=1: SO_KEEPALIVE=on
		force TCP_NODELAY=on
		deny=EACCES SO_RCVLOWAT
	END
}

teardown() {
	local cgroup

	if [ -n "${SPACE:-}" ]; then
		in_space "$SOCKOPT" policy remove --all --pin "$PINS" 2>/dev/null || true
	fi
	teardown_common
	for cgroup in "${MADE[@]}"; do
		eventually gone_cgroup "$cgroup" >/dev/null || echo "left: $cgroup"
	done
	[ -z "${SPACE:-}" ] || eventually nothing_is_left
}

gone_cgroup() {
	[ ! -d "$1" ] || rmdir "$1"
}

# the BPF programs of policies that are loaded now
programs() {
	bpftool prog show --json 2>/dev/null | jq -c '[.[] | select(.name // "" | test("^(at|via)_(create|bind|connect|send|set|tcp)"))] | length'
}

nothing_is_left() {
	[ "$(programs)" -le "$BEFORE" ]
}

# A cgroup of this test, in CGROUP, and a bpffs that nobody else sees
with_cgroup() {
	needs_root "to load BPF programs"
	needs bpftool
	CGROUPS=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$CGROUPS" ] || skip "there is no cgroup hierarchy of version 2"
	BEFORE=$(programs)
	CGROUP=$CGROUPS/sockopt-test-$BASHPID
	mkdir "$CGROUP"
	MADE+=("$CGROUP")
	mkdir "$FOLDER/bpffs"
	start unshare -m sh -c "mount -t bpf bpf '$FOLDER/bpffs' && touch '$FOLDER/mounted' && exec sleep 1000"
	eventually test -f "$FOLDER/mounted"
	SPACE=$LAST PINS=$FOLDER/bpffs/policies
	in_space "$SOCKOPT" apply --cgroup "$CGROUP" --pin "$PINS" "$RULES" 2>"$FOLDER/why" || skip "no BPF here: $(head -1 "$FOLDER/why")"
	in_space "$SOCKOPT" policy remove --all --pin "$PINS"
	eventually nothing_is_left
}

in_space() {
	nsenter -m -t "$SPACE" "$@"
}

applying() {
	in_space "$SOCKOPT" apply --pin "$PINS" "$@"
}

policy() {
	in_space "$SOCKOPT" policy --pin "$PINS" "$@"
}

# inside COMMAND...: in the cgroup
inside() {
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$CGROUP" "$@"
}

# start_inside COMMAND...: in the background; its pid is in LAST
start_inside() {
	start sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$CGROUP" "$@"
}

# listening, accepted and connecting socket of a program: an option each
three() {
	inside "$HELPERS/lives" stream "$@"
}

@test "--check: when, where and what, of each rule; and nothing is changed" {
	run --separate-stderr -0 "$SOCKOPT" apply --check "$RULES"
	[ "${lines[0]}" = "$RULES:2  tcp: TCP_USER_TIMEOUT=30s" ]
	[ "${lines[1]}" = "    TCP_USER_TIMEOUT=30s  made at: listen, connect; what a program asks for later counts" ]
	[ "${lines[2]}" = "    cgroup/connect4, cgroup/connect6, sockops" ]
	[[ "$output" == *"TCP_NODELAY=on  made at: listen, connect; a program's own value is replaced by this one"* ]]
	[ "${lines[-2]}" = "    SO_RCVLOWAT  a program that asks for it is refused" ]
	[ "${lines[-1]}" = "    cgroup/setsockopt" ]
	run --separate-stderr -0 "$SOCKOPT" apply --check -r 'udp: SO_PRIORITY=3' "$RULES" -r 'deny SO_SNDBUF'
	[ "${lines[0]}" = "-r:1  udp: SO_PRIORITY=3" ]
	[[ "$output" == *$'\n'"$RULES:2  "*$'\n'"-r:1  deny SO_SNDBUF"$'\n'* ]]
	run --separate-stderr -0 "$SOCKOPT" apply --check "$RULES" --json
	[ "${#lines[@]}" = 4 ]
	jq -e '.line == 4 and .verb == "force" and .moments == ["listen", "connect"] and .action == "TCP_NODELAY=on" and
		.hooks == ["cgroup/connect4", "cgroup/connect6", "cgroup/setsockopt", "sockops"]' <<<"${lines[2]}"
	run --separate-stderr -0 "${NOBODY[@]}" cat "$RULES"
}

@test "a policy holds when we are gone; counters; removal leaves nothing" {
	with_cgroup
	[ "$(three "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "0 0 0" ]
	run --separate-stderr -0 applying --cgroup "$CGROUP" "$RULES"
	[ -z "$output" ]
	[[ "$stderr" == "hint: 'sockopt policy' tells what it does, 'sockopt policy remove ${CGROUP##*/}' takes it away" ]]
	[ "$(three "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "30000 30000 30000" ]
	[ "$(inside "$HELPERS/lives" asks "$IPPROTO_TCP" "$TCP_NODELAY" 0)" = "0 1 0 1" ]
	[ "$(inside "$HELPERS/lives" asks "$SOL_SOCKET" 18 2)" = "13 1 13 1" ]
	# and nobody else
	[ "$("$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "0 0 0" ]

	run --separate-stderr -0 policy
	[[ "${lines[0]}" == "${CGROUP##*/}  /${CGROUP##*/}  since "* ]]
	[[ "${lines[1]}" =~ ^RULE\ +HITS\ +OVERRIDES\ +REFUSALS\ +LOGGED\ +FAILURES$ ]]
	[[ "${lines[2]}" =~ ^TCP_USER_TIMEOUT=30s\ \("$RULES":2\)\ +6\ +0\ +0\ +0\ +0$ ]]
	run --separate-stderr -0 policy --json
	jq -e --arg name "${CGROUP##*/}" '.name == $name and .cgroup == "/" + $name and .gone == false and .hooks == 4 and
		(.rules | map([.action, .line, .hits, .overrides, .refusals, .failures])) ==
		[["TCP_USER_TIMEOUT=30s", 2, 6, 0, 0, 0], ["SO_KEEPALIVE=on", 3, 0, 0, 0, 0],
		 ["force TCP_NODELAY=on", 4, 6, 2, 0, 0], ["deny SO_RCVLOWAT", 5, 0, 0, 2, 0]]' <<<"$output"

	run --separate-stderr -0 policy remove "${CGROUP##*/}"
	run --separate-stderr -1 policy
	[ "$(three "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "0 0 0" ]
	eventually nothing_is_left
	[ -z "$(in_space ls "$FOLDER/bpffs" | grep -v debug)" ]
	[ -z "$(bpftool cgroup show "$CGROUP")" ]
	run --separate-stderr -1 policy remove "${CGROUP##*/}"
	[[ "$stderr" == "sockopt: there is no policy '${CGROUP##*/}' in "* ]]
}

@test "applied again: replaced without a gap, what is not needed any more is detached" {
	with_cgroup
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	[ "$(policy --json | jq .hooks)" = 4 ]
	printf 'listen, connect: TCP_USER_TIMEOUT=20s\n' >"$FOLDER/other.rules"
	start_inside python3 -u -c '
import socket, sys
seen = set()
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
print("begun")
while 20000 not in seen:
    c = socket.create_connection(l.getsockname()); a, _ = l.accept()
    seen.add(c.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))
    a.close(); c.close()
print(sorted(seen))' >"$FOLDER/seen"
	eventually grep -q begun "$FOLDER/seen"
	sleep 0.2
	applying --cgroup "$CGROUP" "$FOLDER/other.rules" 2>/dev/null
	eventually grep -q 20000 "$FOLDER/seen"
	[ "$(tail -1 "$FOLDER/seen")" = "[20000, 30000]" ]
	[ "$(policy --json | jq -c '[.hooks, (.rules | length)]')" = "[3,1]" ]
	[ "$(in_space ls "$PINS/${CGROUP##*/}" | grep -v ^to_ | tr '\n' ' ')" = \
		"counters_0 generation_0 generation_1 link_connect4 link_connect6 link_tcp now rules_0 " ]
}

# What it sees at three hooks, in the order of time: how often there was no policy, or an older one than before
REPLACED='
import os, socket
S, I = socket.IPPROTO_TCP, (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
last = wrong = n = 0
seen = set()
print("begun")
while last < 60:
    c = socket.socket(); c.bind(("127.0.0.1", 0)); bound = c.getsockopt(S, I[0])
    c.connect(l.getsockname()); a, _ = l.accept()
    for now in bound, c.getsockopt(S, I[1]), a.getsockopt(S, I[2]):
        wrong += now < last
        last = now; n += 1; seen.add(now)
    a.close(); c.close()
print(wrong, len(seen))'

@test "replaced under load: no socket is without a policy, and no hook has an older one than another had before" {
	with_cgroup
	local n

	rules() {
		printf 'bind and tcp: TCP_KEEPIDLE=%ds\nconnect and tcp: TCP_KEEPINTVL=%ds\naccept and tcp: TCP_KEEPCNT=%d\n' "$1" "$1" "$1" >"$RULES"
		applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	}
	rules 11
	start_inside python3 -u -c "$REPLACED" >"$FOLDER/one"
	start_inside python3 -u -c "$REPLACED" >"$FOLDER/two"
	eventually grep -q begun "$FOLDER/one"
	eventually grep -q begun "$FOLDER/two"
	for ((n = 12; n < 42; n++)); do
		rules "$n"
	done
	rules 60
	eventually grep -q '^0 ' "$FOLDER/one"
	eventually grep -q '^0 ' "$FOLDER/two"
	# they ran all the while
	[ "$(tail -1 "$FOLDER/one" | cut -d' ' -f2)" -gt 5 ]
}

@test "nginx: its own connections, and those that it accepts" {
	with_cgroup
	needs nginx
	local port

	port=$(free_port)
	mkdir -p "$FOLDER/html"
	echo hello >"$FOLDER/html/index.html"
	cat >"$FOLDER/nginx.conf" <<-END
		user root;
		worker_processes 2;
		daemon off;
		pid $FOLDER/nginx.pid;
		error_log $FOLDER/error.log;
		events { worker_connections 64; }
		http {
			access_log off;
			keepalive_timeout 60;
			server { listen 127.0.0.1:$port; root $FOLDER/html; }
		}
	END
	printf 'accept and local-port=%s: TCP_USER_TIMEOUT=30s\nlisten and local-port=%s: TCP_KEEPIDLE=44s\n' "$port" "$port" >"$RULES"
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	start_inside nginx -c "$FOLDER/nginx.conf"
	eventually curl -sf "http://127.0.0.1:$port/" -o "$FOLDER/got"
	start python3 -u -c "
import http.client, time
c = http.client.HTTPConnection('127.0.0.1', $port); c.request('GET', '/'); print(c.getresponse().read()); time.sleep(100)"
	accepted() {
		"$SOCKOPT" show "process=nginx and established and local-port=$port" --json |
			jq -e '.options.TCP_USER_TIMEOUT.value == 30000 and .options.TCP_KEEPIDLE.value == 44'
	}
	eventually accepted
	[ "$("$SOCKOPT" show "process=nginx and listening and local-port=$port" --json | jq -c '[.options.TCP_USER_TIMEOUT.value, .options.TCP_KEEPIDLE.value]')" = "[null,44]" ]
}

@test "redis that is running: --pid finds its cgroup; --live changes what is there, and undo takes it back" {
	with_cgroup
	needs redis-server
	local port pid

	port=$(free_port)
	start_inside redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$FOLDER" --daemonize no
	pid=$LAST
	eventually redis-cli -p "$port" ping
	start python3 -u -c "
import socket, time
c = socket.create_connection(('127.0.0.1', $port)); c.send(b'PING\r\n'); print(c.recv(9)); time.sleep(100)"
	established() {
		[ "$("$SOCKOPT" show "pid=$pid and established" --json | wc -l)" = 1 ]
	}
	eventually established
	value() {
		"$SOCKOPT" show "pid=$pid and $1" -o TCP_USER_TIMEOUT --json | jq -c '.options.TCP_USER_TIMEOUT.value'
	}
	printf 'tcp: TCP_USER_TIMEOUT=30s\n' >"$RULES"

	run --separate-stderr -0 applying --pid "$pid" --dry-run "$RULES"
	[ "${#lines[@]}" = 3 ]
	[[ "$output" != *python3* ]]
	run --separate-stderr -0 applying --pid "$pid" "$RULES"
	[ "$(policy --json | jq -r .cgroup)" = "/${CGROUP##*/}" ]
	[ "$(value established)" = 0 ]

	run --separate-stderr -0 applying --pid "$pid" --live "$RULES"
	[[ "${lines[1]}" == *"redis"*"TCP_USER_TIMEOUT"*"30s"*"kept" ]]
	[[ "$stderr" == *"hint: 'sockopt undo 1' takes it back"* ]]
	[ "$(value established)" = 30000 ]
	[ "$(value listening)" = 30000 ]
	run --separate-stderr -0 applying --pid "$pid" --dry-run "$RULES"
	[ "$stderr" = "hint: no socket that is there now differs" ]
	"$SOCKOPT" undo
	[ "$(value established)" = 0 ]
}

@test "a listener that was there before: what it accepts from now on comes to its moments" {
	with_cgroup
	printf 'accept: force TCP_USER_TIMEOUT=30s\n' >"$RULES"
	start_inside python3 -u -c '
import socket
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
print(l.getsockname()[1])
while True:
    a, _ = l.accept()
    a.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 7)
    print([s.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) for s in (l, a)])' >"$FOLDER/out"
	eventually test -s "$FOLDER/out"
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	python3 -c "import socket; socket.create_connection(('127.0.0.1', $(head -1 "$FOLDER/out")))"
	eventually grep -q '^\[' "$FOLDER/out"
	[ "$(tail -1 "$FOLDER/out")" = "[0, 30000]" ]
}

@test "io_uring: a socket that no system call of its own made or connected" {
	with_cgroup
	with_ring "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	[ "$output" = 0 ]
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	[ "$(inside "$HELPERS/ring" "$IPPROTO_TCP" "$TCP_USER_TIMEOUT" "$RING_PORT")" = 30000 ]
}

@test "a static program" {
	with_cgroup
	[ -x "$HELPERS/lives-static" ] || skip "musl-gcc is not installed"
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	[ "$(inside "$HELPERS/lives-static" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "30000 30000 30000" ]
}

@test "a cgroup that is gone: the policy says so, and its name can be taken" {
	with_cgroup
	applying --cgroup "$CGROUP" --name web "$RULES" 2>/dev/null
	mkdir "$CGROUP-2"
	MADE+=("$CGROUP-2")
	run --separate-stderr -3 applying --cgroup "$CGROUP-2" --name web "$RULES"
	[ "${stderr_lines[0]}" = "sockopt: BPF: the policy of this name is on another cgroup: File exists" ]
	[[ "${stderr_lines[1]}" == "hint: name this one otherwise"* ]]
	[ "$(policy --json | jq -r .cgroup)" = "/${CGROUP##*/}" ]
	rmdir "$CGROUP"
	is_gone() {
		[ "$(policy web --json | jq .gone)" = true ]
	}
	eventually is_gone
	[[ "$(policy web)" == *"the cgroup is gone"* ]]
	run --separate-stderr -0 applying --cgroup "$CGROUP-2" --name web "$RULES"
	[ "$(policy --json | jq -c '[.cgroup, .gone]')" = "[\"/${CGROUP##*/}-2\",false]" ]
	CGROUP=$CGROUP-2
	[ "$(three "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "30000 30000 30000" ]
}

@test "what is left of one that was ended in the middle is listed, and is applied anew or removed" {
	with_cgroup
	in_space mkdir -p "$PINS/half"
	run --separate-stderr -0 policy
	[ "$output" = "half  incomplete, not in force: to be applied anew, or removed ('sockopt policy remove half')" ]
	run --separate-stderr -0 policy half --json
	jq -e '.incomplete and .hooks == 0 and .rules == [] and .cgroup == ""' <<<"$output"
	# whoever has it locked is at work on it: it is not left
	start nsenter -m -t "$SPACE" flock --no-fork "$PINS/half" sleep 1000
	eventually not_listed
	run --separate-stderr -1 policy
	kill "$LAST"
	wait "$LAST" || true
	eventually policy half >/dev/null

	run --separate-stderr -0 applying --cgroup "$CGROUP" --name half "$RULES"
	[ "$(policy --json | jq -c '[.name, .incomplete, .hooks]')" = '["half",false,4]' ]
	in_space mkdir "$PINS/other"
	[ "$(policy --json | jq -c '[.name, .incomplete]' | tr '\n' ' ')" = '["half",false] ["other",true] ' ]
	run --separate-stderr -0 policy remove --all
	[ -z "$(in_space ls "$FOLDER/bpffs" | grep -v debug)" ]
}

not_listed() {
	! policy half >/dev/null 2>&1
}

@test "--unit: the cgroup of its name" {
	with_cgroup
	mkdir -p "$CGROUP/one.slice/sockopt-unit.service" "$CGROUP/two.slice"
	MADE=("$CGROUP/one.slice/sockopt-unit.service" "$CGROUP/one.slice" "$CGROUP/two.slice/sockopt-unit.service" "$CGROUP/two.slice" "${MADE[@]}")
	run --separate-stderr -0 applying --unit sockopt-unit "$RULES"
	[ "$(policy --json | jq -r .cgroup)" = "/${CGROUP##*/}/one.slice/sockopt-unit.service" ]
	mkdir "$CGROUP/two.slice/sockopt-unit.service"
	run --separate-stderr -2 applying --unit sockopt-unit.service "$RULES"
	[ "${stderr_lines[0]}" = "sockopt: several cgroups are named as the unit 'sockopt-unit.service'" ]
	run --separate-stderr -2 applying --unit no-such-unit-of-sockopt "$RULES"
	[ "${stderr_lines[0]}" = "sockopt: the cgroup of 'no-such-unit-of-sockopt' cannot be found: No such file or directory" ]
}

@test "--all --yes: every program below the root, which here is that of a cgroup namespace" {
	with_cgroup
	mkdir "$CGROUP/below"
	MADE=("$CGROUP/below" "${MADE[@]}")
	# The root of the hierarchy that is mounted there is the test's cgroup, or nothing is applied at all.
	cat >"$FOLDER/inside" <<-END
		umount -R /sys/fs/cgroup && mkdir -p /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 90
		[ "\$(stat -c %i /sys/fs/cgroup)" = "$(stat -c %i "$CGROUP")" ] || exit 91
		[ "\$(cut -d: -f3 /proc/self/cgroup | tail -1)" = / ] || exit 92
		mount -t bpf bpf /sys/fs/bpf || exit 93
		"$SOCKOPT" apply --all "$RULES" && exit 94
		"$SOCKOPT" apply --all --yes "$RULES" || exit 95
		"$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
		echo \$\$ >/sys/fs/cgroup/below/cgroup.procs
		"$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
		"$SOCKOPT" policy --json | jq -c '[.name, .cgroup]'
		"$SOCKOPT" policy remove all
		"$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	END
	run --separate-stderr -0 inside unshare -m -C sh "$FOLDER/inside"
	[ "$output" = $'30000 30000 30000\n30000 30000 30000\n["all","/"]\n0 0 0' ]
	[ "$("$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "0 0 0" ]
}

@test "a container: --pid finds its cgroup from outside, whatever namespaces it has" {
	with_cgroup
	local scope init id

	id=$(printf '%064d' 7)
	scope=$CGROUP/system.slice/docker-$id.scope
	mkdir -p "$scope"
	MADE=("$scope" "$CGROUP/system.slice" "${MADE[@]}")
	cat >"$FOLDER/container" <<-END
		ip link set lo up
		for n in 1 2 3; do
			read -r _ && "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
		done
	END
	mkfifo "$FOLDER/in" "$FOLDER/out"
	exec {in}<>"$FOLDER/in" {out}<>"$FOLDER/out"
	CGROUP=$scope start_inside unshare -m -p -f -n -u -i -C --mount-proc sh "$FOLDER/container" <"$FOLDER/in" >"$FOLDER/out" || true
	tells() {
		local line

		echo >&"$in"
		read -r -t $((20 * PATIENCE)) line <&"$out" && [ "$line" = "$1" ] || {
			echo "told '$line', not '$1'"
			return 1
		}
	}
	tells "0 0 0"
	init=$(pgrep -P "$LAST")
	run --separate-stderr -0 applying --pid "$init" "$RULES"
	[ "$(policy --json | jq -r .cgroup)" = "/${CGROUP##*/}/system.slice/docker-$id.scope" ]
	tells "30000 30000 30000"
	# by its network namespace, and by the name of its cgroup as it is outside
	policy remove --all
	printf 'tcp and netns=%s and cgroup~*/docker-0000*.scope: TCP_USER_TIMEOUT=20s\n' "$(stat -Lc %i "/proc/$init/ns/net")" >"$RULES"
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	[ "$(CGROUP=$scope inside "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "0 0 0" ]
	tells "20000 20000 20000"
}

@test "cgroup in a selector: the cgroup below, by its path or a pattern" {
	with_cgroup
	local own=/${CGROUP##*/} below rule

	mkdir "$CGROUP/web.service" "$CGROUP/web.service/one" "$CGROUP/db.service"
	MADE=("$CGROUP/web.service/one" "$CGROUP/web.service" "$CGROUP/db.service" "${MADE[@]}")
	in_cgroup() {
		sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$CGROUP$1" "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	}
	while read -r rule below; do
		printf 'tcp and %s: TCP_USER_TIMEOUT=30s\n' "$rule" >"$RULES"
		applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
		# in the cgroup itself, and in those below
		[ "$(for one in "" /web.service /web.service/one /db.service; do in_cgroup "$one" | cut -d' ' -f2; done | xargs)" = "$below" ] || {
			echo "$rule"
			return 1
		}
	done <<-END
		cgroup=$own/web.service 0 30000 0 0
		cgroup!=$own/web.service 30000 0 30000 30000
		cgroup~*/web.service 0 30000 0 0
		cgroup~*/web.service* 0 30000 30000 0
		cgroup~$own/??.service 0 0 0 30000
		cgroup=/ 0 0 0 0
		cgroup!=/ 30000 30000 30000 30000
		cgroup~$own* 30000 30000 30000 30000
		cgroup=$own/web.servic 0 0 0 0
	END
	# also where what a program asks for is judged
	printf 'cgroup~*/db.service: deny=EACCES SO_RCVLOWAT\n' >"$RULES"
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	[ "$(inside "$HELPERS/lives" asks "$SOL_SOCKET" 18 2)" = "0 2 0 2" ]
	[ "$(CGROUP=$CGROUP/db.service inside "$HELPERS/lives" asks "$SOL_SOCKET" 18 2)" = "13 1 13 1" ]
}

@test "a rule that BPF cannot serve is told with its place, and nothing is attached" {
	with_cgroup
	printf 'tcp: TCP_NODELAY=on\ntcp: TCP_CORK=on\n' >"$RULES"
	run --separate-stderr -2 applying --cgroup "$CGROUP" "$RULES"
	[ "${stderr_lines[0]}" = "sockopt: $RULES:2: TCP_CORK=on: bpf_setsockopt() does not take TCP_CORK" ]
	[ "${stderr_lines[1]}" = "hint: 'sockopt run --engine notify' can, for a program that it starts" ]
	printf 'tcp: SO_LINGER=on:0s\n' >"$RULES"
	run --separate-stderr -2 applying --cgroup "$CGROUP" "$RULES"
	[[ "${stderr_lines[-1]}" == "hint: --force"* ]]
	run --separate-stderr -1 policy
}

@test "ignore: explained, and counted among the refusals" {
	with_cgroup
	printf 'tcp: ignore TCP_NODELAY\n' >"$RULES"
	run --separate-stderr -0 "$SOCKOPT" apply --check "$RULES"
	[ "${lines[1]}" = "    TCP_NODELAY  a program that asks for it is told that it has it" ]
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	[ "$(inside "$HELPERS/lives" asks "$IPPROTO_TCP" "$TCP_NODELAY" 1)" = "0 0 0 0" ]
	[ "$(policy --json | jq -c '.rules[0] | [.action, .overrides, .refusals]')" = '["ignore TCP_NODELAY",0,2]' ]
}

@test "an assignment that the kernel refuses is counted, with its errno" {
	with_cgroup
	printf 'tcp: TCP_CONGESTION=nosuch\n' >"$RULES"
	applying --cgroup "$CGROUP" "$RULES" 2>/dev/null
	[ "$(three "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")" = "0 0 0" ]
	[ "$(policy --json | jq -c '.rules[0] | [.hits, .failures, .error]')" = '[0,2,"ENOENT"]' ]
}

@test "the root of the cgroups is not taken by mistake" {
	needs_root "to have the right"
	run --separate-stderr -2 "$SOCKOPT" apply --cgroup / "$RULES"
	[[ "${stderr_lines[0]}" == "sockopt: this is the root of the cgroups"* ]]
	run --separate-stderr -2 "$SOCKOPT" apply --all "$RULES"
	[[ "${stderr_lines[0]}" == "sockopt apply: --all means every program of the machine"* ]]
	run --separate-stderr -0 "$SOCKOPT" apply --all --check "$RULES"
	printf 'tcp and port=1: TCP_USER_TIMEOUT=30s\n' >"$RULES"
	run --separate-stderr -0 "$SOCKOPT" apply --all --dry-run "$RULES"
}

@test "wrong use" {
	run --separate-stderr -2 "$SOCKOPT" apply "$RULES"
	[[ "${stderr_lines[0]}" == "sockopt apply: for which programs?"* ]]
	run --separate-stderr -2 "$SOCKOPT" apply --cgroup /x --pid 1 "$RULES"
	run --separate-stderr -2 "$SOCKOPT" apply --check --live --cgroup /x "$RULES"
	run --separate-stderr -2 "$SOCKOPT" apply --pid x "$RULES"
	run --separate-stderr -2 "$SOCKOPT" apply --name a/b --cgroup /x "$RULES"
	run --separate-stderr -2 "$SOCKOPT" apply --check "$FOLDER/none.rules"
	[[ "${stderr_lines[0]}" == "sockopt: cannot read '$FOLDER/none.rules'"* ]]
	run --separate-stderr -2 "$SOCKOPT" apply --check TCP_NODELAY=on
	[ "${stderr_lines[1]}" = "hint: a rule instead of a file: -r 'tcp: TCP_USER_TIMEOUT=30s'" ]
	printf '# nothing\n' >"$RULES"
	run --separate-stderr -1 "$SOCKOPT" apply --check "$RULES"
	[ "$stderr" = "sockopt: there are no rules in it" ]
	run --separate-stderr -2 "$SOCKOPT" policy remove
	run --separate-stderr -2 "$SOCKOPT" policy --all
	run --separate-stderr -2 "$SOCKOPT" policy one two
}

@test "a folder of pins that is in no bpffs, and a plain user" {
	needs_root "to load BPF programs"
	CGROUPS=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$CGROUPS" ] || skip "there is no cgroup hierarchy of version 2"
	MADE+=("$CGROUPS/sockopt-test-$$")
	mkdir "${MADE[0]}"
	# also to him to whom it is delegated
	chown -R 65534 "${MADE[0]}"
	"${NOBODY[@]}" mkdir "${MADE[0]}/own"
	"${NOBODY[@]}" rmdir "${MADE[0]}/own"
	run --separate-stderr -4 "${NOBODY[@]}" "$SOCKOPT" apply --cgroup "${MADE[0]}" "$RULES"
	[ "${stderr_lines[0]}" = "sockopt: BPF: it needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN: Operation not permitted" ]
	[ "${stderr_lines[1]}" = "hint: to own a cgroup is not enough: its owner may make cgroups in it and move processes, but load no BPF program; 'sockopt run --engine notify' needs no right" ]
	mkdir -m 0700 "$FOLDER/closed"
	run --separate-stderr -4 "${NOBODY[@]}" "$SOCKOPT" policy --pin "$FOLDER/closed"
	[[ "${stderr_lines[1]}" == "hint: policies are the kernel's: only who has CAP_BPF"* ]]
	run --separate-stderr "$SOCKOPT" apply --cgroup "${MADE[0]}" --pin "$FOLDER/pins" "$RULES"
	[ "$status" = 3 ] || skip "no BPF here: $stderr"
	[ "${stderr_lines[0]}" = "sockopt: BPF: the directory of the pins is not in a bpffs: Operation not supported" ]
	[[ "${stderr_lines[1]}" == "hint: mount one with "* ]]
	[ ! -e "$FOLDER/pins" ]
}

@test "in Spanish" {
	run --separate-stderr -0 "$SOCKOPT" apply --check "$RULES" --lang=es
	[[ "${lines[1]}" == "    TCP_USER_TIMEOUT=30s  se asigna en: listen, connect; "* ]]
	run --separate-stderr -2 "$SOCKOPT" apply "$RULES" --lang=es
	[[ "${stderr_lines[0]}" == "sockopt apply: ¿para qué programas?"* ]]
}
