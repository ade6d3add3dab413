# The same commands for people and for CI. Everything lives in .venv; nothing else on the machine is touched.
PYTHON ?= python3
PDFS ?= $(wildcard ../shared/data/pdf_domain_en)
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help install ask serve test test-all check eval bench clean

help: ## these lines / dessa rader
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/installed ## everything the project needs / allt som behövs

.venv/installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing, a few minutes the first time. / Installerar, några minuter första gången."
	@$(BIN)/python -m pip install -qq --upgrade pip
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable ".[dev]"
	@touch .venv/installed

ask: install ## Q="your question": an answer with its sources / ett svar med källor
	@$(BIN)/amp add --starter --quiet
ifdef Q
	@$(BIN)/amp ask "$$Q"
else
	@$(BIN)/amp ask "Hur undviker vi friåkarproblemet?"
	@$(BIN)/amp ask "Does street lighting reduce crime?"
endif
export Q

serve: install ## answer over HTTP on this machine / svara över HTTP på den här datorn
	@$(BIN)/amp add --starter --quiet
	@$(BIN)/amp serve

test: install ## the fast tests, under five minutes / de snabba testerna
	@$(BIN)/pytest -m "not slow"

test-all: install ## all tests, slow ones too / alla tester, även långsamma
	@$(BIN)/pytest

check: install ## style, types and built files / stil, typer och byggda filer
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python corpus/starter/build.py --check

eval: install ## answer quality on the starter set, as a page / svarskvalitet på startuppsättningen, som en sida
	@$(BIN)/amp add --starter --quiet
	@$(BIN)/amp eval run starter --full --report

bench: install ## speed beside a stock pipeline; PDFS=folder / fart bredvid en standardlösning
	@$(BIN)/python -m evals.speed $(PDFS)

clean: ## remove what was installed and built / ta bort det som installerats
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache build dist *.egg-info
