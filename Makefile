# Two commands matter: `make demo` (the product with a simulated Allegro) and `make test` (everything CI checks).

PYTHON_BIN := .venv/bin/python
DATA_DIR ?= $(CURDIR)/.data
TEST_WORKERS ?= 2

# Python's compiled files are kept: without them each process of the tests reads and rewrites every file of tests anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo demo-reset stop test migrations check soak bench lint types messages vendor

help:
	@echo "make demo        the whole product on http://127.0.0.1:8000 (PORT, DEMO_WEEKS change it)"
	@echo "make demo-reset  forget the demo's data"
	@echo "make test        lint, types and all tests"
	@echo "make soak        the tests that live whole weeks, and other variants of the long ones"
	@echo "make check       the quick part: lint, types, tests without browser and replays"
	@echo "make bench       figures of the request budget, the traffic it carries and the record (ten minutes)"
	@echo "make vendor      copy the front-end files that package.json pins into static/vendor"
	@echo "make messages    collect and compile translations"
	@echo "make stop        stop the embedded PostgreSQL and Valkey"

.venv/.installed: requirements.txt requirements-dev.txt scripts/bootstrap.sh
	@scripts/bootstrap.sh

demo: .venv/.installed
	@$(PYTHON_BIN) -W ignore manage.py demo

demo-reset: .venv/.installed
	@$(PYTHON_BIN) -m config.embedded wipe $(DATA_DIR)

stop: .venv/.installed
	@$(PYTHON_BIN) -m config.embedded stop $(DATA_DIR)

lint: .venv/.installed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint templates --lint --quiet

# The Django plugin loads the settings, which would start the trial's servers: it needs addresses, not servers.
types: .venv/.installed
	DEBUG=true DATABASE_URL=postgresql://127.0.0.1/none REDIS_URL=redis://127.0.0.1/0 .venv/bin/mypy .

check: lint types
	$(PYTHON_BIN) -m pytest -n $(TEST_WORKERS) --dist worksteal -m "not browser and not slow and not soak"

# From zero to what the models say. On the way every file of tests is compiled and the database made that all of them copy.
migrations: .venv/.installed
	$(PYTHON_BIN) -m pytest -q -k test_migrations_match_the_models

# Types and migrations keep one core busy each; what each says comes in one piece.
test: lint
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types migrations
	@scripts/ensure-chromium.sh
	$(PYTHON_BIN) -m pytest -n $(TEST_WORKERS) --dist worksteal -m "not soak"

soak: .venv/.installed
	@scripts/ensure-chromium.sh
	$(PYTHON_BIN) -m pytest -n $(TEST_WORKERS) --dist worksteal -m soak

bench: .venv/.installed
	$(PYTHON_BIN) -W ignore -m tests.bench budget
	$(PYTHON_BIN) -W ignore -m tests.bench fairness
	$(PYTHON_BIN) -W ignore -m tests.bench traffic
	$(PYTHON_BIN) -W ignore -m tests.bench record --weeks 1
	$(PYTHON_BIN) -W ignore -m tests.bench orders --orders 10000
	$(PYTHON_BIN) -W ignore -m tests.bench pages

vendor: .venv/.installed
	npm ci --ignore-scripts --no-audit --no-fund
	$(PYTHON_BIN) scripts/vendor.py

# Needs gettext (apt-get install gettext).
messages: .venv/.installed
	$(PYTHON_BIN) -W ignore manage.py makemessages -l pl --no-obsolete --no-wrap --add-location file \
		-i node_modules -i .venv -i static -i staticfiles -i .data
	$(PYTHON_BIN) -W ignore manage.py compilemessages -l pl -i .venv
