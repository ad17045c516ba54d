"""Append-only tables, held by the database itself (SQLite and PostgreSQL).

Used as an operation in a room's migration: ``append_only("agreements_agreement")``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.migrations.operations.base import Operation

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRES = """
CREATE OR REPLACE FUNCTION {table}_no_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH {each} {when}
EXECUTE FUNCTION {table}_no_{verb}()
"""
# Tables whose rows cannot be deleted, and which can be emptied all the same.
_OPEN_TO_TRUNCATE = """
SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
 WHERE pg_table_is_visible(pg_class.oid) AND tgname = relname || '_no_delete'
   AND NOT EXISTS (SELECT 1 FROM pg_trigger other
                    WHERE other.tgrelid = pg_trigger.tgrelid
                     AND other.tgname = relname || '_no_truncate')
 ORDER BY relname
"""


class InDatabase(Operation):
    """A step of a migration that tells the database alone: ``tell(schema editor)``.

    Django renders every model there is for a ``RunPython``, which was a third of the time in which
    a new house is made. This asks for none. It is not undone.
    """

    reversible = True

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self.tell = tell

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models stay as they are."""

    def database_forwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        """Tell the database."""
        self.tell(editor)

    def database_backwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        """Leave it told."""


def append_only(table: str, *, update_unless: str = "") -> InDatabase:
    """Return a migration operation that refuses every UPDATE, DELETE and TRUNCATE on the table.

    Parameters
    ----------
    update_unless : SQL over ``OLD`` and ``NEW``; an update for which it holds is let through.
    """
    when = f"WHEN (NOT ({update_unless}))" if update_unless else ""

    def forwards(editor: Any) -> None:
        shape = _POSTGRES if editor.connection.vendor == "postgresql" else _SQLITE
        told = {"table": table, "each": "ROW"}
        editor.execute(shape.format(**told, verb="UPDATE", when=when), params=None)
        editor.execute(shape.format(**told, verb="DELETE", when=""), params=None)
        if editor.connection.vendor == "postgresql":
            _refuse_truncate(editor, table)

    return InDatabase(forwards)


def never_emptied() -> InDatabase:
    """Return a migration operation that refuses TRUNCATE on all append-only tables that allow it.

    For houses that had them before ``append_only`` refused it. Only PostgreSQL has TRUNCATE, which
    asks no row's trigger.
    """

    def forwards(editor: Any) -> None:
        if editor.connection.vendor != "postgresql":
            return
        with editor.connection.cursor() as cursor:
            cursor.execute(_OPEN_TO_TRUNCATE)
            tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            _refuse_truncate(editor, table)

    return InDatabase(forwards)


def _refuse_truncate(editor: Any, table: str) -> None:
    sql = _POSTGRES.format(table=table, verb="TRUNCATE", each="STATEMENT", when="")
    editor.execute(sql, params=None)
