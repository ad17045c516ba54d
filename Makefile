# Everything that one does with Yes-And from a clone. `make` alone explains.

PYTHON ?= python3
VENV ?= .venv
HOUSE ?= demo-house
NAME ?=
ARGS ?=

BIN := $(VENV)/bin
# A file's tests share what they set up; tests/conftest.py says which files begin.
TOGETHER := --numprocesses=3 --dist=loadfile --no-loadscope-reorder
# One call resolves everything; modules are compiled when they are first used.
INSTALL := $(BIN)/python -m pip install -qq --no-compile --editable

# Many processes begin here, and each would compile anew all that it imports.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo serve test deep lint check format bench reliance conformance outside heidi copies affect voices synthetic robustness audit lighthouse messages vendor screenshots gallery clean
.DELETE_ON_ERROR:

help: ## Show this list
	@echo "Yes-And: from a performer's consent to a proven statement."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=$(PYTHON)  VENV=$(VENV)  HOUSE=$(HOUSE)"

demo: $(VENV)/train ## Make a sample house and walk the whole line, printing each step
	$(BIN)/yesand demo --house $(HOUSE) $(ARGS)

serve: $(VENV)/train ## Open the sample house in the browser (HOUSE=folder for another)
	@test -f $(HOUSE)/house.json || { echo "No house in $(HOUSE) yet: make demo makes one."; exit 2; }
	$(BIN)/yesand serve --house $(HOUSE) $(ARGS)

test: $(VENV)/dev ## Run the tests (ARGS='tests/takes -k flac' for some)
	$(BIN)/python -m pytest $(TOGETHER) $(ARGS)

deep: $(VENV)/dev ## Run the tests that take long too, everything on both databases, many examples
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest $(TOGETHER) $(ARGS)

lint: $(VENV)/dev ## Format, lint, types, import contract, security
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy benchmarks conformance contracts $(wildcard scripts)
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src

check: lint ## What lint checks, and the rules of files and documentation
	$(BIN)/python -m pytest tests/house

format: $(VENV)/dev ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/bench ## Measure all beside their peers into docs/performance.md (NAME=gate for one)
	$(BIN)/python -m benchmarks $(NAME)

reliance: $(VENV)/peers ## Measure reliance beside its peers into docs/reliance.md (NAME="smooth rough")
	$(BIN)/python -m benchmarks.reliance $(NAME)

conformance: $(VENV)/dev ## Run all outside suites into docs/conformance.md (NAME=rfc8785 for one)
	$(BIN)/python -m conformance $(NAME)

outside: $(VENV)/dev ## Show one agreement of the sample house to four outside checkers
	$(BIN)/python scripts/outside.py --house $(HOUSE) $(ARGS)

audit: $(VENV)/dev ## Licences, known weaknesses, secrets, settings: what could be wrong
	@$(BIN)/python -m pip install -qq pip-audit 2>/dev/null || true
	$(BIN)/python scripts/audit.py

lighthouse: $(VENV)/dev ## Let Lighthouse judge the pages into docs/portal.md (needs chromium, npm)
	$(BIN)/python scripts/lighthouse.py $(ARGS)

messages: $(VENV)/dev ## Gather the words of all pages, and compile their translations
	$(BIN)/python scripts/messages.py

heidi: $(VENV)/dev ## Measure the assistant's router into docs/heidi.md
	$(BIN)/python scripts/heidi.py

copies: $(VENV)/dev ## Measure how copies are known again into docs/copies.md (needs recordings)
	$(BIN)/python scripts/copies.py

affect: $(VENV)/dev ## Measure how far raters agree into docs/affect.md (needs CREMA-D's votes)
	$(BIN)/python scripts/affect.py

voices: $(VENV)/dev ## Train and score the voice models, three seeds, into docs/affect.md (needs recordings)
	$(BIN)/python -m benchmarks.voices $(ARGS)
	$(BIN)/python scripts/affect.py

synthetic: $(VENV)/bench ## Have the panel judge real actors and the known cheats, into docs/synthetic.md
	$(BIN)/python -m benchmarks.synthetic $(ARGS)

robustness: $(VENV)/dev ## Play manipulations into docs/reliance-robustness.md (needs recordings)
	$(BIN)/python -m benchmarks.reliance.robustness

vendor: ## Refresh the pages' static files from their npm packages
	$(PYTHON) scripts/vendor.py

screenshots: $(VENV)/dev ## Take a picture of every page of the sample house (needs chromium)
	$(BIN)/python scripts/screenshots.py --house $(HOUSE) $(ARGS)

gallery: $(VENV)/dev ## Keep one small picture of every page in docs/gallery.md
	$(BIN)/python scripts/gallery.py --house $(HOUSE)

clean: ## Remove what make has made: the environment, the sample house, caches
	rm -rf $(VENV) demo-house build dist src/*.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks conformance contracts -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a second call installs nothing until pyproject.toml changes.
$(VENV)/train: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) (once; about a minute) …"
	@$(INSTALL) '.[train]'
	@touch $@

$(VENV)/dev: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) (once; about a minute) …"
	@$(INSTALL) '.[train,postgres,llm,dev]'
	@touch $(VENV)/train $@

$(VENV)/bench: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) (once; about a minute) …"
	@$(INSTALL) '.[train,bench]'
	@touch $(VENV)/train $@

$(VENV)/peers: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) (once; about a minute) …"
	@$(INSTALL) '.[train,bench,peers]'
	@touch $(VENV)/train $(VENV)/bench $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Yes-And needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "No venv module: on Debian, apt install python3-venv"; exit 1; }
