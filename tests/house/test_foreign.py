"""Nothing foreign, nothing generated and nothing of one machine is under version control; what is installed is pinned."""

import json
import re

from tests.house.sources import files, text, tracked
from tests.town import ROOT

LARGEST = 300_000  # bytes; the sample of foreign reports is the largest text
PICTURES = (".png", ".jpg", ".webp")
LARGEST_PICTURE = 600_000
LOCKS = ("requirements.lock", "requirements-test.lock")
CHAIN = ("pyproject.toml", "Makefile", "requirements.lock", "requirements-test.lock", "web/assets/package.json", "web/assets/.npmrc",
         "web/assets/build.sh", "web/assets/package-lock.json", ".ci/run")
ADDRESS = re.compile(r"https?://(?!127\.0\.0\.1|localhost)[^\s\"']+")
MACHINE = re.compile(r"(?<![\w.\-/])/(?:home|root|Users|work|workspace|builds)/[A-Za-z0-9_.]+")


def test_nothing_large_is_kept():
    sizes = {path: (ROOT / path).stat().st_size for path in tracked()}

    assert {path: n for path, n in sizes.items() if n > (LARGEST_PICTURE if path.endswith(PICTURES) else LARGEST)} == {}


def test_nothing_that_a_tool_makes_is_kept():
    made = re.compile(r"\.min\.(js|css)$|\.map$|(^|/)(dist|node_modules|__pycache__|vendor|var)/|\.(pyc|so|whl|db|log)$")

    assert [path for path in tracked() if made.search(path)] == []


def test_no_script_is_a_bundle():
    wide = [path for path in files(".js", ".mjs", ".css") if max(map(len, text(path).splitlines()), default=0) > 500]

    assert wide == []


def test_no_file_names_a_folder_of_one_machine():
    found = {path: hits for path in tracked() if not path.startswith("tests/house/") and (hits := MACHINE.findall(text(path)))}

    assert found == {}
    assert [path for path in tracked() if len(ROOT.parts) > 2 and f"{ROOT}/" in text(path)] == []


def test_packages_come_from_wherever_the_machine_says():
    lock = json.loads(text("web/assets/package-lock.json"))
    resolved = [name for name, one in lock["packages"].items() if "resolved" in one]
    texts = {path: re.sub(r'"(funding|url)": .*', "", text(path)) for path in CHAIN}

    assert resolved == []
    assert {path: hits for path, body in texts.items() if (hits := ADDRESS.findall(body))} == {}
    assert {path for path, body in texts.items() if "index-url" in re.sub(r"^#.*$", "", body, flags=re.MULTILINE)} == set()


def test_every_python_package_is_pinned_with_hashes():
    for lock in LOCKS:
        stanzas = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", text(lock), flags=re.MULTILINE).strip())
        assert len(stanzas) > 20
        assert [one.split()[0] for one in stanzas if not re.match(r"[\w.\-\[\],]+==\S+", one) or "--hash=sha256:" not in one] == []


def test_what_the_project_asks_for_is_what_the_lock_gives():
    asked = re.findall(r'^  "([A-Za-z0-9_.\-]+)(?:\[\w+\])?==([^"]+)",$', text("pyproject.toml"), re.MULTILINE)
    locked = {lock: dict(re.findall(r"^([\w.\-]+)(?:\[[^\]]*\])?==([^\s\\]+)", text(lock), re.MULTILINE)) for lock in LOCKS}
    given = {_plain(name): version for one in locked.values() for name, version in one.items()}

    assert len(asked) > 20
    assert {name: version for name, version in asked if given.get(_plain(name)) != version} == {}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_script_package_is_pinned_with_its_hash():
    package, lock = (json.loads(text(f"web/assets/{name}.json")) for name in ("package", "package-lock"))
    wanted = {**package["dependencies"], **package["devDependencies"]}

    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    assert [name for name, one in lock["packages"].items() if name and not one.get("integrity")] == []
