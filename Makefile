# Two commands are all a fresh machine needs: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed-
RUN := $(BIN)/python

.PHONY: demo test check docs examples transcripts clean

$(BIN)/python:
	$(PYTHON) -m venv .venv

# dependency groups need pip 25.1 or newer
$(STAMP)core: $(BIN)/python pyproject.toml
	$(RUN) -m pip install -q -U 'pip>=25.1'
	$(RUN) -m pip install -q -e .
	touch $@

# torch comes through the constraints file, so that a machine without a GPU gets the small build
$(STAMP)test: $(STAMP)core ci/constraints.txt
	$(RUN) -m pip install -q -c ci/constraints.txt -e '.[torch,postgresql,parquet]' --group test --group lint
	touch $@

demo: $(STAMP)core  ## from an empty folder to a report
	rm -rf demo-project
	$(BIN)/playbook demo demo-project

test: $(STAMP)test  ## all tests, two at a time
	$(RUN) -m pytest -n 2

check: $(STAMP)test  ## style, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(STAMP)core  ## the pages that are written from the code
	$(RUN) -m tuning_playbook.checks.passages docs/passages.md
	$(RUN) -m tuning_playbook.cli.reference docs/commands.md

PAGE ?= weight-decay
examples: $(STAMP)test  ## a page of docs/examples, its commands typed anew: PAGE=NAME
	$(RUN) -m bench.example_pages $(PAGE)

transcripts: $(STAMP)test  ## what every command says, recorded anew: look at the diff
	$(RUN) -m tests.transcripts

clean:
	rm -rf .venv demo-project build dist .mypy_cache .ruff_cache .pytest_cache
