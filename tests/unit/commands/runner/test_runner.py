"""The command line of a developer runner."""
from __future__ import annotations

from pathlib import Path

from support import FakeDocker, tao


def test_command_without_dashes(checkout: Path, fake_docker: FakeDocker) -> None:
    done = tao('make', program='tao_pt', env={'NV_TAO_PYTORCH_TOP': str(checkout)})
    assert (done.code, done.err) == (2, (
        'tao_pt: error: unexpected word "make"\n    the command goes after a "--"\n'
        '    try: tao_pt -- COMMAND [ARGS...], or tao_pt alone for a shell\n'
    ))
    assert fake_docker.calls == []
