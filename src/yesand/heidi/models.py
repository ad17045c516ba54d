"""What was said, what waits for a click, and letters to the producer."""

from __future__ import annotations

from django.db import models

from yesand.people.models import User


class Message(models.Model):
    """One thing said, by the person or by Heidi. A person's messages are their conversation."""

    class Author(models.TextChoices):
        """Who said it."""

        PERSON = "person"
        HEIDI = "heidi"

    class State(models.TextChoices):
        """Where an answer stands."""

        WAITING = "waiting"  # nobody has begun
        WRITING = "writing"
        DONE = "done"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="heidi_messages")
    author = models.CharField(max_length=8, choices=Author.choices)
    text = models.TextField(blank=True)
    #: What hangs below the text: rows, links, quotes, suggestions (``yesand.heidi.reply``).
    cards = models.JSONField(default=dict, blank=True)
    #: Every tool that was called, in order, by whom, and every one that was refused.
    trace = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DONE)
    #: An answer that had to be begun again counts its beginnings; chunks belong to one.
    attempt = models.PositiveIntegerField(default=0)
    #: The process that writes it, and a number that grows as long as that process lives.
    writer = models.CharField(max_length=32, blank=True)
    beat = models.PositiveIntegerField(default=0)
    #: Given by the page: the same message sent twice is one message.
    key = models.CharField(max_length=40)
    answers = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="answer"
    )
    at = models.DateTimeField()

    class Meta:
        """In the order in which it was said."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "author", "key"], name="heidi_said_once")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.author}: {self.text[:60]}"


class Chunk(models.Model):
    """A piece of an answer as it is written; all of them in order are its text."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="chunks")
    attempt = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        """Each once."""

        ordering = ["attempt", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "attempt", "number"], name="heidi_chunk_once"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.attempt}.{self.number}"


class Proposal(models.Model):
    """Something of consequence that Heidi may do once the person has clicked."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open"
        DONE = "done"
        REFUSED = "refused"
        DROPPED = "dropped"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="heidi_proposals")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="proposals")
    tool = models.CharField(max_length=20)
    slots = models.JSONField(default=dict)
    says = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the order in which they were made."""

        ordering = ["id"]

    def __str__(self) -> str:
        """Name it for people."""
        return self.says

    @property
    def asks_why(self) -> bool:
        """Others are to be told the reason."""
        return bool(self.slots.get("late"))


class Letter(models.Model):
    """A question that Heidi passed on to the producer, and what the producer answered."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="letters")
    question = models.TextField()
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    #: When the person saw the answer.
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering = ["-id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"letter of {self.user}"
