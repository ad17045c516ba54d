"""People whom a question names: a tool takes no name, so their own pages are shown instead."""

from __future__ import annotations

import re
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.heidi.reply import Link, Reply
from yesand.heidi.tools.asker import Asker
from yesand.people.models import Performer
from yesand.people.sight import visible

_WORD = re.compile(r"[\w-]+")  # an apostrophe ends a name: "Ada's"
#: More words than this name nobody in particular.
_WORDS = 60


def with_their_pages(reply: Reply, asker: Asker, text: str) -> Reply:
    """Say whose figures these are not, for who sees everybody's and asked about one."""
    if not asker.sight.everything:
        return reply
    words = set(_WORD.findall(text)[:_WORDS])
    spoken = {form for word in words for form in (word, word.capitalize())}
    found = visible(Performer, asker.sight).filter(handle__in=spoken).order_by("handle")
    handles = list(found.values_list("handle", flat=True)[:5])
    if not handles:
        return reply
    told = _("What follows is not about %(names)s alone: that stands on the page I link to.")
    links = (Link(handle, reverse("performer", args=[handle])) for handle in handles)
    return replace(reply.before(told % {"names": ", ".join(handles)}), links=(*links, *reply.links))
