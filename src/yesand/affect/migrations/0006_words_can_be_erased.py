"""The words of who could not judge a take go when they leave; that there were some stays."""

from typing import Any

from django.db import migrations, models

from yesand.provenance.triggers import InDatabase, append_only

_SAME = " AND ".join(
    f"NEW.{name} = OLD.{name}" for name in ("id", "showing_id", "reason", "at", "entry_id")
)


def _let_go(editor: Any) -> None:
    """Drop the triggers that refused this too."""
    on = " ON affect_skip" if editor.connection.vendor == "postgresql" else ""
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        editor.execute(f"DROP TRIGGER IF EXISTS affect_skip_no_{verb}{on}", params=None)


class Migration(migrations.Migration):
    dependencies = [("affect", "0005_showings_append_only")]

    operations = [
        migrations.AlterField(
            model_name="skip",
            name="reason",
            field=models.CharField(
                choices=[
                    ("cannot-tell", "I cannot tell what is felt"),
                    ("broken", "It is broken: noise, silence, cut off, several voices"),
                    ("other", "Something else"),
                ],
                max_length=12,
            ),
        ),
        InDatabase(_let_go),
        append_only("affect_skip", update_unless=f"{_SAME} AND NEW.words = ''"),
    ]
