"""Modules that are slow to load, each loaded when something of it is first used: from ..base.late import re.

Loading json and re was a third of what a plain dry run cost, and it needs neither (tests/bench).
"""
from __future__ import annotations

__all__ = ('json', 're', 'shutil', 'signal', 'subprocess')

TYPE_CHECKING = False
if TYPE_CHECKING:
    import json
    import re
    import shutil
    import signal
    import subprocess
else:
    import _signal as signal  # all of module signal but its enums, which are slow to load

    class LateModule:
        """Stands for the module that `load` returns."""

        def __init__(self, load):
            self._load = load

        def __getattr__(self, name):
            return getattr(self._load(), name)

    def _json():
        import json
        return json

    def _re():
        import re
        return re

    def _shutil():
        import shutil
        return shutil

    def _subprocess():
        import subprocess
        return subprocess

    json, re, shutil, subprocess = map(LateModule, (_json, _re, _shutil, _subprocess))
