"""Charts as SVG that stands in a page: colours and type come from the page's style sheet (measuring/page.py), so that they
follow its light or dark. Nothing here reads a clock or a file; equal input gives equal bytes."""
import math
from dataclasses import dataclass, field
from html import escape

from .axis import Scale, label_of, linear, logarithmic, text_of

WIDTH, HEIGHT = 520, 320
LEFT, RIGHT, TOP, BOTTOM = 74, 16, 64, 46


@dataclass
class Series:
    """`values`: of bars, one for each group, None where there is nothing; of lines, (x, y). `halves`: of intervals around them."""
    name: str
    values: list
    halves: list = field(default_factory=list)


class Canvas:
    """The parts of one picture, in the order of painting."""

    def __init__(self, title, subtitle='', width=WIDTH, height=HEIGHT):
        self.width, self.height = width, height
        self.parts = [f'<title>{escape(title)}</title>']
        self.text(0, 16, title, 'chart-title')
        if subtitle:
            self.text(0, 33, subtitle, 'note')

    def text(self, x, y, words, css='', anchor='start', more=''):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}"{more}>{escape(str(words))}</text>')

    def line(self, x1, y1, x2, y2, css):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>')

    def box(self, x, y, width, height, css, hint=''):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0):.1f}" class="{css}">'
                          f'<title>{escape(hint)}</title></rect>')

    def dot(self, x, y, css, hint='', radius=2.6):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{css}"><title>{escape(hint)}</title></circle>')

    def path(self, points, css):
        self.parts.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" class="{css}"/>')

    def whisker(self, x, low, high):
        self.line(x, low, x, high, 'whisker')
        self.line(x - 3, low, x + 3, low, 'whisker')
        self.line(x - 3, high, x + 3, high, 'whisker')

    def legend(self, names, y=53):
        """Not of one alone: the title says what it is."""
        x = LEFT
        if len(names) == 1:
            return
        for i, name in enumerate(names):
            self.box(x, y - 8, 9, 9, f'fill{i}')
            self.text(x + 13, y, name, 'label')
            x += 26 + 6.4 * len(name)

    def rows(self, scale, unit):
        """Horizontal lines with their values, and what they count."""
        for value, labelled in scale.ticks():
            y = scale.place(value)
            self.line(LEFT, y, self.width - RIGHT, y, 'grid' if labelled else 'grid faint')
            if labelled:
                self.text(LEFT - 7, y + 4, text_of(value), 'label', 'end')
        middle = (scale.begin + scale.end) / 2
        words = f'{unit}, logarithmic' if scale.log else unit
        self.text(13, middle, words, 'label', 'middle', f' transform="rotate(-90 13 {middle:.1f})"')

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img">'
                + ''.join(self.parts) + '</svg>')


def _extents(series):
    for one in series:
        halves = one.halves or [0] * len(one.values)
        for value, half in zip(one.values, halves):
            if value is not None:
                yield value[1] if isinstance(value, tuple) else value, 0 if half is None or math.isnan(half) else half


def _vertical(series, log, height):
    begin, end = height - BOTTOM, TOP
    if log:
        return logarithmic([v for v, _ in _extents(series)], begin, end)
    return linear([v + half for v, half in _extents(series)], begin, end)


def bars(title, groups, series, unit='ms', log=False, subtitle=''):
    """Groups of bars side by side, each with its interval and its value above it. On a logarithmic scale a bar begins at the
    lowest decade: lengths do not compare there, ends do; it says so at its axis."""
    canvas = Canvas(title, subtitle)
    scale = _vertical(series, log, canvas.height)
    canvas.rows(scale, unit)
    canvas.legend([one.name for one in series])
    room = (canvas.width - LEFT - RIGHT) / len(groups)
    for g, group in enumerate(groups):
        present = [(i, one) for i, one in enumerate(series) if one.values[g] is not None]
        width = min(34.0, room * 0.84 / max(len(present), 1))
        begin = LEFT + room * (g + 0.5) - width * len(present) / 2
        for k, (i, one) in enumerate(present):
            _bar(canvas, scale, begin + k * width, width, one, g, f'fill{i}', f'{group}, {one.name}', unit)
        canvas.text(LEFT + room * (g + 0.5), canvas.height - BOTTOM + 18, group, 'label', 'middle')
    canvas.line(LEFT, scale.begin, canvas.width - RIGHT, scale.begin, 'axis')
    return canvas.svg()


def _bar(canvas, scale, x, width, one, g, css, name, unit):
    value, half = one.values[g], one.halves[g] if one.halves else None
    top = scale.place(value)
    canvas.box(x + 1, top, width - 2, scale.begin - top, css, f'{name}: {text_of(value)} {unit}')
    above = top
    if half is not None and not math.isnan(half) and half > 0:
        above = scale.place(value + half)
        canvas.whisker(x + width / 2, scale.place(max(value - half, scale.low)), above)
    canvas.text(x + width / 2, above - 4, label_of(value), 'value', 'middle')


def lines(title, series, x_label, unit, x_log=False, y_log=False, x_ticks=None, subtitle=''):
    """Points joined by lines, with their intervals. `x_ticks`: the values that are written below; else round ones."""
    canvas = Canvas(title, subtitle)
    scale = _vertical(series, y_log, canvas.height)
    canvas.rows(scale, unit)
    canvas.legend([one.name for one in series])
    every_x = [x for one in series for x, _ in one.values]
    begin, end = LEFT + 12, canvas.width - RIGHT - 12
    across = Scale(min(every_x), max(every_x), begin, end, log=x_log)
    for x in x_ticks or [value for value, labelled in across.ticks() if labelled]:
        canvas.text(across.place(x), canvas.height - BOTTOM + 18, text_of(x), 'label', 'middle')
    words = f'{x_label}, logarithmic' if x_log else x_label
    canvas.text((begin + end) / 2, canvas.height - 8, words, 'label', 'middle')
    for i, one in enumerate(series):
        places = [(across.place(x), scale.place(y)) for x, y in one.values]
        canvas.path(places, f'line{i}')
        for k, ((x, y), place) in enumerate(zip(one.values, places)):
            half = one.halves[k] if one.halves else math.nan
            if half is not None and not math.isnan(half):
                canvas.whisker(place[0], scale.place(max(y - half, scale.low)), scale.place(y + half))
            canvas.dot(*place, f'fill{i}', f'{one.name}, {text_of(x)}: {text_of(y)} {unit}', 3.4)
    canvas.line(LEFT, scale.begin, canvas.width - RIGHT, scale.begin, 'axis')
    return canvas.svg()
