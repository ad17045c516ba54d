"""A script that imports others by relative paths is never served with stale ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client, override_settings
from stage import Stage

from yesand.site.statics import scripts_version

IMPORT = re.compile(r"""(?:from|import|import\(|new URL\()\s*["']([^"']+\.js)["']""")
#: The recorder imports the outbox, which imports the shelf, which imports how sound is written.
IMPORTERS = ("takes/recorder.js", "takes/outbox.js", "takes/shelf.js", "takes/sending.js")
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """A server reads its scripts once; here, every test is one."""
    scripts_version.cache_clear()
    yield
    scripts_version.cache_clear()


def body(client: Client, address: str) -> tuple[str, str]:
    """A file's text and how long it is kept."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    answer.close()
    return text, answer.headers["Cache-Control"]


def found(name: str) -> Path:
    path = finders.find(name)
    assert isinstance(path, str)
    return Path(path)


def test_a_changed_module_changes_the_address_of_every_importer(
    stage: Stage, tmp_path: Path
) -> None:
    before = {name: static(name) for name in IMPORTERS}
    (tmp_path / "takes").mkdir()
    changed = found("takes/wav.js").read_text() + "// changed\n"
    (tmp_path / "takes/wav.js").write_text(changed)
    scripts_version.cache_clear()
    with override_settings(STATICFILES_DIRS=[tmp_path]):
        after = {name: static(name) for name in IMPORTERS}
    assert all(before[name] != after[name] for name in IMPORTERS)
    assert static("site.css").startswith("/static/site.css?v=")


def test_what_a_module_imports_carries_its_version(stage: Stage) -> None:
    client, waiting = Client(), [static("takes/recorder.js")]
    seen: set[str] = set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        text, kept = body(client, address)
        assert address.startswith(f"/static/={scripts_version()}/") and kept == YEAR
        assert all(name.startswith(".") for name in IMPORT.findall(text)), address
        waiting += [urljoin(address, name) for name in IMPORT.findall(text)]
    reached = {address.split("/", 3)[3] for address in seen}
    assert reached > {*IMPORTERS, "takes/wav.js", "takes/pcm.js", "site/live.js"}


def test_a_version_of_before_gets_the_file_but_not_for_long(stage: Stage) -> None:
    old = static("takes/recorder.js").replace(scripts_version(), "0" * 8)
    text, kept = body(Client(), old)
    assert text == found("takes/recorder.js").read_text() and kept == "no-cache"


@pytest.mark.parametrize("address", ["/static/={}/no.js", "/static/={}/", "/static/=zz/site.css"])
def test_an_address_of_nothing_is_not_found_and_not_kept(stage: Stage, address: str) -> None:
    answer = Client().get(address.format(scripts_version()))
    assert answer.status_code == 404 and "immutable" not in answer.headers.get("Cache-Control", "")


def test_no_page_names_a_script_without_its_version(stage: Stage, as_: dict[str, Client]) -> None:
    page = as_["ada"].get("/me/").content.decode()
    named = re.findall(r'<script[^>]* src="([^"]+)"', page)
    assert named and all(n.startswith(f"/static/={scripts_version()}/") for n in named)
