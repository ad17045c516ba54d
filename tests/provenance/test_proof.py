from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, YesAndError
from yesand.kernel.keys import Signer
from yesand.provenance.errors import ProofBroken
from yesand.provenance.note import Checkpoint
from yesand.provenance.proof import Proof
from yesand.provenance.tiles import Log

SIGNER = Signer.generate()
ORIGIN = "yes-and/test"


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    log = Log(tmp_path_factory.mktemp("proof") / "log", ORIGIN, SIGNER)
    log.append([b"entry %d" % i for i in range(1000)])
    return Proof(700, tuple(log.inclusion(700)), log.checkpoint())


def test_a_proof_alone_verifies(proof: Proof) -> None:
    read = Proof.parse(bytes(proof))
    assert read == proof
    assert read.verify(b"entry 700", ORIGIN, SIGNER.public).size == 1000


def test_a_proof_of_another_entry_log_or_key_fails(proof: Proof) -> None:
    for entry, origin, public in (
        (b"entry 701", ORIGIN, SIGNER.public),
        (b"entry 700", "yes-and/other", SIGNER.public),
        (b"entry 700", ORIGIN, Signer.generate().public),
    ):
        with pytest.raises(ProofBroken):
            proof.verify(entry, origin, public)


@given(bit=st.integers(0))
def test_no_flipped_bit_of_a_proof_goes_unnoticed(proof: Proof, bit: int) -> None:
    data = bytearray(bytes(proof))
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    with pytest.raises(YesAndError):
        Proof.parse(bytes(data)).verify(b"entry 700", ORIGIN, SIGNER.public)


def test_a_proof_is_written_as_the_specification_shows() -> None:
    head = bytes(Checkpoint("o", 3, bytes(32)).sign(SIGNER))
    text = bytes(Proof(2, (bytes(32),), head, b"why"))
    assert text.startswith(b"c2sp.org/tlog-proof@v1\nextra d2h5\nindex 2\nAAAA")
    assert text.endswith(b"=\n\n" + head)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\no\n",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\no\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n!!\n\no\n",
        b"c2sp.org/tlog-proof@v1\n\no\n",
        b"\xff\n\n",
    ],
)
def test_what_is_no_proof_is_bad_input(data: bytes) -> None:
    with pytest.raises(BadInput):
        Proof.parse(data)
