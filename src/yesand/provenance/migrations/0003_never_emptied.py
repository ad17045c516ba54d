"""Tables that were append-only before TRUNCATE was refused refuse it too, in every room."""

from django.db import migrations

from yesand.provenance.triggers import never_emptied


class Migration(migrations.Migration):
    """Rooms that come later have it by ``append_only`` itself."""

    dependencies = [("provenance", "0002_append_only")]
    operations = [never_emptied()]
