"""PostgreSQL's TRUNCATE asks no row's trigger: append-only tables refuse it by one of their own."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

import yesand

pytestmark = pytest.mark.both_databases

#: Every table whose rows cannot be deleted, as the migrations left it.
_GUARDED = """
SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
 WHERE NOT tgisinternal AND tgname = relname || '_no_delete' ORDER BY relname
"""


@pytest.fixture
def guarded(house: yesand.House) -> list[str]:
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE is PostgreSQL's")
    with connection.cursor() as cursor:
        cursor.execute(_GUARDED)
        return [name for (name,) in cursor.fetchall()]


def emptied(tables: Iterable[str], how: str) -> list[str]:
    """Return the tables that could be emptied."""
    found = []
    for table in tables:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'TRUNCATE "{table}" {how}')
                transaction.set_rollback(True)
        except IntegrityError as fault:
            assert "append-only" in str(fault)
        else:
            found.append(table)
    return found


def test_no_append_only_table_can_be_emptied(guarded: list[str]) -> None:
    assert len(guarded) > 60 and "royalties_posting" in guarded
    # Without CASCADE a table that others refer to is refused already, by another rule.
    assert emptied(guarded, "CASCADE") == []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE oid IN "
                       "(SELECT confrelid FROM pg_constraint WHERE contype = 'f')")  # fmt: skip
        referred = {name for (name,) in cursor.fetchall()}
    alone = [name for name in guarded if name not in referred]
    assert alone and emptied(alone, "") == []


def test_nor_by_emptying_what_it_refers_to(guarded: list[str]) -> None:
    assert emptied(["people_performer", "people_user", "people_organisation"], "CASCADE") == []


def test_a_house_of_before_gets_it_by_migrating(guarded: list[str]) -> None:
    with connection.cursor() as cursor:
        for table in guarded:
            cursor.execute(f'DROP TRIGGER "{table}_no_truncate" ON "{table}"')
        # That a table of the same name elsewhere refuses it is no reason to leave ours open.
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute(f'CREATE TABLE elsewhere."{guarded[0]}" ()')
        cursor.execute(
            f'CREATE TRIGGER "{guarded[0]}_no_truncate" BEFORE TRUNCATE '
            f'ON elsewhere."{guarded[0]}" '
            f'EXECUTE FUNCTION "{guarded[0]}_no_truncate"()'
        )
    assert emptied(guarded, "CASCADE") == guarded
    # Others build on this migration by now, so that it cannot be taken back and run again.
    (step,) = import_module("yesand.provenance.migrations.0003_never_emptied").Migration.operations
    with connection.schema_editor() as editor:
        step.tell(editor)
    assert emptied(guarded, "CASCADE") == []
