"""The same code on SQLite and on PostgreSQL: the house, the log's rows, the triggers."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.state import ProjectState

import yesand
from yesand.kernel.ids import digest
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.triggers import append_only

pytestmark = pytest.mark.both_databases


def test_the_house_is_on_the_database_that_was_asked_for(
    house: yesand.House, request: pytest.FixtureRequest
) -> None:
    asked = request.node.callspec.params["database"]
    assert connection.vendor == asked


def test_each_test_has_a_registry_of_its_own(house: yesand.House) -> None:
    assert not Performer.objects.exists()
    people.join(house.place, "Actor_01")
    assert Performer.objects.count() == 1


def test_each_test_has_a_registry_of_its_own_again(house: yesand.House) -> None:
    assert not Performer.objects.exists()
    people.join(house.place, "Actor_01")
    assert Performer.objects.count() == 1


def test_a_house_is_found_as_it_was_left(house: yesand.House) -> None:
    people.join(house.place, "Actor_01")
    house.close()
    again = yesand.open(house.place.root)
    assert Performer.objects.get().handle == "Actor_01"
    again.close()


def test_entries_of_the_log_are_numbered_without_a_gap(house: yesand.House) -> None:
    for i in range(3):
        log.record(house.place, Kind.TAKE_RECORDED, digest(bytes([i])))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.record(house.place, Kind.TAKE_RECORDED, digest(b"lost"))
        raise ZeroDivisionError
    log.record(house.place, Kind.TAKE_RECORDED, digest(b"next"))
    count = Entry.objects.count()
    assert sorted(Entry.objects.values_list("index", flat=True)) == list(range(count))


def a_table_that_only_grows() -> None:
    with connection.schema_editor() as editor:
        editor.execute("CREATE TABLE scratch (id integer PRIMARY KEY, note varchar(10))")
        append_only("scratch").database_forwards("scratch", editor, ProjectState(), ProjectState())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO scratch VALUES (1, 'kept')")


@pytest.mark.parametrize("change", ["UPDATE scratch SET note = 'gone'", "DELETE FROM scratch"])
def test_the_database_itself_refuses_to_change_what_only_grows(
    house: yesand.House, change: str
) -> None:
    a_table_that_only_grows()
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change)
        cursor.execute("SELECT id, note FROM scratch")
        assert cursor.fetchall() == [(1, "kept")]
