"""The plain WSGI application, for anyone who serves Pennypress with another server than ours."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pennypress.config.settings")

application = get_wsgi_application()
