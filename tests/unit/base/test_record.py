"""Records are to their users what typing.NamedTuple makes of the same class."""
from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tao_launcher.base.record import Record


class Point(Record):
    """A record with a default and a method."""

    x: int
    y: int = 7
    name: str = ''

    def moved(self, by: int) -> Point:
        return self._replace(x=self.x + by)


class Model(NamedTuple):
    """The same, of the standard library."""

    x: int
    y: int = 7
    name: str = ''


@pytest.mark.parametrize('given', [((1,), {}), ((1, 2), {}), ((1, 2, 'n'), {}), ((), {'x': 3}), ((1,), {'name': 'n'})])
def test_as_a_named_tuple(given: Any) -> None:
    values, named = given
    ours, model = Point(*values, **named), Model(*values, **named)
    assert (ours.x, ours.y, ours.name) == tuple(ours) == tuple(model)
    assert repr(ours) == repr(model).replace('Model', 'Point')
    assert ours._asdict() == model._asdict()
    assert (ours._fields, ours._field_defaults) == (model._fields, model._field_defaults)
    assert tuple(ours._replace(y=9)) == tuple(model._replace(y=9))
    assert hash(ours) == hash(model)
    made = Point._make([1, 2, 'n'])
    assert type(made) is Point and tuple(made) == tuple(Model._make([1, 2, 'n']))


@pytest.mark.parametrize('given', [((), {}), ((1, 2, 'n', 4), {}), ((1,), {'x': 1}), ((1,), {'z': 1})])
def test_wrong_fields(given: Any) -> None:
    values, named = given
    with pytest.raises(TypeError) as error:
        Point(*values, **named)
    assert str(error.value) == 'Point takes x, y, name'
    with pytest.raises(TypeError):
        Model(*values, **named)


def test_methods_and_freezing() -> None:
    assert Point(1).moved(2) == Point(3)
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]
