#!/usr/bin/env bats
# Real servers: shown, changed and changed back while they serve

load common

# served COMMAND... : does the server answer (python, over a connection that stays open)?
keep_alive() { # PORT: an HTTP/1.1 client that asks whenever a line is written to it, and tells the status
	mkfifo "$FOLDER/ask" "$FOLDER/answer"
	exec {ask}<>"$FOLDER/ask" {answer}<>"$FOLDER/answer"
	start python3 -u -c '
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
connection.connect()
print(connection.sock.getsockname()[1])
for line in sys.stdin:
    sock = connection.sock
    connection.request("GET", "/")
    response = connection.getresponse()
    response.read()
    print(response.status, "same" if connection.sock is sock else "other")
' "$1" <"$FOLDER/ask" >"$FOLDER/answer"
	read -r -t 10 CLIENT_PORT <&"$answer"
}

served() {
	echo >&"$ask"
	read -r -t 10 SERVED <&"$answer"
	[ "$SERVED" = "200 same" ]
}

shown() { # SELECTOR JQ-FILTER
	"$SOCKOPT" show "$1" --json | jq -r "$2"
}

# changed_and_undone SELECTOR: options of many kinds, there and back again
changed_and_undone() {
	local before

	before=$("$SOCKOPT" show "$1" --json)
	run --separate-stderr -0 "$SOCKOPT" set "$1" SO_KEEPALIVE=on SO_PRIORITY=3 SO_RCVBUF=32KiB
	[ "$(shown "$1" '.options | "\(.SO_KEEPALIVE.value) \(.SO_PRIORITY.value)"' | sort -u)" = "1 3" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$("$SOCKOPT" show "$1" --json)" = "$before" ]
}

@test "nginx with two workers: one listener with three holders, a live connection changed and still served" {
	needs nginx
	local port

	port=$(free_port)
	mkdir -p "$FOLDER/html"
	echo hello >"$FOLDER/html/index.html"
	cat >"$FOLDER/nginx.conf" <<-END
		$([ "$(id -u)" = 0 ] && echo "user root;")
		worker_processes 2;
		daemon off;
		pid $FOLDER/nginx.pid;
		error_log $FOLDER/error.log;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $FOLDER/b; proxy_temp_path $FOLDER/p; fastcgi_temp_path $FOLDER/f;
			uwsgi_temp_path $FOLDER/u; scgi_temp_path $FOLDER/s;
			server { listen 127.0.0.1:$port; root $FOLDER/html; keepalive_timeout 60s; }
		}
	END
	start nginx -p "$FOLDER" -e "$FOLDER/error.log" -c "$FOLDER/nginx.conf"
	holders() { [ "$(shown "port=$port and listening" '.holders | length')" = 3 ]; }
	eventually holders
	[ "$("$SOCKOPT" show "port=$port and listening" --json | wc -l)" = 1 ]
	run --separate-stderr -0 "$SOCKOPT" show "port=$port and listening"
	[[ "${lines[0]}" == "tcp          listening   127.0.0.1:$port  nginx "*:*", "*:*", "*:* || "${lines[0]}" == *nginx*:*:*:* ]]

	keep_alive "$port"
	served
	local ours="process=nginx and peer-port=$CLIENT_PORT and established"
	[ "$("$SOCKOPT" show "$ours" --json | wc -l)" = 1 ]
	changed_and_undone "$ours"
	served
	run --separate-stderr -0 "$SOCKOPT" set "$ours" TCP_USER_TIMEOUT=30s TCP_KEEPIDLE=60s
	served
	[ "$(shown "$ours" '.options.TCP_USER_TIMEOUT.text')" = 30s ]
	changed_and_undone "port=$port and listening"
	served
}

@test "redis-server" {
	needs redis-server
	local port

	port=$(free_port)
	start redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$FOLDER" --daemonize no --logfile "$FOLDER/log"
	local server=$LAST
	up() { exec {wire}<>"/dev/tcp/127.0.0.1/$port"; }
	eventually eval 'up 2>/dev/null'
	up
	printf 'PING\r\n' >&"$wire"
	read -r -t 5 answer <&"$wire"
	[[ "$answer" == +PONG* ]]
	changed_and_undone "pid=$server and established and local-port=$port"
	"$SOCKOPT" set "pid=$server and tcp" SO_KEEPALIVE=on SO_PRIORITY=2
	printf 'PING\r\n' >&"$wire"
	read -r -t 5 answer <&"$wire"
	[[ "$answer" == +PONG* ]]
}

@test "memcached with UDP: one port, two protocols" {
	needs memcached
	local port user=()

	[ "$(id -u)" != 0 ] || user=(-u root)
	port=$(free_port)
	start memcached -p "$port" -U "$port" -l 127.0.0.1 -t 1 -m 8 "${user[@]}"
	local server=$LAST
	both() { [ "$(shown "pid=$server and port=$port" .protocol | sort -u | tr '\n' ' ')" = "tcp udp " ]; }
	eventually both
	[ "$(shown "pid=$server and udp" .state | sort -u)" = bound ]
	changed_and_undone "pid=$server and udp and port=$port"
	run --separate-stderr -0 "$SOCKOPT" set "pid=$server and udp and port=$port" SO_RCVBUF=64KiB --json
	[ "$(jq -r .result <<<"$output" | sort -u)" = doubled ]
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(b"\0\1\0\0\0\1\0\0version\r\n", ("127.0.0.1", int(sys.argv[1])))
assert b"VERSION" in s.recv(200)
' "$port"
}

@test "caddy: a static Go program, its threads as they are" {
	needs caddy
	local port

	port=$(free_port)
	mkdir "$FOLDER/site"
	echo hello >"$FOLDER/site/index.html"
	printf '{\n\tadmin off\n\tauto_https off\n}\nhttp://127.0.0.1:%s {\n\troot * %s/site\n\tfile_server\n}\n' "$port" "$FOLDER" >"$FOLDER/Caddyfile"
	HOME=$FOLDER XDG_DATA_HOME=$FOLDER XDG_CONFIG_HOME=$FOLDER \
		start caddy run --config "$FOLDER/Caddyfile" --adapter caddyfile 2>"$FOLDER/log"
	local server=$LAST
	listens() { [ "$(shown "pid=$server and port=$port and listening" .protocol)" != "" ]; }
	eventually listens
	keep_alive "$port"
	served
	# Go turns TCP_NODELAY and keepalive on for what it accepts
	[ "$(shown "pid=$server and established and peer-port=$CLIENT_PORT" .options.TCP_NODELAY.value)" = 1 ]
	run --separate-stderr -0 "$SOCKOPT" set "pid=$server and peer-port=$CLIENT_PORT" TCP_NODELAY=off TCP_CORK=off IP_TOS=ef
	served
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$(shown "pid=$server and established and peer-port=$CLIENT_PORT" .options.TCP_NODELAY.value)" = 1 ]
	served
}

@test "python3 -m http.server" {
	local port

	port=$(free_port)
	mkdir "$FOLDER/site"
	start python3 -m http.server --protocol HTTP/1.1 --bind 127.0.0.1 --directory "$FOLDER/site" "$port" >"$FOLDER/log" 2>&1
	local server=$LAST
	listens() { [ "$(shown "pid=$server and listening" .local.port)" = "$port" ]; }
	eventually listens
	[ "$(shown "pid=$server and listening" .options.SO_REUSEADDR.value)" = 1 ]
	keep_alive "$port"
	served
	changed_and_undone "pid=$server and established"
	served
	changed_and_undone "pid=$server and listening"
}

@test "a unix-socket server: by its path, and an abstract one" {
	program a
	local path=$FOLDER/server.sock

	ask a unix "$(printf %s "$path" | hex)"
	ask a unix "00$(printf %s "sockopt-test-$$" | hex)"
	[ "$(shown "path=$path" '.family + " " + .type + " " + .state + " " + .local.path')" = "unix stream listening $path" ]
	[ "$(shown "path~*/${path##*/} and pid=${PID[a]}" .local.path)" = "$path" ]
	[ "$(shown "path=@sockopt-test-$$" '.state + " " + .local.path')" = "listening @sockopt-test-$$" ]
	run --separate-stderr -0 "$SOCKOPT" set "path=$path" SO_PASSCRED=on SO_RCVBUF=32KiB
	[ "$(shown "path=$path" .options.SO_PASSCRED.value)" = 1 ]
	[ "$(shown "path=@sockopt-test-$$" .options.SO_PASSCRED.value)" = null ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$(shown "path=$path" '.options | length')" = 0 ]
}
