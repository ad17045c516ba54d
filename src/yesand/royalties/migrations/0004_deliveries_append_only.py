"""What became of a delivery is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on deliveries."""

    dependencies = [("royalties", "0003_deliveries")]
    operations = [append_only("royalties_delivery")]
