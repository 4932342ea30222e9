"""What a photo looks like, in 128 bits: two photos of nearly the same bits are the same picture, saved again or made smaller.

The first 64 bits say of a 9×8 grey copy whether each point is brighter than its left neighbour, the last 64 the same of points one above
the other (difference hash). It knows a picture that was compressed again or resized, not one that was cropped or turned.
"""

from PIL import Image

SIDE = 8
BITS = SIDE * SIDE
PLAIN = 6
"""A picture whose halves have fewer set or unset bits than this is nearly one colour: nothing can be told apart."""


def of(picture: Image.Image) -> str | None:
    """The look of an upright picture as 32 hexadecimal digits, None when it is too plain."""
    grey = picture.convert("L")
    across = _bits(list(grey.resize((SIDE + 1, SIDE), Image.Resampling.BILINEAR).tobytes()), 1, SIDE + 1)
    down = _bits(list(grey.resize((SIDE, SIDE + 1), Image.Resampling.BILINEAR).tobytes()), SIDE, SIDE)
    if not all(PLAIN <= half.bit_count() <= BITS - PLAIN for half in (across, down)):
        return None
    return f"{across:016x}{down:016x}"


def _bits(points: list[int], step: int, width: int) -> int:
    """Compare each point with the one `step` before it in a row-wise list of `width` columns."""
    bits = 0
    for index in range(step, len(points)):
        if step > 1 or index % width:
            bits = bits << 1 | (points[index] > points[index - step])
    return bits


def quarters(look: str | None) -> dict[str, int | None]:
    """The first half in four columns of 16 bits. Two looks whose first halves differ in at most three bits share one of them."""
    return {f"look_{n}": None if look is None else int(look[4 * n:4 * n + 4], 16) for n in range(4)}


def distance(one: str, other: str) -> int:
    """In how many of the 128 bits two looks differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
