"""What lies on the table of a negotiation, shown at the command line before anybody signs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yesand.agreements.comparing.clauses import Worded
from yesand.agreements.comparing.difference import compare
from yesand.cli.agreements import differing
from yesand.cli.output import Line, styled
from yesand.kernel.errors import BadInput

if TYPE_CHECKING:
    from yesand.agreements.drafts import Draft
    from yesand.agreements.models import Offer, Step

Word = Annotated[
    str,
    typer.Option(
        help="The word that you have read, as `yesand offers NUMBER` names it. A terminal shows it "
        "and asks instead.",
    ),
]
#: So many signs of a word's digest name it.
SHORTEST = 8


def read(found: Offer, word: str) -> str | None:
    """Return the digest of the word that the person says they have read; none of an old offer's.

    Raises
    ------
    BadInput : no word of this negotiation is called that, or none was named.
    """
    from yesand.agreements.negotiating.steps.services import last

    newest = last(found)
    if word:
        return _named(found, word)
    if found.agreement_id is not None or newest is None:
        return None
    if not sys.stdin.isatty():
        raise BadInput(
            "Which word have you read?",
            where=f"offer {found.pk}",
            remedy=f"`yesand offers {found.pk}` shows it: then --word {newest.digest[:12]}.",
        )
    for line in on_paper(found):
        typer.echo(line, err=True)
    typer.confirm("Is that what you answer?", abort=True, err=True)
    return newest.digest


def _named(found: Offer, word: str) -> str:
    every = found.steps.filter(digest__startswith=word.lower()).values_list("digest", flat=True)
    if len(word) < SHORTEST or len(every) != 1:
        raise BadInput(
            "No word of this negotiation is called that",
            where=f"offer {found.pk}, {word[:64]!r}",
            remedy=f"`yesand offers {found.pk}` names each; {SHORTEST} signs of one are enough.",
        )
    return str(every[0])


def lies(found: Offer) -> Draft:
    """Return what would be signed, or was."""
    from yesand.agreements.negotiating.steps.services import last
    from yesand.agreements.offering.speaking.services import on_table

    return on_table(found, last(found))


def on_paper(found: Offer, *, whole: bool = False) -> Iterator[str]:
    """Yield the summary of what lies on the table, and every clause if the whole is wanted."""
    draft = lies(found)
    yield f"{draft.template} ({draft.language})"
    yield from (f"  {line}" if line else "" for line in draft.summary.splitlines())
    if whole:
        yield from ("", *draft.text.splitlines())


def conversation(steps: list[Step]) -> Iterator[Line]:
    """Yield every word with its name, what was said beside it, and what it changed."""
    before: Worded | None = None
    for step in steps:
        told = f"{step.at:%Y-%m-%d}", step.digest[:12]
        yield styled("[bold]{} by the {}[/], {}, word {}", step.kind, step.party, *told)
        if step.note:
            yield f"  “{step.note}”"
        if step.draft is not None:
            now = Worded(step.draft["terms"], step.draft["text"])
            if before is not None:
                yield from differing(compare(before, now))
            before = now


def as_plain(step: Step) -> dict[str, Any]:
    """Return a word for programs, with the terms and the text that it puts on the table."""
    return {
        "step": step.digest,
        "kind": step.kind,
        "party": step.party,
        "hand": step.hand,
        "note": step.note,
        "draft": step.draft,
    }
