"""How things are written on a page: counts, spans, shares, money, times and hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.dateformat import format as dated
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext

from yesand.kernel.clock import instant, stamp
from yesand.kernel.money import Money

register = template.Library()
PPB = 10**9
#: Between a figure and its unit: a line never ends there.
NBSP = "\u00a0"
_SWAPPED = str.maketrans(",.", ".,")


def _spoken(figure: str) -> str:
    """Write a figure as the reader's language does: German swaps point and comma."""
    return figure.translate(_SWAPPED) if (get_language() or "").startswith("de") else figure


@register.filter
def count(number: int | None) -> str:
    """Write 1440 as ``1,440``; nothing as a dash."""
    return "–" if number is None else _spoken(f"{number:,}")


@register.filter
def span(milliseconds: int | None) -> str:
    """Write milliseconds as ``3.7 s``, ``12 min 5 s`` or ``1 h 38 min``."""
    if milliseconds is None:
        return "–"
    if milliseconds < 60_000:
        return _spoken(f"{milliseconds / 1000:.1f}{NBSP}s")
    minutes, seconds = divmod(milliseconds // 1000, 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min {seconds}{NBSP}s"
    return f"{minutes // 60}{NBSP}h {minutes % 60}{NBSP}min"


@register.filter
def share(ppb: int | None) -> str:
    """Write parts per billion as ``12.4 %``; what rounds to nothing has no sign."""
    if ppb is None:
        return "–"
    return _spoken(f"{ppb / PPB * 100:z.1f}{NBSP}%").replace("-", "\N{MINUS SIGN}")


@register.filter
def percent(fraction: float | None) -> str:
    """Write a fraction as ``58.2 %``."""
    return "–" if fraction is None else _spoken(f"{fraction * 100:.1f}{NBSP}%")


@register.filter
def kilohertz(hertz: int) -> str:
    """Write a sample rate as ``48 kHz`` or ``44.1 kHz``."""
    return _spoken(f"{hertz / 1000:g}{NBSP}kHz")


@register.simple_tag
def money(micro: int, currency: str) -> str:
    """Write micro-units of a currency to the last of six digits, e.g. ``12.500000 EUR``."""
    return _spoken(Money(currency, micro).to_the_last().replace(" ", NBSP))


@register.simple_tag
def paid(micro: int, currency: str) -> str:
    """Write an amount that is paid, in no more decimals than it needs, e.g. ``12.50 EUR``."""
    return _spoken(str(Money(currency, micro)).replace(" ", NBSP))


@register.filter
def when(moment: datetime | str | None) -> SafeString | str:
    """Write a moment (or its RFC 3339 stamp) in the reader's zone, and exactly for machines."""
    if moment is None:
        return "–"
    if isinstance(moment, str):
        moment = instant(moment)
    form = gettext("j M Y, H:i")  # in Django's letters, as the language writes a moment
    there = moment.astimezone(get_current_timezone())
    text = f"{dated(there, form)} {there:%Z}"
    return format_html('<time datetime="{}">{}</time>', stamp(moment), text)


@register.filter
def short(digest: str) -> SafeString | str:
    """Write a hash by its first twelve characters, whole in its title."""
    if not digest:
        return "–"
    return format_html('<code class="hash" title="{}">{}</code>', digest, digest[:12])


@register.filter
def whole(digest: str) -> SafeString:
    """Write a hash in full, so that it breaks anywhere and never widens a page."""
    return format_html('<code class="hash whole">{}</code>', digest)


@register.filter
def month(period: str) -> str:
    """Write ``2026-10`` as the reader's short word for October."""
    return dated(datetime.strptime(period, "%Y-%m"), "M")  # noqa: DTZ007 - a month has no zone


@register.filter
def plain(value: Any) -> str:
    """Write an identifier such as ``emotion-recognition`` as words (`yesand.site.words`)."""
    words = str(value).replace("-", " ").replace("_", " ")
    return gettext(words) if words else words


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """Return the page's query string with changes, for the links between pages of a list."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params[name] = value
    return f"?{params.urlencode()}"
