"""The blueprint that the modules of this room hang their routes on."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/studio")
