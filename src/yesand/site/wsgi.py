"""The site for any WSGI server: ``YESAND_HOUSE=H gunicorn yesand.site.wsgi``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesand.site.settings")
application = get_wsgi_application()
