"""Marts by dbt: definitions compiled into models, dbt run in process, the analyst questions."""
