"""One setting alone: option before variable before default, and what is wrong with it."""
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tao_launcher.base.errors import UsageError
from tao_launcher.settings.alone import (
    alone,
    dry_run_form,
    engine_words,
    registry_and_release,
    source_of,
    stop_timeout,
)

if TYPE_CHECKING:
    from tao_launcher.settings.option import Values


def test_option_variable_default() -> None:
    environ = {'TAO_PULL': 'never', 'TAO_DRY_RUN': '1', 'OVERRIDE_REGISTRY': 'here.test', 'TAO_ENGINE': 'podman'}
    given: Values = {'pull': 'always', 'dry_run': 'json'}
    pulls = [alone('pull', *both) for both in ((given, environ), ({}, environ), ({}, {}))]
    assert pulls == ['always', 'never', 'missing']
    sources = [str(source_of('pull', *both)) for both in ((given, environ), ({}, environ), ({}, {}))]
    assert sources == ['--pull', 'TAO_PULL', 'default']
    assert (dry_run_form(given, environ), dry_run_form({}, environ)) == ('json', 'shell')
    assert (dry_run_form({}, {}), dry_run_form({'explain': True}, {})) == ('', 'explain')
    assert (stop_timeout({}, {}), stop_timeout({'stop_timeout': '5'}, {})) == (30, 5)
    assert registry_and_release({'release': '6.0.0'}, environ) == ('here.test', '6.0.0')
    assert engine_words({}, environ) == ('podman',)
    assert engine_words({'engine': 'docker', 'context': 'gpu1'}, environ) == ('docker', '--context', 'gpu1')


def test_what_is_wrong() -> None:
    with pytest.raises(UsageError) as raised:
        alone('stop_timeout', {'stop_timeout': 'soon'}, {})
    assert raised.value.what == '--stop-timeout: "soon": expected a whole number of seconds'
    with pytest.raises(UsageError) as raised:
        engine_words({'engine': 'docker -H x', 'context': 'gpu1'}, {})
    assert raised.value.what == '--context: "gpu1": the engine command already names a daemon'
