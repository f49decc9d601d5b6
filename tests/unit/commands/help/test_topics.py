"""The topics of help: options, variables, exit codes."""
from __future__ import annotations

import re

from support import CHECKOUT, tao

from tao_launcher.base.errors import Fatal
from tao_launcher.commands.help.topics import EXIT_CODES, FILES
from tao_launcher.settings.environment import VARIABLES
from tao_launcher.settings.options import OPTIONS
from tao_launcher.settings.programs import RUNNERS


def shown(*words: str, program: str = 'tao') -> str:
    done = tao(*words, program=program)
    assert (done.code, done.err) == (0, '')
    return done.out


def test_topics() -> None:
    options = shown('--help', 'options')
    assert all(f'  {o.name}' in options or f', {o.name}' in options for o in OPTIONS if 'tao' in o.programs)
    environment = shown('--help', 'environment')
    assert all(f'  {variable.name} ' in environment for variable in VARIABLES)
    assert all(f'  {path} ' in environment for path, _ in FILES)
    codes = shown('--help', 'exit-codes')
    assert codes.startswith("exit codes:\n  the job's own   returned unchanged\n")
    assert all(re.search(rf'^  {re.escape(code)}  ', codes, re.MULTILINE) for code, _ in EXIT_CODES)
    for program in RUNNERS:
        assert shown('--help', 'exit-codes', program=program) == codes


def test_every_code_is_explained() -> None:
    """What errors.py ends with, and nothing that README does not have."""
    explained = {word for code, _ in EXIT_CODES for word in code.split(', ')}
    kinds: list[type[Fatal]] = [Fatal]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {str(kind.code) for kind in kinds} <= explained
    table = (CHECKOUT / 'README.md').read_text(encoding='utf-8').partition('## Exit codes')[2].partition('## ')[0]
    assert {code for code, _ in EXIT_CODES} == set(re.findall(r'^\| (?!code|---)([^|]+) \|', table, re.MULTILINE))
