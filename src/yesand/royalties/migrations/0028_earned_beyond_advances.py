"""What was earned beyond an advance is kept with what is open of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The column may be null, so that SQLite adds it and keeps the table with its triggers."""

    dependencies = [("royalties", "0027_raters_append_only")]

    operations = [
        migrations.AddField(
            model_name="advancebalance",
            name="over_micro",
            field=models.BigIntegerField(null=True),
        ),
    ]
