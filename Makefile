# One task file. Each target works in an environment made by: pip install -c constraints.txt '.[dev]'
.PHONY: test slow lint fix types bench docs picture data

test:   ## quick tests
	pytest
slow:   ## tests that load models, fetch weights or train for a moment
	pytest -m slow
lint:   ## style, formatting, types, direction of imports
	ruff check .
	ruff format --check .
	mypy
	lint-imports
fix:    ## what ruff can mend by itself
	ruff check --fix .
	ruff format .
bench:  ## time per stage, start-up, catalog snapshots; writes benchmarks/results
	python -m benchmarks.asking
docs:   ## run every command of the documentation
	pytest tests/test_docs.py -m ''
picture: ## the README's picture of a session; the default model answers
	python -m docs.render_session
data:   ## the built-in database and its questions
	python -m llmsql.sales data/sales.duckdb --force
	python -m training.sales_questions --output data/sales_queries.json --seed 7
