"""A strike or hold is told to every licensee whose takes it stops, and told when it is over."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from test_revocations import lab

import yesand
from small_troupe import ask
from yesand.agreements.collective.membership.services import say
from yesand.agreements.models import Suspension
from yesand.agreements.suspending.services import lift, suspend
from yesand.agreements.suspending.suspension import Reach
from yesand.corpus import services as corpus
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.canonical import canonical
from yesand.oversight.feed import services
from yesand.oversight.feed.entering.services import item_of
from yesand.oversight.feed.notice import FeedBroken, Pause, read
from yesand.oversight.models import Revocation
from yesand.people import services as people
from yesand.people.models import Organisation, User


def una() -> User:
    return User.objects.get(username="una")


def strike(house: yesand.House, union: Organisation) -> Suspension:
    return suspend(house.place, union, Reach(), "Talks have failed", una())[0]


def told() -> list[Pause]:
    found = [item_of(row) for row in Revocation.objects.order_by("number")]
    return [item for item in found if isinstance(item, Pause)]


def of(manifest: SignedManifest, handle: str) -> set[str]:
    return {take.agreement for take in manifest.takes if take.performer == handle}


def test_a_strike_is_told_as_it_begins_and_as_it_ends(
    filled: yesand.House, union: Organisation
) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    called = strike(filled, union)
    (begun,) = told()
    assert begun.of(manifest.digest) == of(manifest, "Bert")
    assert (begun.suspension, begun.cause, begun.lifted) == (called.entry_id, "strike", None)
    assert [paused.takes for paused in begun.manifests] == [3]
    lift(filled.place, called, una())
    _, ended = told()
    assert ended.lifted == called.lifting.entry_id and ended.manifests == begun.manifests
    assert ended.of(manifest.digest) == frozenset() and ended.before == begun.digest
    services.catch_up(filled.place, lab())
    assert len(told()) == 2
    assert filled.check()


def test_it_names_nobody_and_is_read_back_only_as_it_was_written(
    filled: yesand.House, union: Organisation
) -> None:
    strike(filled, union)
    (begun,) = told()
    said = canonical(begun.statement()).decode()
    for word in ("Bert", "Talks", "voices", people.performer("Bert").public_key):
        assert word not in said
    for wrong in ({"cause": "whim"}, {"suspension": -1}, {"more": 1}):
        statement = begun.statement()
        statement["predicate"] |= wrong
        with pytest.raises(FeedBroken):
            read(statement)


def test_whoever_joins_or_leaves_meanwhile_is_told_when_the_feed_is_read(
    filled: yesand.House, union: Organisation
) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    called = strike(filled, union)
    say(filled.place, people.performer("Alba"), union, member=True)
    say(filled.place, people.performer("Bert"), union, member=False)
    services.head(filled.place, lab())
    assert told()[-1].of(manifest.digest) == of(manifest, "Alba")
    say(filled.place, people.performer("Alba"), union, member=False)
    services.head(filled.place, lab())
    assert told()[-1].of(manifest.digest) == frozenset() and len(told()) == 3
    lift(filled.place, called, una())
    assert told()[-1].lifted is not None


def test_a_licensee_whom_it_does_not_concern_is_told_nothing(
    filled: yesand.House, union: Organisation
) -> None:
    other = people.found(filled.place, "other-lab", "Other Lab", Organisation.Kind.LICENSEE)
    called, _ = suspend(filled.place, union, Reach(licensees={other.slug}), "For now", una())
    lift(filled.place, called, una())
    services.head(filled.place, lab())
    assert not Revocation.objects.exists()


def test_an_item_is_about_one_thing_and_is_never_changed(
    filled: yesand.House, union: Organisation
) -> None:
    strike(filled, union)
    row = Revocation.objects.get()
    for act in (lambda: Revocation.objects.update(number=2), row.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    row.pk, row.number, row.suspension = "0" * 64, 2, None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
