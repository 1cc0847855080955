# Needs only make and Python 3.11 or newer. `make help` lists what there is.
VENV := .venv
BIN := $(VENV)/bin
PATHS := ascolto tests tools bench conftest.py

.DEFAULT_GOAL := help
.PHONY: help install run demo test oracles check bench texts matrix lock clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  %-12s %s\n' "$$name" "$$what"; done

install: $(VENV)/.installed ## only install what is needed to run

run: $(VENV)/.installed ## install what is needed, then start everything on this machine
	@exec $(BIN)/ascolto up

demo: $(VENV)/.installed ## the same with a made-up company whose customers write to you
	@exec $(BIN)/ascolto demo

test: $(VENV)/.installed-dev ## the tests, on SQLite and then on PostgreSQL where it is installed
	@$(BIN)/python -m tests.suite

oracles: $(VENV)/.installed-oracles ## other people's clients and servers, for more tests (some hundred megabytes)

check: $(VENV)/.installed-dev ## style, types, floors, templates
	$(BIN)/ruff check $(wildcard $(PATHS))
	$(BIN)/ruff format --check $(wildcard $(PATHS))
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy ascolto
	$(BIN)/djlint --lint --quiet ascolto

bench: $(VENV)/.installed-dev ## measure this machine, on both databases
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.routing

texts: $(VENV)/.installed-dev ## bring the translations up to date with the texts of code and templates
	@$(BIN)/python -m tools.texts

matrix: $(VENV)/.installed-dev ## write docs/channels/README.md anew: what each channel can do
	@$(BIN)/python -m tools.matrix

lock: $(VENV)/.installed-dev ## choose the newest allowed versions again and write the lock files
	$(BIN)/python tools/lock.py

clean: ## remove the virtual environment and what tools left; the data directory stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .import_linter_cache build

$(VENV)/.installed: requirements.lock tools/install.py
	@$(FIND_PYTHON); "$$python" tools/install.py $(VENV) requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements.lock requirements-dev.lock tools/install.py
	@$(FIND_PYTHON); "$$python" tools/install.py $(VENV) requirements-dev.lock
	@touch $(VENV)/.installed $@

$(VENV)/.installed-oracles: requirements-oracles.lock tools/install.py
	@$(FIND_PYTHON); "$$python" tools/install.py $(VENV) requirements-oracles.lock
	@touch $(VENV)/.installed $(VENV)/.installed-dev $@

# The first Python that is new enough: PYTHON=… when given, else the usual names.
define FIND_PYTHON
python=; for name in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
done; \
if [ -z "$$python" ]; then \
  echo 'Ascolto needs Python 3.11 or newer, and no python3.11, python3.12, python3.13 or python3 of that age was found.' >&2; \
  echo 'On Debian or Ubuntu:  sudo apt install python3 python3-venv      (or: make run PYTHON=/path/to/python3.11)' >&2; \
  exit 1; \
fi
endef
