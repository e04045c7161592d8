"""What happened when: requests as dots over time, with what was done to whom and who was up; and a row of hits and misses."""
from .axis import Scale, linear, logarithmic, text_of
from .charts import LEFT, RIGHT, TOP, Canvas

LANE = 18


def timeline(title, seconds, dots, marks, lanes, unit='ms', subtitle=''):
    """`dots`: name -> [(when, value, is it good)]; `marks`: [(when, words)]; `lanes`: name -> [(from, to, css, what)]. Values are on a
    logarithmic scale; what is not good is a hollow cross at the top."""
    canvas = Canvas(title, subtitle, width=1072, height=TOP + 40 + 260 + LANE * len(lanes) + 40)
    plot_top, plot_end = TOP + 40, TOP + 300
    canvas.legend(list(dots))
    scale = logarithmic([value for points in dots.values() for _, value, good in points if good], plot_end, plot_top)
    across = linear([seconds], LEFT, canvas.width - RIGHT)
    across = Scale(0, seconds, across.begin, across.end)
    canvas.rows(scale, unit)
    for i, (name, points) in enumerate(dots.items()):
        for when, value, good in points:
            if good:
                canvas.dot(across.place(when), scale.place(value), f'fill{i}', f'{name} at {when:.2f} s: {text_of(value)} {unit}', 1.6)
            else:
                canvas.text(across.place(when), plot_top + 4, '×', f'fill{i}', 'middle')
    bottom = plot_end + LANE * len(lanes)
    for i, (name, spans) in enumerate(lanes.items()):
        y = plot_end + 8 + LANE * i
        canvas.text(LEFT - 7, y + 11, name, 'label', 'end')
        for begin, end, css, what in spans:
            canvas.box(across.place(begin), y + 2, across.place(end) - across.place(begin), LANE - 5, css, f'{name}: {what}')
    for i, (when, words) in enumerate(marks):
        canvas.line(across.place(when), plot_top, across.place(when), bottom + 6, 'mark')
        canvas.text(across.place(when) + 4, plot_top - 6 - 12 * (i % 2), words, 'label')
    for value, _ in across.ticks(8):
        canvas.text(across.place(value), bottom + 24, f'{text_of(value)} s', 'label', 'middle')
    return canvas.svg()


def trace(title, asked, hits, subtitle=''):
    """One row for each thing that is asked for, one column for each request: filled when it was kept, hollow when it was not."""
    things = sorted(set(asked))
    canvas = Canvas(title, subtitle, width=1072, height=TOP + LANE * len(things) + 40)
    across = Scale(0, len(asked), LEFT, canvas.width - RIGHT)
    width = across.place(1) - across.place(0)
    canvas.legend(['hit', 'miss'])
    for row, thing in enumerate(things):
        y = TOP + 6 + LANE * row
        canvas.text(LEFT - 7, y + 11, f'item {thing}', 'label', 'end')
        canvas.line(LEFT, y + LANE / 2, canvas.width - RIGHT, y + LANE / 2, 'grid')
    for i, (thing, hit) in enumerate(zip(asked, hits)):
        y = TOP + 6 + LANE * things.index(thing)
        canvas.box(across.place(i) + width * 0.1, y + 3, width * 0.8, LANE - 6, 'fill0' if hit else 'fill1',
                   f'request {i + 1}: item {thing}, {"hit" if hit else "miss"}')
    canvas.text(LEFT, canvas.height - 12, 'requests, in the order in which they were asked →', 'label')
    return canvas.svg()
