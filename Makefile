# The same commands for people and for CI. `make` lists them. Needs GNU make, bash and Python 3.11 or newer.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run check test acceptance bench fuzz load docs sbom migration lock openapi
BIN := .venv/bin
PYTEST_WORKERS ?= 3
# Tests start some hundred processes of Python: without its cached bytecode each would compile all of Matinee first.
unexport PYTHONDONTWRITEBYTECODE
FUZZ_MINUTES ?= 10

help: ## List the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install everything for working on Matinee into .venv and web/node_modules
	@scripts/setup.sh dev

run: ## Start Matinee with its demo library on http://127.0.0.1:8470
	@scripts/setup.sh run
	@MATINEE_PROFILE=$${MATINEE_PROFILE:-development} MATINEE_DEMO=$${MATINEE_DEMO:-true} exec $(BIN)/matinee serve

check: setup ## Lint, types, import contracts, sizes, drift of migrations and OpenAPI, the web UI's own checks
	@scripts/test_tools.sh
	@scripts/check.sh

test: setup ## Unit, integration, contract and end-to-end tests, on SQLite and PostgreSQL, in Python and in the browser
	@scripts/test_tools.sh
	if [ -f web/package.json ]; then cd web && npm test --silent; fi
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist=worksteal

acceptance: setup ## The tests on real files and names; MATINEE_TEST_DATA names the folder (default ../shared/data)
	@scripts/test_tools.sh
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist=worksteal tests/acceptance

bench: setup ## Measure what the targets in docs/reference/benchmarks.md speak of, beside nginx, and print a table
	@scripts/test_tools.sh bench
	@$(BIN)/python -m benchmarks

fuzz: setup ## Try the API against its description as every kind of caller; FUZZ_MINUTES says how long (default 10)
	@$(BIN)/python -m tests.contract.fuzzing --minutes $(FUZZ_MINUTES)

load: setup ## A bounded browse, search and watch load on a server of its own on 127.0.0.1
	@$(BIN)/python -m benchmarks.load

docs: setup ## Write the reference pages from the code, check all links, build the site into build/docs
	@$(BIN)/python -m scripts.docs

sbom: setup ## Write what Matinee is made of (CycloneDX, from the lock files) into build/sbom
	@$(BIN)/python -m scripts.sbom

migration: setup ## Write a migration from the models: make migration m="add ratings"
	@$(BIN)/python -m scripts.migration "$(m)"

openapi: setup ## Write openapi.json from the routes
	@$(BIN)/matinee openapi > openapi.json
	@if [ -f web/package.json ] && grep -q '"types"' web/package.json; then cd web && npm run --silent types; fi

lock: setup ## Resolve the dependencies of pyproject.toml anew into uv.lock, without the address of any index
	@$(BIN)/uv lock --quiet
	@$(BIN)/python scripts/neutral_lock.py uv.lock web/package-lock.json
