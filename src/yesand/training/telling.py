"""What a run leaves in its folder for people: what was trained, its card, its confusions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yesand.affect import plots
from yesand.training import card, folder, reporting
from yesand.training.grounds import Grounds

if TYPE_CHECKING:
    from yesand.training.runs import RunRecord


def tell(partial: Path, record: RunRecord, grounds: Grounds, form: str) -> None:
    """Write a record, by pseudonyms, as of a model of that format."""
    told = record.for_outsiders(grounds.masks)
    about = {"format": form, "manifest": grounds.manifest, **told}
    folder.write_json(partial / folder.ABOUT, about)
    folder.write_json(partial / folder.CARD_DATA, record.card)
    (partial / folder.CARD).write_text(card.markdown(record.card), "utf-8")
    (partial / reporting.FILE).write_text(reporting.report(record.card), "utf-8")
    plots.confusion(record.scores, partial / "confusion.svg", partial / "confusion.png")
