"""Curves of shares against shares, as a small SVG of text that reads on light and on dark pages.

What lies between 0 and 1 on both axes is drawn as lines with points; nothing else is needed here, so that no drawing
library is.
"""

from collections.abc import Mapping, Sequence
from html import escape

Point = tuple[float, float]

SIZE = 320
LEFT, TOP, RIGHT, BOTTOM = 56, 40, 24, 52
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
    """At most two curves, by name; diagonal: draw where y is x, too."""
    width, height = LEFT + SIZE + RIGHT, TOP + SIZE + BOTTOM + 18 * len(curves)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>',
    ]
    for n in range(0, 101, 20):
        across, down = _place((n / 100, n / 100))
        lines += [
            f'<path class="grid" d="M{across} {TOP}V{TOP + SIZE}M{LEFT} {down}H{LEFT + SIZE}"/>',
            f'<text x="{across}" y="{TOP + SIZE + 18}" text-anchor="middle">{n}%</text>',
            f'<text x="{LEFT - 8}" y="{down + 4}" text-anchor="end">{n}%</text>',
        ]
    lines += [
        f'<text x="{LEFT + SIZE / 2:g}" y="{TOP + SIZE + 38}" text-anchor="middle">{escape(x)}</text>',
        f'<text transform="translate(14 {TOP + SIZE / 2:g}) rotate(-90)" text-anchor="middle">{escape(y)}</text>',
    ]
    if diagonal:
        lines.append(f'<path class="ideal" d="M{LEFT} {TOP + SIZE}L{LEFT + SIZE} {TOP}"/>')
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
