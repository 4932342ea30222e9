"""Where a place lies: distances in metres, and the grid that contains a point (WGS84)."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from engine.people.directory import Unit

METRES_PER_DEGREE = 111_320.0
Ring = Sequence[Sequence[float]]


def distance(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Metres between two points, flat-earth, good to a metre within a town."""
    x = (lon_a - lon_b) * math.cos(math.radians((lat_a + lat_b) / 2))
    return math.hypot(x, lat_a - lat_b) * METRES_PER_DEGREE


def box(lon: float, lat: float, radius: float) -> tuple[float, float, float, float]:
    """(west, south, east, north) of a square that holds the circle of `radius` metres."""
    high = radius / METRES_PER_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    return lon - wide, lat - high, lon + wide, lat + high


def inside(ring: Ring, lon: float, lat: float) -> bool:
    """Whether a closed ring of (lon, lat) contains the point; its west and south edges count as inside."""
    found = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            found = not found
    return found


def centre(ring: Ring) -> tuple[float, float]:
    """The middle of a ring's corners: good enough to say which grid is nearest."""
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)


def grid_at(grids: Iterable[Unit], lon: float, lat: float, reach: float = 3000) -> Unit | None:
    """The grid whose polygon holds the point, else the nearest one within `reach` metres, else None."""
    near: list[tuple[float, str, Unit]] = []
    for grid in grids:
        ring: Any = grid.polygon
        if not ring:
            continue
        if inside(ring, lon, lat):
            return grid
        near.append((distance(lon, lat, *centre(ring)), grid.id, grid))
    found = min(near, key=lambda entry: entry[:2], default=None)
    return found[2] if found is not None and found[0] <= reach else None
