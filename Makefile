# `make run` and `make test` need nothing but GNU make, Python 3.11 or newer with venv and pip, and a package index.

PYTHON ?= python3
BIN := .venv/bin

# nothing without its hash, and nothing that would be built here with what no lock names
INSTALL := python -m pip install --quiet --require-hashes --only-binary :all:

.PHONY: setup setup-dev run test soak check audit lock bench build clean

setup: .venv/installed
setup-dev: .venv/installed-dev

# $(1): the environment; $(2): the lock of what is in it besides torch. Ends with a mark: a broken install leaves none
# and is repeated
define INSTALL_INTO
	test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	$(1)/bin/$(INSTALL) --no-deps -r lock/torch-cpu.txt || { \
		echo "The package index has no torch for the processor alone that lock/torch-cpu.txt names: the usual one is installed."; \
		$(1)/bin/$(INSTALL) --no-deps -r lock/torch.txt; }
	$(1)/bin/$(INSTALL) -r $(2)
	$(1)/bin/python -m pip install --quiet --no-index --no-deps --no-build-isolation --editable .
	touch $(1)/installed
endef

# installed again when the locks change
.venv/installed: pyproject.toml lock/run.txt lock/torch.txt lock/torch-cpu.txt
	$(call INSTALL_INTO,.venv,lock/run.txt)

.venv-beside/installed: pyproject.toml lock/beside.txt lock/torch.txt lock/torch-cpu.txt
	$(call INSTALL_INTO,.venv-beside,lock/beside.txt)

.venv/installed-dev: .venv/installed lock/dev.txt
	$(BIN)/$(INSTALL) -r lock/dev.txt
	touch $@

# newest versions that pyproject.toml allows, or with KEEP=1 those that are locked where it still does
lock:
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/$(INSTALL) -r lock/uv.txt
	$(BIN)/python -m lock.renew $(if $(KEEP),--keep)

# is anything known against what is locked? asks the service of pip-audit
audit: setup-dev
	$(BIN)/python -m lock.audit

run: setup
	exec $(BIN)/assistant serve $(if $(PORT),--port $(PORT))

# two processes of one thread each; a module's tests share what it sets up. Then what uses a library once more, with one
# in PostgreSQL and Milvus, but for pages, which do not know where it is, and attacks on folders and files
ON_SERVERS := --database postgresql --index milvus -k "not browser" --ignore tests/attack
test: setup-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile $(ON_SERVERS)

# the attacks of tests/attack at their full size: hours
soak: setup-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/attack --whole

check: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive assistant index web lock
	$(BIN)/bandit --quiet --skip B101,B311 --recursive bench # which draws by a seed, to draw alike again

# speed, also that of the same articles in the hands of LangChain, txtai and Haystack, which are in an environment of
# their own; the questions over seeds/; the curves in docs/. With DATA=folder, which holds squad/, those of SQuAD too
bench: setup-dev .venv-beside/installed
	$(BIN)/python -m bench
	$(BIN)/assistant rebuild --articles seeds --data-dir bench/out/seeds
	$(BIN)/assistant eval tests/data/seeds-seen.jsonl --articles seeds --data-dir bench/out/seeds
	$(BIN)/assistant eval tests/data/seeds-unseen.jsonl --articles seeds --data-dir bench/out/seeds
	$(BIN)/assistant eval tests/data/seeds-fresh.jsonl --articles seeds --data-dir bench/out/seeds
	$(BIN)/assistant eval tests/data/seeds-natural.jsonl --articles seeds --data-dir bench/out/seeds
	$(BIN)/python -m bench.extraction
	$(BIN)/python -m bench.cleaning
	$(BIN)/python -m bench.copies
	$(BIN)/python -m bench.reading
	$(BIN)/python -m bench.depth
	$(BIN)/python -m bench.timelines
	$(BIN)/python -m bench.companies
	$(BIN)/python -m bench.planted
	$(BIN)/python -m bench.refusing --work bench/out/answers $(if $(DATA),--data $(DATA))
	$(BIN)/python -m bench.ablation --work bench/out/answers $(if $(DATA),--data $(DATA))
	$(BIN)/python -m bench.ablation --work bench/out/answers $(if $(DATA),--data $(DATA)) --passages
	$(if $(DATA),$(BIN)/python -m bench.squad --data $(DATA) --work bench/out/squad)
	$(if $(DATA),$(BIN)/python -m bench.embedding --data $(DATA))

# with what is installed: an environment of its own would be filled with what no lock names
build: setup-dev
	rm -rf build # or what was deleted since would be in the wheel
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
