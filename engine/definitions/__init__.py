"""From a diagram to a sealed version: read it safely, mend what can be mended, judge it, seal it, keep it ready."""

from engine.definitions.deploy import Version, callable_of, deploy, examine, judge, unsealed
from engine.definitions.findings import Finding, Severity
from engine.definitions.importer import Rewritten, rewrite
from engine.definitions.library import Function, Library
from engine.definitions.linter import lint
from engine.definitions.model import Model
from engine.definitions.ordering import called_first
from engine.definitions.package import Package, read_folder
from engine.definitions.reader import read
from engine.definitions.versions import Deployed, Listed, diagram, latest, list_definitions, load, starters, versions_of

__all__ = [
    "Deployed", "Finding", "Function", "Library", "Listed", "Model", "Package", "Rewritten", "Severity", "Version", "callable_of",
    "called_first", "deploy", "diagram", "examine", "judge", "latest", "lint", "list_definitions", "load", "read", "read_folder", "rewrite",
    "starters", "unsealed", "versions_of",
]
