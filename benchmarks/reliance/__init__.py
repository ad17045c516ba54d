"""Reliance beside scikit-learn and beside the attribution libraries.

The line: heads retrained a second on real actors (RAVDESS), beside scikit-learn one by one; both
train the very same subsets of performers to the same optimum. The tables in docs/reliance.md: every
estimator beside dattri, traker and kronfluence (`pip install 'yesand[peers]'`), against retraining
over seeds of its own.
"""

from __future__ import annotations

from benchmarks.harness import Result
from benchmarks.reliance import heads, table


def run() -> Result:
    """Print the tables that were measured, and measure the heads."""
    for record in table.kept():
        print(table.section(record))
    return heads.run()
