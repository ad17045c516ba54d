"""A history is never changed; erasing a person blanks where from and with what, and nothing else."""

from django.db import migrations

from yesand.provenance.triggers import append_only

ERASURE = (
    "NEW.id = OLD.id AND NEW.user_id = OLD.user_id AND NEW.kind = OLD.kind AND NEW.at = OLD.at "
    "AND COALESCE(NEW.by_id, 0) = COALESCE(OLD.by_id, 0) "
    "AND NEW.ip = '' AND NEW.agent = '' AND NEW.detail = ''"
)


class Migration(migrations.Migration):
    dependencies = [("people", "0003_invitation_delegation_event_cached")]

    operations = [append_only("people_event", update_unless=ERASURE)]
