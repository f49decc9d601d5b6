"""Modules json and re, each loaded when something of it is first used: from ..base.late import re.

Loading the two is a third of what a plain launch would cost, and it needs neither (tests/bench).
"""
from __future__ import annotations

__all__ = ('json', 're')

TYPE_CHECKING = False
if TYPE_CHECKING:
    import json
    import re
else:
    class Json:
        """Stands for module json."""

        def __getattr__(self, name):
            import json

            return getattr(json, name)

    class Re:
        """Stands for module re."""

        def __getattr__(self, name):
            import re

            return getattr(re, name)

    json, re = Json(), Re()
