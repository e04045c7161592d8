"""From values to places on paper: linear and logarithmic scales with ticks that people count in."""
import math
from dataclasses import dataclass


def nice_step(span, count):
    """1, 2 or 5 times a power of ten, so that `span` has about `count` of them."""
    raw = span / count
    power = 10 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw * 0.999)


def text_of(value):
    """As short as it can be without saying another value: 0.05, 1.5, 2,000."""
    if value == 0:
        return '0'
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f'{value:,.{digits}f}'
    return text.rstrip('0').rstrip('.') if '.' in text else text


def label_of(value):
    """Of a bar: three digits, and no more than three behind the point."""
    return '<0.001' if 0 < value < 0.0005 else text_of(round(value, 3))


@dataclass(frozen=True)
class Scale:
    """`low` to `high` lie from `begin` to `end` on paper."""
    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def place(self, value):
        if self.log:
            value = max(value, self.low)
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self, count=5):
        """(value, is it labelled)"""
        if not self.log:
            step = nice_step(self.high - self.low, count)
            first = math.ceil(self.low / step - 1e-9)
            return [(i * step, True) for i in range(first, math.floor(self.high / step + 1e-9) + 1)]
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        return [(digit * 10.0 ** d, digit == 1) for d in decades for digit in range(1, 10)
                if self.low * 0.999 <= digit * 10.0 ** d <= self.high * 1.001]


def linear(values, begin, end, count=5):
    """From 0 to a round number that is above all values: a bar's length must mean something."""
    most = max([*values, 1e-9])
    step = nice_step(most, count)
    return Scale(0, math.ceil(most / step) * step, begin, end)


def logarithmic(values, begin, end):
    """Whole decades around all values that can stand on it."""
    values = [v for v in values if v > 0] or [1]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return Scale(10.0 ** low, 10.0 ** max(high, low + 1), begin, end, log=True)
