"""What was done with a meeting stays told; only a reason may be blanked, when a person is erased."""

from django.db import migrations

from yesand.provenance.triggers import append_only

_KEPT = "id meeting_id what sequence by_id at late starts_at ends_at entry_id".split()
_ONLY_BLANKED = " AND ".join(["NEW.reason = ''", *(f"NEW.{n} = OLD.{n}" for n in _KEPT)])


class Migration(migrations.Migration):
    """Triggers on changes."""

    dependencies = [("meetings", "0002_availability_claims_changes_notices_feeds")]
    operations = [append_only("meetings_change", update_unless=_ONLY_BLANKED)]
