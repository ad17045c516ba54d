"""A take's record is what its log entry commits to: only its state and findings may follow."""

from django.db import migrations

from yesand.provenance.triggers import append_only

_SIGNED = (
    "sha256 performer_id session_id emotion intensity repetition language modality media_type "
    "duration_ms sample_rate channels original_name synthetic recorded_at entry_id"
).split()
_SAME = " AND ".join(f"NEW.{column} = OLD.{column}" for column in _SIGNED)


class Migration(migrations.Migration):
    dependencies = [("takes", "0001_initial")]

    operations = [
        append_only(
            "takes_take",
            update_unless=f"{_SAME} AND COALESCE(NEW.scene_id, 0) = COALESCE(OLD.scene_id, 0)",
        ),
        append_only("takes_fault"),
    ]
