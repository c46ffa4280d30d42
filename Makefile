# The same commands for a person and for CI. They need Python 3.11 or newer, and make; the rest goes into .venv.
# PORT, DATABASE_URL, REDIS_URL and DATA_DIR pass through, from the environment or the command line: make run PORT=8001

VENV := .venv
BIN := $(VENV)/bin
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
OLD_PYTHON := Python 3.11 or newer is needed and was not found; name yours with: make PYTHON=/path/to/python3
NO_VENV := Python could not make a virtual environment. On Debian: apt install python3-venv

# Over the processors, each with a PostgreSQL server of its own; make test SPREAD= runs one test after the other.
SPREAD := --numprocesses=auto --maxprocesses=4 --dist=worksteal

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Makes .venv and installs one lock file into it, unless that very lock is there and the environment works.
# $(call install,LOCK FILE). The stamp is written last, so an interrupted installation is done again.
define install
@if ! { cat $(1) pyproject.toml | cmp -s - $(VENV)/$(1) && $(BIN)/python -c ''; } 2>/dev/null; then \
	set -e; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		for python in $(PYTHON) $(PYTHONS); do \
			"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
			python=; \
		done; \
		test -n "$$python" || { echo '$(OLD_PYTHON)' >&2; exit 1; }; \
		echo "Making $(VENV) with $$python"; \
		"$$python" -m venv --clear $(VENV) || { echo '$(NO_VENV)' >&2; exit 1; }; \
	fi; \
	echo "Installing what $(1) lists"; \
	$(BIN)/python -m pip install --quiet --require-hashes -r $(1); \
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	cat $(1) pyproject.toml > $(VENV)/$(1); \
fi
endef

.PHONY: help run test test-nightly check audit sbom fix migrate bench screenshots docs frontend runtime tools
.DEFAULT_GOAL := help

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '  make %-13s %s\n' "$$name" "$$text"; done

run: frontend ## Serve the Leeds demonstration; Ctrl-C stops it
	@exec $(BIN)/rewards serve --demo

test: tools frontend ## Run the tests; make test ARGS='-k ledger' runs some
	@$(BIN)/pytest $(SPREAD) $(ARGS)

test-nightly: tools frontend ## Run every test, the slow ones too, with many more random cases
	@HYPOTHESIS_PROFILE=nightly $(BIN)/pytest $(SPREAD) -m '' $(ARGS)

check: tools ## Check format, lint, types, import contracts, documentation and dependencies
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mkdocs build --quiet --strict --config-file .ci/mkdocs.yml
	@$(BIN)/python .ci/audit.py

audit: tools ## Look our dependencies up among known vulnerabilities; AUDIT=required fails where that can't be done
	@$(BIN)/python .ci/audit.py

sbom: tools ## Write build/sbom.cdx.json, the software bill of materials (CycloneDX)
	@$(BIN)/python .ci/sbom.py

fix: tools ## Mend format and lint where that can be done by rule
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

migrate: runtime ## Bring the database's tables up to date
	@$(BIN)/rewards migrate

bench: tools ## Measure speed and write docs/reference/benchmarks.md
	@$(BIN)/python -m tests.bench --write $(ARGS)

screenshots: tools frontend ## Take the README's pictures of the demonstration, in the machine's Chromium
	@$(BIN)/python -m tests.browser.screenshots

docs: tools ## Build the documentation into build/docs
	@$(BIN)/mkdocs build --strict --config-file .ci/mkdocs.yml

frontend: runtime
	@$(BIN)/python -m app.web.build_frontend

runtime:
	$(call install,requirements.lock)

tools:
	$(call install,requirements-dev.lock)
