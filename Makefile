# Everything runs in .venv, which is created on first use. `make help` lists the commands.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
TRAIN ?=
MODEL ?=
SKETCHES ?= data/sketches/digits.json

.PHONY: help run test lint format train bench space static clean

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /make \1: /p' $(MAKEFILE_LIST)

run: .venv/for-run  ## set up and start the app at http://127.0.0.1:7860
	$(BIN)/python app.py

test: .venv/for-development  ## set up and run all tests, including those in a real browser
	$(BIN)/python -m tests.browser
	$(BIN)/python -m tests.services
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/for-development  ## check code style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/for-development  ## fix code style and formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: .venv/for-run  ## train the network; TRAIN="--epochs 8 ..." passes arguments
	$(BIN)/python -m train $(TRAIN)

bench: .venv/for-development  ## measure latency, and accuracy on SKETCHES (a JSON file of pen strokes)
	$(BIN)/python -m tests.browser
	$(BIN)/python -m benchmarks.latency
	if [ -f "$(SKETCHES)" ]; then $(BIN)/python -m benchmarks.sketches "$(SKETCHES)"; fi

space: .venv/for-run  ## stage the Space in build/space; MODEL=USER/lenet-5 names the weights that it downloads
	$(BIN)/python -m train stage-space$(if $(MODEL), --model $(MODEL))

static: .venv/for-run  ## write the page without a server to build/static, for any web server
	$(BIN)/python -m lenet.page.export$(if $(MODEL), --model $(MODEL))

clean:  ## remove the virtual environment
	rm -rf .venv

.venv/for-run: requirements.txt install.sh
	sh install.sh "$(PYTHON)" requirements.txt
	touch $@

.venv/for-development: .venv/for-run requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@
