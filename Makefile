# The commands of swasmc's source tree; `make help` lists them. Everything that is made is under build/
# and .build/. Options of a target are variables: make conformance ONLY="core simd" BOUNDS=explicit

export SWIFT ?= swift
PREFIX ?= /usr/local
SUITE ?= ../shared/conformance
COMPONENTS ?= ../shared/component-model
ONLY ?=
FILTER ?=
BOUNDS ?= guard
PRODUCT ?= libraries
TARGET ?= $(shell uname -m)-linux
OPT ?= -O1
COLD ?=
JOBS ?= $(shell nproc)
SEEDS ?= 10000
ATTACKS ?= 100000
FIRST ?= 0
PROFILES ?=

RELEASE = .build/release
RUNTIME = build/runtime

.DEFAULT_GOAL := help
.PHONY: help setup runtime launcher build debug demo test conformance conformance-components fuzz fuzz-wasi check format bench bench-publish bench-compare bench-compile bench-debug bench-components bench-start bench-calls install uninstall dist deb test-dist clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

setup: ## Install what building and testing need (Debian 12)
	@scripts/setup

# The parts of the set-up that the demo and a build need. Quiet and quick if they are installed.
.PHONY: setup-build setup-demo
setup-build:
	@scripts/setup build
setup-demo:
	@scripts/setup build c

runtime: setup-build ## Build the C runtime that every executable carries, and WASI 0.2 for components
	@$(MAKE) --no-print-directory -s -C runtime-c

build: runtime launcher ## Build swasmc in release mode (build/bin/swasmc, and the compiler alone: .build/release/swasmc)
	@scripts/build swasmc

launcher: setup-build ## Build the small program that answers `swasmc run` from the cache (build/bin/swasmc)
	@$(MAKE) --no-print-directory -s -C Sources/Launcher

debug: runtime launcher ## Build everything in debug mode, tests included
	@scripts/quietly $(SWIFT) build --build-tests

demo: setup-demo build ## Compile and run an example: its grants, a refusal, its speed
	@examples/demo

test: setup ## Run every test: Swift, C, conformance, end to end
	@scripts/test

conformance: setup runtime ## Run the specification's tests (SUITE= ONLY= FILTER= BOUNDS=guard, explicit or precise, OPT=-O0..-O3, PRODUCT=libraries or program, COLD=1 as cold functions, TARGET=aarch64-linux)
	@scripts/build conformance
	@$(RELEASE)/conformance --suite '$(SUITE)' --only '$(ONLY)' --filter '$(FILTER)' \
	  --bounds-checks $(BOUNDS) $(OPT) $(if $(COLD),--cold) --product $(PRODUCT) --target $(TARGET) --jobs $(JOBS)

conformance-components: setup-build ## Run the component model's tests (COMPONENTS= ONLY= FILTER=)
	@scripts/build conformance
	@$(RELEASE)/conformance --components '$(COMPONENTS)' --only '$(ONLY)' --filter '$(FILTER)' --jobs $(JOBS)

fuzz: setup runtime ## Look for modules that are compiled wrongly (SEEDS=10000 ATTACKS=100000 FIRST=0 PROFILES= JOBS=)
	@scripts/build fuzz
	@status=0; \
	$(RELEASE)/fuzz modules --seeds $(SEEDS) --first $(FIRST) --profiles '$(PROFILES)' --jobs $(JOBS) || status=1; \
	$(RELEASE)/fuzz mutants --seeds $(SEEDS) --first $(FIRST) --jobs $(JOBS) || status=1; \
	$(RELEASE)/fuzz debug --seeds $(SEEDS) --first $(FIRST) --jobs $(JOBS) || status=1; \
	$(RELEASE)/fuzz attacks --seeds $(ATTACKS) --first $(FIRST) --jobs $(JOBS) || status=1; \
	$(RELEASE)/fuzz attacks --wasmtime --seeds $$(($(ATTACKS) / 20)) --first $(FIRST) --jobs $(JOBS) || status=1; \
	$(RELEASE)/fuzz components --wasmtime --seeds $(SEEDS) --first $(FIRST) --jobs $(JOBS) || status=1; \
	$(RELEASE)/fuzz components --wasmtime --seeds $$(($(SEEDS) / 20)) --first $(FIRST) --levels 2 --per-batch 5 \
	  --jobs $(JOBS) || status=1; \
	$(RELEASE)/fuzz sabotage --seeds 700 --first $(FIRST) --programs build/programs || status=1; \
	scripts/fuzz-isolation $(FIRST) 20000 || status=1; \
	$(RELEASE)/fuzz large || status=1; exit $$status

check: setup-build ## Formatter, linter, and warnings as errors for Swift and C
	@scripts/check

format: ## Format the Swift sources in place
	@$(SWIFT) format format -i -r Package.swift Sources Tests

bench: setup build ## Measure speed beside other engines (BENCH_FLAGS="--programs matmul --runs 3")
	@if [ -f build/tools/env.sh ]; then . ./build/tools/env.sh; fi; Benchmarks/bench $(BENCH_FLAGS)

bench-publish: ## Show what `make bench` measured last in README.md and docs/benchmarks.md
	@Benchmarks/publish

bench-compare: setup build ## Compare an earlier build with this one (BEFORE=path/to/swasmc COMPARE_FLAGS="--runs 3 some.wasm")
	@if [ -f build/tools/env.sh ]; then . ./build/tools/env.sh; fi; Benchmarks/compare $(BEFORE) $(COMPARE_FLAGS)

bench-compile: setup build ## Measure what compiling costs at each level, beside wasmtime (COMPILE_FLAGS="--runs 3 some.wasm")
	@Benchmarks/compile $(COMPILE_FLAGS)

bench-debug: setup build ## Measure what -g adds to compile time and memory (DEBUG_FLAGS="--runs 5 --most 30 some.wasm")
	@Benchmarks/debug $(DEBUG_FLAGS)

bench-start: setup build ## Measure start-up beside a static musl program
	@Benchmarks/start/run

bench-calls: setup build ## Measure WASI calls beside static musl and wasmtime (CALL_FLAGS="--rounds 30")
	@Benchmarks/calls/run $(CALL_FLAGS)

bench-components: setup build ## Measure components beside wasmtime (COMPONENT_FLAGS="--only calls --runs 5")
	@Benchmarks/components/run $(COMPONENT_FLAGS)

fuzz-wasi: setup build ## Make random WASI calls and look for what they should not touch (SECONDS=1800)
	@scripts/fuzz-wasi --seconds $(or $(SECONDS),1800)

export PREFIX DESTDIR

install: build ## Install swasmc, its runtime, manual page and completions (PREFIX=/usr/local DESTDIR=)
	@scripts/install install

uninstall: ## Remove what `make install` installed (PREFIX=/usr/local DESTDIR=)
	@scripts/install uninstall

dist: build ## Make a tarball that runs where neither Swift nor LLVM is installed (build/dist)
	@scripts/dist tarball

deb: build ## Make a package for Debian 12 and later (build/dist)
	@scripts/dist deb

test-dist: dist deb ## Install the tarball and the package in fresh roots, and use them there (needs root)
	@scripts/test-dist tarball
	@scripts/test-dist deb

clean: ## Remove what was made; the tools in build/tools stay
	@$(SWIFT) package clean
	@find build -mindepth 1 -maxdepth 1 ! -name tools -exec rm -rf {} + 2>/dev/null || true
