# Every target does the set-up it needs: Python 3.12+ and make are all that must be there.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
WEB := api/web/node_modules/.package-lock.json

.PHONY: setup demo serve test check migrate screenshots lock clean
setup: .venv/ready .venv/kernel $(WEB)

.venv/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Colporteur needs Python 3.12 or newer: install it, or name it with PYTHON=..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

# A compiled function's cache knows its own file only: when any changes, all are compiled anew.
.venv/kernel: .venv/ready $(wildcard routing/*.py)
	rm -rf routing/__pycache__
	$(BIN)/python -m routing.search
	touch $@

$(WEB): .venv/ready api/web/package-lock.json
	cd api/web && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --no-audit --no-fund --ignore-scripts
	touch $@

demo: setup
	$(BIN)/colporteur demo $(DEMO_ARGS)

serve: setup
	$(BIN)/colporteur serve $(SERVE_ARGS)

migrate: setup
	$(BIN)/colporteur migrate

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TEST_ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: setup
	$(BIN)/python -m tests.screenshots readme docs/screenshots

lock:
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile --universal --python-version 3.12 --generate-hashes --no-header --all-extras --upgrade -o requirements.lock pyproject.toml

clean:
	rm -rf .venv api/web/node_modules build *.egg-info
