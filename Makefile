# Every target makes what it needs first; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo up down status run backfill releases withdraw repair sql test bench new-tag docs lint clean
PYTHON := .venv/bin/python
BELLWETHER := $(PYTHON) -m spark_jobs.cli

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -e 's/:.*## /|/' | awk -F'|' '{printf "  %-10s %s\n", $$1, $$2}'

setup: ## check this machine, make the environment and fetch the jars (the other targets do it)
	@sh infra/setup.sh $(MAKECMDGOALS)

demo: setup ## make a bank, run three business dates, show the result (DATA=folder: the real bank)
	@$(BELLWETHER) demo $(if $(DATA),--data "$(DATA)")

up: setup ## start the lakehouse process and Airflow, print addresses and login
	@$(BELLWETHER) up

down: ## stop what was started
	@test ! -x $(PYTHON) || $(BELLWETHER) down

status: setup ## state of the processes, of the last runs and the release in service
	@$(BELLWETHER) status

run: setup ## run one business date: DATE=2026-06-03
	@$(BELLWETHER) run $(DATE)

backfill: setup ## run every business date of a span: FROM=2026-06-01 TO=2026-06-03
	@$(BELLWETHER) backfill $(FROM) $(TO)

releases: setup ## list releases (COMPARE="a b", ROLLBACK=a, AS_OF=2026-06-02)
	@$(BELLWETHER) releases $(if $(COMPARE),--compare $(COMPARE)) $(if $(ROLLBACK),--rollback $(ROLLBACK)) $(if $(AS_OF),--as-of $(AS_OF))

withdraw: setup ## take a delivery back and run again what it touched: DELIVERY=id
	@$(BELLWETHER) withdraw $(DELIVERY)

repair: setup ## fill the metastore again from the table folders and the last release
	@$(BELLWETHER) repair

sql: setup ## run a query: Q="select * from serving.customer_360 limit 5"
	@$(BELLWETHER) sql "$(Q)"

test: setup ## run every test (ONLY=path or expression for some)
	@$(PYTHON) -m pytest --durations=15 $(ONLY)

bench: setup ## measure the figures of docs/benchmarks.md (ONLY=id for one)
	@$(PYTHON) -m tests.bench $(ONLY)

new-tag: setup ## write the file of a new tag family (NAME=<domain>/<family>)
	@$(BELLWETHER) new-tag "$(NAME)"

docs: setup ## write the documentation of the marts (dbt docs) and of the tags
	@$(BELLWETHER) docs

lint: setup ## check style, types, SQL, YAML and imports
	@sh infra/lint.sh

clean: down ## remove the lakehouse folder; the environment and the jars stay
	@test ! -x $(PYTHON) || $(BELLWETHER) clean
