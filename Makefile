# The front door. Meson and Ninja do the work; this file only calls them.

BUILD   ?= build
prefix  ?= /usr/local
DESTDIR ?=
MESON   ?= meson
JOBS    ?=
FUZZ_SECONDS ?= 60
KERNELS ?=

NINJA = ninja -C $(BUILD) $(if $(JOBS),-j $(JOBS))

.DEFAULT_GOAL := help
.PHONY: help try test test-kernels build install site fuzz fault bench deps clean

help: ## this list
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 15
	@echo "Variables: prefix ($(prefix)), DESTDIR, BUILD ($(BUILD)), JOBS, FUZZ_SECONDS ($(FUZZ_SECONDS))"

try: ## builds, then shows sockopt on a real server that it starts and stops
	@tools/install-deps build
	@tools/configure $(BUILD)
	@tools/quietly $(NINJA)
	@tools/try $(BUILD)

test: ## installs what the tests need, builds, runs every test and check
	@tools/install-deps build test
	@tools/configure $(BUILD) -Dtests=true -Dwerror=true
	@$(NINJA)
	@tools/run-tests $(BUILD)

test-kernels: ## tests in emulated machines with other kernels: KERNELS="5.10 6.1", or all (hours)
	@tools/install-deps build test kernels
	@tools/configure $(BUILD) -Dtests=true -Dwerror=true
	@$(NINJA)
	@tests/kernels/run $(BUILD) --write docs/kernels.md $(KERNELS)

build: ## builds into $(BUILD)
	@tools/install-deps build
	@tools/configure $(BUILD)
	@$(NINJA)

install: ## installs to DESTDIR and prefix (builds first)
	@tools/install-deps build
	@tools/configure $(BUILD) -Dprefix=$(prefix)
	@$(NINJA)
	@DESTDIR="$(DESTDIR)" $(MESON) install -C $(BUILD) --no-rebuild --quiet
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi
	@echo "sockopt: installed to $(DESTDIR)$(prefix)"

site: ## the reference site, in $(BUILD)/site/html: open index.html
	@tools/install-deps build
	@tools/configure $(BUILD)
	@$(NINJA) site

fuzz: ## runs the fuzzers, FUZZ_SECONDS each; its figures go into docs/security.md
	@tools/install-deps build test
	@tools/fuzz --write $(FUZZ_SECONDS)

fault: ## every system call of ours fails in turn, and is our last in turn (an hour)
	@tools/install-deps build test
	@tools/fault

bench: ## measures library and commands, prints the figures of docs/performance.md
	@tools/install-deps build bench
	@tools/configure build-bench -Dbench=true
	@ninja -C build-bench
	@bench/lib build-bench
	@bench/scale build-bench
	@bench/start build-bench
	@bench/size build-bench
	@bench/run build-bench

deps: ## installs what building and testing need, nothing else
	@tools/install-deps build test

clean: ## removes what was built
	rm -rf $(BUILD) build-*
