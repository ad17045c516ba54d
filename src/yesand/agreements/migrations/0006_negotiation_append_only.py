"""What was signed is never changed; a word that was said is blanked when the person is erased."""

from django.db import migrations

from yesand.provenance.triggers import append_only

_SAME = " AND ".join(
    f"NEW.{name} = OLD.{name}"
    for name in "digest offer_id thread number kind party by_id at entry_id".split()
)
_BLANK = "NEW.draft IS NULL AND NEW.note = '' AND CAST(NEW.envelope AS text) = '{}'"


class Migration(migrations.Migration):
    """Triggers on negotiations, collective agreements, memberships and suspensions."""

    dependencies = [("agreements", "0005_negotiation")]
    operations = [
        append_only("agreements_step", update_unless=f"{_SAME} AND {_BLANK}"),
        *(
            append_only(f"agreements_{name}")
            for name in "collective countersignature membership suspension lifting".split()
        ),
    ]
