from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.kernel.ids import checked, digest, digest_file, digest_of


@given(st.binary())
def test_an_id_is_the_sha_256_of_the_bytes(data: bytes) -> None:
    assert digest(data) == hashlib.sha256(data).hexdigest()
    assert checked(digest(data)) == digest(data)


def test_the_empty_content_has_the_id_that_everybody_knows() -> None:
    assert digest(b"").startswith("e3b0c44298fc1c14")


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(0, 9)))
def test_equal_values_have_equal_ids(value: dict[str, Any]) -> None:
    assert digest_of(value) == digest_of(dict(reversed(value.items())))


def test_a_file_has_the_id_of_its_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9_000
    (tmp_path / "file").write_bytes(data)
    assert digest_file(tmp_path / "file") == digest(data)


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, "0" * 64 + "\n"])
def test_what_is_no_id_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="SHA-256"):
        checked(text)
