"""The table of images."""
from __future__ import annotations

import pytest

from tao_launcher.base.output import Output
from tao_launcher.commands.images.image_table import print_table


def test_only_one_column_is_painted(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output = Output('tao', {})
    output.color('always')
    print_table([('IMAGE', 'HERE', 'TASKS'), ('no', 'yes', 'yes')], output)
    assert capfdbinary.readouterr().out.splitlines()[1] == b'no     \x1b[32myes\x1b[0m   yes'
