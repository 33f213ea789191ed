# What a fresh machine with git, make and Python 3.11+ needs; no venv module, pipx or uv required.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: install demo test test-all check bench clean

install: $(VENV)/.installed
demo test test-all check bench: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --editable .
	$(PYTHON) tests/requirements.py | xargs $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check
	@touch $@

demo: ## the main job on the shipped calendar, in demo/
	@$(BIN)/python tests/demo.py demo

test: ## the tests that take minutes
	$(BIN)/python -m pytest -m "not slow" -n auto

test-all: ## every test, the slow ones too
	$(BIN)/python -m pytest -n auto

check: ## style, types, directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: ## start-up and throughput, as ratios within one run
	$(BIN)/python tests/bench.py

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache demo
