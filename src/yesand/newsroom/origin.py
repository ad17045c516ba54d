"""Where an article's words come from, in words for people and in IPTC's vocabulary for machines."""

from __future__ import annotations

from yesand.newsroom.content import Writer

#: IPTC Digital Source Type NewsCodes, http://cv.iptc.org/newscodes/digitalsourcetype/
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_TYPES = {
    Writer.LANGUAGE_MODEL: "trainedAlgorithmicMedia",
    Writer.EXTRACTIVE: "algorithmicMedia",
    Writer.COMPUTED: "dataDrivenMedia",
    Writer.PERSON: "digitalCreation",
}


def source_type(writer: Writer, reviewed: bool = False) -> str:
    """Return the IPTC term for a writer; a model's text that a person worked on is a composite.

    >>> source_type(Writer.COMPUTED).rpartition("/")[2]
    'dataDrivenMedia'
    """
    if writer is Writer.LANGUAGE_MODEL and reviewed:
        return f"{IPTC}compositeWithTrainedAlgorithmicMedia"
    return IPTC + _TYPES[writer]
