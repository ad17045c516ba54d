"""Leave for single uses, and its end, each as signed."""

import django.db.models.deletion
from django.db import migrations, models

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Approvals and their ends, append-only."""

    dependencies = [
        ('agreements', '0006_negotiation_append_only'),
        ('people', '0006_union'),
        ('provenance', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40)),
                ('use_class', models.CharField(max_length=40)),
                ('until', models.DateField()),
                ('hand', models.JSONField()),
                ('at', models.DateTimeField()),
                ('envelope', models.JSONField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='agreements.agreement')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='provenance.entry')),
                ('licensee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
            ],
            options={
                'ordering': ['-entry_id'],
            },
        ),
        migrations.CreateModel(
            name='ApprovalEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hand', models.JSONField()),
                ('at', models.DateTimeField()),
                ('envelope', models.JSONField()),
                ('approval', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ending', to='agreements.approval')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='provenance.entry')),
            ],
        ),
        append_only("agreements_approval"),
        append_only("agreements_approvalend"),
    ]
