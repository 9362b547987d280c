"""Curves as a small SVG of text that reads on light and on dark pages: of shares, or of what grows, by powers of ten.

Nothing else is needed here, so that no drawing library is.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

Point = tuple[float, float]
Tick = tuple[float, str]
"""Where on an axis, as a share of it, and what stands there."""

SIZE = 320
LEFT, TOP, RIGHT, BOTTOM = 72, 40, 32, 52
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 14px; font-weight: 600 }
  .page { fill: #ffffff } .grid { stroke: #d0d7de; fill: none } .ideal { stroke: #6e7781; stroke-dasharray: 2 4 }
  polyline { fill: none; stroke-width: 2 } .s0 { stroke: #0550ae } .s1 { stroke: #bc4c00; stroke-dasharray: 7 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .page { fill: #0d1117 } .grid { stroke: #30363d } .ideal { stroke: #8b949e }
    .s0 { stroke: #79c0ff } .s1 { stroke: #ffa657 }
  }
"""


def chart(title: str, x: str, y: str, curves: Mapping[str, Sequence[Point]], *, diagonal: bool = False) -> str:
    """At most two curves of shares, by name; diagonal: draw where y is x, too."""
    ticks = [(n / 100, f"{n}%") for n in range(0, 101, 20)]
    ideal = [f'<path class="ideal" d="M{LEFT} {TOP + SIZE}L{LEFT + SIZE} {TOP}"/>'] if diagonal else []
    return _drawn(title, (x, ticks), (y, ticks), curves, ideal)


def by_number(title: str, x: str, y: str, curves: Mapping[str, Sequence[Point]], numbers: Sequence[int]) -> str:
    """At most two curves of shares, by name, over numbers from 0 on, of which these are marked."""
    most = max(numbers)
    shares = [(n / 100, f"{n}%") for n in range(0, 101, 20)]
    scaled = {name: [(number / most, share) for number, share in curve] for name, curve in curves.items()}
    return _drawn(title, (x, [(n / most, str(n)) for n in numbers]), (y, shares), scaled, [])


def growth(title: str, x: str, y: str, curves: Mapping[str, Sequence[Point]]) -> str:
    """At most two curves, by name, of positive values, both axes by powers of ten."""
    points = [point for curve in curves.values() for point in curve]
    across, down = (_decades([point[axis] for point in points]) for axis in (0, 1))
    scaled = {
        name: [(_share(one, across), _share(other, down)) for one, other in curve] for name, curve in curves.items()
    }
    return _drawn(title, (x, _powers(across)), (y, _powers(down)), scaled, [])


def _decades(values: Iterable[float]) -> tuple[int, int]:
    logs = [math.log10(value) for value in values]
    first, last = math.floor(min(logs)), math.ceil(max(logs))
    return first, max(last, first + 1)


def _share(value: float, decades: tuple[int, int]) -> float:
    return (math.log10(value) - decades[0]) / (decades[1] - decades[0])


def _powers(decades: tuple[int, int]) -> list[Tick]:
    first, last = decades
    return [((n - first) / (last - first), f"{10.0**n:,.10g}") for n in range(first, last + 1)]


def _drawn(
    title: str,
    across_axis: tuple[str, Sequence[Tick]],
    down_axis: tuple[str, Sequence[Tick]],
    curves: Mapping[str, Sequence[Point]],
    behind: Sequence[str],
) -> str:
    """Each axis: its name and ticks. Points are shares of the axes."""
    (x, x_ticks), (y, y_ticks) = across_axis, down_axis
    width, height = LEFT + SIZE + RIGHT, TOP + SIZE + BOTTOM + 18 * len(curves)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>',
    ]
    for share, label in x_ticks:
        across, _ = _place((share, 0))
        lines += [
            f'<path class="grid" d="M{across} {TOP}V{TOP + SIZE}"/>',
            f'<text x="{across}" y="{TOP + SIZE + 18}" text-anchor="middle">{label}</text>',
        ]
    for share, label in y_ticks:
        _, down = _place((0, share))
        lines += [
            f'<path class="grid" d="M{LEFT} {down}H{LEFT + SIZE}"/>',
            f'<text x="{LEFT - 8}" y="{down + 4}" text-anchor="end">{label}</text>',
        ]
    lines += [
        f'<text x="{LEFT + SIZE / 2:g}" y="{TOP + SIZE + 38}" text-anchor="middle">{escape(x)}</text>',
        f'<text transform="translate(14 {TOP + SIZE / 2:g}) rotate(-90)" text-anchor="middle">{escape(y)}</text>',
        *behind,
    ]
    for n, (name, points) in enumerate(curves.items()):
        places = " ".join(f"{across},{down}" for across, down in map(_place, points))
        below = TOP + SIZE + BOTTOM + 18 * n
        lines += [
            f'<polyline class="s{n}" points="{places}"/>',
            f'<polyline class="s{n}" points="{LEFT},{below} {LEFT + 32},{below}"/>',
            f'<text x="{LEFT + 40}" y="{below + 4}">{escape(name)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _place(point: Point) -> tuple[float, float]:
    return round(LEFT + SIZE * point[0], 1), round(TOP + SIZE * (1 - point[1]), 1)
