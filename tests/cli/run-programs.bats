#!/usr/bin/env bats
# sockopt run with programs that people use: the options are on their live sockets

load common

setup() {
	setup_common
	ENGINE=${ENGINE:-notify}
	PORT=$(free_port)
	RUN=("$SOCKOPT" run --engine "$ENGINE")
	local why
	why=$("${RUN[@]}" TCP_NODELAY=on -- /bin/sh -c : 2>&1) || skip "engine $ENGINE: ${why%%$'\n'*}"
}

# A server has what its listener is to have, what is inherited from it, and what only connections have
RULES=(-r 'listen: TCP_USER_TIMEOUT=30s' -r 'accept and tcp: SO_PRIORITY=5' -r 'force TCP_KEEPCNT=7')

listens() {
	[ -n "$("$SOCKOPT" show "local-port=$PORT and listening" 2>/dev/null)" ]
}

# serve COMMAND...: starts the server with the rules, and waits until it listens
serve() {
	start "${RUN[@]}" "${RULES[@]}" -- "$@" >"$FOLDER/server.log" 2>&1
	eventually listens || { cat "$FOLDER/server.log"; return 1; }
}

# A connection that stays open: it says its words first
hold() {
	start python3 -u -c '
import socket, sys, time
c = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
c.sendall(sys.argv[2].encode())
if sys.argv[2]:
    c.recv(1)
print("held")
time.sleep(60)' "$PORT" "$1" >"$FOLDER/held"
	eventually test -s "$FOLDER/held"
}

on_the_server() {
	"$SOCKOPT" show "local-port=$PORT and tcp" -o SO_PRIORITY,TCP_USER_TIMEOUT,TCP_KEEPCNT --json |
		jq -r '"\(.state) \(.options.SO_PRIORITY.value) \(.options.TCP_USER_TIMEOUT.value) \(.options.TCP_KEEPCNT.value)"' | sort -u
}

has_the_options() {
	[ "$(on_the_server)" = $'established 5 30000 7\nlistening 0 30000 7' ]
}

# holds_them WORDS: with a connection open, eventually (a server accepts when it gets to it)
holds_them() {
	hold "$1"
	eventually has_the_options || { on_the_server; cat "$FOLDER/server.log"; return 1; }
}

HTTP=$'GET / HTTP/1.1\r\nHost: here\r\n\r\n'

@test "nginx, a master and two workers" {
	needs nginx
	mkdir "$FOLDER/html"
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
			client_body_temp_path $FOLDER; proxy_temp_path $FOLDER; fastcgi_temp_path $FOLDER;
			uwsgi_temp_path $FOLDER; scgi_temp_path $FOLDER;
			server { listen 127.0.0.1:$PORT so_keepalive=60s:10s:3; root $FOLDER/html; }
		}
	END
	serve nginx -p "$FOLDER" -c "$FOLDER/nginx.conf"
	holds_them "$HTTP"
}

@test "nginx that goes to the background, as a server does" {
	needs nginx
	[ "$(id -u)" = 0 ] || skip "needs root: its workers change the user"
	mkdir "$FOLDER/html"
	echo hello >"$FOLDER/html/index.html"
	chmod -R a+rX "$FOLDER"
	cat >"$FOLDER/nginx.conf" <<-END
		user nobody $(id -gn nobody);
		worker_processes 2;
		pid $FOLDER/nginx.pid;
		error_log $FOLDER/error.log;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $FOLDER/a; proxy_temp_path $FOLDER/b; fastcgi_temp_path $FOLDER/c;
			uwsgi_temp_path $FOLDER/d; scgi_temp_path $FOLDER/e;
			server { listen 127.0.0.1:$PORT; root $FOLDER/html; }
		}
	END
	run -0 "${RUN[@]}" "${RULES[@]}" -- nginx -p "$FOLDER" -c "$FOLDER/nginx.conf"
	eventually listens
	: >"$FOLDER/server.log"
	STARTED+=("$(cat "$FOLDER/nginx.pid")")
	holds_them "$HTTP"
	# the workers run as another user, and so do the connections that they accept
	[ "$ENGINE" != notify ] || [ "$(stat -L -c %u "$("$SOCKOPT" show "local-port=$PORT and established" --json |
		jq -r '.holders[0] | "/proc/\(.pid)/fd/\(.fd)"')")" = "$(id -u nobody)" ]
}

@test "redis-server" {
	needs redis-server
	serve redis-server --port "$PORT" --bind 127.0.0.1 --save "" --dir "$FOLDER" --daemonize no
	holds_them $'PING\r\n'
}

@test "memcached, with four threads" {
	needs memcached
	serve memcached -l 127.0.0.1 -p "$PORT" -t 4 -u "$(id -un)"
	holds_them $'version\r\n'
}

@test "haproxy" {
	needs haproxy
	cat >"$FOLDER/haproxy.cfg" <<-END
		global
			nbthread 2
		defaults
			mode http
			timeout connect 5s
			timeout client 60s
			timeout server 60s
		frontend here
			bind 127.0.0.1:$PORT
			http-request return status 200 content-type text/plain string "hello"
	END
	serve haproxy -f "$FOLDER/haproxy.cfg" -db
	holds_them "$HTTP"
}

@test "caddy, a program of Go: it makes its system calls itself" {
	needs caddy
	[ "$ENGINE" != preload ] || skip "engine preload: not for programs that make their system calls themselves"
	printf '{\n\tadmin off\n\tauto_https off\n}\nhttp://127.0.0.1:%s {\n\trespond hello\n}\n' "$PORT" >"$FOLDER/Caddyfile"
	export HOME=$FOLDER XDG_DATA_HOME=$FOLDER XDG_CONFIG_HOME=$FOLDER
	serve caddy run --config "$FOLDER/Caddyfile" --adapter caddyfile
	holds_them "$HTTP"
}

@test "node" {
	needs node
	serve node -e 'require("http").createServer((q, r) => r.end("hello")).listen(+process.argv[1], "127.0.0.1")' "$PORT"
	holds_them "$HTTP"
}

@test "python3, a thread a connection, in an accept that blocks" {
	serve python3 -c '
import socketserver, sys
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while self.request.send(self.request.recv(100)): pass
import socket, threading
l = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    c, _ = l.accept()
    threading.Thread(target=Echo, args=(c, None, None), daemon=True).start()' "$PORT"
	holds_them hello
}

# A server that answers nothing but these words, so that a client stays
waiting_server() {
	start python3 -u -c '
import socket, sys
l = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listens")
held = []
while True:
    held.append(l.accept()[0])
    held[-1].sendall(sys.argv[2].encode())' "$PORT" "$1" >"$FOLDER/listens"
	eventually test -s "$FOLDER/listens"
}

on_the_client() {
	[ "$("$SOCKOPT" show "peer-port=$PORT and established" -o SO_PRIORITY,TCP_USER_TIMEOUT,TCP_NODELAY --json |
		jq -r '.options | "\(.SO_PRIORITY.value) \(.TCP_USER_TIMEOUT.value) \(.TCP_NODELAY.value)"')" = "$1" ]
}

@test "curl" {
	needs curl
	waiting_server ""
	start "${RUN[@]}" -r "connect and tcp and peer=127.0.0.1:$PORT: SO_PRIORITY=4 TCP_USER_TIMEOUT=20s" -r 'force TCP_NODELAY=off' -- \
		curl -s "http://127.0.0.1:$PORT/"
	eventually on_the_client "4 20000 0"
}

@test "ssh" {
	needs ssh
	waiting_server $'SSH-2.0-test\r\n'
	start "${RUN[@]}" -r "connect and tcp and peer-port=$PORT: SO_PRIORITY=4 TCP_USER_TIMEOUT=20s TCP_NODELAY=on" -- \
		ssh -F none -o BatchMode=yes -p "$PORT" 127.0.0.1 true 2>/dev/null
	eventually on_the_client "4 20000 1"
}
