"""How numbers, counts, lists and the texts of others are written: one spelling everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from tuning_playbook.numerals import whole_number


def percent(share: float) -> str:
    """A share without digits behind the point; what is not all is never called 100 %.

    Args:
        share: between 0 and 1.

    Example:
        >>> percent(0.63), percent(0.999), percent(1.0), percent(0.001)
        ('63 %', 'over 99 %', '100 %', 'under 1 %')
    """
    if 0.995 <= share < 1:
        return "over 99 %"
    if 0 < share < 0.005:
        return "under 1 %"
    return f"{100 * share:.0f} %"


def probability(chance: float) -> str:
    """A probability that was estimated from data, which is never certain.

    Args:
        chance: between 0 and 1.

    Example:
        >>> probability(0.93), probability(1.0), probability(0.0)
        ('93 %', 'over 99 %', 'under 1 %')
    """
    return "over 99 %" if chance > 0.99 else "under 1 %" if chance < 0.01 else percent(chance)


def counted(number: int, noun: str) -> str:
    """A number of things.

    Args:
        number: how many.
        noun: in the singular, with an s in the plural.

    Example:
        >>> counted(1, "trial"), counted(12000, "trial")
        ('1 trial', '12,000 trials')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def some_of(number: int, total: int, noun: str) -> str:
    """Some of several things.

    Args:
        number: how many of them.
        total: how many there are.
        noun: in the singular, with an s in the plural.

    Example:
        >>> some_of(1, 9, "trial"), some_of(9, 9, "trial"), some_of(2, 2, "trial")
        ('1 of 9 trials', 'all 9 trials', 'both trials')
        >>> some_of(1, 1, "trial"), some_of(0, 1, "trial")
        ('the only trial', '0 of 1 trial')
    """
    if number != total or not total:
        return f"{number:,} of {counted(total, noun)}"
    return (
        f"the only {noun}"
        if total == 1
        else f"both {noun}s"
        if total == 2
        else (f"all {counted(total, noun)}")
    )


def agreeing(number: int, one: str, several: str) -> str:
    """The word that goes with a number of things.

    Example:
        >>> [f"{n} {agreeing(n, 'trial overfits', 'trials overfit')}" for n in (1, 2)]
        ['1 trial overfits', '2 trials overfit']
    """
    return one if number == 1 else several


def capital(sentence: str) -> str:
    """A sentence with a capital at its beginning.

    Example:
        >>> capital("the best trial overfits.")
        'The best trial overfits.'
    """
    return sentence[:1].upper() + sentence[1:]


def copied_round(name: str) -> str:
    """What to type to ask a round again under a new name; a file that is there stays as it is.

    Example:
        >>> copied_round("decay"), copied_round("decay-2")[-11:]
        ('cp -n rounds/decay.toml rounds/decay-2.toml, then playbook run decay-2', 'run decay-3')
    """
    stem, _, number = name.rpartition("-")
    count = whole_number(number)
    other = f"{stem}-{count + 1}" if stem and count is not None else f"{name}-2"
    return f"cp -n rounds/{name}.toml rounds/{other}.toml, then playbook run {other}"


def listed(words: Sequence[str]) -> str:
    """Some words in a row; empty for none.

    Example:
        >>> listed(["lr"]), listed(["lr", "momentum", "decay"])
        ('lr', 'lr, momentum and decay')
        >>> listed(["lr=0.1, wd=0", "lr=0.1, wd=1", "lr=1, wd=0"])
        'lr=0.1, wd=0; lr=0.1, wd=1; and lr=1, wd=0'
    """
    if len(words) < 2:
        return "".join(words)
    if len(words) > 2 and any(", " in word for word in words):
        return f"{'; '.join(words[:-1])}; and {words[-1]}"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def short(value: object, digits: int = 4) -> str:
    """A value of a hyperparameter or a metric, to be read and not to be typed.

    Args:
        value: any JSON value.
        digits: significant ones of a number with a fraction.

    Example:
        >>> short(0.0123456), short(128), short("adam"), short(True), short(1 / 3, 2)
        ('0.01235', '128', 'adam', 'true', '0.33')
        >>> short(0.99999), short(1.0)  # what is not 1 is never rounded to it
        ('0.99999', '1')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, float):
        return str(value)
    text = f"{value:.{digits}g}"
    if abs(value) != 1 and text.removeprefix("-") == "1":
        places = math.ceil(-math.log10(abs(1 - abs(value)))) + 1
        return f"{value:.{places}f}".rstrip("0")
    return text


def to_scale(value: float, scale: float) -> str:
    """A value with as many digits behind the point as a difference of that size needs.

    Args:
        value: to be written.
        scale: size of the differences that matter; two digits of it are shown.

    Example:
        >>> to_scale(3.27815, 0.0012), to_scale(1234.5, 30), to_scale(0.5, 0)
        ('3.2782', '1234', '0.5')
        >>> to_scale(-0.00004, 0.012)
        '0.000'
    """
    if not math.isfinite(value):
        return str(value)
    if not 0 < scale < math.inf or abs(value) >= 1e15 * min(scale, 1):
        return f"{value:.6g}"
    decimals = max(0, 1 - math.floor(math.log10(scale)))
    text = f"{value:.{decimals}f}" if decimals <= 12 else f"{value:.4g}"
    return text.removeprefix("-") if float(text) == 0 else text


def without_password(text: str) -> str:
    """A URL, or a command with one, as it may be kept and shown.

    Example:
        >>> without_password("postgresql://me:secret@host/studies"), without_password("mlruns")
        ('postgresql://me:***@host/studies', 'mlruns')
    """
    return re.sub(r"(://[^/@:\s]*):[^@\s]*@", r"\1:***@", text)


def printable(text: str) -> str:
    """Text that cannot command a terminal: a question mark for each control character.

    Names from files of others may hold anything.

    Example:
        >>> printable("lr" + chr(27) + "[31m=1")
        'lr?[31m=1'
    """
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def safe_cell(cell: Any) -> Any:
    """A cell of a CSV file that a spreadsheet cannot take for a formula: an apostrophe before it.

    Numbers stay as they are.

    Example:
        >>> safe_cell("=HYPERLINK(1)"), safe_cell("-1e-3"), safe_cell("adam"), safe_cell(-2)
        ("'=HYPERLINK(1)", '-1e-3', 'adam', -2)
    """
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
