"""With CI=true a test against real programs that was skipped fails: one that nobody ran proves nothing.

A long parameter gives a test a short name: pytest keeps the names, many times over, and 100 MB are a parameter here.
"""
from __future__ import annotations

import os
import sys
from typing import Any, Generator, Optional, Union

import pytest

# Where pytest keeps what it makes of the tests' files; what tests start keeps nothing.
if 'TAO_TEST_CACHE' in os.environ:
    sys.pycache_prefix, sys.dont_write_bytecode = os.environ['TAO_TEST_CACHE'], False

LONGEST = 200  # characters of a parameter in a test's name
FOLDERS = ('engine', 'packaging', 'shells')


def must_run(report: Union[pytest.TestReport, pytest.CollectReport]) -> None:
    """Make a failure of a skipped test, but of those that tests/run names: a machine may be unable to run them."""
    path = f'/{report.nodeid}:'
    is_real = any(f'/tests/{folder}/' in path for folder in FOLDERS)
    may_skip = any(f'/{name}:' in path for name in os.environ.get('TAO_TEST_MAY_SKIP', '').split())
    is_skipped = report.skipped and not hasattr(report, 'wasxfail')
    if os.environ.get('CI') == 'true' and is_real and is_skipped and not may_skip:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = 'failed'
        report.longrepr = f'{report.nodeid}: with CI=true this must run. {reason}'


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, None]:
    must_run((yield).get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, None]:
    must_run((yield).get_result())


def pytest_make_parametrize_id(val: object, argname: str) -> Optional[str]:
    """The part of a test's name for a parameter; None for pytest's own."""
    return f'{argname} of {len(val)}' if isinstance(val, (str, bytes)) and len(val) > LONGEST else None
