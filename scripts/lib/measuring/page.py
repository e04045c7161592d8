"""One HTML page that needs nothing else: style, text, tables, pictures."""
from html import escape

STYLE = """
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #1d2430; --soft: #667080; --rule: #d9d6cd; --grid: #e6e3da; --panel: #f4f2ec;
  --c0: #2f6fb0; --c1: #d2762b; --c2: #3d8f5f; --c3: #8a5aa8; --c4: #b54a4f; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e4e6ea; --soft: #98a1ae; --rule: #363c46; --grid: #282d35;
  --panel: #1b1f26; --c0: #6ea8e0; --c1: #e79a58; --c2: #72c294; --c3: #b891d4; --c4: #e0797e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 Charter, "Bitstream Charter", Cambria, Georgia, serif; }
main { max-width: 1120px; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; }
h1 { font-size: 2.3rem; line-height: 1.15; margin: 0 0 .6rem; letter-spacing: -.01em; }
h2 { font-size: 1.45rem; margin: 3.4rem 0 .5rem; padding-top: 1.1rem; border-top: 1px solid var(--rule); }
p { max-width: 44rem; } .lead { font-size: 1.15rem; color: var(--soft); } .note, small { color: var(--soft); }
a { color: var(--c0); } code { font: .88em ui-monospace, Menlo, Consolas, monospace; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin: 2rem 0; }
.tile { background: var(--panel); border-radius: 10px; padding: 1rem 1.2rem; }
.tile b { display: block; font-size: 1.75rem; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .92rem; line-height: 1.35; display: block; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 26px 34px; margin: 1.4rem 0; }
.wide { margin: 1.4rem 0; } figure { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums lining-nums; margin: 1.2rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { padding: .32rem .9rem .32rem 0; text-align: right; white-space: nowrap; }
th { font-weight: 600; border-bottom: 1px solid var(--ink); vertical-align: bottom; } td { border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; display: block; overflow: visible; font-family: system-ui, sans-serif; fill: var(--ink); }
svg .chart-title { font-size: 14px; font-weight: 600; } svg .note { font-size: 11.5px; fill: var(--soft); }
svg .label { font-size: 11.5px; fill: var(--soft); }
svg .value { font-size: 10.5px; } svg .grid { stroke: var(--grid); } svg .faint { opacity: .5; } svg .axis { stroke: var(--soft); }
svg .whisker { stroke: var(--ink); stroke-width: 1.1; } svg .mark { stroke: var(--c4); stroke-dasharray: 3 3; }
svg .empty { fill: var(--grid); }
svg .fill0 { fill: var(--c0); } svg .fill1 { fill: var(--c1); } svg .fill2 { fill: var(--c2); } svg .fill3 { fill: var(--c3); }
svg .fill4 { fill: var(--c4); }
svg .line0, svg .line1, svg .line2, svg .line3, svg .line4 { fill: none; stroke-width: 2; }
svg .line0 { stroke: var(--c0); } svg .line1 { stroke: var(--c1); } svg .line2 { stroke: var(--c2); }
svg .line3 { stroke: var(--c3); } svg .line4 { stroke: var(--c4); }
@media print { main { padding: 0; } h2 { break-after: avoid; } figure, table { break-inside: avoid; } }
"""


def paragraph(words, css=''):
    return f'<p class="{css}">{escape(words)}</p>' if css else f'<p>{escape(words)}</p>'


def table(head, rows, caption=''):
    def cells(tag, row):
        return ''.join(f'<{tag}>{escape(str(cell))}</{tag}>' for cell in row)
    body = ''.join(f'<tr>{cells("td", row)}</tr>' for row in rows)
    said = f'<caption>{escape(caption)}</caption>' if caption else ''
    return f'<div class="scroll"><table>{said}<thead><tr>{cells("th", head)}</tr></thead><tbody>{body}</tbody></table></div>'


def pair(*pictures):
    return '<div class="pair">' + ''.join(f'<figure>{picture}</figure>' for picture in pictures) + '</div>'


def wide(picture):
    return f'<div class="wide"><figure>{picture}</figure></div>'


def tiles(facts):
    """(figure, what it is)"""
    return '<div class="tiles">' + ''.join(f'<div class="tile"><b>{escape(b)}</b><span>{escape(s)}</span></div>' for b, s in facts) + '</div>'


def section(name, title, *parts):
    return f'<section id="{name}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def page(title, lead, *parts):
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>'
            f'<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>'
            f'<p class="lead">{escape(lead)}</p>{"".join(parts)}</main></body></html>\n')


def markdown(head, rows):
    """The same table, to be pasted."""
    aligned = '|---|' + '---:|' * (len(head) - 1)
    return '\n'.join(('| ' + ' | '.join(map(str, head)) + ' |', aligned, *('| ' + ' | '.join(map(str, row)) + ' |' for row in rows))) + '\n'
