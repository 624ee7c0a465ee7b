#!/usr/bin/env bats
# sockopt check FILE.c: each mistake in C source, the near miss of each, and how findings are told

load common

SOURCES="$BATS_TEST_DIRNAME/source"

setup() {
	setup_common
	[ -e "${SOCKOPT_SOURCE:-}" ] || skip "built without libclang"
}

# file NAME: a function around stdin, with what it includes
file() {
	{
		printf '#include <%s>\n' netinet/in.h netinet/tcp.h sys/socket.h sys/time.h
		printf 'int prepare(int fd)\n{\n'
		cat
		printf '}\n'
	} >"$FOLDER/$1"
}

@test "every check of source finds its mistake, and nothing else, and is silent on the near miss" {
	local id wrong=0

	for id in $("$SOCKOPT" check --list --json | jq -r 'select(.when.source).check'); do
		run --separate-stderr -1 "$SOCKOPT" check --json "$SOURCES/$id.found.c"
		[ "$(jq -r .check <<<"$output" | sort -u)" = "$id" ] || { echo "$id is not found: $output $stderr"; wrong=1; }
		run --separate-stderr -0 "$SOCKOPT" check "$SOURCES/$id.silent.c"
		[ "$output" = "Nothing was found." ] || { echo "$id is not silent: $output"; wrong=1; }
	done
	[ "$wrong" = 0 ]
}

@test "text: place, line, mark, why, the cure as code; in Spanish, too" {
	run --separate-stderr -1 "$SOCKOPT" check "$SOURCES/P01.found.c"
	[ "${lines[0]}" = "$SOURCES/P01.found.c:15:6: error P01  an option that takes an int was given fewer bytes" ]
	[ "${lines[1]}" = "  if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0)" ]
	[ "${lines[2]}" = "      ^" ]
	[[ "$output" == *"optlen is 1, and 4 bytes are wanted"* ]]
	[[ "$output" == *"cure int value = 1; setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof(value));"* ]]
	[[ "$output" == *"more sockopt explain SO_KEEPALIVE, sockopt check --explain P01"* ]]
	is_harmless <<<"$output"
	run --separate-stderr -1 "$SOCKOPT" check --lang es "$SOURCES/P01.found.c"
	[[ "$output" == *"optlen es 1 y hacen falta 4 bytes"* ]]
}

@test "JSON, severity, ignored checks" {
	run --separate-stderr -1 "$SOCKOPT" check --json "$SOURCES/P19.found.c"
	[ "$(jq -r '"\(.check) \(.place.line):\(.place.column) \(.place.option) \(.severity)"' <<<"$output")" = \
		"P19 21:6 SO_REUSEADDR warning" ]
	run --separate-stderr -0 "$SOCKOPT" check --severity error "$SOURCES/P19.found.c"
	run --separate-stderr -0 "$SOCKOPT" check --ignore P19 "$SOURCES/P19.found.c"
}

@test "a comment in the line or above it leaves a check out, and that one alone" {
	file ignored.c <<-'END'
		int on = 1;
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)); /* sockopt: ignore P66 */
		// sockopt: ignore P32, P66
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		/* sockopt: ignore P6 */
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		return 0;
	END
	run --separate-stderr -1 "$SOCKOPT" check --json "$FOLDER/ignored.c"
	[ "$(jq -r '"\(.check) \(.place.line)"' <<<"$output")" = "P66 12" ]
}

@test "macros are expanded, and what is not certain is not found" {
	file macros.c <<-'END'
		#define SET(fd, level, name, value) setsockopt(fd, level, name, &(int){ value }, sizeof(int))
		#define SMALL 1, IPPROTO_TCP
		extern int chance(void), one_of(int *);
		int idle = 40000, other = 40000, third = 5, fourth;
		if (SET(fd, IPPROTO_TCP, TCP_KEEPIDLE, 40000) < 0) return 1;
		if (chance()) other = 5;
		if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &other, sizeof(other)) < 0) return 2;
		one_of(&idle);
		if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle)) < 0) return 3;
		switch (fd) {
		case 3: third = 40000; break;
		case 4: if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &third, sizeof(third)) < 0) return 4;
		}
		fourth = 40000;
		if (chance()) goto set;
		fourth = 5;
		set:
		if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &fourth, sizeof(fourth)) < 0) return 5;
		return 0;
	END
	run --separate-stderr -1 "$SOCKOPT" check --json "$FOLDER/macros.c"
	[ "$(jq -r '"\(.check) \(.place.line)"' <<<"$output")" = "P32 11" ]
}

@test "the flags are those of compile_commands.json, of -p, or of the command line" {
	mkdir "$FOLDER/include" "$FOLDER/build"
	echo '#define IDLE 40000' >"$FOLDER/include/idle.h"
	{
		echo '#include "idle.h"'
		cat "$SOURCES/P32.silent.c"
		echo 'int more(int fd) { int idle = IDLE; return setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle)); }'
	} >"$FOLDER/flags.c"
	run --separate-stderr -3 "$SOCKOPT" check "$FOLDER/flags.c"
	[[ "${stderr_lines[0]}" == "sockopt: "*"flags.c:1:10: 'idle.h' file not found" ]]
	[[ "${stderr_lines[1]}" == "hint: "*"flags.c was not judged: -p DIRECTORY"* ]]
	run --separate-stderr -1 "$SOCKOPT" check --json "$FOLDER/flags.c" -- "-I$FOLDER/include"
	[ "$(jq -r .check <<<"$output")" = P32 ]
	jq -n --arg folder "$FOLDER" '[{ directory: $folder, file: "flags.c",
		arguments: ["cc", "-Iinclude", "-c", "-o", "flags.o", "flags.c"] }]' >"$FOLDER/build/compile_commands.json"
	run --separate-stderr -1 "$SOCKOPT" check --json -p "$FOLDER/build" "$FOLDER/flags.c"
	[ "$(jq -r .check <<<"$output")" = P32 ]
	mv "$FOLDER/build/compile_commands.json" "$FOLDER"
	run --separate-stderr -1 "$SOCKOPT" check --json "$FOLDER/flags.c"
	[ "$(jq -r .check <<<"$output")" = P32 ]
	run --separate-stderr -3 "$SOCKOPT" check -p "$FOLDER/build" "$FOLDER/flags.c"
	[[ "$stderr" == *"there is no compile_commands.json in it"* ]]
}

@test "SARIF: one log, each result with its rule, level and place" {
	run --separate-stderr -1 "$SOCKOPT" check --sarif "$SOURCES/P01.found.c" "$SOURCES/P19.found.c" "$SOURCES/P73.found.c"
	python3 "$BATS_TEST_DIRNAME/helper/sarif.py" <<<"$output"
	[ "$(jq -r '.runs[0].results[] | "\(.ruleId) \(.level) \(.locations[0].physicalLocation.region | "\(.startLine):\(.startColumn)-\(.endColumn)")"' <<<"$output")" = \
		"P01 error 15:6-63
P19 warning 21:6-63
P73 error 15:6-62
P73 error 17:6-66" ]
	run --separate-stderr -1 "$SOCKOPT" check --sarif --lang es "$SOURCES/P01.found.c"
	python3 "$BATS_TEST_DIRNAME/helper/sarif.py" es <<<"$output"
	cp "$SOURCES/P01.found.c" "$FOLDER/a file é.c"
	run --separate-stderr -1 "$SOCKOPT" check --sarif "$FOLDER/a file é.c"
	[[ "$(jq -r '.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri' <<<"$output")" == "file:///"*"/a%20file%20%C3%A9.c" ]]
	run --separate-stderr -0 "$SOCKOPT" check --sarif "$SOURCES/P01.silent.c"
	[ "$(jq '.runs[0].results | length' <<<"$output")" = 0 ]
}

@test "what is no C, not there, or not understood" {
	run --separate-stderr -3 "$SOCKOPT" check "$FOLDER/missing.c"
	[[ "$stderr" == "sockopt: cannot read $FOLDER/missing.c: No such file or directory" ]]
	echo 'int f( {' >"$FOLDER/broken.c"
	run --separate-stderr -3 "$SOCKOPT" check "$FOLDER/broken.c"
	[[ "$stderr" == *"broken.c:1:"* ]]
	run --separate-stderr -2 "$SOCKOPT" check "$FOLDER/broken.c" tcp
	run --separate-stderr -2 "$SOCKOPT" check --sarif tcp
	SOCKOPT_SOURCE="$FOLDER/none.so" run --separate-stderr -2 "$SOCKOPT" check "$SOURCES/P01.found.c"
	[[ "${stderr_lines[1]}" == "hint: it takes libclang"* ]]
}
