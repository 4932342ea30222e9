"""Names of the built files: `asset('ui.js')` gives the address with the content's hash in it."""

import json
import mimetypes
from pathlib import Path

from flask import Flask, current_app, url_for

DIST = Path(__file__).parent / "static" / "dist"


def manifest() -> dict[str, str]:
    """Plain name -> hashed name, as the build wrote it; empty before the first build."""
    path = DIST / "manifest.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def asset(name: str) -> str:
    """The address of a built file. An unbuilt name gives an address that answers 404, so that pages still work without scripts."""
    names: dict[str, str] = current_app.extensions["assets"]
    return url_for("static", filename=f"dist/{names.get(name, name)}")


def built(name: str) -> bool:
    """True when the build made this file."""
    return name in current_app.extensions["assets"]


def install(app: Flask) -> None:
    """Read the manifest once."""
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("font/woff2", ".woff2")
    app.extensions["assets"] = manifest()
    app.jinja_env.globals.update(asset=asset, built=built)
