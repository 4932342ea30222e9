"""A process on the disk, as it lies in a repository, and back: the same content always gives the same bytes, so that differences are small.

Layout: <root>/bpmn/<key>/… with the diagram, tables, parameters and examples, and <root>/forms/<form>.form.json.
"""

from pathlib import Path

from sqlalchemy import Connection

from engine import definitions
from engine.definitions import Version
from engine.definitions.guard import MAX_BYTES
from engine.errors import InvalidValues, NotFound, UnsafeInput
from engine.people import Participant
from engine.runtime import service_registry
from engine.studio import drafts, folder, folder_rights, sources


def write(root: Path, key: str, files: folder.Files) -> tuple[Path, ...]:
    """Write the files; what lies in the process's own folder and is none of them any more goes. Answers the paths."""
    folder.must_fit(folder.must_be_key(key), files)
    home, forms = root / "bpmn" / key, root / "forms"
    home.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in sorted(files.items()):
        path = forms / name.removeprefix("forms/") if name.startswith("forms/") else home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if text.endswith("\n") or not text else text + "\n", "utf-8", newline="\n")
        written.append(path)
    for path in home.iterdir():
        if path not in written and (path.suffix == ".dmn" or path.name in (folder.PARAMETERS, folder.SCENARIOS)):
            path.unlink()
    return tuple(written)


def read(home: Path, forms: Path) -> tuple[str, dict[str, str]]:
    """The key and files of one process folder; only the forms that its diagram names. Raises NotFound, UnsafeInput, InvalidValues."""
    key = home.name
    if not (home / f"{key}.bpmn").is_file():
        raise NotFound(f"目录“{key}”中没有流程图“{key}.bpmn”，请把流程图放在同名目录下。")
    beside = (folder.PARAMETERS, folder.SCENARIOS)
    own = [path for path in sorted(home.iterdir()) if path.suffix in (".bpmn", ".dmn") or path.name in beside]
    if len(own) > folder.MOST_FILES:
        raise UnsafeInput(f"目录“{key}”里有 {len(own)} 个文件，一个流程最多 {folder.MOST_FILES} 个。")
    files = {path.name: _text(path) for path in own}
    for form in folder.forms_of(files[f"{key}.bpmn"]):
        path = forms / f"{form}.form.json"
        if path.parent == forms and path.exists():
            files[f"forms/{path.name}"] = _text(path)
    folder.must_fit(key, files)
    return key, files


def take_in(c: Connection, by: Participant, key: str, files: folder.Files) -> drafts.Draft:
    """A draft of a folder's files, on top of the newest version when the process is published. Raises NotAllowed and what `begin` does."""
    folder_rights.must_hold(c, by, folder.must_be_key(key), folder_rights.EDIT)
    return drafts.begin(c, by, key, key, files, base=sources.newest(c, key), note="由文件夹导入")


def kept(c: Connection, key: str) -> folder.Files:
    """The files of the newest version of a process. Raises NotFound."""
    newest = sources.newest(c, key)
    if newest is None:
        raise NotFound(f"没有已发布的流程“{key}”。", key=key)
    return sources.version(c, newest).files


def _text(path: Path) -> str:
    """A link may lead anywhere, a device never ends: only plain files of a bounded size are read."""
    if path.is_symlink() or not path.is_file():
        raise UnsafeInput(f"“{path.name[:60]}”是链接、目录或设备，不是普通文件，已拒绝。请换成文件本身。")
    if path.stat().st_size > MAX_BYTES:
        raise UnsafeInput(f"文件“{path.name[:60]}”超过 5 MB，已拒绝。")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValues({path.name: "不是 UTF-8 编码，请重新保存。"}, cause=str(error)) from error


def seal(c: Connection, home: Path, forms: Path) -> Version:
    """Publish a process folder as an installation does, with its files kept as they were written. Raises what `definitions.deploy` does."""
    _, files = read(home, forms)
    package = definitions.read_folder(home, forms)
    version = definitions.deploy(c, package, by=None, functions=service_registry.declared())
    sources.remember(c, version.id, files)
    return version
