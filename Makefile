# make demo      set up and colour the sample sketches with the shipped weights
# make test      set up and run the tests, but for the slow ones
# make test-all  run the slow ones, too
# make lint      check style
# make studio    build the page that colours in the browser, and serve it on http://127.0.0.1:8000
# make clean     remove what the others made

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all lint studio clean

demo: .venv/demo.stamp
	$(BIN)/python infer.py examples --out demo
	@echo "The pictures are in demo/: open demo/*_sheet.png first."

# Two at a time: tracing small models, where most of the time goes, keeps one core busy.
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile

test: .venv/test.stamp
	$(PYTEST) -m "not slow"

test-all: .venv/test.stamp
	$(PYTEST)

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Node 20.19 or later. studio/dist is a folder that any static host can serve.
studio: studio/node_modules/.package-lock.json
	cd studio && npm run build && npm run serve

studio/node_modules/.package-lock.json: studio/package-lock.json
	cd studio && npm ci --no-audit --no-fund

clean:
	rm -rf .venv demo build dist *.egg-info studio/dist studio/node_modules

.venv/demo.stamp: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/test.stamp: .venv/demo.stamp
	$(BIN)/python -m pip install --quiet --editable '.[tf,export,dev]'
	touch $@
