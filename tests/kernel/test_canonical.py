from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
)


@given(values)
def test_canonical_bytes_mean_the_same_value(value: Any) -> None:
    assert parse(canonical(value)) == value


@given(values)
def test_a_value_has_one_byte_string(value: Any) -> None:
    written = canonical(value)
    assert canonical(parse(written)) == written
    assert canonical(json.loads(json.dumps(value))) == written


@given(values)
def test_the_bytes_are_those_of_the_reference_library(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.recursive(st.text(max_size=8) | st.integers(), lambda v: st.dictionaries(st.text(), v)))
def test_what_the_reference_library_refuses_is_refused(value: Any) -> None:
    try:
        due = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError):
        with pytest.raises(BadInput):
            canonical(value)
        return
    assert canonical(value) == due


@given(st.dictionaries(text, st.integers(0, 9), max_size=6))
def test_the_order_of_names_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(st.binary(max_size=40))
def test_any_bytes_are_parsed_or_bad_input(data: bytes) -> None:
    try:
        parse(data)
    except BadInput:
        return
    data.decode("utf-8")


@pytest.mark.parametrize(
    "value",
    (
        *[2**53, -(2**53), float("nan"), float("inf"), b"x", {1: 2}, "\ud800", {"\ud800": 1}],
        *[Decimal(1), {1, 2}, object()],
    ),
)
def test_what_has_no_canonical_form_is_bad_input(value: object) -> None:
    with pytest.raises(BadInput, match="canonical"):
        canonical(value)


def test_depth_without_end_is_bad_input_and_not_a_crash() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(BadInput):
        canonical(deep)
    with pytest.raises(BadInput):
        parse(b"[" * 100_000)


@pytest.mark.parametrize(
    "data",
    (
        *[b"", b"{", b"NaN", b"[Infinity]", b"1e999", b'{"a":1,"a":2}', b"\xff", b"01", b"'a'"],
        *["[]".encode("utf-16"), "[]".encode("utf-32"), b"\xef\xbb\xbf[]", b"[] []"],
    ),
)
def test_what_is_not_strict_json_is_bad_input(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"in\.json"):
        parse(data, where="in.json")
