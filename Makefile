# The commands of this project; `make` alone lists them. All but python3 is installed
# into .venv by the first command that needs it.

PYTHON ?= python3
# How many processes the tests use.
WORKERS ?= 2

BIN := .venv/bin
PRODUCT := .venv/.product
DEVELOPMENT := .venv/.development
WITH_SERVICES := $(BIN)/python -m ops.local.with_services
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run test lint format types migrations-check check bench audit pins clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
		awk -F ':.*## ' '{ printf "  make %-17s %s\n", $$1, $$2 }'

run: $(PRODUCT) ## Start everything; PORT=8001 chooses another port than 8000
	@exec $(BIN)/python -m ops.local.run

test: $(DEVELOPMENT) ## Run all tests: on PostgreSQL, on SQLite, in Chromium, in Node
	CHROME="$$($(BIN)/python -m ops.local.chromium)" && export CHROME && \
		$(WITH_SERVICES) -- $(PYTEST)
	$(WITH_SERVICES) --no-postgres -- $(PYTEST) -m both_databases
	$(BIN)/python -m ops.local.node_tests

lint: $(DEVELOPMENT) ## Check style and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(DEVELOPMENT) ## Rewrite the code in our style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(DEVELOPMENT) ## Check the types
	$(BIN)/mypy

migrations-check: $(DEVELOPMENT) ## Fail when a model changed without its migration
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run

check: lint types migrations-check test ## All that CI checks

bench: $(DEVELOPMENT) ## Measure; prints one `name value` line per figure
	$(WITH_SERVICES) --durable -- $(BIN)/python -m benchmarks

audit: $(DEVELOPMENT) ## Audit the main pages with Lighthouse
	CHROME="$$($(BIN)/python -m ops.local.chromium)" && export CHROME && \
		$(WITH_SERVICES) -- $(BIN)/python -m benchmarks.audit

PIP_COMPILE = $(BIN)/pip-compile -q --strip-extras --no-header --no-emit-options \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
pins: $(DEVELOPMENT) ## Compile the .in files; make pins UPGRADE=--upgrade takes newer
	$(PIP_COMPILE) $(UPGRADE) requirements.in -o requirements.txt
	$(PIP_COMPILE) $(UPGRADE) requirements-dev.in -o requirements-dev.txt

clean: ## Remove what can be made again; the data in var/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache \
		.hypothesis test-results var/static var/static.fingerprint
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment ----------------------------------------------------------

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with PYTHON=..."; exit 1; }
	@echo "Making the virtual environment in .venv ..."
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get -q update && \
		apt-get -q install -y --no-install-recommends python3-venv; } || \
		{ echo "Python's venv module is needed: install python3-venv."; exit 1; }
	@$(PYTHON) -m venv .venv

$(PRODUCT): requirements.txt | $(BIN)/python
	@echo "Installing what the product runs on ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(PRODUCT)
	@echo "Installing what tests and checks need ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@
