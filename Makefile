# Two commands matter: `make run` and `make test`. Everything they need is made by what stands here.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BIN := .venv/bin
PORT ?= 8000
ISSUE ?=
# Tests wait for a browser, a database and each other's processes: a third worker fills two cores.
WORKERS ?= 3
# Where this is set, each of the hundreds of processes of a run compiles all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: messages release-database help run test check static bench soak proof tck sbom screenshots setup setup-dev \
	frontend translations clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: setup ## set up what is missing, migrate, seed a demo, start web and worker
	@PORT=$(PORT) $(BIN)/python -m app.cli.run

test: static ## all tests, from nothing
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: static ## the fast part: ruff, mypy, architecture tests, definitions
	@$(BIN)/python -m pytest -q tests/architecture tests/definitions

static: setup-dev
	@$(BIN)/ruff check app tests migrations scripts
	@$(BIN)/mypy
	@$(BIN)/flask --app app catalog check

bench: setup-dev ## measure, print JSON lines, keep them in instance/bench.jsonl
	@$(BIN)/python -m tests.bench

soak: setup-dev ## the long reliability runs, kept in instance/soak.jsonl
	@$(BIN)/python -m tests.bench --soak

proof: setup-dev ## make proof ISSUE=n: show each claim of an issue on a fresh database
	@$(BIN)/python -m tests.proof $(ISSUE)

tck: setup-dev ## the DMN conformance kit, where it lies beside this checkout
	@$(BIN)/python ../shared/conformance/run_tck.py ../shared/conformance/dmn-tck --engine app.dmn:evaluate

sbom: setup-dev ## what the product is made of, as CycloneDX JSON in instance/sbom.json
	@$(BIN)/python scripts/sbom.py

screenshots: setup-dev ## make the README's pictures anew
	@$(BIN)/python -m tests.journeys.screenshots

release-database: setup-dev ## store a database of this release, which every later one must upgrade
	@$(BIN)/python scripts/store_release.py

messages: setup-dev ## bring the Chinese catalogue in step with the texts of the application
	@$(BIN)/python scripts/messages.py

setup: .venv/.run frontend translations

setup-dev: .venv/.dev frontend translations

.venv/.python:
	@$(PYTHON) scripts/prerequisites.py
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.python requirements.txt constraints.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

frontend: static/vendor/.built

static/vendor/.built: package-lock.json package.json scripts/build_frontend.py tests/unit/feel/feelin.js $(wildcard static/src/* static/src/*/*) | .venv/.run
	@$(BIN)/python scripts/build_frontend.py
	@touch $@

translations: app/translations/zh/LC_MESSAGES/messages.mo

%.mo: %.po | .venv/.run
	@$(BIN)/pybabel -q compile -f -i $< -o $@

clean: ## remove what was built; the data in instance/ stay
	@rm -rf .venv node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache
