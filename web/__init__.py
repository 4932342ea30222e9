"""The web application: `create_app` puts it together. It holds no rules: views parse, make one engine call, and answer."""

import importlib
import pkgutil

from flask import Flask

from engine.database import Database
from web import assets, auth, deadline_words, errors, navigation, notices, security, submission, views, words
from web.settings import Settings

MEGABYTE = 1024 * 1024


def create_app(settings: Settings, database: Database) -> Flask:
    """The application over one open database. Every package in `web/views` that has a `blueprint` belongs to it."""
    app = Flask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=4 * settings.upload_mb * MEGABYTE, MAX_FORM_MEMORY_SIZE=6 * MEGABYTE, MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="notices", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["gridloop"] = {"settings": settings, "database": database}
    for part in (assets, words, deadline_words, submission, security, auth, notices, navigation, errors):
        part.install(app)
    for found in pkgutil.iter_modules(views.__path__):
        room = importlib.import_module(f"{views.__name__}.{found.name}")
        app.register_blueprint(room.blueprint)
        navigation.offer(app, getattr(room, "NAV", ()))
    return app
