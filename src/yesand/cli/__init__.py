"""Floor 9: ``yesand …``, one module per noun of the line.

Exit status: 0 done, 1 refused or a check failed, 2 bad input.
"""

from __future__ import annotations

import sys

import typer

from yesand.cli import (
    affect,
    agreements,
    approving,
    auditing,
    books,
    closing,
    collective,
    corpus,
    descent,
    disputing,
    embedding,
    evaluating,
    evidence,
    faces,
    heidi,
    house,
    invoicing,
    meetings,
    metering,
    negotiating,
    newsroom,
    owing,
    pay_audits,
    payouts,
    people,
    prosody,
    quality,
    rater_pay,
    reliance,
    revocations,
    royalties,
    separating,
    serving,
    simulating,
    suspending,
    synthetic,
    synthetic_judging,
    takes,
    tariffs,
    training,
    unlearning,
    witnessing,
    work,
)
from yesand.cli.output import complain
from yesand.connecting import explained
from yesand.kernel.errors import BadInput, YesAndError

# Typer carries its own copy of Click or uses the installed one, by version: take what it raises.
UsageFault: type[Exception] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)

app = typer.Typer(
    name="yesand",
    help="From a performer's consent to a proven statement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for noun in (
    house,
    work,
    takes,
    affect,
    prosody,
    evaluating,
    embedding,
    faces,
    quality,
    separating,
    tariffs,
    corpus,
    training,
    unlearning,
    synthetic,
    synthetic_judging,
    reliance,
    descent,
    metering,
    royalties,
    owing,
    pay_audits,
    books,
    closing,
    rater_pay,
    payouts,
    disputing,
    invoicing,
    simulating,
    evidence,
    auditing,
    witnessing,
    agreements,
    negotiating,
    collective,
    suspending,
    approving,
    revocations,
    serving,
    people,
    meetings,
    newsroom,
    heidi,
):
    noun.add_to(app)


def main() -> None:
    """Run one command; say what went wrong in one line."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        status = app(arguments, standalone_mode=False)
    except YesAndError as fault:
        complain(fault, as_json=as_json)
        return fault.exit_code
    except UsageFault as fault:
        # ``yesand`` alone has shown the help, and has nothing to add.
        if said := _message(fault).rstrip(".?"):
            complain(BadInput(said), as_json=as_json)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except OSError as fault:
        where = str(fault.filename or "")
        complain(BadInput(fault.strerror or str(fault), where=where), as_json=as_json)
        return 2
    except Exception as fault:
        trouble = explained(fault)
        if trouble is None:
            raise
        complain(trouble, as_json=as_json)
        return trouble.exit_code
    return status if isinstance(status, int) else 0


def _message(fault: BaseException) -> str:
    told = getattr(fault, "format_message", None)
    return str(told() if told else fault)
