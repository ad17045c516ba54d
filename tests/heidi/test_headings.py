"""A question that the documentation asks in a heading is answered by it."""

from __future__ import annotations

import pytest

from yesand.heidi.documents import sections
from yesand.heidi.headings import asked, personal

SAME = {
    "what is reliance?": "What is reliance?",
    "What's an agreement": "What is an agreement?",
    "how do we invite a new performer": "How do I invite a new performer?",
    "how would I register a model?": "How do I register a model?",
    "who has withdrawn": "Who has withdrawn?",
    "who withdrew?": "Who has withdrawn?",
    "where do I enter my IBAN?": "Where do I enter my IBAN?",
    "where do i put in my bank details": "Where do I enter my IBAN?",
    "how can I change my bank account?": "How do I change my bank details?",
    "how do I record a scene offline?": "Can I record offline?",
    "can i record without internet?": "Can I record offline?",
    "How can I give my agent access?": "How do I give my agent access?",
    "how do I verify statements offline?": "How do I verify a statement offline?",
}


@pytest.mark.parametrize("question", SAME)
def test_the_same_question_finds_its_heading(question: str) -> None:
    found = asked(question, sections())
    assert found is not None and found.heading == SAME[question]


@pytest.mark.parametrize(
    "question", ["show me reliance", "what is it", "", "is it raining", "what is a bank?"]
)
def test_another_question_finds_none(question: str) -> None:
    assert asked(question, sections()) is None


@pytest.mark.parametrize(
    ("question", "about_me"),
    [
        ("when am i paid?", True),
        ("what is my share", True),
        ("how do i withdraw?", False),
        ("what is reliance?", False),
        ("how can we end our deployment?", True),
    ],
)
def test_what_is_asked_of_oneself_is_told_apart(question: str, about_me: bool) -> None:
    assert personal(question) is about_me
