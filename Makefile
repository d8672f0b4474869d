# Every target sets up what it needs: Python 3.13 through uv, packages from the hashed locks.
SHELL := /bin/bash
# GNU make 3.81 (macOS) knows no .SHELLFLAGS: what must stop halfway says so itself
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
UV_PYTHON_PREFERENCE ?= system
export UV_PYTHON_PREFERENCE
# bytecode beside the sources would end up in what is deployed
export PYTHONPYCACHEPREFIX = $(CURDIR)/.cache/bytecode
unexport PYTHONDONTWRITEBYTECODE
# a Python kept by pyenv is found too, also where pyenv's own shims point elsewhere
export PATH := $(CURDIR)/.venv/bin:$(subst $() ,:,$(wildcard $(HOME)/.pyenv/versions/3.13*/bin)):$(PATH)
UV = .cache/uv/bin/uv
LOCKS = requirements/dev.txt layers/portone_payments/pyproject.toml local/pyproject.toml .python-version

PHONY_TARGETS = help setup sam lock demo serve curls test check static audit prove bench-charges planted-bugs doctor replay-events audit-from erase-again hash-keys shape fix
.PHONY: $(PHONY_TARGETS)
help: ## this list
	@set -eu -o pipefail; grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t16

$(UV): requirements/uv.txt
	@command -v python3 >/dev/null || { echo "make needs python3 (any version from 3.9, with venv)"; exit 1; }
	@echo "setting up: uv"
	@python3 -m venv .cache/uv || { echo "python3 has no venv module: install it (Debian: apt install python3-venv)"; exit 1; }
	@.cache/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.ready: $(LOCKS) | $(UV)
	@echo "setting up: Python $$(cat .python-version) and the locked packages"
	@$(UV) venv --quiet --allow-existing --python "$$(cat .python-version)" .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation -e layers/portone_payments -e local
	@touch $@

.venv-sam/.ready: requirements/sam.txt .python-version | $(UV)
	@echo "setting up: SAM CLI in an environment of its own"
	@$(UV) venv --quiet --allow-existing --python "$$(cat .python-version)" .venv-sam
	@$(UV) pip sync --quiet --python .venv-sam --require-hashes requirements/sam.txt
	@touch $@

setup: .venv/.ready ## everything the other targets need

sam: .venv-sam/.ready ## SAM CLI and what a layer is built with, in .venv-sam

lock: | $(UV) ## compile the locks anew, without addresses
	$(UV) pip compile -q --universal --python-version 3.13 --generate-hashes --no-header --no-annotate requirements/uv.in -o requirements/uv.txt
	$(UV) pip compile -q --universal --python-version 3.13 --generate-hashes --no-header --no-annotate requirements/dev.in -o requirements/dev.txt
	$(UV) pip compile -q --universal --python-version 3.13 --generate-hashes --no-header --no-annotate -c requirements/dev.txt requirements/runtime.in -o requirements/runtime.txt
	$(UV) pip compile -q --universal --python-version 3.13 --generate-hashes --no-header --no-annotate -c requirements/uv.txt requirements/sam.in -o requirements/sam.txt
	cd requirements/node && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

run = .venv/bin/python -m
# a deployed stack, or one of several local ones
which = $(if $(STACK),--stack $(STACK)) $(if $(LOCAL),--local $(LOCAL))
# a process per core, each with a local AWS of its own; a file's tests stay together
spread = .venv/bin/pytest -n auto --dist loadfile
demo: setup ## payments, refunds, identity and months of charges through the whole stack, told as they happen; ends with the books compared
	@$(run) portone_local.demo

serve: setup ## the whole stack on this machine until Ctrl-C; LOCAL=name tells several apart (PORTONE_URL= uses another PortOne)
	@$(run) portone_local.serve

curls: setup ## a ready curl for each route of the running make serve; FOR=refunds picks some
	@$(run) portone_local.serve.curls $(which) $(if $(FOR),--for "$(FOR)")

test: setup ## the whole suite at everyday settings
	@$(spread) -m "not check and not thorough"

check: setup .venv-sam/.ready ## static checks, the built and deployed artifact, races and fuzz at full settings
	@$(MAKE) --no-print-directory static
	@$(MAKE) --no-print-directory audit
	@.venv/bin/pytest -m check
	@RACE_ROUNDS=200 FUZZ_EXAMPLES=500 STATE_MACHINE_RUNS=300 $(spread) --dist load -m "(race or fuzz or machine or thorough) and not check"

static: setup ## format, lint, types, import contracts
	@.venv/bin/ruff format --check --quiet . && echo "format: as agreed"
	@.venv/bin/ruff check --quiet . && echo "lint: clean"
	@.venv/bin/mypy && echo "types: strict"
	@out=$$(.venv/bin/lint-imports --no-cache 2>&1) && echo "imports: as drawn" || { echo "$$out"; exit 1; }

audit: setup ## known vulnerabilities of what is locked, by VULNERABILITIES=<OSV dump of PyPI>; without a file it says that it skips
	@$(run) portone_local.supply.audit

prove: setup .venv-sam/.ready ## the longest settings: hours, not minutes
	@PROVE=1 RACE_ROUNDS=1000 FUZZ_EXAMPLES=2000 CORPUS_CASES=100000 STATE_MACHINE_RUNS=5000 .venv/bin/pytest

bench-charges: setup ## 100,000 subscriptions due in one minute, 2,000 of them in real time; fails when a bound is missed
	@$(run) portone_local.bench

planted-bugs: setup ## plant known bugs in a copy, one by one, and show the test that catches each; BUG="6 lagging" some of them
	@$(run) portone_local.planted $(BUG)

doctor: setup ## is a stack healthy? STACK=name asks a deployed one, without it the local one (make serve; LOCAL=name)
	@$(run) portone_local.operator.doctor $(which)

replay-events: setup ## publish again what happened since SINCE=2026-11-01T00:00:00Z, under the same ids; STACK=name for a deployed stack
	@$(run) portone_local.operator.replay_events --since "$(SINCE)" $(which)

audit-from: setup ## have the next audit compare again from SINCE=2026-11-01T00:00:00Z; STACK=name for a deployed stack
	@$(run) portone_local.operator.audit_from --since "$(SINCE)" $(which)

erase-again: setup ## after the identity table was restored, erase again whoever was erased since; STACK=name for a deployed stack
	@$(run) portone_local.operator.erase_again $(which)

hash-keys: setup ## rotate the identity hash key: STEP=show, add, write, retire or remove; STACK=name for a deployed stack
	@$(run) portone_local.operator.hash_keys $(or $(STEP),show) $(if $(KEPT_DAYS),--kept-days $(KEPT_DAYS)) $(which)

shape: setup ## sizes, names and words of the code beside those of good models; nothing fails on them
	@$(run) portone_local.shape

fix: setup ## format and mend what can be mended
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .
