from __future__ import annotations

import pytest

import yesand
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.keys import key_id
from yesand.people import services as people
from yesand.people.models import Organisation, Seat, User
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry

PASSWORD = "yes, and what then?"


def test_a_new_house_has_its_producer_its_lab_and_its_auditors(house: yesand.House) -> None:
    kinds = {o.slug: o.kind for o in Organisation.objects.all()}
    assert kinds == {"producer": "producer", "house-lab": "licensee", "auditor": "auditor"}
    assert people.organisation("producer").name == "Test House"


def test_furnishing_again_changes_nothing(house: yesand.House) -> None:
    before = list(Organisation.objects.values())
    people.furnish(house.place)
    assert list(Organisation.objects.values()) == before


def test_a_house_whose_init_was_interrupted_is_furnished_when_opened(house: yesand.House) -> None:
    Organisation.objects.all().delete()
    house.close()
    yesand.open(house.place.root).close()
    assert Organisation.objects.count() == 3


def test_joining_is_entered_in_the_log_once(house: yesand.House) -> None:
    people.join(house.place, "Actor_01")
    people.join(house.place, "Actor_01")
    assert Entry.objects.filter(kind=Kind.PERFORMER_JOINED).count() == 1


def test_the_log_does_not_hold_a_name(house: yesand.House) -> None:
    people.join(house.place, "Actor_01")
    leaf = Entry.objects.get(kind=Kind.PERFORMER_JOINED).leaf()
    assert b"Actor_01" not in leaf


@pytest.mark.parametrize("handle", ["", "two words", "x" * 81, "a\nb", "../up"])
def test_a_handle_that_cannot_be_is_bad_input(house: yesand.House, handle: str) -> None:
    with pytest.raises(BadInput):
        people.join(house.place, handle)
    assert not list((house.place.root / "keys").glob("*.part"))
    assert Entry.objects.count() == 0


def test_a_country_that_is_none_is_bad_input(house: yesand.House) -> None:
    with pytest.raises(BadInput, match="Germany"):
        people.join(house.place, "Actor_01", country="Germany")


def test_every_party_has_a_key_of_its_own_held_here(house: yesand.House) -> None:
    performer, _ = people.join(house.place, "Actor_01")
    lab = people.organisation("house-lab")
    signers = [people.signer_of(house.place, party) for party in (performer, lab)]
    assert signers[0].public.hex() == performer.public_key
    assert len({key_id(s.public) for s in signers}) == 2


def test_an_account_sits_in_its_seat(house: yesand.House) -> None:
    performer, _ = people.join(house.place, "Actor_01")
    user = people.account("alba", "performer", PASSWORD, performer)
    performer.refresh_from_db()
    assert performer.user == user and user.check_password(PASSWORD)
    assert [s.role for s in user.seats.all()] == ["performer"]
    assert people.account("alba", "performer", PASSWORD, performer) == user
    assert Seat.objects.count() == User.objects.count() == 1


def test_a_producer_and_an_auditor_sit_for_the_house(house: yesand.House) -> None:
    for role in ("producer", "auditor"):
        seat = people.account(role, role, PASSWORD).seats.get()
        assert seat.organisation == people.organisation(role)


def test_one_person_may_hold_two_seats(house: yesand.House) -> None:
    people.account("alba", "rater", PASSWORD)
    user = people.account("alba", "producer", PASSWORD)
    assert {s.role for s in user.seats.all()} == {"rater", "producer"}


def test_a_name_is_not_taken_over_with_another_password(house: yesand.House) -> None:
    people.account("alba", "rater", PASSWORD)
    with pytest.raises(Refused, match="taken"):
        people.account("alba", "auditor", "something else")
    assert [s.role for s in Seat.objects.all()] == ["rater"]


def test_a_performer_has_one_account_and_an_account_one_performer(house: yesand.House) -> None:
    first, _ = people.join(house.place, "Actor_01")
    second, _ = people.join(house.place, "Actor_02")
    people.account("alba", "performer", PASSWORD, first)
    with pytest.raises(Refused):
        people.account("bert", "performer", PASSWORD, first)
    with pytest.raises(Refused):
        people.account("alba", "performer", PASSWORD, second)
    assert User.objects.count() == 1


def test_a_seat_that_makes_no_sense_is_bad_input(house: yesand.House) -> None:
    performer, _ = people.join(house.place, "Actor_01")
    with pytest.raises(BadInput, match="No role"):
        people.account("alba", "emperor", PASSWORD)
    with pytest.raises(BadInput, match="performer's seat"):
        people.account("alba", "performer", PASSWORD)
    with pytest.raises(BadInput, match="performer's seat"):
        people.account("alba", "rater", PASSWORD, performer)
    with pytest.raises(BadInput, match="licensee"):
        people.account("alba", "licensee", PASSWORD)
    with pytest.raises(BadInput, match="licensee"):
        people.account("alba", "licensee", PASSWORD, None, people.organisation("producer"))
    assert User.objects.count() == 0


@pytest.mark.parametrize(("name", "password"), [("alba", "short"), ("not a name!", PASSWORD)])
def test_a_weak_password_or_odd_name_makes_no_account(
    house: yesand.House, name: str, password: str
) -> None:
    with pytest.raises(BadInput):
        people.account(name, "rater", password)
    assert User.objects.count() == 0


def test_nobody_is_found_under_a_wrong_name(house: yesand.House) -> None:
    with pytest.raises(NotFound):
        people.performer("Actor_99")
    with pytest.raises(NotFound):
        people.organisation("nowhere")
