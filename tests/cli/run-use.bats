#!/usr/bin/env bats
# sockopt run: the command line, files of rules, profiles, mistakes

load common

@test "what is wrong with a rule is told before the program is started, with place, word and what would be right" {
	printf '# web\n\nlisten and port=80:\n\tTCP_DEFER_ACEPT=5s\n' >"$FOLDER/web.rules"
	run --separate-stderr -125 "$SOCKOPT" run -f "$FOLDER/web.rules" -- touch "$FOLDER/started"
	[ "${stderr_lines[0]}" = "sockopt: $FOLDER/web.rules:4:2: 'TCP_DEFER_ACEPT' is not a known socket option" ]
	[[ "${stderr_lines[1]}" == "hint: nearest: TCP_DEFER_ACCEPT"* ]]
	run --separate-stderr -125 "$SOCKOPT" run -r 'port=80 and listn: TCP_NODELAY=on' -- touch "$FOLDER/started"
	[ "${stderr_lines[0]}" = "sockopt: -r: 'listn' is not a word of selectors" ]
	run --separate-stderr -125 "$SOCKOPT" run TCP_KEEPIDLE=20h -- touch "$FOLDER/started"
	[ "${stderr_lines[0]}" = "sockopt: TCP_KEEPIDLE: '20h' is out of range" ]
	[ ! -e "$FOLDER/started" ]
}

@test "a rule that can never take effect is refused with the reason of the catalogue" {
	run --separate-stderr -125 "$SOCKOPT" run -r 'accept: SO_REUSEADDR=on' -- true
	[ "${stderr_lines[0]}" = "sockopt: -r: 'SO_REUSEADDR=on' has no effect at a moment that the rule names" ]
	[[ "${stderr_lines[1]}" == "hint: it changes nothing for the bind(2) that is done"* ]]
	run --separate-stderr -125 "$SOCKOPT" run -r 'udp: TCP_NODELAY=on' -- true
	[ "${stderr_lines[0]}" = "sockopt: -r: 'TCP_NODELAY=on' is no option of the sockets that the selector picks" ]
}

@test "a dangerous assignment wants --force" {
	run --separate-stderr -125 "$SOCKOPT" run SO_LINGER=on:0 -- true
	[[ "$stderr" == *"hint: --force sets it all the same" ]]
	run --separate-stderr -0 "$SOCKOPT" run --force SO_LINGER=on:0 -- true
}

@test "125, 126 and 127 as env(1)" {
	run --separate-stderr -127 "$SOCKOPT" run TCP_NODELAY=on -- no-such-program
	[ "$stderr" = "sockopt: cannot execute 'no-such-program': No such file or directory" ]
	touch "$FOLDER/file"
	run --separate-stderr -126 "$SOCKOPT" run TCP_NODELAY=on -- "$FOLDER/file"
	[ "$stderr" = "sockopt: cannot execute '$FOLDER/file': Permission denied" ]
	printf '#!/no/such/interpreter\n' >"$FOLDER/file"
	chmod +x "$FOLDER/file"
	run --separate-stderr -127 "$SOCKOPT" run TCP_NODELAY=on -- "$FOLDER/file"
	run --separate-stderr -125 "$SOCKOPT" run TCP_NODELAY=on
	[ "${stderr_lines[0]}" = "sockopt: a program is needed, after '--'" ]
	run --separate-stderr -125 "$SOCKOPT" run TCP_NODELAY=on true
	[ "${stderr_lines[0]}" = "sockopt: a program is needed, after '--'" ]
	run --separate-stderr -125 "$SOCKOPT" run --engine magic TCP_NODELAY=on -- true
	[ "${stderr_lines[0]}" = "sockopt: 'magic' is not an engine" ]
	run --separate-stderr -125 "$SOCKOPT" run --no-such-option -- true
	run --separate-stderr -125 "$SOCKOPT" run -f "$FOLDER/none" -- true
	[ "$stderr" = "sockopt: cannot read '$FOLDER/none': No such file or directory" ]
	run --separate-stderr -125 "$SOCKOPT" run --report "$FOLDER/no/folder" TCP_NODELAY=on -- true
	[ "$stderr" = "sockopt: cannot write '$FOLDER/no/folder': No such file or directory" ]
}

@test "what follows -- is the program's, whatever it looks like" {
	run --separate-stderr -0 "$SOCKOPT" run -- echo --help -v TCP_NODELAY=maybe -- --lang=es
	[ "$output" = "--help -v TCP_NODELAY=maybe -- --lang=es" ]
	run --separate-stderr -0 "$SOCKOPT" run -v -- true
	[ "$stderr" = "sockopt: no rules: the program is started as it is" ]
}

@test "files that are no rules" {
	head -c 100 /dev/zero >"$FOLDER/zero"
	run --separate-stderr -125 "$SOCKOPT" run -f "$FOLDER/zero" -- true
	[ "$stderr" = "sockopt: '$FOLDER/zero' is not a text" ]
	run --separate-stderr -125 "$SOCKOPT" run -f "$FOLDER" -- true
	[ "$stderr" = "sockopt: cannot read '$FOLDER': Is a directory" ]
	printf 'tcp: \e[31mX=1\n' >"$FOLDER/esc"
	run --separate-stderr -125 "$SOCKOPT" run -f "$FOLDER/esc" -- true
	is_harmless <<<"$stderr"
}

@test "in Spanish" {
	run --separate-stderr -125 "$SOCKOPT" run --lang=es -r 'accept: SO_REUSEADDR=on' -- true
	[ "${stderr_lines[0]}" = "sockopt: -r: 'SO_REUSEADDR=on' no surte efecto en un momento que nombra la regla" ]
	[[ "${stderr_lines[1]}" == "ayuda: no cambia nada en el bind(2) ya hecho"* ]] || [[ "${stderr_lines[1]}" == *"no cambia nada en el bind(2) ya hecho"* ]]
}

profiles() {
	SOCKOPT_PROFILES=$(cd "$BATS_TEST_DIRNAME/../../share/profiles" && pwd)
	export SOCKOPT_PROFILES
}

@test "profiles: each has a line in both languages, sources, and rules that can take effect" {
	local file name

	profiles
	run --separate-stderr -0 "$SOCKOPT" run --list-profiles
	[ "${#lines[@]}" = "$(find "$SOCKOPT_PROFILES" -name '*.rules' | wc -l)" ]
	[[ "$output" == *"dead-peer-30s "*"notice within 30 seconds that the other side is gone"* ]]
	run --separate-stderr -0 "$SOCKOPT" run --list-profiles --lang=es
	[[ "$output" == *"dead-peer-30s "*"notar en 30 segundos que el otro extremo ya no está"* ]]
	for file in "$SOCKOPT_PROFILES"/*.rules; do
		name=$(basename "$file" .rules)
		run --separate-stderr -0 "$SOCKOPT" run --engine preload -p "$name" -- true
		[ -z "$stderr" ]
		grep -q '^# en: ' "$file"
		grep -q '^# es: ' "$file"
		grep -q '^# Sources / Fuentes: ' "$file"
		grep -q '^# Measured / Medido: ' "$file"
	done
}

@test "a profile is on the sockets, and what comes later on the command line is the exception" {
	profiles
	run --separate-stderr -0 "$SOCKOPT" run --engine preload -p dead-peer-30s -- "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	[ "$output" = "30000 30000 30000" ]
	run --separate-stderr -0 "$SOCKOPT" run --engine preload -p dead-peer-30s TCP_USER_TIMEOUT=5s -- \
		"$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	[ "$output" = "5000 5000 5000" ]
}

@test "a profile that there is not is told, with those that there are" {
	profiles
	run --separate-stderr -125 "$SOCKOPT" run -p dead-pear -- true
	[ "${stderr_lines[0]}" = "sockopt: 'dead-pear' is not a profile" ]
	[[ "${stderr_lines[1]}" == "hint: profiles: behind-nlb-350s, bulk-transfer, dead-peer-30s, "* ]]
	run --separate-stderr -125 "$SOCKOPT" run -p ../../../etc/passwd -- true
	[ "${stderr_lines[0]}" = "sockopt: '../../../etc/passwd' is not a profile" ]
}
