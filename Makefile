# Gridloop. `make run` and `make test` each set up everything they need; nothing here needs root.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help run setup setup-test bundle test lint bench clean

help:            ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: setup       ## set up, fill the demo town on first start, serve at http://127.0.0.1:8000
	@$(BIN)/gridloop serve --demo

setup: $(VENV)/.installed bundle  ## virtual environment, locked packages, front-end bundle

setup-test: $(VENV)/.installed-test bundle  ## the same with everything the tests need

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本（当前：$$($(PYTHON) --version)）。可用 make PYTHON=python3.12 指定。"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "安装 Python 依赖……"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.installed-test: requirements-test.lock $(VENV)/.installed
	@echo "安装测试依赖……"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

bundle: $(VENV)/.installed  ## build the FEEL engine and the pages' scripts and styles
	@bash web/assets/build.sh

test: setup-test ## everything: style, types, layers, and every test on SQLite and PostgreSQL
	@$(BIN)/ruff check engine web tests
	@$(BIN)/mypy engine web
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

lint: setup-test ## style, types, layers, and the shipped processes
	@$(BIN)/ruff check engine web tests
	@$(BIN)/mypy engine web
	@$(BIN)/lint-imports
	@$(BIN)/gridloop lint bpmn

bench: setup-test ## figures, each beside a limit measured in the same run
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

clean:           ## remove what was built and installed here; the data in var/ stays
	@rm -rf $(VENV) build web/assets/node_modules web/static/dist engine/feel/dist
