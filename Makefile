# Everything runs in .venv, which the first call sets up. `make help` lists what there is.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
TRAIN ?=
MODEL ?=
SKETCHES ?= data/sketches/digits.json

.PHONY: help run test lint format train bench space clean

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /make \1: /p' $(MAKEFILE_LIST)

run: .venv/for-run  ## set up and start the app on http://127.0.0.1:7860
	$(BIN)/python app.py

test: .venv/for-development  ## set up and run all tests, in a real browser too
	$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest

lint: .venv/for-development  ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/for-development  ## mend style and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: .venv/for-run  ## train the network, with TRAIN="--epochs 8 ..." for other than the defaults
	$(BIN)/python -m train $(TRAIN)

bench: .venv/for-development  ## measure latency, and accuracy on SKETCHES (strokes of drawn digits, as JSON)
	$(BIN)/python -m tests.browser
	$(BIN)/python -m benchmarks.latency
	if [ -f "$(SKETCHES)" ]; then $(BIN)/python -m benchmarks.sketches "$(SKETCHES)"; fi

space: .venv/for-run  ## stage the Space in build/space, with MODEL=USER/lenet-5 for the weights that it fetches
	$(BIN)/python -m train stage-space$(if $(MODEL), --model $(MODEL))

clean:  ## remove the environment
	rm -rf .venv

.venv/for-run: requirements.txt install.sh
	sh install.sh "$(PYTHON)" requirements.txt
	touch $@

.venv/for-development: .venv/for-run requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@
