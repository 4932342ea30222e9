"""The blueprint that the modules of this room hang their routes on."""

from flask import Blueprint

blueprint = Blueprint("hearings", __name__, url_prefix="/hearings")
