"""What a credential said is never changed; of an override a person's leaving blanks the words."""

from django.db import migrations

from yesand.provenance.triggers import append_only

_BLANKED = (
    "NEW.take_id = OLD.take_id AND NEW.entry_id = OLD.entry_id AND NEW.at = OLD.at "
    "AND NEW.reason = ''"
)


class Migration(migrations.Migration):
    dependencies = [("takes", "0005_credentials")]

    operations = [
        append_only("takes_credential"),
        append_only("takes_override", update_unless=_BLANKED),
    ]
