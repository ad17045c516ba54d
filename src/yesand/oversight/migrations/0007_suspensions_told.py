"""A feed tells of suspensions too: what one stops, and that it is lifted."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from yesand.provenance.triggers import InDatabase, append_only

_GUARDED = append_only("oversight_revocation")


def guarded_again(editor: Any) -> None:
    """Make the triggers again where the table was made anew (SQLite)."""
    if editor.connection.vendor == "sqlite":
        _GUARDED.tell(editor)


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0007_approvals'),
        ('oversight', '0006_append_only_fulfilments_and_revocations'),
        ('people', '0006_union'),
    ]

    operations = [
        migrations.AlterField(
            model_name='revocation',
            name='withdrawal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revocations', to='agreements.withdrawal'),
        ),
        migrations.AddField(
            model_name='revocation',
            name='suspension',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revocations', to='agreements.suspension'),
        ),
        migrations.AddField(
            model_name='revocation',
            name='lifting',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.lifting'),
        ),
        migrations.AddConstraint(
            model_name='revocation',
            constraint=models.UniqueConstraint(fields=('licensee', 'lifting'), name='lifted_once'),
        ),
        migrations.AddConstraint(
            model_name='revocation',
            constraint=models.CheckConstraint(condition=Q(withdrawal=None) ^ Q(suspension=None), name='told_of_one_thing'),
        ),
        InDatabase(guarded_again),
    ]
