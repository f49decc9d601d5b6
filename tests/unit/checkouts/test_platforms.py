"""The platforms of a build, and the names of their digests."""
from __future__ import annotations

import pytest

from tao_launcher.base.errors import UsageError
from tao_launcher.checkouts.platforms import ARM, X86, Platform, platforms

AMD64, ARM64 = Platform(X86, 'x86'), Platform(ARM, 'arm')


@pytest.mark.parametrize(('given', 'is_l4t', 'found'), [
    ([], False, (Platform('', ''),)), ([X86], False, (AMD64,)), (['linux/arm64, linux/amd64'], False, (ARM64, AMD64)),
    ([X86, f'{ARM},{X86}'], False, (AMD64, ARM64)), (['linux/arm64/v8'], False, (Platform('linux/arm64/v8', 'arm'),)),
    (['linux/riscv64'], False, (Platform('linux/riscv64', 'riscv64'),)), ([], True, (Platform(ARM, 'l4t'),)),
])
def test_platforms(given: list[str], is_l4t: bool, found: tuple[Platform, ...]) -> None:
    assert platforms(given, is_l4t=is_l4t) == found


@pytest.mark.parametrize(('given', 'is_l4t', 'error'), [
    ([''], False, '--platform: "": expected a platform such as linux/amd64, linux/arm64, or both with a comma'),
    (['linux/amd64,'], False, '--platform: "": expected a platform such as'),
    (['arm64'], False, '--platform: "arm64": expected'), (['linux/amd64 --push'], False, 'expected a platform'),
    (['-v'], False, 'expected'), (['linux/arm64,linux/arm64/v8'], False,
     '--platform: linux/arm64 and linux/arm64/v8 share one digest in the manifest: build one at a time'),
    ([X86], True, '--l4t is only for Jetson and cannot be combined with linux/amd64'),
])
def test_what_is_refused(given: list[str], is_l4t: bool, error: str) -> None:
    with pytest.raises(UsageError) as raised:
        platforms(given, is_l4t=is_l4t)
    assert error in raised.value.what
