"""What was paid, approved or told by the bank is never changed; bank details can be erased."""

from django.db import migrations

from yesand.provenance.triggers import append_only

_SAME = " AND ".join(
    f"NEW.{name} = OLD.{name}" for name in ("id", "payee", "by_id", "at", "entry_id")
)
#: A person leaves: the details go, and that there were some stays.
_ERASED = f"{_SAME} AND NEW.sealed = '' AND NEW.masked = ''"


class Migration(migrations.Migration):
    """Triggers on everything about payouts."""

    dependencies = [("royalties", "0005_payouts")]
    operations = [
        append_only("royalties_bankaccount", update_unless=_ERASED),
        append_only("royalties_payouthold"),
        append_only("royalties_payoutholdend"),
        append_only("royalties_payoutrun"),
        append_only("royalties_payoutdecision"),
        append_only("royalties_payout"),
        append_only("royalties_payoutstep"),
        append_only("royalties_bankfile"),
        append_only("royalties_bankmovement"),
        append_only("royalties_movementnote"),
    ]
