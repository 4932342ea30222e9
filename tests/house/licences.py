"""What the locks say about third-party software: every package with its version, and the licence its author states."""

import json
import re
from importlib.metadata import metadata

from tests.house.sources import text

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\;]+)", re.MULTILINE)
IN_README = {"component-props": "MIT"}
"""What a package states in its readme alone."""
WORDS = {"MIT License": "MIT", "BSD License": "BSD-3-Clause", "lGPLv3": "LGPL-3.0-or-later", "ZPL 2.1": "ZPL-2.1"}


def python_packages() -> dict[str, str]:
    """Name to version of what `requirements.lock` installs."""
    return dict(PINNED.findall(text("requirements.lock")))


def python_licence(name: str) -> str:
    """The licence as the installed package states it, in SPDX words."""
    about = metadata(name)
    stated = about.get("License-Expression") or about.get("License")
    kinds = [one.split("::")[-1].strip() for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
    said = stated if stated and "\n" not in stated else kinds[0]
    return WORDS.get(said, said)


def bundled_packages() -> dict[str, tuple[str, str]]:
    """Name to version and licence of what can end up in the browser or in the FEEL engine; build tools left out."""
    packages = json.loads(text("web/assets/package-lock.json"))["packages"]
    named = {path.rpartition("node_modules/")[2]: one for path, one in packages.items()
             if path and not one.get("dev") and not one.get("devOptional")}
    stated = {name: one.get("license") or IN_README[name] for name, one in named.items()}
    return {name: (one["version"], "MIT + 水印" if stated[name].startswith("SEE") else stated[name]) for name, one in named.items()}
