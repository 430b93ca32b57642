# Needs only Python 3.11+ and make. Everything is set up in .venv from constraints.txt (pinned, with hashes).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

# Many images of Python say that no bytecode is kept: then every process that a test starts compiles the bot again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test fast check fmt migration hooks traffic bench chaos independent screenshots audit lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## start a local Slack with a made-up workspace, and print its address
	$(BIN)/python -m bot demo

test: $(READY) ## run all tests
	$(BIN)/python -m pytest -n auto --dist worksteal

fast: $(READY) ## run the unit and feature tests on SQLite
	$(BIN)/python -m pytest -n auto --fast

check: $(READY) ## ruff, mypy, the import contracts and the tenancy lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.support.tenancy_lint

fmt: $(READY) ## format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migration: $(READY) ## write a migration for changed tables: make migration WHY="what it is for"
	@test -n "$(WHY)" || { echo 'Say what it is for: make migration WHY="accounts get a time zone"'; exit 2; }
	$(BIN)/python -m bot.store.admin.new_migration "$(WHY)"

hooks: $(READY) ## have git run ruff, mypy, import-linter and the tenancy lint before each commit
	$(BIN)/pre-commit install

traffic: $(READY) ## run the end-to-end tests and keep what went to Slack in build/traffic.jsonl
	mkdir -p build && rm -f build/traffic.jsonl
	TRAFFIC=build/traffic.jsonl $(BIN)/python -m pytest -n auto tests/e2e tests/resilience

bench: $(READY) ## measure, and leave build/bench.json
	$(BIN)/python -m tests.bench

chaos: $(READY) ## break things on purpose and count what was lost or doubled (docs/chaos.md)
	$(BIN)/python -m tests.chaos

independent: $(READY) ## run the bot on a Slack that is not ours, and check what it sends against Slack's types (npm)
	$(BIN)/python -m tests.independent

screenshots: $(READY) ## take the pictures in docs/images anew
	$(BIN)/python -m tests.browser.screenshots

audit: ## look up known vulnerabilities of the pinned dependencies (needs the network)
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --quiet pip-audit
	build/audit/bin/pip-audit --disable-pip --require-hashes -r constraints.txt

lock: $(READY) ## pin all dependencies anew, with hashes, in constraints.txt
	$(BIN)/pip install uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -o constraints.txt

clean: ## remove .venv and build
	rm -rf .venv build

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Proofline needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@
