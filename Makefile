# Every target sets up .venv from the lock files first; nothing is installed outside it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= auto

.DEFAULT_GOAL := help
.PHONY: help install dev demo test test-all check format bench lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed  ## make .venv with the exact versions of requirements.lock
dev: $(VENV)/.dev-installed  ## the same with the tools for tests and checks

# The stamps make a second run need no network.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "monitor needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the exact versions of requirements.lock into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-installed: requirements-dev.lock $(VENV)/.installed
	@echo "installing the tools of requirements-dev.lock into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench-installed: requirements-bench.lock $(VENV)/.dev-installed
	@echo "installing the peers of requirements-bench.lock into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

demo: install  ## the whole job on a feed server of its own: about 60 reports, alerts, ledger, digest
	@$(BIN)/monitor demo

test: dev  ## the tests that take seconds
	@$(BIN)/python -m pytest -n $(JOBS)

test-all: dev  ## all tests, the slow ones too
	@$(BIN)/python -m pytest -n $(JOBS) -m ""

check: dev  ## format, lint, types, import map, docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_imports.py tests/test_docs.py

format: dev  ## rewrite the code in the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.bench-installed  ## the measured statements of the README, each beside a peer
	@for script in bench/bench_*.py; do $(BIN)/python $$script || exit 1; done

lock: dev  ## resolve the newest allowed versions and pin them with hashes
	@$(BIN)/uv pip compile -q pyproject.toml --group build --universal --python-version 3.11 \
	    --generate-hashes --custom-compile-command "make lock" --upgrade -o requirements.lock
	@$(BIN)/uv pip compile -q pyproject.toml --group build --group dev --universal --python-version 3.11 \
	    --generate-hashes --custom-compile-command "make lock" -c requirements.lock --upgrade -o requirements-dev.lock
	@$(BIN)/uv pip compile -q pyproject.toml --group bench --universal --python-version 3.11 \
	    --generate-hashes --custom-compile-command "make lock" -c requirements.lock --upgrade -o requirements-bench.lock

clean:  ## remove what the other targets made
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist demo
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
