"""The browser checks the log's proofs by itself, and decides as our own code does."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from stage import PASSWORD, Stage
from test_browser import address, browser, opened, pytestmark, take

from yesand.kernel.keys import Signer
from yesand.provenance import merkle
from yesand.provenance.note import Verifier

__all__ = ["address", "browser", "pytestmark", "take"]
STEPS = "#proven-steps li:not([hidden]) .badge"
#: Every proof of consistency up to this size, and each spoiled in one place.
SIZES = range(1, 14)
BEGINS = """async (rows) => {
  const { begins, bytesOf } = await import('/static/site/tlog.js');
  return Promise.all(rows.map(([old, size, path, a, b]) =>
    begins(BigInt(old), BigInt(size), path.map(bytesOf), bytesOf(a), bytesOf(b))));
}"""
LEADS = """async (rows) => {
  const { rootOf, bytesOf, hex } = await import('/static/site/tlog.js');
  return Promise.all(rows.map(async ([leaf, index, size, path]) => {
    const root = await rootOf(bytesOf(leaf), BigInt(index), BigInt(size), path.map(bytesOf));
    return root && hex(root);
  }));
}"""


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    complaints: list[str] = []
    shown = opened(context, complaints)
    shown.goto(f"{address}/log/0/")
    shown.fill("input[name=login]", "auditor")
    shown.fill("input[name=password]", PASSWORD)
    shown.click("article button[type=submit]")
    shown.wait_for_url("**/log/0/")
    yield shown
    assert complaints == [] and shown.evaluate("window.refused") == []
    context.close()


def checked(page: Page) -> list[str]:
    page.click("#proving button")
    expect(page.locator(STEPS)).to_have_count(2)
    return page.locator(STEPS).all_text_contents()


def test_a_proof_holds_here_by_the_key_that_the_reader_knows(page: Page, stage: Stage) -> None:
    assert checked(page) == ["holds", "holds"]
    key = page.input_value("#proving [name=key]")
    stranger = Verifier(Verifier.parse(key).name, Signer.generate().public)
    page.fill("#proving [name=key]", str(stranger))
    assert checked(page) == ["holds", "does not hold"]
    page.fill("#proving [name=key]", key[:-6])
    page.click("#proving button")
    expect(page.locator("#proven-fault")).to_contain_text("no proof")


@pytest.mark.deep
def test_a_proof_that_was_touched_does_not_hold(page: Page, address: str) -> None:
    proof = page.request.get(f"{address}/log/0/entry.tlog-proof").text()
    head, gap, note = proof.partition("\n\n")
    lines = head.split("\n")
    spoiled = "\n".join([*lines[:-1], lines[-2]]) + gap + note
    file: FilePayload = {
        "name": "x.tlog-proof",
        "mimeType": "text/plain",
        "buffer": spoiled.encode(),
    }
    page.set_input_files("#proving [name=file]", [file])
    page.click("#proving button")
    expect(page.locator(STEPS).first).to_have_text("does not hold")


@pytest.mark.deep
def test_growth_is_proven_here(page: Page, address: str) -> None:
    page.goto(f"{address}/log/consistency/")
    assert checked(page) == ["holds", "holds"]


@pytest.mark.deep
def test_the_browser_and_our_own_code_decide_alike(page: Page) -> None:
    tree = [merkle.leaf_hash(bytes([n])) for n in range(max(SIZES))]
    rows = [row for size in SIZES for old in range(1, size + 1) for row in grown(tree, old, size)]
    assert page.evaluate(BEGINS, rows) == [holds(*row) for row in rows]
    ways = [(n, size) for size in SIZES for n in range(size)]
    asked = [
        [tree[n].hex(), n, s, hexes(merkle.inclusion(n, s, merkle.nodes_over(tree)))]
        for n, s in ways
    ]
    assert page.evaluate(LEADS, asked) == [merkle.root(tree[:size]).hex() for _, size in ways]


def grown(tree: list[bytes], old: int, size: int) -> Iterator[tuple[int, int, list[str], str, str]]:
    path = hexes(merkle.consistency(old, size, merkle.nodes_over(tree)))
    roots = merkle.root(tree[:old]).hex(), merkle.root(tree[:size]).hex()
    yield old, size, path, *roots
    yield old, size, [*path, roots[0]], *roots
    yield old, size, path[:-1], *roots
    yield old, size, path, sha256(b"other").hexdigest(), roots[1]


def holds(old: int, size: int, path: list[str], old_root: str, new_root: str) -> bool:
    from yesand.kernel.errors import CheckFailed

    told = [bytes.fromhex(step) for step in path]
    try:
        merkle.verify_consistency(old, size, told, bytes.fromhex(old_root), bytes.fromhex(new_root))
    except CheckFailed:
        return False
    return True


def hexes(path: list[bytes]) -> list[str]:
    return [step.hex() for step in path]
