from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, CheckFailed, YesAndError
from yesand.kernel.keys import Signer
from yesand.provenance.note import COSIGNATURE_V1, Checkpoint, Note, Verifier, open_checkpoint

SIGNER, WITNESS = Signer.generate(), Signer.generate()
HEAD = Checkpoint("yes-and/test", 42, bytes(range(32)))
SIGNED = HEAD.sign(SIGNER)
W1 = Verifier("witness.example/w1", WITNESS.public, COSIGNATURE_V1)


EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gG\
zGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin\
1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""


def test_the_example_of_the_specification_is_read() -> None:
    # C2SP tlog-cosignature, its first example; the cosigned message there has this time.
    note = Note.parse(EXAMPLE.encode())
    assert [line.key_id.hex() for line in note.lines] == ["033de0ae", "8d66cf3f"]
    assert int.from_bytes(note.lines[1].signature[:8]) == 1679315147
    assert Checkpoint.parse(note.text).size == 20852163


def test_a_checkpoint_reads_back_as_it_was_signed() -> None:
    assert open_checkpoint(bytes(SIGNED), HEAD.origin, SIGNER.public) == HEAD
    assert Note.parse(bytes(SIGNED)) == SIGNED


def test_a_checkpoint_of_another_log_or_key_is_refused() -> None:
    with pytest.raises(CheckFailed):
        open_checkpoint(bytes(SIGNED), "yes-and/other", SIGNER.public)
    with pytest.raises(CheckFailed):
        open_checkpoint(bytes(SIGNED), HEAD.origin, WITNESS.public)
    foreign = Note(str(HEAD), ()).signed(SIGNER, "yes-and/other")
    with pytest.raises(CheckFailed, match="another log"):
        open_checkpoint(bytes(foreign), "yes-and/other", SIGNER.public)


def test_a_witness_vouches_at_a_time() -> None:
    cosigned = bytes(SIGNED.cosigned(WITNESS, W1.name, 1_790_000_000))
    assert open_checkpoint(cosigned, HEAD.origin, SIGNER.public, [W1]) == HEAD
    with pytest.raises(CheckFailed):
        open_checkpoint(bytes(SIGNED), HEAD.origin, SIGNER.public, [W1])
    line = Note.parse(cosigned).lines[1]
    later = Note(str(HEAD), (*SIGNED.lines, type(line)(line.name, line.key_id, b"\1" * 72)))
    with pytest.raises(CheckFailed, match="wrong"):
        later.check(W1)


@given(st.integers(0, 8 * len(bytes(SIGNED)) - 1))
def test_no_flipped_bit_of_a_checkpoint_goes_unnoticed(bit: int) -> None:
    data = bytearray(bytes(SIGNED))
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(YesAndError):
        open_checkpoint(bytes(data), HEAD.origin, SIGNER.public)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_bad_input(data: bytes) -> None:
    try:
        note = Note.parse(data)
    except BadInput:
        return
    assert bytes(note) == data


@pytest.mark.parametrize(
    "text",
    ["", "o\n1\n", "o\n01\n" + "A" * 43 + "=\n", "o\n-1\nAA==\n", "\n1\nAA==\n", "o\n1\nAA==\n"],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Checkpoint.parse(text)


def test_a_verifier_key_reads_back() -> None:
    assert Verifier.parse(str(W1)) == W1
    for wrong in ("", "a+b", str(W1)[:-4], str(W1).replace("w1", "w2")):
        with pytest.raises(BadInput):
            Verifier.parse(wrong)
    with pytest.raises(BadInput):
        Verifier("two words", WITNESS.public)
