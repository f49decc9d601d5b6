"""Programs that stand in for others."""
from __future__ import annotations

from pathlib import Path


def a_program(folder: Path, script: str) -> str:
    """The path of a program in that folder that is this shell script."""
    path = folder / 'program'
    path.write_text(f'#!/bin/sh\n{script}\n')
    path.chmod(0o755)
    return str(path)
