"""A plot as SVG: a frame with axes, lines, dots and bars. Plain text without a library; light or dark as the page."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 560, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 44, 52
COLOURS = ("#2a6fbb", "#c8552b", "#3a8f4f", "#8a56b0")
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.t{font-size:15px;font-weight:600}.g{stroke:#ddd}.a{stroke:#888}"
    ".b{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#ddd}.g{stroke:#333}.a{stroke:#777}.b{fill:#16181c}}"
)
Point = tuple[float, float]


class Plot:
    """One plot over the unit square; `x` and `y` of everything drawn are 0..1."""

    def __init__(self, title: str, x_title: str, y_title: str, legend: Point = (0.03, 0.3)) -> None:
        self._title = title
        self._legend = legend
        self._parts = [self._frame(x_title, y_title)]
        self._names: list[tuple[str, str]] = []

    def line(self, points: Sequence[Point], name: str = "", *, dashed: bool = False) -> None:
        """A line through the points, with an entry in the legend if it has a name."""
        colour = COLOURS[len(self._names) % len(COLOURS)] if name else "#999"
        path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        if name:
            self._names.append((name, colour))

    def dots(self, points: Sequence[Point], sizes: Sequence[float], notes: Sequence[str]) -> None:
        """Dots of so many pixels, each with a note that shows when pointed at."""
        for (x, y), size, note in zip(points, sizes, notes, strict=True):
            self._parts.append(
                f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{size:.1f}" fill="{COLOURS[0]}" fill-opacity="0.75">'
                f"<title>{escape(note)}</title></circle>"
            )

    def bars(self, heights: Sequence[float], names: Sequence[str], notes: Sequence[str]) -> None:
        """One upright bar for each name, over the whole width."""
        step = 1 / max(len(heights), 1)
        for number, (height, name, note) in enumerate(zip(heights, names, notes, strict=True)):
            left, right = _x((number + 0.15) * step), _x((number + 0.85) * step)
            middle = (left + right) / 2
            self._parts.append(
                f'<rect x="{left:.1f}" y="{_y(height):.1f}" width="{right - left:.1f}" '
                f'height="{_y(0) - _y(height):.1f}" fill="{COLOURS[0]}"><title>{escape(note)}</title></rect>'
                f'<text x="{middle:.1f}" y="{_y(0) + 8:.1f}" font-size="9" text-anchor="end" style="font-size:10px" '
                f'transform="rotate(-60 {middle:.1f} {_y(0) + 8:.1f})">{escape(name)}</text>'
            )

    def upright(self, x: float, name: str) -> None:
        """A dashed line straight up, with its name at the top."""
        self.line([(x, 0), (x, 1)], dashed=True)
        self._parts.append(f'<text x="{_x(x) + 4:.1f}" y="{_y(1) + 14:.1f}">{escape(name)}</text>')

    def svg(self) -> str:
        """The whole picture."""
        left, top = _x(self._legend[0]), _y(self._legend[1])
        legend = "".join(
            f'<rect x="{left:.1f}" y="{top + 18 * n:.1f}" width="12" height="12" fill="{colour}"/>'
            f'<text x="{left + 18:.1f}" y="{top + 18 * n + 11:.1f}">{escape(name)}</text>'
            for n, (name, colour) in enumerate(self._names)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(self._title)}"><style>{_STYLE}</style>'
            f'<rect class="b" width="{WIDTH}" height="{HEIGHT}"/>'
            f'<text class="t" x="{LEFT}" y="26">{escape(self._title)}</text>'
            f"{''.join(self._parts)}{legend}</svg>\n"
        )

    @staticmethod
    def _frame(x_title: str, y_title: str) -> str:
        parts = []
        for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
            x, y = _x(tick), _y(tick)
            parts.append(f'<line class="g" x1="{_x(0):.1f}" y1="{y:.1f}" x2="{_x(1):.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:.1f}</text>')
            if x_title:
                parts.append(f'<text x="{x:.1f}" y="{_y(0) + 18:.1f}" text-anchor="middle">{tick:.1f}</text>')
        middle = (TOP + HEIGHT - BOTTOM) / 2
        parts.append(f'<line class="a" x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(1):.1f}" y2="{_y(0):.1f}"/>')
        parts.append(f'<text x="{_x(0.5):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{escape(x_title)}</text>')
        parts.append(
            f'<text x="16" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 16 {middle:.1f})">'
            f"{escape(y_title)}</text>"
        )
        return "".join(parts)


def _x(value: float) -> float:
    return LEFT + value * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM)
