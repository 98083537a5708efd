# The commands of the house; each makes the clone ready first. `make help` lists them.

SYSTEM_PYTHON ?= python3
PYTHON := .venv/bin/python
CODE := clients deploy examples libs services tests bench
TO_RUN := venv java mvn nginx libcurl4

.DEFAULT_GOAL := help
.PHONY: help up down status demo partner test check bench catalogue ready assets

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## run the whole platform here; Ctrl-C stops it
	@$(SYSTEM_PYTHON) deploy/local/bootstrap.py $(TO_RUN)
	@$(PYTHON) -m deploy.local up

down: ## stop the platform that another terminal runs
	@$(SYSTEM_PYTHON) deploy/local/bootstrap.py $(TO_RUN)
	@$(PYTHON) -m deploy.local down

status: ## tell where the running platform answers
	@$(SYSTEM_PYTHON) deploy/local/bootstrap.py $(TO_RUN)
	@$(PYTHON) -m deploy.local status

demo: ready ## walk the whole journey and leave out/certificate.pdf
	@$(PYTHON) -m deploy.local.demo

partner: ready ## follow certificates as another ministry does: first verified event and webhook, timed
	@$(PYTHON) -m examples.partner quickstart

test: assets ## run every test, on real parts
	@$(PYTHON) -m pytest tests

check: assets ## format, lint, types, imports, catalogue, configuration, quick tests
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy $(CODE)
	@.venv/bin/lint-imports
	@$(PYTHON) -m libs.contracts.catalogue --check
	@.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(PYTHON) -m deploy.local check-gateway
	@$(PYTHON) -m pytest tests/unit tests/contract tests/architecture

bench: assets ## measure start-up, requests, mails, hops and certificates
	@$(PYTHON) -m bench

catalogue: ready ## print the event catalogue and the tables from the code
	@$(PYTHON) -m libs.contracts.catalogue

ready:
	@$(SYSTEM_PYTHON) deploy/local/bootstrap.py

assets: ready
	@$(PYTHON) -m libs.ui.build
	@$(PYTHON) -m libs.ui.typeset.fonts
	@$(PYTHON) -m libs.ui.typeset.inventory
