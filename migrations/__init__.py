"""Alembic: one history, run once per scheme (a scheme is a PostgreSQL schema)."""
