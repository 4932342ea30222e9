"""Pictures for rehearsals: plainly drawn scenes, so that nobody takes them for evidence."""

import io
import random
from pathlib import Path

from PIL import Image, ImageDraw

from engine.cases import attachments
from engine.cases.attachments import Stored
from engine.database import Database

SIZE, LIMIT = (960, 720), 5 << 20


class Album:
    """Every picture is another scene, as every photo is taken on its own day: using one twice is what supervision looks for."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._taken = 0

    def take(self, dice: random.Random, count: int, by: str) -> list[str]:
        """Upload `count` pictures as this person and return their ids."""
        stored = [self._scene(dice.getrandbits(32)) for _ in range(count)]
        return self._database.run(lambda c: [attachments.add(c, one, by) for one in stored])

    def _scene(self, number: int) -> Stored:
        self._taken += 1
        return attachments.keep(self._folder, io.BytesIO(draw(number)), f"演示照片{self._taken}.jpg", LIMIT)


def draw(number: int) -> bytes:
    """A street with houses, a tree and something on the pavement, as JPEG bytes; the same number gives the same picture."""
    dice = random.Random(number)
    image = Image.new("RGB", SIZE, (196, 214, 226))
    pen = ImageDraw.Draw(image)
    width, height = SIZE
    left = 0
    while left < width:
        house = dice.randint(110, 220)
        top = dice.randint(120, 320)
        pen.rectangle((left, top, left + house, 520), fill=tuple(dice.randint(120, 200) for _ in range(3)))
        for x in range(left + 20, left + house - 30, 48):
            for y in range(top + 24, 480, 70):
                pen.rectangle((x, y, x + 26, y + 36), fill=(232, 236, 240))
        left += house
    pen.rectangle((0, 520, width, height), fill=(150, 152, 156))
    pen.line((0, 640, width, 640), fill=(230, 230, 225), width=6)
    for _ in range(dice.randint(3, 7)):
        x, y, size = dice.randint(60, 840), dice.randint(540, 600), dice.randint(30, 70)
        pen.polygon(((x, y + size), (x + size, y + size), (x + size // 2, y)), fill=tuple(dice.randint(60, 190) for _ in range(3)))
    pen.ellipse((dice.randint(0, 700), 300, 900, 470), fill=(92, 138, 92))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
