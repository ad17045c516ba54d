"""An estimate is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on estimates."""

    dependencies = [("royalties", "0014_estimates")]
    operations = [append_only("royalties_estimate")]
