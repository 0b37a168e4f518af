import pytest

from messaging.machines import libretranslate

from . import translator


@pytest.fixture(scope="session")
def _translator():
    with translator.running() as server:
        yield server


@pytest.fixture
def machine(_translator, settings):
    """A machine that translates, as the operator named it; forgets what an earlier test asked."""
    _translator.asked, _translator.troubles, _translator.key = [], [], ""
    _translator.says, _translator.languages = translator.backwards, translator.LANGUAGES
    _translator.guess = {"confidence": 92.0, "language": "en"}
    settings.TRANSLATION_URL, settings.TRANSLATION_KEY = _translator.url, ""
    libretranslate.at.cache_clear()
    return _translator
