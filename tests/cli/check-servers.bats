#!/usr/bin/env bats
# sockopt check on healthy servers, configured as they ship: it finds what docs/checks.md argues, and nothing else

load common

# A network namespace where the servers have the ports they ship with, and a client comes from no loopback address.
setup() {
	setup_common
	needs_root "network namespaces"
	needs ip
	SPACE=sockopt-servers-$$
	ip netns add "$SPACE"
	NAMESPACES+=("$SPACE")
	ip -n "$SPACE" link set lo up
	ip -n "$SPACE" addr add 10.1.1.1/32 dev lo
}

within() {
	ip netns exec "$SPACE" "$@"
}

answers() { # ADDRESS PORT
	within python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)' "$1" "$2"
}

# client ADDRESS PORT [TEXT]: a connection that stays open, after it sent a text and read something
client() {
	mkfifo "$FOLDER/client"
	exec {connection}<>"$FOLDER/client"
	start ip netns exec "$SPACE" python3 -u -c '
import socket, sys
connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
connection.sendall(sys.argv[3].encode().decode("unicode_escape").encode())
connection.recv(100)
print("read")
connection.recv(1 << 20)
while True:
    input()
' "$1" "$2" "${3:-}" <&"$connection" >"$FOLDER/client.out"
	eventually grep -q read "$FOLDER/client.out"
}

# finds PROCESS EXPECTED: exactly these checks, with the sockets of that program that serve
finds() {
	local have

	"$SOCKOPT" show "process=$1 and netns=$SPACE and established and (tcp or mptcp)" --json | grep -q established
	have=$("$SOCKOPT" check "process=$1 and netns=$SPACE" --json | jq -r .check | sort | tr '\n' ' ')
	[ "$have" = "$2" ] || {
		"$SOCKOPT" check "process=$1 and netns=$SPACE"
		return 1
	}
}

nginx_conf() {
	cat <<-END
		user root;
		worker_processes auto;
		daemon off;
		pid $FOLDER/nginx.pid;
		error_log $FOLDER/error.log;
		events { worker_connections 768; }
		http {
			sendfile on;
			tcp_nopush on;
			types_hash_max_size 2048;
			access_log off;
			client_body_temp_path $FOLDER/b; proxy_temp_path $FOLDER/p; fastcgi_temp_path $FOLDER/f;
			uwsgi_temp_path $FOLDER/u; scgi_temp_path $FOLDER/s;
			server {
				listen 80 default_server;
				listen [::]:80 default_server;
				root $FOLDER/html;
			}
		}
	END
}

start_nginx() {
	mkdir -p "$FOLDER/html"
	echo hello >"$FOLDER/html/index.html"
	nginx_conf >"$FOLDER/nginx.conf"
	start ip netns exec "$SPACE" nginx -p "$FOLDER" -e "$FOLDER/error.log" -c "$FOLDER/nginx.conf"
	eventually answers 10.1.1.1 80
}

@test "nginx: nothing" {
	needs nginx
	start_nginx
	client 10.1.1.1 80 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
	finds nginx ""
}

@test "haproxy before nginx: SO_REUSEPORT alone on its port (P22)" {
	needs nginx
	needs haproxy
	start_nginx
	cat >"$FOLDER/haproxy.cfg" <<-END
		global
			maxconn 2000
		defaults
			mode http
			option dontlognull
			timeout connect 5000
			timeout client 50000
			timeout server 50000
		frontend web
			bind *:8080
			default_backend nginx
		backend nginx
			server one 10.1.1.1:80
	END
	start ip netns exec "$SPACE" haproxy -db -f "$FOLDER/haproxy.cfg"
	eventually answers 10.1.1.1 8080
	client 10.1.1.1 8080 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
	finds haproxy "P22 "
}

@test "redis: nothing" {
	needs redis-server
	start ip netns exec "$SPACE" redis-server --bind 127.0.0.1 -::1 --save '' --dir "$FOLDER" --daemonize no
	eventually answers 127.0.0.1 6379
	client 127.0.0.1 6379 'PING\r\n'
	finds redis-server ""
}

@test "memcached: nothing" {
	needs memcached
	start ip netns exec "$SPACE" memcached -m 64 -p 11211 -u root -l 127.0.0.1
	eventually answers 127.0.0.1 11211
	client 127.0.0.1 11211 'version\r\n'
	finds memcached ""
}

@test "sshd: keepalive at two hours (P26)" {
	needs sshd
	local sshd

	sshd=$(command -v sshd)
	ssh-keygen -q -t ed25519 -N '' -f "$FOLDER/key"
	# as it ships, but for the paths; /run is a folder of this mount namespace alone
	printf 'HostKey %s/key\nPidFile none\nUsePAM no\nX11Forwarding yes\nPrintMotd no\n' "$FOLDER" >"$FOLDER/sshd_config"
	start ip netns exec "$SPACE" sh -c "mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec $sshd -D -e -f $FOLDER/sshd_config" 2>"$FOLDER/sshd.log"
	eventually answers 10.1.1.1 22
	client 10.1.1.1 22 'SSH-2.0-test\r\n'
	finds sshd "P26 "
}

@test "postgres: nothing" {
	needs postgres
	needs initdb
	local data=$FOLDER/data startup

	mkdir "$data"
	chown 65534:65534 "$data"
	"${NOBODY[@]}" "$(command -v initdb)" -D "$data" -U test -A trust --no-sync >/dev/null
	start ip netns exec "$SPACE" "${NOBODY[@]}" "$(command -v postgres)" -D "$data" -k "$data" 2>"$FOLDER/log"
	eventually answers 127.0.0.1 5432
	startup='\x00\x00\x00\x25\x00\x03\x00\x00user\x00test\x00database\x00postgres\x00\x00'
	client 127.0.0.1 5432 "$startup"
	finds postgres ""
}
