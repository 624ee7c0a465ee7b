#!/usr/bin/env bats
# What docs/security.md says that each command needs: measured again

load common

@test "each command does with the capabilities that docs/security.md names, and without any one of them does not" {
	needs_root "to become a user with some capabilities"
	run "$BATS_TEST_DIRNAME/../../tools/privileges" --check "$(dirname "$SOCKOPT")/.."
	[ "$status" -ne 77 ] || skip "${lines[0]#skipped: }"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "nothing that is installed is setuid, setgid, or has capabilities of its own" {
	local build

	build=$(realpath "$(dirname "$SOCKOPT")/..")
	DESTDIR=$FOLDER/installed meson install -C "$build" --no-rebuild --quiet
	[ -n "$(find "$FOLDER/installed" -name sockopt -type f -perm /111)" ]
	[ -z "$(find "$FOLDER/installed" -perm /7000 -type f)" ]
	[ -z "$(find "$FOLDER/installed" -perm /0022 -not -type l)" ]
	if command -v getcap >/dev/null; then
		[ -z "$(getcap -r "$FOLDER/installed")" ]
	fi
}

@test "with capabilities of its own it takes no translation, module or journal from who starts it" {
	local copy=$FOLDER/sockopt
	local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)

	needs_root "to give a program capabilities"
	command -v setcap >/dev/null || skip "setcap(8) is not there"
	cp "$SOCKOPT" "$copy"
	chmod 755 "$copy"
	# another text than ours for what --help says first
	mkdir -p "$FOLDER/es/LC_MESSAGES"
	printf 'msgid "Shows, sets, explains every option of every socket, in any program, without restarting it."\nmsgstr "%%s%%s%%n"\n' |
		msgfmt -o "$FOLDER/es/LC_MESSAGES/sockopt.mo" -
	run --separate-stderr -0 "${nobody[@]}" env SOCKOPT_LOCALEDIR="$FOLDER" LC_ALL=C.UTF-8 LANGUAGE=es "$copy" --help
	[[ "$output" == *'%s%s%n'* ]]
	setcap cap_net_raw=ep "$copy" || skip "capabilities of files are not to be had in $FOLDER"
	run --separate-stderr -0 "${nobody[@]}" env SOCKOPT_LOCALEDIR="$FOLDER" LC_ALL=C.UTF-8 LANGUAGE=es "$copy" --help
	[[ "$output" != *'%s%s%n'* ]]
	[[ "$output" == *"every option of every socket"* ]]

	# a module of theirs would run with our rights
	printf 'int main(void) { return 0; }\n' >"$FOLDER/a.c"
	run "${nobody[@]}" env SOCKOPT_SOURCE="$FOLDER/evil.so" "$copy" check "$FOLDER/a.c"
	[[ "$output" != *evil.so* ]]
	run "${nobody[@]}" env SOCKOPT_JOURNAL="$FOLDER/theirs" HOME="$FOLDER/theirs" "$copy" log
	[[ "$output" != *theirs* ]]
}
