"""What was signed is never changed; words and memberships are blanked when a person is erased."""

from django.db import migrations

from yesand.provenance.triggers import append_only



def _same(names: str) -> str:
    return " AND ".join(f"NEW.{name} = OLD.{name}" for name in names.split())


_STEP = _same("digest offer_id thread number kind party by_id at entry_id")
_STEP += " AND NEW.draft IS NULL AND NEW.note = '' AND CAST(NEW.envelope AS text) = '{}'"
_MEMBERSHIP = _same("digest performer_id at entry_id")
_MEMBERSHIP += " AND NEW.union_id IS NULL AND NOT NEW.belongs"
_MEMBERSHIP += " AND CAST(NEW.envelope AS text) = '{}'"


class Migration(migrations.Migration):
    """Triggers on negotiations, collective agreements, memberships and suspensions."""

    dependencies = [("agreements", "0005_negotiation")]
    operations = [
        append_only("agreements_step", update_unless=_STEP),
        append_only("agreements_membership", update_unless=_MEMBERSHIP),
        *(
            append_only(f"agreements_{name}")
            for name in "collective countersignature suspension lifting".split()
        ),
    ]
