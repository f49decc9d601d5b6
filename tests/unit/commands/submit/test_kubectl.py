"""What kubectl says, as it is understood; what it is told is tested with the objects that it creates."""
from __future__ import annotations

import pytest

from tao_launcher.commands.submit.kubectl import is_refusal, is_there_already, said
from tao_launcher.engine.process import Answer


@pytest.mark.parametrize(('err', 'code', 'is_no'), [
    ('Error from server (Forbidden): error when creating "STDIN": jobs.batch is forbidden', 1, True),
    ('Error from server (AlreadyExists): jobs.batch "night" already exists', 1, True),
    ('Error from server (BadRequest): strict decoding error: unknown field "spec.x"', 1, True),
    ('The connection to the server localhost:8080 was refused', 1, True),
    ('Unable to connect to the server: dial tcp: lookup c: no such host', 1, True),
    ('error: error validating "STDIN": unknown field', 1, True),
    ('Error from server (InternalError): failed calling webhook "x": Post "https://x": EOF', 1, False),
    ('Error from server (Forbidden): webhook said Post "x"', 1, True),
    ('Error from server: etcdserver: leader changed', 1, False),
    ('Unable to connect to the server: Post "https://c/api": unexpected EOF', 1, False),
    ('', -9, False),
])
def test_a_no(err: str, code: int, is_no: bool) -> None:
    assert is_refusal(Answer(code, '', err)) == is_no


def test_no_answer() -> None:
    assert not is_refusal(Answer(None, '', 'no answer within 1 s', is_late=True))
    assert is_refusal(Answer(None, '', 'kubectl: is not executable (permission denied)'))
    assert is_there_already(Answer(1, '', 'secrets "night" already exists'))


def test_the_first_lines() -> None:
    assert said(Answer(1, '', 'a\n\n b\n' + 'c\n' * 99)) == ['a', ' b', *['c'] * 8]
