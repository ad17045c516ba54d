"""IBANs are right by the registry; another's copy of it agrees."""

from __future__ import annotations

import random
import string

import pytest
import schwifty
from hypothesis import given
from hypothesis import strategies as st
from schwifty.exceptions import SchwiftyException

from yesand.kernel.errors import BadInput
from yesand.royalties.paying import iban as ours
from yesand.royalties.paying.iban import bic, iban, in_sepa, masked

GOOD = "DE89370400440532013000"
_LETTERS = {"n": string.digits, "a": string.ascii_uppercase, "c": string.ascii_uppercase + "0123"}


def made(country: str, rng: random.Random) -> str:
    """An IBAN of a country's form with right check digits and a random account."""
    parts = ours._parts(ours._FORMS[country])
    own = "".join(rng.choice(_LETTERS[kind]) for n, kind in parts for _ in range(int(n)))
    turned = "".join(str(int(c, 36)) for c in f"{own}{country}00")
    return f"{country}{98 - int(turned) % 97:02d}{own}"


@pytest.mark.parametrize("country", sorted(ours._FORMS))
def test_another_copy_of_the_registry_takes_what_ours_takes(country: str) -> None:
    number = made(country, random.Random(country))
    assert iban(number) == number
    assert str(schwifty.IBAN(number)) == number


@given(st.sampled_from(sorted(ours._FORMS)), st.randoms(use_true_random=False), st.data())
def test_one_wrong_figure_is_found_here_and_there(
    country: str, rng: random.Random, data: st.DataObject
) -> None:
    number = made(country, rng)
    at = data.draw(st.sampled_from([n for n, c in enumerate(number) if c.isdigit()]))
    other = data.draw(st.sampled_from(sorted(set(string.digits) - {number[at]})))
    wrong = f"{number[:at]}{other}{number[at + 1 :]}"
    with pytest.raises(SchwiftyException):
        schwifty.IBAN(wrong)
    with pytest.raises(BadInput):
        iban(wrong)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "no IBAN"),
        ("US64SVBKUS6S3300958879", "no country"),
        (GOOD[:-1], "22 characters, and this one 21"),
        (GOOD + "0", "22 characters"),
        (GOOD.replace("3000", "3001"), "check digits"),
        ("DE89 3704 0044 0532 0130 0A", "check digits"),
        ("DE٨٩370400440532013000", "check digits"),
    ],
)
def test_what_is_wrong_is_said_without_the_number(given: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as told:
        iban(given)
    assert (told.value.where == "iban" and given[6:14] not in str(told.value)) or not given


def test_spaces_and_small_letters_are_no_fault() -> None:
    assert iban(" de89 3704-0044 0532 0130 00 ") == GOOD
    assert bic("cobadeff xxx") == "COBADEFFXXX" and bic(" ") == ""
    assert masked(GOOD) == "DE89 … 3000"
    assert in_sepa(GOOD) and not in_sepa("AE070331234567890123456")


@pytest.mark.parametrize("given", ["COBADEF", "COBADEFFXX", "C0BADEFF!", "COBA1EFF"])
def test_a_bic_has_its_form(given: str) -> None:
    with pytest.raises(BadInput, match="no BIC"):
        bic(given)
