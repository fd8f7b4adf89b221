# Everything one does with this repository. `make` alone lists it. A fresh machine needs git, make and a Python 3.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
PYTHON := $(BIN)/python
READY := .venv/.ready
WORDS := .venv/.words
# The node that `make run` serves, and how many processes test at once.
NODE ?= nodes/xa
JOBS ?= 2

.PHONY: help setup demo run test soak check audit bench pictures vendor vectors lock messages format clean

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

setup: $(READY) $(WORDS) ## install what the lock names into .venv

# Redone only when the lock, the package or the set-up itself changes.
$(READY): requirements.lock pyproject.toml tools/uv.lock tools/setup.sh
	@tools/setup.sh
	@touch $@

$(WORDS): $(READY) $(wildcard src/comity/locale/*/LC_MESSAGES/*.po) $(wildcard tools/messages.py)
	@if [ -f tools/messages.py ]; then $(PYTHON) tools/messages.py compile; fi
	@touch $@

demo: setup ## build the invented federation, play its story, leave its nodes running
	@$(BIN)/comity demo

run: setup ## serve one node: make run NODE=nodes/xa
	@$(BIN)/comity serve $(NODE)

test: setup ## every test, with samples of the long runs
	@tools/system.sh
	@$(PYTHON) -m pytest -q -n $(JOBS) --dist loadfile -rs
	@echo "make test: every test held."

soak: setup ## every test, with the long runs in full (hours)
	@tools/system.sh
	@$(PYTHON) -m pytest -q -n $(JOBS) --dist loadfile -rs --soak
	@echo "make soak: every test held, the long runs in full."

check: setup ## what a machine can judge without running the program
	@tools/check.sh

audit: setup ## pages by Lighthouse and the W3C's checker (needs Node.js and Java)
	@$(PYTHON) -m tools.audit

bench: setup ## the figures of docs/reference/performance.md
	@$(PYTHON) -m bench

vendor: setup ## fetch the front-end files that vendor.toml names, checked by hash
	@$(PYTHON) tools/vendor.py

pictures: setup ## take the pictures of the documents anew (needs Chromium)
	@$(PYTHON) tools/pictures.py

vectors: setup ## write vectors/ anew; a released vector never changes
	@$(PYTHON) -m tools.vectors

lock: setup ## resolve pyproject.toml into requirements.lock: hashes, no addresses
	@tools/lock.sh

messages: setup ## collect the texts to be translated, then compile the translations
	@$(PYTHON) tools/messages.py update
	@$(PYTHON) tools/messages.py compile

format: setup ## let ruff format and fix what it can
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

clean: ## remove what make made, never a node's folder
	rm -rf .venv .tools build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null; true
	find src -name '*.mo' -delete
