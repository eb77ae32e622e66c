"""Values that were drawn, in as many digits as matter."""

from __future__ import annotations

from tuning_playbook.space.domains import Domain, Float, Value

_DIGITS = 4
_MOST_DIGITS = 17  # tell any two numbers apart
_CLOSE = 1e-3  # of the range


def rounded(domain: Domain, value: Value) -> Value:
    """``value`` in four significant digits, or in more where these are too coarse for its range.

    What is rounded lies in the range as the value did, within two thousandths of the range from
    it, and is not changed by rounding it again. Values of a list, whole numbers, and values outside
    the range are left as they are.

    Example:
        >>> rounded(Float(1e-3, 1.0, "log"), 0.3162465145815213)
        0.3162
        >>> rounded(Float(0.5, 0.9999, "reverse_log"), 0.99987654321)
        0.999877
        >>> rounded(Float(100.0, 101.0), 100.53217)
        100.532
    """
    if not isinstance(domain, Float) or not isinstance(value, float) or not domain.contains(value):
        return value
    place = float(domain.to_unit(value))
    for digits in range(_DIGITS, _MOST_DIGITS):
        short = float(f"{value:.{digits}g}")
        if domain.contains(short) and abs(float(domain.to_unit(short)) - place) <= _CLOSE:
            return short if short == value else rounded(domain, short)
    return value
