# `make demo` and `make test` need Python >= 3.11 and make; everything else is installed into .venv.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test

.PHONY: demo test test-full lint bench clean

$(RUN_STAMP): pyproject.toml hatch_build.py
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 was found; install one, or say make PYTHON=/path/to/python" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(TEST_STAMP): $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test,peers,notebooks,cuda,ray]"
	@touch $@

demo: $(RUN_STAMP) ## the main job: one cell, a sweep on all cores, a report
	$(BIN)/python -m twin.cli.demo

test: $(TEST_STAMP) ## lint, arrows, types, the default suite
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not peers and not browser and not faults and not slurm and not ray"

test-full: $(TEST_STAMP) ## what needs peers, a browser, time, or kills processes
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "(slow or peers or browser or faults or slurm or ray) and not alone"
	$(BIN)/python -m pytest -q -m alone

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(TEST_STAMP)
	$(BIN)/python -m benchmarks all --json

clean:
	rm -rf $(VENV) twin-store build dist
