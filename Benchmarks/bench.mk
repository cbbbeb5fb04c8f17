# `make bench`: measures every engine on every program and writes build/bench/{results.json,table.md,chart.svg}.
# BENCH_FLAGS passes options on, for example BENCH_FLAGS="--programs matmul,json --runs 3".
.PHONY: bench
bench:
	@if [ -f build/tools/env.sh ]; then . ./build/tools/env.sh; fi; Benchmarks/bench $(BENCH_FLAGS)
