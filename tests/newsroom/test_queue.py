"""The editorial queue: nothing is published that a person has not approved as it stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

import yesand
from yesand.kernel.errors import BadInput, Refused
from yesand.newsroom import services
from yesand.newsroom.content import Content, content
from yesand.newsroom.models import Article, Correction, Report, Version
from yesand.people import services as people
from yesand.people.models import User
from yesand.provenance import dsse
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.services import prove


def changed(what: Content, **more: Any) -> Content:
    return content({**what.as_json(), **more})


def approved(house: yesand.House, draft: Article, by: User) -> Article:
    says = services.content_of(services.found(draft.slug)).digest
    return services.approve(house.place, draft, by, says)


def published(house: yesand.House, draft: Article, by: User, correction: str = "") -> Version:
    approved(house, draft, by)
    return services.publish(house.place, draft, by, correction)


def test_a_draft_that_nobody_approved_is_not_published(
    house: yesand.House, draft: Article, producer: User
) -> None:
    with pytest.raises(Refused, match="Nobody has approved"):
        services.publish(house.place, draft, producer)
    assert not Version.objects.exists()


def test_a_published_version_is_signed_logged_and_names_its_reviewer(
    house: yesand.House, draft: Article, producer: User, what: Content
) -> None:
    made = published(house, draft, producer)
    place = house.place
    told = dsse.opened(made.envelope, {place.signer.id: place.signer.public})
    assert told["predicate"]["content"] == what.as_json()
    assert told["subject"][0]["digest"]["sha256"] == what.digest
    assert (made.entry.kind, made.entry.record) == (Kind.ARTICLE_PUBLISHED, made.digest)
    assert prove(place, made.entry_id).index == made.entry_id
    assert made.reviewer == "petra" and services.published().get() == made


def test_approval_is_of_exactly_what_was_seen(
    house: yesand.House, draft: Article, producer: User, what: Content
) -> None:
    services.revise(house.place, draft, changed(what, dek="Other."), what.digest)
    with pytest.raises(Refused, match="no longer what you were shown"):
        services.approve(house.place, draft, producer, what.digest)


def test_a_change_voids_the_approval(
    house: yesand.House, draft: Article, producer: User, what: Content
) -> None:
    approved(house, draft, producer)
    services.revise(house.place, draft, changed(what, dek="Other."), what.digest)
    with pytest.raises(Refused, match="Nobody has approved"):
        services.publish(house.place, draft, producer)


def test_of_two_who_change_a_draft_the_second_is_told(
    house: yesand.House, draft: Article, what: Content
) -> None:
    services.revise(house.place, draft, changed(what, dek="First."), what.digest)
    with pytest.raises(Refused, match="Somebody else changed"):
        services.revise(house.place, draft, changed(what, dek="Second."), what.digest)
    draft.refresh_from_db()
    assert services.content_of(draft).dek == "First."


def test_a_claim_without_a_source_is_not_approved(
    house: yesand.House, producer: User, what: Content
) -> None:
    bare = changed(what, sections=[{"text": "It was 40 per cent. [1]\n\nAnd this is bare."}])
    made = services.draft(house.place, bare, producer)
    with pytest.raises(Refused, match="name no source"):
        approved(house, made, producer)
    with pytest.raises(Refused, match="name no source"):
        services.publish_unreviewed(house.place, made)


def test_only_a_producer_decides(house: yesand.House, draft: Article, what: Content) -> None:
    auditor = people.account("anna", "auditor", "a line of one's own")
    with pytest.raises(Refused, match="Only a producer"):
        services.approve(house.place, draft, auditor, what.digest)
    with pytest.raises(Refused, match="Only a producer"):
        services.publish(house.place, draft, auditor)
    with pytest.raises(Refused, match="Only a producer"):
        services.send_back(house.place, draft, auditor, "No.")


def test_a_draft_is_sent_back_with_a_reason(
    house: yesand.House, draft: Article, producer: User
) -> None:
    with pytest.raises(BadInput, match="Say what is to be done"):
        services.send_back(house.place, draft, producer, " ")
    sent = services.send_back(house.place, draft, producer, "Say who said so.")
    assert (sent.state, sent.note) == (Article.State.SENT_BACK, "Say who said so.")


def test_every_published_version_is_kept_with_what_has_changed(
    house: yesand.House, draft: Article, producer: User, what: Content
) -> None:
    first = published(house, draft, producer)
    services.revise(house.place, draft, changed(what, dek="Better."), what.digest)
    with pytest.raises(BadInput, match="Say what has changed"):
        published(house, draft, producer)
    second = services.publish(house.place, draft, producer, "The summary was not clear.")
    assert [v.number for v in draft.versions.all()] == [1, 2]
    assert Correction.objects.get().version == second
    first.refresh_from_db()
    assert first.content["dek"] == "A small article."
    assert services.published().get() == second


def test_publishing_again_changes_nothing(
    house: yesand.House, draft: Article, producer: User
) -> None:
    first = published(house, draft, producer)
    assert published(house, draft, producer) == first
    assert Entry.objects.filter(kind=Kind.ARTICLE_PUBLISHED).count() == 1


def test_who_reviews_later_what_nobody_had_is_named_from_then_on(
    house: yesand.House, draft: Article, producer: User
) -> None:
    assert services.publish_unreviewed(house.place, draft).reviewer == ""
    second = published(house, draft, producer)
    assert (second.number, second.reviewer) == (2, "petra")
    assert "nothing was changed" in Correction.objects.get().text


@pytest.mark.parametrize("model", [Version, Correction, Report])
def test_what_was_published_is_changed_by_nobody(
    model: type[Version | Correction | Report],
    house: yesand.House,
    draft: Article,
    producer: User,
    what: Content,
) -> None:
    from yesand.kernel.clock import Period
    from yesand.newsroom.reporting.services import compute

    published(house, draft, producer)
    services.revise(house.place, draft, changed(what, dek="Better."), what.digest)
    published(house, draft, producer, "Better.")
    compute(house.place, Period(2026, 9))
    row = model.objects.first()
    assert row is not None
    for act in (
        lambda: model.objects.filter(pk=row.pk).update(at=house.place.clock.now()),
        lambda: model.objects.filter(pk=row.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_two_of_one_title_have_addresses_of_their_own(house: yesand.House, what: Content) -> None:
    slugs = [services.draft(house.place, what, None).slug for _ in range(3)]
    assert slugs == ["what-is-owed", "what-is-owed-2", "what-is-owed-3"]
    title = changed(what, title="Editorial")
    assert services.draft(house.place, title, None).slug == "editorial-2"
    assert services.draft(house.place, changed(what, title="من؟"), None).slug == "article"


def test_a_persons_part_is_told_and_forgotten(
    house: yesand.House, draft: Article, producer: User
) -> None:
    from yesand.newsroom.held import erase, held

    published(house, draft, producer)
    told = held(producer)
    assert told["drafted"][0]["article"] == draft.slug
    assert told["named as reviewer"][0]["version"] == 1
    erase(house.place, producer)
    assert not any(held(producer).values())
    assert Version.objects.get().reviewer == "petra"
