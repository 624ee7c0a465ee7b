#!/usr/bin/env bats
# --help: of every command, in both languages, with examples that work

load common

commands=(explain show set undo log check calc probe demo completion)

@test "--help of every command: usage, options, examples, exit statuses; on stdout" {
	local command

	for command in "${commands[@]}"; do
		run --separate-stderr -0 "$SOCKOPT" "$command" --help
		[ -z "$stderr" ]
		[[ "${lines[0]}" == "Usage: sockopt $command"* ]]
		[[ "$output" == *"--color=WHEN"*"--lang=LANGUAGE"* ]]
		[[ "$output" == *"Example"*$'\n'"  sockopt $command"* ]]
		[[ "$command" == completion || "$output" == *$'\n'"Exit status: 0 "* ]]
	done
}

@test "--help of every command fits 80 columns, in both languages" {
	local command language

	for command in "${commands[@]}"; do
		for language in en es; do
			"$SOCKOPT" "$command" --lang $language --help | fits 80
		done
	done
}

@test "--help of every command is translated" {
	local command

	for command in "${commands[@]}"; do
		[ "$("$SOCKOPT" "$command" --lang es --help)" != "$("$SOCKOPT" "$command" --lang en --help)" ]
	done
}

# The examples run in namespaces of their own, so that they can only reach what is there.
@test "every example of every --help is accepted" {
	needs_root "namespaces of pids and of the network"
	mkdir "$FOLDER/bin"
	ln -s "$SOCKOPT" "$FOLDER/bin/sockopt"
	for command in "${commands[@]}"; do
		"$SOCKOPT" "$command" --help
	done >"$FOLDER/help"
	"$SOCKOPT" --help >>"$FOLDER/help"
	grep '^  sockopt ' "$FOLDER/help" | sed "s|/etc/bash_completion.d|$FOLDER|" >"$FOLDER/examples"
	sed -i -e "s|-p build src/\*.c|$BATS_TEST_DIRNAME/source/P01.found.c|" \
		-e "s|/etc/haproxy/haproxy.cfg|$BATS_TEST_DIRNAME/config/P27.found.conf|" "$FOLDER/examples"
	[ -e "${SOCKOPT_SOURCE:-}" ] || sed -i '/P01.found.c/d' "$FOLDER/examples"
	[ "$(wc -l <"$FOLDER/examples")" -ge 20 ]
	cat >"$FOLDER/play" <<-'END'
		ip link set lo up
		mkfifo "$FOLDER/in"
		"$HELPERS/sockets" <"$FOLDER/in" >"$FOLDER/out" &
		exec 9>"$FOLDER/in"
		echo pair >&9
		until [ -s "$FOLDER/out" ]; do sleep 0.05; done
		read -r fd rest <"$FOLDER/out"
		while read -r line; do
			line=${line//1234:6/$!:$fd}
			status=0
			timeout 20 bash -c "$line" </dev/null >"$FOLDER/stdout" 2>"$FOLDER/stderr" || status=$?
			[ "$status" -le 1 ] || { echo "exit $status: $line"; cat "$FOLDER/stderr"; }
			[ -s "$FOLDER/stdout" ] || [ -s "$FOLDER/stderr" ] || [[ "$line" == *">"* ]] || echo "silent: $line"
		done <"$FOLDER/examples"
	END
	export FOLDER HELPERS PATH="$FOLDER/bin:$PATH"
	run -0 unshare --fork --pid --net --mount-proc --kill-child bash "$FOLDER/play"
	[ -z "$output" ]
	[ -s "$FOLDER/sockopt" ]
}
