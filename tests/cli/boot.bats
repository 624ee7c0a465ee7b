#!/usr/bin/env bats
# sockopt-apply.service under a systemd of its own, in namespaces: a machine that starts, as far as the unit goes

load common

setup() {
	setup_common
	: "${SOCKOPT_UNIT:?the unit as it is installed}"
	needs_root "to start a systemd in namespaces of its own"
	needs systemctl
	SYSTEMD=$(compgen -G '/{usr/,}lib/systemd/systemd' | head -1)
	[ -n "$SYSTEMD" ] || SYSTEMD=$(command -v systemd) || skip "systemd is not installed"
	CGROUPS=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$CGROUPS" ] || skip "there is no cgroup hierarchy of version 2"
	BINDIR=$(sed -n 's|^ExecStart=\(.*\)/sockopt apply.*|\1|p' "$SOCKOPT_UNIT")
	[ -d "$BINDIR" ] || skip "there is no $BINDIR"
}

teardown() {
	teardown_common
	[ -z "${CGROUP:-}" ] || eventually gone_cgroup
}

gone_cgroup() {
	[ ! -d "$CGROUP" ] || find "$CGROUP" -depth -type d -exec rmdir {} \;
}

# In a mount namespace: folders that seem to be those of the machine, and the program where the unit expects it
cat_mounts() {
	cat <<-END
		set -e
		mount -t tmpfs tmpfs /run
		for folder in /etc "$BINDIR"; do
			made=/run/made/\$(echo "\$folder" | tr / _)
			mkdir -p "\$made/upper" "\$made/work"
			mount -t overlay overlay -o "lowerdir=\$folder,upperdir=\$made/upper,workdir=\$made/work" "\$folder"
		done
		ln -sf "$SOCKOPT" "$BINDIR/sockopt"
		mkdir -p /etc/sockopt.d
		rm -f /etc/sockopt.d/*
		cp "$FOLDER"/rules/* /etc/sockopt.d/
	END
}

@test "systemd finds nothing wrong with the unit" {
	needs systemd-analyze
	mkdir "$FOLDER/rules"
	touch "$FOLDER/rules/none.rules"
	cp "$SOCKOPT_UNIT" "$FOLDER/sockopt-apply.service"
	run -0 unshare -m sh -c "$(cat_mounts)
		systemd-analyze verify --man=no '$FOLDER/sockopt-apply.service'"
	[ -z "$output" ]
	# and it would find something
	sed -i 's/^Type=.*/Type=nonsense/' "$FOLDER/sockopt-apply.service"
	run unshare -m sh -c "$(cat_mounts)
		systemd-analyze verify --man=no '$FOLDER/sockopt-apply.service'"
	[[ "$output" == *nonsense* ]]
}

@test "without a FILE: /etc/sockopt.d/*.rules, in the order of their names, and no other files" {
	mkdir "$FOLDER/rules"
	echo 'tcp: TCP_USER_TIMEOUT=20s' >"$FOLDER/rules/20-b.rules"
	echo 'tcp: TCP_USER_TIMEOUT=10s' >"$FOLDER/rules/10-a.rules"
	echo 'nonsense' >"$FOLDER/rules/30-c.rules.disabled"
	run -0 unshare -m sh -c "$(cat_mounts)
		sockopt apply --check --json | jq -r '\"\(.source) \(.action)\"'"
	[ "$output" = $'/etc/sockopt.d/10-a.rules TCP_USER_TIMEOUT=10s\n/etc/sockopt.d/20-b.rules TCP_USER_TIMEOUT=20s' ]
	echo 'tcp: TCP_NODELAI=on' >"$FOLDER/rules/40-d.rules"
	run -2 unshare -m sh -c "$(cat_mounts)
		sockopt apply --check"
	[[ "${lines[0]}" == "sockopt: /etc/sockopt.d/40-d.rules:1:6: "* ]]
	rm "$FOLDER"/rules/*.rules
	run -2 unshare -m sh -c "$(cat_mounts)
		sockopt apply --check"
	[ "${lines[0]}" = "sockopt: there is no file /etc/sockopt.d/*.rules" ]
}

# The units of that machine: ours, as it is wanted by basic.target, and one that looks
units() {
	local target

	mkdir -p "$FOLDER/units/basic.target.wants" "$FOLDER/rules"
	cp "$SOCKOPT_UNIT" "$FOLDER/units/sockopt-apply.service"
	sed -i "/^\[Service\]/a StandardError=append:$FOLDER/said" "$FOLDER/units/sockopt-apply.service"
	ln -s ../sockopt-apply.service "$FOLDER/units/basic.target.wants/"
	for target in sysinit local-fs shutdown exit; do
		printf '[Unit]\nDefaultDependencies=no\n' >"$FOLDER/units/$target.target"
	done
	printf '[Unit]\nRequires=sysinit.target\nAfter=sysinit.target\n' >"$FOLDER/units/basic.target"
	printf '[Unit]\nRequires=basic.target look.service\nAfter=basic.target\n' >"$FOLDER/units/default.target"
	cat >"$FOLDER/units/look.service" <<-END
		[Unit]
		DefaultDependencies=no
		Requires=basic.target
		After=basic.target
		SuccessAction=exit-force
		FailureAction=exit-force
		[Service]
		Type=oneshot
		ExecStart=/bin/sh $FOLDER/look
	END
}

@test "a machine starts: the unit applies the rules to its services, reloads them, and takes them away" {
	units
	echo 'tcp: TCP_USER_TIMEOUT=30s' >"$FOLDER/rules/a.rules"
	cat >"$FOLDER/look" <<-END
		exec >"$FOLDER/seen"
		look() {
			echo "\$1: \$(systemctl is-active sockopt-apply.service) \$("$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT")"
		}
		grep 0:: /proc/self/cgroup
		look start
		sockopt policy --json | jq -r '"\(.name) \(.cgroup) \(.rules[0].source)"'
		echo 'tcp: TCP_USER_TIMEOUT=20s' >/etc/sockopt.d/a.rules
		systemctl reload sockopt-apply.service
		look reload
		systemctl stop sockopt-apply.service
		look stop
		sockopt policy
		echo "policy: \$?"
		echo end
	END
	cat >"$FOLDER/start" <<-END
		$(cat_mounts)
		# a systemd that starts raises limits of the machine
		mount --bind /proc/sys /proc/sys
		mount -o remount,bind,ro /proc/sys
		umount -R /sys/fs/cgroup
		mkdir -p /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		mount -t bpf bpf /sys/fs/bpf
		exec env -i PATH="$BINDIR:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 container=test SYSTEMD_UNIT_PATH=$FOLDER/units \\
			SYSTEMD_GENERATOR_PATH=$FOLDER/none "$SYSTEMD" --system --log-target=console --show-status=0
	END
	CGROUP=$CGROUPS/sockopt-boot-$BASHPID
	mkdir "$CGROUP"
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$CGROUP" \
		timeout -s KILL 60 unshare -m -n -p -f -C -u -i --mount-proc sh "$FOLDER/start" </dev/null >"$FOLDER/console" 2>&1 || true
	[ -s "$FOLDER/seen" ] || skip "no systemd here: $(tail -1 "$FOLDER/console")"
	[ "$(cat "$FOLDER/seen")" = "$(cat <<-END
		0::/system.slice/look.service
		start: active 30000 30000 30000
		system /system.slice /etc/sockopt.d/a.rules
		reload: active 20000 20000 20000
		stop: inactive 0 0 0
		policy: 1
		end
	END
	)" ] || { cat "$FOLDER/seen" "$FOLDER/said" "$FOLDER/console"; false; }
}
