"""Reading XML that comes from outside: no entities, no document type, nothing fetched."""

from __future__ import annotations

from typing import Any

from lxml import etree

from yesand.kernel.errors import BadInput

#: The largest file that is read: a day of a large house's bank account.
MOST = 32 * 1024 * 1024


def parsed(data: bytes, where: str) -> Any:
    """Return the root of an XML document.

    Raises
    ------
    BadInput : too large, not well formed, or it brings a document type of its own, in which
        entities could name files or grow without end.
    """
    if len(data) > MOST:
        raise BadInput(f"The file is larger than {MOST:,} bytes", where=where)
    reader = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, reader)
    except (etree.XMLSyntaxError, ValueError) as fault:
        # lxml names what it reads from memory "<string>"; we know the file's name.
        said = str(fault).partition(" (<string>")[0][:200]
        raise BadInput(f"The file is no XML: {said}", where=where) from fault
    if root.getroottree().docinfo.doctype:
        raise BadInput(
            "The file brings a document type of its own, which no bank's does",
            where=where,
            remedy="Fetch it from the bank again.",
        )
    return root
