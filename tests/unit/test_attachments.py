"""Photos: kept byte for byte, shown re-encoded, and nothing else accepted."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from engine.cases import attachments
from engine.errors import NotFound, UnsafeInput
from tests.sample_town import picture

LIMIT = 1 << 20


def keep(folder: Path, content: bytes, name: str = "a.jpg", limit: int = LIMIT) -> attachments.Stored:
    return attachments.keep(folder, io.BytesIO(content), name, limit)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_original_is_untouched_and_the_view_is_a_small_jpeg(tmp_path: Path, kind: str) -> None:
    content = picture(size=(3000, 2000), kind=kind)

    stored = keep(tmp_path, content)

    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert attachments.original_path(tmp_path, stored.sha256).read_bytes() == content
    with Image.open(attachments.view_path(tmp_path, stored.sha256)) as view:
        assert view.format == "JPEG"
        assert max(view.size) == attachments.VIEW_PIXELS


def test_the_view_carries_no_metadata(tmp_path: Path) -> None:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "SECRET-OWNER"
    Image.new("RGB", (60, 40)).save(buffer, "JPEG", exif=exif)

    stored = keep(tmp_path, buffer.getvalue())

    assert b"SECRET-OWNER" in attachments.original_path(tmp_path, stored.sha256).read_bytes()
    assert b"SECRET-OWNER" not in attachments.view_path(tmp_path, stored.sha256).read_bytes()


@pytest.mark.parametrize("content", [
    b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 40, b"PK\3\4" + b"\0" * 40, b"%PDF-1.7", picture()[:200]])
def test_what_is_no_picture_of_ours_is_refused_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnsafeInput):
        keep(tmp_path, content)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_too_large_and_too_many_pixels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeInput, match="MB"):
        keep(tmp_path, picture(size=(3000, 3000)) + b"\0" * LIMIT)
    with pytest.raises(UnsafeInput):
        keep(tmp_path, picture(size=(12000, 9000), kind="PNG"), limit=50 * LIMIT)


def test_a_name_never_becomes_a_path(tmp_path: Path) -> None:
    assert keep(tmp_path, picture(), "../../etc/passwd").name == "passwd"


def test_a_lost_view_is_made_again_and_a_lost_original_is_said(tmp_path: Path) -> None:
    stored = keep(tmp_path, picture())
    attachments.view_path(tmp_path, stored.sha256).unlink()

    assert attachments.view_path(tmp_path, stored.sha256).exists()

    attachments.view_path(tmp_path, stored.sha256).unlink()
    attachments.original_path(tmp_path, stored.sha256).unlink()
    with pytest.raises(NotFound):
        attachments.view_path(tmp_path, stored.sha256)
