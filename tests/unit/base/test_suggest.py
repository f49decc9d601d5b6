"""What was meant by a mistyped name."""
from __future__ import annotations

import pytest

from tao_launcher.base.suggest import did_you_mean, nearest, one_slip_apart


@pytest.mark.parametrize(('a', 'b', 'apart'), [
    ('train', 'train', False), ('train', 'tarin', True), ('train', 'trin', True), ('train', 'traain', True),
    ('train', 'trxin', True),
    ('', 'a', True), ('a', '', True), ('', '', False), ('ab', 'ba', True), ('abc', 'cba', False),
    ('train', 'trian_', False),
    ('train', 'xtrain', True), ('train', 'trainx', True), ('train', 'tr', False), ('abcd', 'badc', False),
])
def test_one_slip(a: str, b: str, apart: bool) -> None:
    assert one_slip_apart(a, b) is apart
    assert one_slip_apart(b, a) is apart


@pytest.mark.parametrize(('name', 'found', 'said'), [
    ('dinno', ['dino'], 'did you mean dino?'), ('TRAIN', ['train'], 'did you mean train?'),
    ('xyz', [], ''), ('', [], ''),
    ('evaluat', ['evaluate', 'evaluated'], 'did you mean evaluate, evaluated?'),
])
def test_what_is_meant(name: str, found: list[str], said: str) -> None:
    known = ['dino', 'evaluated', 'train', 'evaluate']
    assert (nearest(name, known), did_you_mean(nearest(name, known))) == (found, said)


def test_so_many_at_most() -> None:
    assert len(nearest('aaaa', [f'aaaa{i}' for i in range(9)])) == 3
    assert nearest('aaaa', ['aaaa1', 'aaaa2'], limit=1) != []
