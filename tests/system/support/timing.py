"""The header Server-Timing: how long each tier took over a request, what it waited for those below it included."""

ASK = {'Bookstore-Timing': '1'}


def split(header):
    """tier -> ms, the outermost first; empty when there is no header."""
    parts = [part.strip().split(';dur=') for part in (header or '').split(',')]
    return {part[0]: float(part[1]) for part in parts if len(part) == 2}
