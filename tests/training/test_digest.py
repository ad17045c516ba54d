from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.training import digest

NAMES = (
    "weights.safetensors",
    "a/b/c.json",
    "a.json",
    "a/b.json",
    "ab/a",
    "a/.hidden",
    ".gitignore",
)
FILES = st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=40), min_size=1)


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@settings(deadline=None)  # the first import takes a second
@given(FILES.filter(lambda files: set(files) != {".gitignore"}))
def test_the_digest_is_the_one_that_model_signing_computes(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    """The outside oracle: OpenSSF's own library."""
    signing = pytest.importorskip("model_signing.hashing")
    payloads = pytest.importorskip("model_signing._signing.signing")
    from google.protobuf.json_format import MessageToDict

    folder = lay(tmp_path_factory.mktemp("model"), files)
    theirs = MessageToDict(payloads.Payload(signing.Config().hash(folder)).statement.pb)
    ours = digest.statement(folder.name, digest.resources(folder))
    for one in (theirs, ours):
        one["predicate"]["serialization"].pop("ignore_paths", None)
    assert ours == theirs
    assert digest.model_digest(folder) == theirs["subject"][0]["digest"]["sha256"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_model_signing_reads_our_statement_as_its_own(tmp_path: Path) -> None:
    signing = pytest.importorskip("model_signing.hashing")
    payloads = pytest.importorskip("model_signing._signing.signing")
    folder = lay(tmp_path / "model", {"a/b": b"1", "a.b": b"2", "c": b"3"})
    ours = digest.statement("model", digest.resources(folder))
    assert payloads.dsse_payload_to_manifest(ours) == signing.Config().hash(folder)


def test_an_edited_added_or_removed_file_is_named(tmp_path: Path) -> None:
    folder = lay(tmp_path, {"card.md": b"card", "model.json": b"{}"})
    known = digest.resources(folder)
    digest.check(folder, known)
    (folder / "card.md").write_bytes(b"cards")
    with pytest.raises(CheckFailed, match=r"card\.md differs"):
        digest.check(folder, known)
    (folder / "card.md").unlink()
    with pytest.raises(CheckFailed, match=r"card\.md is gone"):
        digest.check(folder, known)
    lay(folder, {"card.md": b"card", "more/x": b""})
    with pytest.raises(CheckFailed, match="more/x was added"):
        digest.check(folder, known)


def test_a_link_is_no_part_of_a_model(tmp_path: Path) -> None:
    folder = lay(tmp_path / "model", {"a": b"1"})
    (folder / "b").symlink_to(folder / "a")
    with pytest.raises(BadInput, match="plain files"):
        digest.model_digest(folder)


def test_no_folder_and_no_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        digest.model_digest(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="empty"):
        digest.model_digest(tmp_path)
