# Every target does the set-up that it needs. The recipes longer than a line are in scripts/.
.PHONY: help demo check test bench bench-setup types fmt audit packages soak fuzz clean
.DEFAULT_GOAL := help
SHELL := bash

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: ## a loan decision with its reasons
	@cargo run --profile check-release --locked -q -p kapix-core --example demo

check: ## format, lints, house rules and the tests of what changed, for the inner loop
	@scripts/check.sh

test: ## every check of the project
	@scripts/test.sh

bench: ## speed and quality beside peers, with ratios
	@scripts/bench.sh

bench-setup: ## the peers that the benchmarks run beside
	@scripts/bench-setup.sh

types: ## the types and methods of Python, Node.js and Go, from the operations of the core
	@scripts/types.sh

fmt: ## format the sources
	@. scripts/tools.sh && need_component rustfmt && cargo fmt --all

audit: ## known vulnerabilities of the dependencies; needs the git host of the RustSec database
	@scripts/deny.sh advisories

packages: ## wheel, npm and C library for Linux from glibc 2.17 on, into dist/
	@scripts/packages.sh

soak: ## sanitizers and long runs, SOAK (default 1) times as many
	@scripts/soak.sh

fuzz: ## hostile input, FUZZ_SECONDS (default 60) for each target
	@scripts/fuzz.sh

clean: ## remove what the other targets made
	@cargo clean
	@rm -rf kapix-py/.venv-build kapix-py/.venv-test kapix-py/.mypy_cache kapix-py/.pytest_cache
	@rm -rf benches/.venv benches/peers/*/.venv fuzz/target
