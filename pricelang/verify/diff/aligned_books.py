"""Two books in one space: the axes of both, and where each of them has its own points."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pricelang.model import book as m
from pricelang.model.space import axis_of, first_sum
from pricelang.model.time_of_day import Setting
from pricelang.verify.diff.aligned_hours import Hours, hours_of
from pricelang.verify.diff.aligned_space import Joint, JointDimension, JointSum
from pricelang.verify.diff.book_view import BookView
from pricelang.verify.refined_axes import between_cuts, by_name


def join(
    old: m.Book, new: m.Book, old_at: int | None, new_at: int | None
) -> tuple[BookView, BookView]:
    """Two books in one space; with two instants (UTC seconds), each as it is at its own.
    An instant that is no midnight has its hour, and a midnight stands for all hours of its day.
    """
    books = (old, new)
    released = {model.name: model.released for book in books for model in book.models}
    days: tuple[int, ...] = ()
    if old_at is None:
        days = tuple(sorted({instant for book in books for instant in book.boundaries}))
    hours = hours_of(books, (old_at, new_at), days)
    joint = Joint(
        tuple(released),
        tuple(released.values()),
        days,
        _dimensions(books, hours),
        _sums(books),
        () if hours is None else hours.masks,
    )
    set_by: tuple[Sequence[Setting], Sequence[Setting]] = (
        ((), ()) if hours is None else hours.settings
    )
    return _view(joint, old, old_at, set_by[0]), _view(joint, new, new_at, set_by[1])


def _dimensions(books: tuple[m.Book, m.Book], hours: Hours | None) -> tuple[JointDimension, ...]:
    """The dimensions of both books with the values of both; the clocks of both are one."""
    values: dict[str, dict[str, None]] = {}
    defaults: dict[str, str] = {}
    for dimension in (dimension for book in books for dimension in book.dimensions):
        if not dimension.clocked:
            names = [value.name for value in dimension.values]
            values.setdefault(dimension.name, {}).update(dict.fromkeys(names))
            defaults[dimension.name] = names[dimension.default]
        elif hours is not None and hours.before == dimension.name:
            values.setdefault(hours.name, {})  # where it stands in its book
    return tuple(
        JointDimension(name, tuple(found), defaults[name])
        if hours is None or name != hours.name
        else JointDimension(name, hours.values, hours.default, clocked=True)
        for name, found in values.items()
    )


def _sums(books: tuple[m.Book, m.Book]) -> tuple[JointSum, ...]:
    """The sums of meters that rules of either book look at, with the limits of both."""
    limits: dict[tuple[str, ...], set[Fraction]] = {}
    labels: dict[tuple[str, ...], str] = {}
    whole: dict[tuple[str, ...], bool] = {}
    for book in books:
        for summed in book.sums:
            limits.setdefault(_meters(book, summed), set()).update(summed.limits)
            labels[_meters(book, summed)] = summed.label
            whole[_meters(book, summed)] = summed.whole and whole.get(_meters(book, summed), True)
    return tuple(
        JointSum(labels[meters], meters, tuple(sorted(found)), whole[meters])
        for meters, found in limits.items()
    )


def _meters(book: m.Book, summed: m.Sum) -> tuple[str, ...]:
    return tuple(sorted(book.meters[meter].name for meter in summed.meters))


def _view(joint: Joint, book: m.Book, at: int | None, settings: Sequence[Setting]) -> BookView:
    axes = [m.MODELS, m.DATES]
    points = [
        by_name([model.name for model in book.models], joint.models),
        between_cuts(book.boundaries, joint.boundaries),
    ]
    clocked = 0
    for dimension in book.dimensions:
        if dimension.clocked:
            axes.append(joint.clock or 0)
            points.append(_hours_of(dimension, [setting[clocked] for setting in settings]))
            clocked += 1
            continue
        place, known = next(
            (n, d) for n, d in enumerate(joint.dimensions) if d.name == dimension.name
        )
        axes.append(axis_of(place))
        points.append(by_name([value.name for value in dimension.values], known.values))
    for summed in book.sums:
        meters = _meters(book, summed)
        place, total = next((n, s) for n, s in enumerate(joint.sums) if s.meters == meters)
        axes.append(first_sum(joint.dimensions) + place)
        points.append(between_cuts(summed.limits, total.limits))
    return BookView(joint, book, at, tuple(axes), tuple(points))


def _hours_of(dimension: m.Dimension, set_by: Sequence[int]) -> tuple[int, ...]:
    """For each value of a dimension the mask of the hours that set it."""
    return tuple(
        sum(1 << hour for hour, value in enumerate(set_by) if value == number)
        for number in range(len(dimension.values))
    )
