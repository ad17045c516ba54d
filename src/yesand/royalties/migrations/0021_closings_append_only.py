"""Who closed a month or had it computed again, and what came of it, is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on closings."""

    dependencies = [("royalties", "0020_closings")]
    operations = [append_only("royalties_closing"), append_only("royalties_closingend")]
