"""Entries are never changed; erasing a person blanks a salt and a record, and nothing else."""

from django.db import migrations

from yesand.provenance.triggers import append_only

ERASURE = (
    'NEW."index" = OLD."index" AND NEW.kind = OLD.kind AND NEW.at = OLD.at '
    "AND NEW.commitment = OLD.commitment AND NEW.salt = '' AND NEW.record = ''"
)


class Migration(migrations.Migration):
    dependencies = [("provenance", "0001_initial")]

    operations = [append_only("provenance_entry", update_unless=ERASURE)]
