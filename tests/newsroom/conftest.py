"""A producer, and a draft."""

from __future__ import annotations

import pytest

import yesand
from yesand.newsroom import services
from yesand.newsroom.content import Content, content
from yesand.newsroom.models import Article
from yesand.people import services as people
from yesand.people.models import User


@pytest.fixture
def producer(house: yesand.House) -> User:
    return people.account("petra", "producer", "a line of one's own")


@pytest.fixture
def what() -> Content:
    return content(
        {
            "title": "What is owed",
            "dek": "A small article.",
            "sections": [
                {"text": "It was 40 per cent. [1]"},
                {"heading": "So", "text": "Yes. [view]"},
            ],
            "sources": [{"title": "A paper", "url": "https://paper.example/"}],
            "tags": ["royalties"],
        }
    )


@pytest.fixture
def draft(house: yesand.House, what: Content, producer: User) -> Article:
    return services.draft(house.place, what, producer)
