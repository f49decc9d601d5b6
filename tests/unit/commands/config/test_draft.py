"""The mounts file that tao config init drafts."""
from __future__ import annotations

import os
from typing import Any

import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from tao_launcher.base.errors import UsageError
from tao_launcher.base.host import survey
from tao_launcher.base.output import Output
from tao_launcher.commands.config import draft, questions
from tao_launcher.settings import mounts_file

sources = strategies.paths.filter(lambda path: ':' not in path and '$' not in path)


@settings(max_examples=150)
@given(
    folders=st.lists(st.tuples(sources | st.sampled_from(['none', '~/x']), sources | st.just('')), min_size=3,
        max_size=3),
    more=st.lists(st.tuples(sources, sources, st.sampled_from(['', ':ro', ':rw,z'])), max_size=2),
    user=st.sampled_from(['host', 'none', '0', '1000:1000', 'root']),
    size=st.sampled_from(['none', '16G', '1.5 GiB', '64m']),
    limits=st.lists(st.sampled_from(['memlock=-1', 'stack=5', 'nofile=1:2', 'none', 'core=0']), max_size=3),
)
def test_what_is_drafted_is_valid(
    folders: list[tuple[str, str]], more: list[tuple[str, str, str]], user: str, size: str, limits: list[str],
) -> None:
    """Every file that it would write is taken by the parser, or the options are refused with a sentence each."""
    def words(source: str, destination: str) -> str:
        return f'{source}:{destination}' if destination and source != 'none' else source

    here = survey(os.environ)
    data, results, specs = (words(*folder) for folder in folders)
    answers = questions.Answers(
        data, results, specs, [f'{a}:{b}{mode}' for a, b, mode in more], user, size, limits or None,
    )
    asked = questions.Questions(Output('tao', {}), asking=False)
    try:
        found = questions.drafted(answers, asked, here, os.environ, left_out=())
    except UsageError as e:
        assert all(line.startswith('--') for line in (e.what, *e.why))
        return
    text = draft.text(draft.document(found))
    file = mounts_file.parse(text.encode(), '/m.json', os.environ, here.home)
    assert file.notices == ()
    assert [one[1:3] for one in file.mounts] == [one[1:] for one in found.folders]
    expected: list[Any] = [folder[0] for folder in folders if folder[0] != 'none'] + [one[0] for one in more]
    assert [os.path.normpath(one.source) for one in file.mounts] == [
        os.path.normpath(os.path.expanduser(source)) for source in expected
    ]
