"""Append-only tables, held by the database itself (SQLite and PostgreSQL).

Used as an operation in a room's migration: ``append_only("agreements_agreement")``.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import RunPython

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRES = """
CREATE OR REPLACE FUNCTION {table}_no_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH ROW {when}
EXECUTE FUNCTION {table}_no_{verb}()
"""


def append_only(table: str, *, update_unless: str = "") -> RunPython:
    """Return a migration operation that refuses every UPDATE and DELETE on the table.

    Parameters
    ----------
    update_unless : SQL over ``OLD`` and ``NEW``; an update for which it holds is let through.
    """
    when = f"WHEN (NOT ({update_unless}))" if update_unless else ""

    def forwards(apps: Any, editor: Any) -> None:
        shape = _POSTGRES if editor.connection.vendor == "postgresql" else _SQLITE
        editor.execute(shape.format(table=table, verb="UPDATE", when=when), params=None)
        editor.execute(shape.format(table=table, verb="DELETE", when=""), params=None)

    return RunPython(forwards, RunPython.noop)
