# Needs only Python 3.11+ and make. Everything is set up in .venv from constraints.txt (pinned, with hashes).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test check traffic bench chaos screenshots lock clean

demo: $(READY)
	$(BIN)/python -m bot demo

test: $(READY)
	$(BIN)/python -m pytest -n auto

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

traffic: $(READY)
	mkdir -p build && rm -f build/traffic.jsonl
	TRAFFIC=build/traffic.jsonl $(BIN)/python -m pytest -n auto tests/e2e tests/resilience

bench: $(READY)
	$(BIN)/python -m tests.bench

chaos: $(READY)
	$(BIN)/python -m tests.chaos

screenshots: $(READY)
	$(BIN)/python -m tests.browser.screenshots

lock: $(READY)
	$(BIN)/pip install uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -o constraints.txt

clean:
	rm -rf .venv build

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Proofline needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@
