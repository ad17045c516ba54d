"""Embeddings by a real Spark, in this machine's processes."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from small_encoders import encoder, take

pytest.importorskip("torch")
pytest.importorskip("transformers")

from yesand.affect.encoders.arrow import DDL, embed_batches
from yesand.affect.encoders.rows import Wanted, embed


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.timeout(900)
def test_spark_embeds_what_lies_in_a_folder_as_this_machine_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark (pip install yesand[spark]) and a Java")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)  # its workers need what is installed here
    folder = encoder(tmp_path / "encoder")
    takes = [take(tmp_path / "takes" / f"t{n}.wav", n, 0.4 + n / 10) for n in range(4)]
    (tmp_path / "takes" / "bad.wav").write_bytes(b"no sound")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        frame = spark.getOrCreate().read.format("binaryFile").load(f"file://{tmp_path / 'takes'}")
        made = frame.repartition(2).mapInArrow(partial(embed_batches, wanted=Wanted(folder)), DDL)
        told = {Path(row["path"]).name: row for row in made.collect()}
    own = embed(takes, Wanted(folder))
    assert told.keys() == {"bad.wav", *(path.name for path in takes)}
    rows = [told[path.name] for path in takes]
    assert (np.array([row["embedding"] for row in rows], np.float32) == own.rows).all()
    assert {row["version"] for row in told.values()} == {own.version}
    assert told["bad.wav"]["embedding"] is None and "bad.wav" in told["bad.wav"]["fault"]
