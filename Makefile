# What there is to do here. Settings go along: `make run TRACKER_PORT=8001`; README.md lists them.

VENV = .venv
PYTHON = $(VENV)/bin/python
# The first Python on the path that is new enough; asked for only where there is no $(VENV) yet.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
BASE_PYTHON = $(shell for name in python3 python3.13 python3.12 python3.11; do \
	if $$name -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$name; break; fi; done)
PIP_INSTALL = $(PYTHON) -m pip install --quiet --disable-pip-version-check
UV_COMPILE = $(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

# Containers often forbid Python to keep what it has compiled; every process would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo test test-faults fuzz check bench-log bench-http bench-accounts bench-uploads bench-streams bench-reading lock clean

help:  ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.installed  ## start everything, until Ctrl-C
	@$(PYTHON) -m deploy up

demo: $(VENV)/.installed  ## show the running system at work; PICTURE=path for your screenshot
	@$(PYTHON) -m deploy demo $${PICTURE:+"$$PICTURE"}

test: $(VENV)/.installed-frontend  ## run the whole test suite
	$(PYTHON) -m pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder

test-faults: $(VENV)/.installed-dev  ## kill 200 processes of a busy system; KILLS=n for others
	$(PYTHON) -m tests.faults.chaos --kills $${KILLS:-200}

fuzz: $(VENV)/.installed-dev  ## random commands and requests: SEQUENCES=300 REQUESTS=50000
	$(PYTHON) -m pytest tests/properties --sequences $${SEQUENCES:-300}
	$(PYTHON) -m tests.fuzz.document --requests $${REQUESTS:-50000}

bench-log: $(VENV)/.installed-dev  ## measure the log and the read models
	$(PYTHON) -m tests.bench.appends
	$(PYTHON) -m tests.bench.rebuild
	$(PYTHON) -m tests.bench.live
	$(PYTHON) -m tests.bench.own_writes
	$(PYTHON) -m tests.bench.summary
	$(PYTHON) -m tests.bench.listing
	$(PYTHON) -m tests.bench.stats

bench-http: $(VENV)/.installed-dev  ## measure the CPU of requests in all processes; needs wrk
	$(PYTHON) -m tests.bench.http

bench-accounts: $(VENV)/.installed-dev  ## measure what logins and tokens cost
	$(PYTHON) -m tests.bench.logins

bench-uploads: $(VENV)/.installed-dev  ## measure the CPU of an upload, process by process
	$(PYTHON) -m tests.bench.uploads

bench-streams: $(VENV)/.installed-dev  ## open 5,000 streams of events and tell them something
	$(PYTHON) -m tests.bench.streams

bench-reading: $(VENV)/.installed  ## draw 300 pictures, read them, compare with the bars
	$(PYTHON) -m ocr_service.bench

check: $(VENV)/.installed-frontend  ## format, lint, types, import contracts, then the tests
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(MAKE) test

lock: $(VENV)/.installed-dev  ## take the newest versions that pyproject.toml allows
	$(PIP_INSTALL) uv
	$(UV_COMPILE) pyproject.toml --output-file requirements.txt
	$(UV_COMPILE) pyproject.toml --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt

clean:  ## remove the installed packages and caches, but no data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.txt
$(VENV)/.installed-dev: requirements-dev.txt
$(VENV)/.installed $(VENV)/.installed-dev:
	@test -n "$(BASE_PYTHON)" || { echo "Python 3.11 or later is needed."; exit 1; }
	@echo "Installing what is needed into $(VENV). This takes a minute or two."
	@test -x $(PYTHON) || $(BASE_PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) --require-hashes --requirement $<
	@touch $@

$(VENV)/.installed-frontend: tests/frontend/package-lock.json $(VENV)/.installed-dev
	@$(PYTHON) -m tests.frontend.packages
	@touch $@
