# SPDX-License-Identifier: EUPL-1.2
# make run and make test need Python 3.11 or newer, git and make; .make/setup.sh brings the rest.

BIN := .venv/bin
READY := .venv/.ready
# Extra words for pytest, for one file or one test: make test ARGS="tests/unit -k price"
ARGS ?=
# What make prove runs: the long tier; TIER="not bench" runs every test, and notes both tiers.
TIER ?= prove

.DEFAULT_GOAL := help
.PHONY: help run test check prove bench bench-growth clean postgresql chromium

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: $(READY) ## Run the demo in var/, then serve it on 127.0.0.1:8000 until Ctrl-C; ONCE=1 stops after the demo.
	@mkdir -p var
	@$(BIN)/tegoed demo --database sqlite:///var/demo.db --keys var/demo-keys.json --out var/demo
ifndef ONCE
	@$(BIN)/tegoed serve --demo --database sqlite:///var/demo.db --keys var/demo-keys.json
endif

test: $(READY) postgresql chromium ## Run every test but the long proofs, on SQLite and PostgreSQL.
	TMPDIR=$$(sh .make/setup.sh scratch) PYTHONDONTWRITEBYTECODE= \
	$(BIN)/python -m pytest -q -n 3 --dist worksteal -m "not prove and not bench" $(ARGS)

check: $(READY) ## Check format, style, types, who imports whom, and the other contracts.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/contracts

prove: $(READY) postgresql chromium ## Run the long tier of the proofs, and write docs/reliability.md from what it counted.
	@mkdir -p var && rm -f var/figures.jsonl var/prove.xml
	@status=0; TEGOED_FIGURES="$$PWD/var/figures.jsonl" \
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "$(TIER)" --junitxml=var/prove.xml $(ARGS) || status=$$?; \
	$(BIN)/python -m tests.reliability var/figures.jsonl var/prove.xml || status=$$?; exit $$status

bench: $(READY) postgresql ## Measure speed beside baselines, in 30 minutes; QUICK=1 takes three.
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

bench-growth: $(READY) postgresql
	$(BIN)/python -m tests.bench --only growth --limit 7200

clean: ## Remove the demo, the caches, .venv and .uv.
	rm -rf var/demo var/demo.db* var/demo-keys.json .venv .uv .mypy_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

postgresql:
	@sh .make/setup.sh postgresql

chromium:
	@sh .make/setup.sh chromium

$(READY): pyproject.toml uv.lock .make/setup.sh
	@sh .make/setup.sh venv
	@touch $@
