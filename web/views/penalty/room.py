"""The blueprint that the modules of this room hang their routes on."""

from flask import Blueprint

blueprint = Blueprint("penalty", __name__, url_prefix="/penalty")
