"""Whether a performer's voice can be in a batch is recorded with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("synthetic", "0002_append_only")]
    # Without a default: SQLite would make the table anew, and lose what keeps it append-only.
    operations = [
        migrations.AddField("syntheticbatch", "nobodys_voice", models.BooleanField(null=True)),
    ]
