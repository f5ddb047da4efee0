# Everything runs in .venv, which is created on first use. `make help` lists the commands.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
TRAIN ?=
MODEL ?=
SKETCHES ?= data/sketches/digits.json
UPGRADE ?=
COG = -P -I . -I docs --verbosity=0 docs/*.md
LOCK = $(BIN)/uv pip compile --quiet --no-python-downloads --annotation-style line --custom-compile-command 'make lock'

# Compiled code is kept, as is the default: tests would compile the project's files again in each of many processes.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help run test test-fast test-lowest lint lint-types lint-rest docs site format train bench space static lock clean

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /make \1: /p' $(MAKEFILE_LIST)

run: .venv/for-run  ## set up and start the app at http://127.0.0.1:7860
	$(BIN)/python app.py

test: .venv/for-development  ## set up and run all tests, including those in a real browser
	$(BIN)/python -m harness.browser
	$(BIN)/python -m harness.programs
	$(BIN)/python -m pytest -n auto --dist worksteal

test-fast: .venv/for-development  ## run the tests that need neither a browser nor another process
	$(BIN)/python -m pytest -n auto --dist loadfile tests/unit

# In an environment of its own. Of what these packages need in turn, the newest versions are installed, which is why
# deprecated calls within the old packages are no errors here.
test-lowest:  ## run the unit tests with the lowest versions that pyproject.toml allows
	"$(PYTHON)" -m venv build/lowest
	build/lowest/bin/python -m pip install --quiet --constraint constraints.txt uv
	sed '/^-r/d' requirements-dev.txt > build/tools.txt
	build/lowest/bin/uv pip install --quiet --python build/lowest --resolution lowest-direct \
		--requirements pyproject.toml --extra app --extra train --extra notebook --requirements build/tools.txt
	build/lowest/bin/python -m pytest tests/unit -W default

lint: .venv/for-development node_modules/for-lint  ## check code style, formatting and types
	$(MAKE) --no-print-directory --keep-going --jobs 2 lint-types lint-rest

# Three quarters of the time; all else is checked beside it.
lint-types:
	$(BIN)/basedpyright

lint-rest:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/zizmor --offline --quiet --persona pedantic .github
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/cog --check --diff $(COG)
	$(BIN)/python -m harness.node npm run --silent lint

docs: .venv/for-development  ## write what is generated in the docs: tables of options, the drawing of the rooms
	$(BIN)/cog -r $(COG)

# In an environment of its own, which needs neither PyTorch nor the page's packages. Links and anchors are checked.
site: build/docs/for-site  ## build the docs as a site in build/site
	build/docs/bin/python -m docs.pages build/pages
	rm -rf build/site
	build/docs/bin/zensical build --strict --clean

format: .venv/for-development node_modules/for-lint  ## fix code style and formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m harness.node npm run --silent format

train: .venv/for-run  ## train the network; TRAIN="--epochs 8 ..." passes arguments
	$(BIN)/python -m train $(TRAIN)

bench: .venv/for-development  ## measure latency, and accuracy on SKETCHES (a JSON file of pen strokes)
	$(BIN)/python -m harness.browser
	$(BIN)/python -m benchmarks.latency
	if [ -f "$(SKETCHES)" ]; then $(BIN)/python -m benchmarks.sketches "$(SKETCHES)"; fi

space: .venv/for-run  ## stage the Space in build/space; MODEL=USER/lenet-5 names the weights that it downloads
	$(BIN)/python -m train stage-space$(if $(MODEL), --model $(MODEL))

static: .venv/for-run  ## write the page without a server to build/static, for any web server
	$(BIN)/python -m lenet.page.export$(if $(MODEL), --model $(MODEL))

# Without hashes, because PyTorch has two builds of each version: that of PyPI, and the one without CUDA from its own index
# (see install.sh). The packages that come with CUDA are left out for the Space: PyTorch names their versions itself, and
# the Hub may install another build of it. uv is that of the old constraints, which may not allow the new requirements.
lock:  ## pin the versions of all packages again, after a change of requirements; UPGRADE=--upgrade takes the newest
	[ -x $(BIN)/python ] || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	$(LOCK) $(UPGRADE) --universal --python-version 3.11 --output-file constraints.txt \
		requirements-dev.txt docs/requirements.txt
	mkdir -p build
	sed '/^torch/d' requirements.txt > build/pins.txt
	$(LOCK) $(UPGRADE) --python-version 3.12 --python-platform linux --constraints build/pins.txt \
		--output-file requirements-space.txt requirements-space.in
	sed -i.old '/^\(nvidia\|cuda\)-\|^triton==/d' requirements-space.txt
	rm requirements-space.txt.old

clean:  ## remove what was installed
	rm -rf .venv node_modules

.venv/for-run: requirements.txt constraints.txt install.sh
	sh install.sh "$(PYTHON)" requirements.txt constraints.txt
	touch $@

.venv/for-development: .venv/for-run requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt -c constraints.txt
	touch $@

build/docs/for-site: docs/requirements.txt constraints.txt
	"$(PYTHON)" -m venv build/docs
	build/docs/bin/python -m pip install --quiet -r docs/requirements.txt -c constraints.txt
	touch $@

# Biome and TypeScript, for the browser's modules.
node_modules/for-lint: package-lock.json .venv/for-development
	$(BIN)/python -m harness.node npm ci --no-audit --no-fund
	touch $@
