# Assembly Week. `make help` lists what can be done; Python 3.11 or newer and make are all it needs.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo run check tables guards test coverage browsers lint fix bench audit sbom docs lock reference vendor browser clean

ARGS ?=
# Tests wait as much as they compute, so there are more processes than cores: tests/conftest.py says how many.
PARALLEL := -n logical --dist worksteal
PYTEST_ARGS ?= $(PARALLEL)
# Empty where it was done a minute ago.
LINT ?= lint
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python3.14 python)
BIN := .venv/bin
PIP := --quiet --no-input --disable-pip-version-check
INSTALL := $(if $(UV),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install $(PIP))
INSTALL_CLIENT := $(if $(UV),uv pip install --quiet,$(BIN)/python -m pip) --python .venv-client/bin/python $(if $(UV),,install $(PIP))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: .venv/.dev .venv-client/.ready vendor ## build .venv and .venv-client with everything a contributor needs, and fetch htmx and the font

demo: .venv/.runtime $(if $(findstring --with-slack,$(ARGS)),.venv/.dev) vendor ## replay the Q3 2022 week in the browser; ARGS="--finished --port 8001 --with-slack"
	@$(BIN)/assembly-week demo $(ARGS)

run: .venv/.runtime vendor ## serve what is under data/; ARGS="--port 8001"
	@$(BIN)/assembly-week serve $(ARGS)

check: export PYTHONDONTWRITEBYTECODE =
check: lint ## before a commit, in a minute: lint, then the rules and services on SQLite
	@HYPOTHESIS_PROFILE=check $(BIN)/python -m pytest -q $(PARALLEL) --engine sqlite tests/domain tests/services

WEB := tests/web/test_
# Whether everything is in the tables that tests go through, and whether text, schema and description agree.
TABLES := tests/test_repository.py tests/test_docs.py tests/test_words.py tests/test_migrations.py \
  tests/domain/text/test_direction.py tests/web/organizer/test_wording.py \
  $(WEB)access.py::test_every_route_is_in_the_table $(WEB)objects.py::test_every_id_in_an_address_is_swapped \
  $(WEB)canaries.py::test_every_placeholder_is_filled $(WEB)throttled_doors.py::test_every_limit_is_in_the_table \
  $(WEB)audited_deeds.py::test_every_request_that_may_change_something_is_in_the_table \
  $(WEB)audited_deeds.py::test_every_action_that_the_code_knows_is_in_a_table \
  $(WEB)openapi.py $(WEB)render.py $(WEB)route_names.py $(WEB)routes.py
# Whether what is in the tables holds: of every reader, state and way of running, those that notice most.
GUARDS := $(TABLES) $(WEB)cursors.py $(WEB)lists.py $(WEB)objects.py $(WEB)names.py $(WEB)refused_forms.py \
  $(WEB)access.py::test_every_door_lets_in_exactly_whom_the_table_says[people-signed-in] \
  $(WEB)audited_deeds.py::test_every_request_leaves_the_notes_of_the_table \
  $(WEB)canaries.py::test_no_refusal_says_what_its_reader_may_not_know_or_says_secrets_back[player] \
  $(WEB)states.py::test_every_sentence_is_true[open-True-many] $(WEB)states.py::test_every_sentence_is_true[closed-True-many]

tables: .venv/.dev ## before sharing a commit: whether what is new is in the tables that tests go through
	@$(BIN)/python -m pytest -q --engine sqlite $(TABLES)

guards: export PYTHONDONTWRITEBYTECODE =
guards: .venv/.dev ## after a new page, form, action or migration: the tests that go through all of them, in a minute
	@$(BIN)/python -m pytest -q $(PARALLEL) --engine sqlite $(GUARDS)

# Each of a hundred programs that the tests start would compile the application anew where bytecode is not kept.
test: export PYTHONDONTWRITEBYTECODE =
test: $(LINT) .venv/.dev vendor .venv-client/.ready ## every check, then every test; PYTEST_ARGS="tests/domain -x" picks some
	@$(BIN)/python -m compileall -q -j 2 app bench migrations tools
	@ASSEMBLY_WEEK_REQUIRE_CLIENT=1 $(BIN)/python -m pytest $(PYTEST_ARGS)

coverage: .venv/.dev ## branches of domain and services that no test of theirs takes; fails below the floor in pyproject.toml
	@HYPOTHESIS_PROFILE=check $(BIN)/python -m pytest -q $(PARALLEL) --engine sqlite --cov --cov-report=term \
	  tests/domain tests/services tests/jobs tests/slack tests/web/test_slack*.py

browsers: .venv/.dev vendor ## the core flows in Firefox and WebKit as well; ARGS="-k Firefox"
	@$(BIN)/python -m pytest -q -rs tests/browser/engines $(ARGS)

lint: .venv/.dev ## style, types, layers, spelling, scripts and stylesheets, without changing a file
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/typos
	@$(BIN)/python tools/biome.py

fix: .venv/.dev ## mend what ruff can mend, and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.dev vendor ## measure speed against bare routes on this machine
	@$(BIN)/python -m bench $(ARGS)

audit: .venv/.dev ## ask for known vulnerabilities of everything locked; ARGS="--vulnerability-service osv"
	@$(BIN)/python tools/audit.py $(ARGS)

sbom: .venv/.dev ## write dist/sbom.cdx.json: what the server is made of, in CycloneDX's form
	@$(BIN)/python tools/sbom.py

docs: .venv/.dev ## build the documentation as a site under dist/site; a link that leads nowhere fails
	@$(BIN)/python tools/site.py

# uv writes the locks and nothing that runs depends on it, so it is itself in no lock.
lock: .venv/.runtime ## rewrite the locks from pyproject.toml (needs uv); ARGS=--upgrade
	@$(BIN)/python tools/lock.py $(ARGS)

reference: .venv/.runtime ## write the reference in docs/api.md from the API's description
	@$(BIN)/python tools/api_reference.py

vendor: .venv/.runtime ## fetch our own copies of htmx and the font; without npm, pages do without
	@$(BIN)/python tools/vendor.py

browser: .venv/.dev ## download a Chromium for the browser tests, where the system has none
	@$(BIN)/python -m playwright install chromium

clean: ## remove .venv, caches and fetched files; never data/
	rm -rf .venv .venv-client .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache static/vendor test-results dist
	find app bench migrations tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.runtime: requirements.lock pyproject.toml
	@$(ensure_venv)
	@echo "Installing the server from requirements.lock (once per change of the lock)"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing the tools from requirements-dev.lock (once per change of the lock)"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# A generator of clients for our API, and what its clients need: it wants an older typer than the server.
.venv-client/.ready: requirements-client.lock | .venv/.runtime
	@rm -rf .venv-client
	@$(BIN)/python -m venv --without-pip .venv-client
	@echo "Installing what makes a client from requirements-client.lock (once per change of the lock)"
	@$(INSTALL_CLIENT) --require-hashes -r requirements-client.lock
	@touch $@

# Names on PATH may be shims that fail, and Debian's python3 may come without venv: only a try tells.
define ensure_venv
if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
  rm -rf .venv; found=; \
  for python in $(PYTHONS); do \
    if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
  done; \
  if [ -n "$$found" ]; then $$found -m venv .venv; \
  elif [ -n "$(UV)" ]; then uv venv --quiet --seed --python '>=3.11' .venv; \
  else \
    echo "No Python 3.11 or newer with its venv module was found among: $(PYTHONS)." >&2; \
    echo "Install one (on Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3" >&2; \
    exit 1; \
  fi; \
fi
endef
