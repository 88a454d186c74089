# Two commands do everything: `make demo` reads the pictures in examples/, `make test` runs the whole suite.
#
#   PYTHON=python3.12 make demo      another Python (3.10 or newer)
#   make test PIP_FLAGS="--extra-index-url https://download.pytorch.org/whl/cpu"      torch without CUDA
#   make test PYTEST_FLAGS="-k house"
#   make test WORKERS=0               one process instead of two

PYTHON ?= python3
VENV ?= .venv
PIP_FLAGS ?=
PYTEST_FLAGS ?=
WORKERS ?= 2
# The workers share the processors: each computes with one thread, unless told otherwise.
THREADS := OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1}

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check $(PIP_FLAGS) -c constraints.txt

.PHONY: demo test setup clean help

help:
	@echo "make demo    read the pictures in examples/ to Markdown on the screen"
	@echo "make test    install what the tests need and run them all"
	@echo "make setup   install every extra, for development"
	@echo "make clean   remove $(VENV) and everything that was built"

demo: $(VENV)/.installed-demo
	$(BIN)/gotocr read examples

test: $(VENV)/.installed-test
	$(THREADS) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_FLAGS)

setup: $(VENV)/.installed-setup
	@echo "ready: . $(BIN)/activate"

$(VENV)/.installed-demo: pyproject.toml $(BIN)/python
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt $(BIN)/python
	$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.installed-setup: pyproject.toml constraints.txt $(BIN)/python
	$(PIP) -e '.[torch,synth,shards,train,test]'
	@touch $(VENV)/.installed-test $@

# Debian and Ubuntu keep ensurepip in a package of its own; where it is missing, pip of the system will do.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: no $(PYTHON) here; install Python 3.10 or newer (Debian, Ubuntu: sudo apt-get install python3 python3-venv)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "make: $$($(PYTHON) --version) is too old; name a newer one, as in: make demo PYTHON=python3.11" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  $(PYTHON) -m venv $(VENV); \
	else \
	  { $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install $(PIP_FLAGS) pip; } 2>/dev/null || { \
	    rm -rf $(VENV); \
	    echo "make: this Python cannot make environments; run: sudo apt-get install python3-venv   and then make again" >&2; exit 1; }; \
	fi

clean:
	rm -rf $(VENV) build dist .pytest_cache src/*.egg-info
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
