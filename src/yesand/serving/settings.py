"""Django's settings for a served model: addresses and nothing else; no house, no database."""

from __future__ import annotations

import secrets

from yesand.serving.limits import BATCH, MOST

#: Nothing is signed with it: no session, no form.
SECRET_KEY = secrets.token_hex(32)
DEBUG = False
#: Who may ask is told by a token, not by the name in an address.
ALLOWED_HOSTS = ["*"]
DATABASES: dict[str, object] = {}
INSTALLED_APPS: list[str] = []
MIDDLEWARE = ["yesand.serving.middleware.Problems"]
ROOT_URLCONF = "yesand.serving.urls"
USE_TZ = True
# What somebody said is never laid on the disk, not even for a moment.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = MOST
DATA_UPLOAD_MAX_MEMORY_SIZE = MOST
LOGGING_CONFIG = None
DATA_UPLOAD_MAX_NUMBER_FILES = BATCH
