#!/usr/bin/env bats
# sockopt check --config FILE: each mistake in a configuration file, the near miss of each, and how files are read

load common

CONFIGS="$BATS_TEST_DIRNAME/config"

@test "every check of configuration finds its mistake, and nothing else, and is silent on the near miss" {
	local id wrong=0 fresh=()

	# a network namespace that nobody has tuned, where it can be had
	[ "$(id -u)" != 0 ] || fresh=(unshare --net)
	for id in $("$SOCKOPT" check --list --json | jq -r 'select(.when.config).check'); do
		run --separate-stderr -1 "${fresh[@]}" "$SOCKOPT" check --json --config "$CONFIGS/$id.found.conf"
		[ "$(jq -r .check <<<"$output" | sort -u)" = "$id" ] || { echo "$id is not found: $output $stderr"; wrong=1; }
		run --separate-stderr -0 "${fresh[@]}" "$SOCKOPT" check --config "$CONFIGS/$id.silent.conf"
		[ "$output" = "Nothing was found." ] || { echo "$id is not silent: $output"; wrong=1; }
	done
	[ "$wrong" = 0 ]
}

@test "text, JSON and SARIF name the line" {
	run --separate-stderr -1 "$SOCKOPT" check --config "$CONFIGS/P26.found.conf"
	[[ "${lines[0]}" == "$CONFIGS/P26.found.conf:4:1: warning P26  "* ]]
	[ "${lines[1]}" = "  listen 80 so_keepalive=on;" ]
	run --separate-stderr -1 "$SOCKOPT" check --json --config "$CONFIGS/P31.found.conf"
	[ "$(jq -r '"\(.check) \(.place.line) \(.place.option)"' <<<"$output")" = "P31 2 TCP_USER_TIMEOUT" ]
	run --separate-stderr -1 "$SOCKOPT" check --sarif --config "$CONFIGS/P27.found.conf"
	python3 "$BATS_TEST_DIRNAME/helper/sarif.py" <<<"$output"
	[ "$(jq '.runs[0].results[0].locations[0].physicalLocation.region.startLine' <<<"$output")" = 3 ]
}

@test "a section has the settings of defaults, and can take them back; each is told once" {
	cat >"$FOLDER/proxy.cfg" <<-'END'
		defaults
		    option tcpka
		frontend one
		    bind :80
		    bind :81
		frontend two
		    bind :82
		    no option tcpka
		backend app
		    server a 192.0.2.1:80
	END
	run --separate-stderr -1 "$SOCKOPT" check --json --config "$FOLDER/proxy.cfg"
	[ "$(jq -r '"\(.check) \(.place.line)"' <<<"$output")" = "P26 2" ]
	sed -i '2d' "$FOLDER/proxy.cfg"
	run --separate-stderr -0 "$SOCKOPT" check --config "$FOLDER/proxy.cfg"
}

@test "a comment leaves a check out; severity and --ignore hold here, too" {
	printf 'http {\n\t# sockopt: ignore P26\n\tlisten 80 so_keepalive=on;\n\tlisten 81 so_keepalive=on;\n}\n' >"$FOLDER/nginx.conf"
	run --separate-stderr -1 "$SOCKOPT" check --json --config "$FOLDER/nginx.conf"
	[ "$(jq -r .place.line <<<"$output")" = 4 ]
	run --separate-stderr -0 "$SOCKOPT" check --severity error --config "$FOLDER/nginx.conf"
	run --separate-stderr -0 "$SOCKOPT" check --ignore P26 --config "$FOLDER/nginx.conf"
}

@test "what was taken from this machine is said, and only that" {
	run --separate-stderr -1 "$SOCKOPT" check --config "$CONFIGS/P91.found.conf"
	[ "$stderr" = "hint: reckoned with what this machine has: net.core.somaxconn = $(</proc/sys/net/core/somaxconn)" ]
	run --separate-stderr -1 "$SOCKOPT" check --config "$CONFIGS/P26.found.conf"
	[ "$stderr" = "hint: reckoned with what this machine has: TCP_KEEPIDLE = $(</proc/sys/net/ipv4/tcp_keepalive_time)" ]
	run --separate-stderr -1 "$SOCKOPT" check --config "$CONFIGS/P21.found.conf"
	[ -z "$stderr" ]
}

@test "Envoy's YAML and JSON; what is neither" {
	run --separate-stderr -1 "$SOCKOPT" check --json --config "$CONFIGS/P08.found.conf"
	[ "$(jq -r '"\(.check) \(.place.line) \(.place.option)"' <<<"$output")" = "P08 3 SO_LINGER" ]
	printf 'static_resources:\n  listeners: [\n' >"$FOLDER/envoy.yaml"
	run --separate-stderr -3 "$SOCKOPT" check --config "$FOLDER/envoy.yaml"
	[[ "$stderr" == *"envoy.yaml: it is neither YAML nor JSON" ]]
}

@test "the kind is told by the content, or by --kind" {
	echo 'listen 80 so_keepalive=on;' >"$FOLDER/part"
	run --separate-stderr -2 "$SOCKOPT" check --config "$FOLDER/part"
	[[ "${stderr_lines[1]}" == "hint: --kind names it"* ]]
	run --separate-stderr -1 "$SOCKOPT" check --kind nginx --config "$FOLDER/part"
	run --separate-stderr -2 "$SOCKOPT" check --kind apache --config "$FOLDER/part"
	run --separate-stderr -2 "$SOCKOPT" check --config "$FOLDER/part" tcp
	run --separate-stderr -2 "$SOCKOPT" check --kind nginx --config "$FOLDER/part" --config "$FOLDER/part"
	[[ "$stderr" == *"--config takes one file at a time"* ]]
	run --separate-stderr -2 "$SOCKOPT" check --kind nginx
	run --separate-stderr -3 "$SOCKOPT" check --config "$FOLDER/missing"
	[[ "$stderr" == *"cannot read $FOLDER/missing: No such file or directory" ]]
}
