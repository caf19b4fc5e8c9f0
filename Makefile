# Two commands do everything: `make run` and `make test`. Both set themselves up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.PHONY: run test bench lint format check rosters reports schema requirements clean help

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | sort

$(VENV)/.run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Python 3.11 or newer is needed, this is %d.%d; try: make PYTHON=python3.11 需要 Python 3.11 或更新版本" % v[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up (once) 首次安装…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

run: $(VENV)/.run  ## load a division the first time, then serve http://127.0.0.1:8000/graphql
	@exec $(BIN)/assistance run

test: $(VENV)/.dev  ## the whole test suite, a file to a processor, on the embedded PostgreSQL or DATABASE_URL
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile

bench: $(VENV)/.dev  ## every benchmark, ratios side by side; written to docs/benchmarks.md
	@$(BIN)/python -m bench --markdown docs/benchmarks.md

lint: $(VENV)/.dev  ## style, types and the order of the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

check: lint test  ## lint, then test

rosters: $(VENV)/.run  ## make examples/rosters anew (deterministic)
	@$(BIN)/python -m assistance.generator --out examples/rosters

reports: $(VENV)/.run  ## make examples/reports anew from the rosters (deterministic)
	@$(BIN)/python -m assistance.generator.reports

schema: $(VENV)/.run  ## write schema.graphql
	@$(BIN)/python -m graphql_api.export schema.graphql

requirements: $(VENV)/.dev  ## pin every dependency by version and hash
	@$(BIN)/pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --upgrade --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --annotation-style=line --extra build -o requirements/run.txt pyproject.toml
	@$(BIN)/pip-compile --quiet --upgrade --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --annotation-style=line --extra build --extra dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
