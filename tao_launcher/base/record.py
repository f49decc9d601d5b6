"""Frozen records with named fields: typing.NamedTuple, at a fraction of its start-up time.

Importing typing and building two dozen NamedTuples is a fifth of a dry run's CPU time (tests/bench).
Type checkers see NamedTuple itself.
"""
from __future__ import annotations

__all__ = ('Record',)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    try:
        from _collections import _tuplegetter as getter  # which NamedTuple has too: made and asked sooner than others
    except ImportError:  # another Python
        from operator import itemgetter

        def getter(index, doc):
            return property(itemgetter(index), doc=doc)

    class Record(tuple):
        """A tuple whose fields are the annotations of its class, with their defaults."""

        __slots__ = ()

        def __init_subclass__(cls):
            cls._fields = tuple(cls.__annotations__)
            own = vars(cls)
            cls._field_defaults = {name: own[name] for name in cls._fields if name in own}
            for index, name in enumerate(cls._fields):
                setattr(cls, name, getter(index, None))

        def __new__(cls, *values, **named):
            if named or len(values) != len(cls._fields):
                defaults, rest = cls._field_defaults, cls._fields[len(values):]
                try:
                    values = (*values, *[named.pop(name) if name in named else defaults[name] for name in rest])
                except KeyError:
                    values = ()
                if named or len(values) != len(cls._fields):
                    raise TypeError(f'{cls.__name__} takes {", ".join(cls._fields)}')
            return tuple.__new__(cls, values)

        _make = classmethod(tuple.__new__)  # of the values of all fields, as they are

        def __repr__(self):
            return f'{type(self).__name__}({", ".join(f"{n}={v!r}" for n, v in zip(self._fields, self))})'

        def _asdict(self):
            return dict(zip(self._fields, self))

        def _replace(self, **changes):
            made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise TypeError(f'{type(self).__name__} has no {", ".join(changes)}')
            return made
