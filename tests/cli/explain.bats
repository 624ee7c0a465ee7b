#!/usr/bin/env bats
# sockopt explain: the catalogue as a person sees it

load common

@test "one option: its name, summary, facts, the state on this kernel and code" {
	run --separate-stderr -0 "$SOCKOPT" explain TCP_USER_TIMEOUT
	[ -z "$stderr" ]
	[[ "${lines[0]}" == *TCP_USER_TIMEOUT* ]]
	[[ "$output" == *setsockopt* ]]
	[[ "$output" == *milliseconds* ]]
}

@test "names match in any case, without their prefix, and as level.name" {
	local full

	full=$("$SOCKOPT" explain TCP_NODELAY)
	[ "$("$SOCKOPT" explain tcp_nodelay)" = "$full" ]
	[ "$("$SOCKOPT" explain nodelay)" = "$full" ]
	[ "$("$SOCKOPT" explain tcp.nodelay)" = "$full" ]
	[ "$("$SOCKOPT" explain TCP-NODELAY)" = "$full" ]
}

@test "every option can be explained, in both languages, harmlessly and within 110 columns" {
	local name language

	for language in en es; do
		while read -r name; do
			"$SOCKOPT" explain "$name" --lang $language || {
				echo "cannot explain $name"
				return 1
			}
		done < <("$SOCKOPT" explain --json | jq -r .name) >"$FOLDER/all"
		is_harmless <"$FOLDER/all"
	done
}

@test "80 columns: the texts are filled, into a pipe too" {
	local name language

	for name in SO_RCVBUF SO_REUSEADDR TCP_INFO IP_TOS TCP_CONGESTION; do
		for language in en es; do
			# lines of code are not broken
			"$SOCKOPT" explain $name --lang $language | grep -vi 'sockopt' | fits 80
		done
	done
}

@test "what was not tried, or in part only, is marked with the reason" {
	run -0 "$SOCKOPT" explain DCCP_SOCKOPT_SERVER_TIMEWAIT --lang en
	[[ "$output" == *"probed"*"in part: taken by accepted sockets alone"* ]]
	run -0 "$SOCKOPT" explain DCCP_SOCKOPT_SERVER_TIMEWAIT --lang es
	[[ "$output" == *"comprobado"*"en parte: solo la admiten los sockets aceptados"* ]]
	run -0 "$SOCKOPT" explain MCTP_OPT_ADDR_EXT --lang en
	[[ "$output" == *"probed"*"no, read in the kernel's source alone"* ]]
	[ "$("$SOCKOPT" explain MCTP_OPT_ADDR_EXT --json | jq -r .unprobed.es)" = "ningún núcleo de Debian tiene CONFIG_MCTP" ]
	run -0 "$SOCKOPT" explain TCP_NODELAY --lang en
	[[ "$output" != *"probed"* ]]
	[ "$("$SOCKOPT" explain DCCP_SOCKOPT_SERVER_TIMEWAIT --json | jq -r .unverified.es)" = "solo la admiten los sockets aceptados" ]
}

@test "a field of a struct: what it tells, its unit, its place; in the whole entry, too" {
	run --separate-stderr -0 "$SOCKOPT" explain TCP_INFO.rtt
	[ "${lines[0]}" = "TCP_INFO.tcpi_rtt  IPPROTO_TCP 6, option 11" ]
	[[ "$output" == *"smoothed round-trip time"*"place           4 bytes at 68"*"unit            microseconds"* ]]
	run --separate-stderr -0 "$SOCKOPT" explain tcp.info.rcv_wscale
	[[ "$output" == *"place           bits 4 to 7 of byte 6"* ]]
	run --separate-stderr -0 "$SOCKOPT" explain TCP_INFO
	[[ "$output" == *"  fields          tcpi_state: the state of the connection"*"tcpi_rtt: the smoothed round-trip time"* ]]
	run --separate-stderr -0 "$SOCKOPT" explain XDP_MMAP_OFFSETS
	[[ "$output" == *"  rx.desc: receive ring: where the descriptors begin (bytes)"*"  cr.flags: completion ring: "* ]]
	run --separate-stderr -0 "$SOCKOPT" explain --json TCP_INFO
	jq -e '.type.fields[] | select(.name == "tcpi_rtt") | .unit == "us" and .encoding == "unsigned" and .offset == 68 and (.summary.es | length) > 0' <<<"$output"
}

@test "--code: a line of code in that language, for each of the six" {
	[[ "$("$SOCKOPT" explain nodelay --code c)" == *"setsockopt(fd, IPPROTO_TCP, TCP_NODELAY,"* ]]
	[[ "$("$SOCKOPT" explain nodelay --code python)" == *".setsockopt("*TCP_NODELAY* ]]
	[[ "$("$SOCKOPT" explain nodelay --code go)" == *SetsockoptInt* ]]
	[[ "$("$SOCKOPT" explain nodelay --code rust)" == *nodelay* ]]
	[[ "$("$SOCKOPT" explain nodelay --code java)" == *TCP_NODELAY* ]]
	[[ "$("$SOCKOPT" explain nodelay --code node)" == *setNoDelay* ]]
}

@test "--code: the Python lines of plain options are right: they do what they say" {
	local name code

	for name in TCP_NODELAY SO_KEEPALIVE TCP_KEEPIDLE SO_REUSEADDR TCP_USER_TIMEOUT SO_LINGER SO_ATTACH_FILTER; do
		code=$("$SOCKOPT" explain $name --json | jq -r .code.python)
		python3 -c '
import ctypes, socket, struct, sys
sock = s = socket.socket()
assert "setsockopt(" in sys.argv[1]
exec(sys.argv[1])
' "$code" || {
			echo "$code"
			return 1
		}
	done
	# 40000 to 50000 in one number is more than an int holds
	code=$("$SOCKOPT" explain IP_LOCAL_PORT_RANGE --json | jq -r .code.python)
	[[ "$code" == *'b"\x40\x9c\x50\xc3"'* ]]
}

@test "--json: the whole entry, one object a line" {
	run --separate-stderr -0 "$SOCKOPT" explain SO_RCVBUF --json
	[ -z "$stderr" ]
	[ "${#lines[@]}" = 1 ]
	jq -e '.name == "SO_RCVBUF" and .level == "SOL_SOCKET" and .level_number == 1 and .number == 8 and
		(.summary.en | length > 0) and (.summary.es | length > 0) and (.description.en | length > 0) and
		(.description.es | length > 0) and .transform == "doubled" and (.sources | length > 0)' <<<"$output"
}

@test "--json of all is valid, each name once a level, with nothing but text in it" {
	"$SOCKOPT" explain --json >"$FOLDER/all"
	[ "$(jq -c . "$FOLDER/all" | wc -l)" = "$(wc -l <"$FOLDER/all")" ]
	[ "$(jq -r '.level + " " + .name' "$FOLDER/all" | sort | uniq -d)" = "" ]
	# bytes that are no text come out as \\xNN; lines of code have such bytes on purpose
	jq -c 'del(.code)' "$FOLDER/all" >"$FOLDER/texts"
	run -1 grep -n '\\\\x[0-9a-f][0-9a-f]' "$FOLDER/texts"
}

@test "a list of all, a level, a search" {
	run --separate-stderr -0 "$SOCKOPT" explain
	[[ "$output" == *TCP_NODELAY* && "$output" == *SO_KEEPALIVE* ]]
	run --separate-stderr -0 "$SOCKOPT" explain tcp
	[[ "$output" == *TCP_NODELAY* && "$output" != *SO_KEEPALIVE* ]]
	run --separate-stderr -0 "$SOCKOPT" explain nagle segment
	[[ "$output" == *TCP_NODELAY* && "$output" != *SO_KEEPALIVE* ]]
	# the words as they were given come first, in quotes or not; several names are several options
	run --separate-stderr -0 "$SOCKOPT" explain dead peer --json
	[ "$(jq -r .name <<<"${lines[0]}")" = SO_KEEPALIVE ]
	[ "$("$SOCKOPT" explain 'dead peer' --json)" = "$output" ]
	[ "$("$SOCKOPT" explain address already in use --json | jq -r .name | head -1)" = SO_REUSEADDR ]
	[ "$("$SOCKOPT" explain keepidle TCP_KEEPCNT --json | jq -r .name | xargs)" = "TCP_KEEPIDLE TCP_KEEPCNT" ]
	[ "$("$SOCKOPT" explain keepidle TCP_KEEPCNT | grep -c ', option ')" = 2 ]
	[ "$("$SOCKOPT" explain tcp --json | jq -r .level | sort -u)" = "$(jq -r .level <<<"$("$SOCKOPT" explain nodelay --json)")" ]
}

@test "sockets are told of by their own protocols, and a refusal with the sockets that it is for" {
	[[ "$("$SOCKOPT" explain CAN_ISOTP_OPTS)" == *"can-isotp/can-untold can dgram"* ]]
	[[ "$("$SOCKOPT" explain SO_REUSEADDR)" == *"shutdown (mptcp inet/inet6): EINVAL"* ]]
	[ "$("$SOCKOPT" explain SO_REUSEADDR --json | jq -r '.refused[0].where')" = "mptcp inet/inet6" ]
	[ "$("$SOCKOPT" explain SO_MAX_PACING_RATE --json | jq -r '.range[0][1] > 0')" = true ]
}

@test "--lang es speaks Spanish, and so does the locale's language" {
	local summary

	summary=$("$SOCKOPT" explain TCP_NODELAY --json | jq -r .summary.es)
	[[ "$("$SOCKOPT" explain TCP_NODELAY --lang es)" == *"$summary"* ]]
	[[ "$("$SOCKOPT" explain TCP_NODELAY --lang en)" != *"$summary"* ]]
}

@test "what is not found: exit 1, the nearest on stderr" {
	run --separate-stderr -1 "$SOCKOPT" explain TCP_NODELY
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: 'TCP_NODELY' is not a known socket option" ]
	[[ "${stderr_lines[1]}" == "hint: nearest: TCP_NODELAY"* ]]
	run --separate-stderr -1 "$SOCKOPT" explain zzqx yyqx
	[ -z "$output" ]
	[ "$stderr" = "sockopt: no option has all these words" ]
}

@test "wrong use: exit 2" {
	run --separate-stderr -2 "$SOCKOPT" explain nodelay --code cobol
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt explain: 'cobol' is not one of c, python, go, rust, java, node" ]
}
