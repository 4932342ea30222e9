"""In which order process folders are published: whatever a diagram calls comes before it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.definitions.reader import read


def called_first(folders: Iterable[Path], wanted: Iterable[str] = ()) -> list[Path]:
    """The folders, each after those whose processes it calls; otherwise by name. What is called and not among them is left out.

    wanted: names of folders; then only these and what they call, however deep.
    A ring of calls is kept in the order of names; publishing refuses it. Raises UnsafeInput.
    """
    known = {folder.name: folder for folder in sorted(folders)}
    calls = {name: [one for one in _called(folder) if one in known] for name, folder in known.items()}
    found: dict[str, Path] = {}

    def take(name: str, around: tuple[str, ...]) -> None:
        if name in found or name in around:
            return
        for inner in calls[name]:
            take(inner, (*around, name))
        found[name] = known[name]

    for name in wanted or known:
        take(name, ())
    return list(found.values())


def _called(folder: Path) -> Iterator[str]:
    model = read((folder / f"{folder.name}.bpmn").read_bytes())
    yield from (node.attributes.get("calledElement", "") for node in model.each("callActivity"))
