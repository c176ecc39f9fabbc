# netwatch: every verb a contributor needs. `make` alone lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
READY := .venv/.ready
UV ?= uv

.PHONY: help
help: ## this list
	@echo "netwatch, an offline Azure Network Watcher. Each verb sets up .venv/ first where it has to."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=/path/to/python3.12 make test    with a Python of your choice (3.11 or newer)"

.PHONY: run
run: $(READY) ## a tour: the main questions, asked of the networks under topologies/
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh topologies/tour.sh

.PHONY: test
test: check ## everything a change must pass: check, then all tests
	$(BIN)/python -m pytest

.PHONY: check
check: $(READY) ## what needs no running: ruff, mypy strict, and the floors of the house (import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: deep
deep: $(READY) ## the property tests with many more examples (minutes)
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest

.PHONY: golden
golden: $(READY) ## write all that is generated anew (golden files, README outputs, docs/conformance.md); read the diff
	$(BIN)/python -m netwatch.conformance.page
	NETWATCH_GOLDEN=write $(BIN)/python -m pytest tests/golden tests/house/test_readme.py

.PHONY: bench
bench: $(READY) ## the measurements: a cold question, a large estate, one question in process, rules matched by the million
	$(BIN)/python -m bench.bench_cold_question
	$(BIN)/python -m bench.bench_estate
	$(BIN)/python -m bench.bench_hub_spoke
	$(BIN)/python -m bench.bench_batch_verdicts
	$(BIN)/python -m pytest bench/bench_question.py bench/bench_matching.py --benchmark-only

.PHONY: peers
peers: $(READY) ## the matcher beside rte_acl and others, in one run (minutes); CLASSBENCH=DIR adds the published sets
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt
	$(BIN)/python -m bench.peers.side_by_side $(if $(CLASSBENCH),--classbench "$(CLASSBENCH)") --out build/peers/results.json

.PHONY: fuzz
fuzz: $(READY) ## every reader under a fuzzer that follows coverage, SECONDS=60 for each (Linux; not part of test)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m tests.fuzz $(or $(SECONDS),60)

.PHONY: format
format: $(READY) ## let ruff lay out the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: lock
lock: ## resolve the dependencies anew into requirements/*.txt (needs uv: on PATH, or UV=/path/to/uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv, which is not on PATH. Install it, or say: make lock UV=/path/to/uv" >&2; exit 1; }
	$(UV) pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		pyproject.toml --group dev --output-file requirements/dev.txt
	$(UV) pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		requirements/peers.in --constraint requirements/dev.txt --output-file requirements/peers.txt
	$(UV) pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		requirements/fuzz.in --constraint requirements/dev.txt --output-file requirements/fuzz.txt

.PHONY: clean
clean: ## remove .venv/ and every cache
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find netwatch tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The set-up, once for all verbs. Everything outside is pinned and hashed in requirements/dev.txt; the project itself is
# installed without the network. The stamp makes the second time quick, and comes last, so a broken set-up is redone.
$(READY): pyproject.toml requirements/dev.txt
	@PYTHON="$(PYTHON)" sh .ci/venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $(READY)
