"""A witness in a second process, as the specification has it (C2SP tlog-witness)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path

import pytest

from forked_logs import KEY, SIGNER, Second, checkpoint, log, names, sent
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.keys import Signer
from yesand.provenance.note import Checkpoint, Note, Verifier, open_checkpoint
from yesand.provenance.tiles import Log
from yesand.provenance.witnessing.protocol import Submission
from yesand.provenance.witnessing.split import Split
from yesand.provenance.witnessing.witness import Witness, WrongSize

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Second]:
    made = Second(tmp_path / "witness")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def tree(tmp_path: Path) -> Log:
    return log(tmp_path / "log", *names(300))


def test_a_log_that_grows_is_cosigned(second: Second, tree: Log) -> None:
    key = second.witness.key
    for old, size in ((0, 5), (5, 5), (5, 8), (8, 300)):
        request = sent(tree, old, size)
        before = int(time.time())
        status, _, body = second.post(bytes(request))
        assert status == 200, body
        cosigned = Note.parse(bytes(request.note) + body)
        open_checkpoint(bytes(cosigned), KEY.name, KEY.public, [key])
        assert before <= cosigned.check(key).moment <= time.time()


def test_each_refusal_has_the_number_that_the_specification_gives_it(
    second: Second, tree: Log
) -> None:
    assert second.post(bytes(sent(tree, 0, 100)))[0] == 200
    assert second.post(bytes(sent(tree, 50, 200))) == (409, "text/x.tlog.size", b"100\n")
    assert second.post(bytes(sent(tree, 0, 200))) == (409, "text/x.tlog.size", b"100\n")
    good = sent(tree, 100, 200)
    assert second.post(bytes(replace(good, proof=good.proof[:-1])))[0] == 422
    assert second.post(bytes(replace(good, old=201, proof=())))[0] == 400
    assert second.post(b"old 01\n\n" + bytes(good.note))[0] == 400
    assert second.post(b"")[0] == 400
    assert second.post(b"old 0\n" + b"A" * (1 << 17))[0] == 413
    stranger = Checkpoint("elsewhere.example/log", 3, bytes(32)).sign(SIGNER)
    assert second.post(bytes(Submission(0, (), stranger)))[0] == 404
    forged = Checkpoint(KEY.name, 200, tree.root(200)).sign(Signer.generate())
    assert second.post(bytes(replace(good, note=forged)))[0] == 403
    assert second.post(bytes(good))[0] == 200


def test_a_fork_of_the_same_size_is_refused_and_proven(
    second: Second, tree: Log, tmp_path: Path
) -> None:
    fork = log(tmp_path / "fork", *names(200), *names(100, "other"))
    assert second.post(bytes(sent(tree, 0)))[0] == 200
    assert second.post(bytes(sent(fork, 300)))[0] == 409
    assert second.post(bytes(sent(fork, 0)))[0] == 409
    (proof,) = second.witness.splits
    first, other = Split.read(parse(proof.read_bytes())).check()
    assert first.size == other.size == 300 and first.root != other.root


def test_a_fork_that_goes_on_is_refused_and_proven(
    second: Second, tree: Log, tmp_path: Path
) -> None:
    fork = log(tmp_path / "fork", *names(200), *names(250, "other"))
    assert second.post(bytes(sent(tree, 0)))[0] == 200
    assert second.post(bytes(sent(fork, 300)))[0] == 422
    (proof,) = second.witness.splits
    first, other = Split.read(parse(proof.read_bytes())).check()
    assert (first.size, other.size) == (300, 450)
    assert second.witness.seen(KEY.name) is not None
    assert second.post(bytes(sent(tree, 300)))[0] == 200  # the first one goes on being vouched for


def test_nonsense_accuses_nobody(second: Second, tree: Log) -> None:
    assert second.post(bytes(sent(tree, 0, 100)))[0] == 200
    good = sent(tree, 100, 200)
    assert second.post(bytes(replace(good, proof=tuple(reversed(good.proof)))))[0] == 422
    assert second.witness.splits == []


def test_killed_at_any_instant_it_remembers_what_it_has_cosigned(
    second: Second, tree: Log, tmp_path: Path
) -> None:
    fork = log(tmp_path / "fork", "other", *names(299))
    cosigned = 0
    for number in range(4):
        stop = threading.Timer(0.05 + 0.07 * number, second.kill)
        stop.start()
        for size in range(cosigned + 1, 300):
            try:
                status, _, body = second.post(bytes(sent(tree, cosigned, size)))
            except (OSError, HTTPException):  # killed before, or amid, its answer
                break
            if status != 200:
                break
            cosigned = size
        stop.join()
        second.start()
        status, _, body = second.post(bytes(sent(tree, 0, 300)))
        assert status == (409 if cosigned else status)
        if status == 409:  # what was under way may have been kept without being answered
            assert cosigned <= int(body) <= cosigned + 1
            cosigned = int(body)
            assert second.post(bytes(sent(fork, cosigned, 300)))[0] == 422
    assert cosigned > 0


def test_of_many_requests_at_once_one_tree_wins(tree: Log, tmp_path: Path) -> None:
    witness = Witness.open(tmp_path / "one", "union.example/w1")
    witness.watch(KEY)
    fork = log(tmp_path / "fork", *names(300, "other"))
    won = list[bytes]()

    def ask(source: Log, size: int) -> None:
        try:
            Witness.open(witness.folder).add(sent(source, 0, size))
            won.append(source.root(size))
        except WrongSize:
            pass

    asked = [threading.Thread(target=ask, args=(t, n)) for n in (7, 9, 11) for t in (tree, fork)]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    assert len(won) == 1


def test_a_witness_keeps_its_name_and_takes_logs_keys_only(tmp_path: Path) -> None:
    made = Witness.open(tmp_path / "w", "union.example/w1")
    assert Witness.open(tmp_path / "w").key == made.key
    with pytest.raises(Refused, match=r"called union\.example"):
        Witness.open(tmp_path / "w", "another")
    with pytest.raises(BadInput):
        made.watch(made.key)
    with pytest.raises(BadInput):
        Witness.open(tmp_path / "v", "two words")
    assert not (tmp_path / "v" / "witness.json").exists()


def test_the_key_of_a_witness_is_written_as_the_specification_says() -> None:
    key = Verifier("w", SIGNER.public, 4)
    assert Verifier.parse(str(key)) == key and key.id != Verifier("w", SIGNER.public).id


def test_a_checkpoint_without_entries_begins_every_log(second: Second, tmp_path: Path) -> None:
    empty = log(tmp_path / "log")
    assert second.post(bytes(Submission(0, (), checkpoint(empty))))[0] == 200
    assert second.post(bytes(sent(log(tmp_path / "log", "a"), 0)))[0] == 200
