"""When an advance was granted is kept with what is open of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The column may be null, so that SQLite adds it and keeps the table with its triggers."""

    dependencies = [("royalties", "0028_earned_beyond_advances")]

    operations = [
        migrations.AddField(
            model_name="advancebalance",
            name="granted_in",
            field=models.CharField(max_length=7, null=True),
        ),
    ]
