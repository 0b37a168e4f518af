"""Whether letters have their words in every language: what is missing is sent in English, and told.

Only what the templates of mails say is looked at; words that a view or a model makes are in the check
of all translations (`manage.py lint`).
"""

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import get_language_info
from django.utils.translation.trans_real import translation

from homeschool.journal import kinds

log = logging.getLogger(__name__)
FORMS = ("subject.txt", "txt", "html")
SOURCE = "en"


def gaps():
    """Return [{"label", "language", "number"}]: letters that are partly in English, for operators."""
    found = []
    for kind in kinds.registered():
        for code, _name in settings.LANGUAGES:
            if number := len(missing(kind.template, code)):
                name = get_language_info(code)["name_local"]
                found.append({"label": kinds.label(kind.name), "language": name, "number": number})
    return found


@lru_cache(maxsize=512)
def missing(template, language):
    """Return the sentences of a letter that `language` has no words for: English stands there.

    The first time in a process that there are some, it is in the log too.
    """
    if language == SOURCE:
        return frozenset()
    words_of: Any = translation(language)
    catalog = words_of._catalog
    sentences = {pair for form in FORMS for pair in _sentences(f"{template}.{form}", set())}
    found = frozenset(words for key, words in sentences if not catalog.get(key))
    if found:
        log.warning("%s has %s sentences without words in %s", template, len(found), language)
    return found


def _sentences(name, seen):
    """Yield (key of the catalog, sentence) of a template and of those that it builds on."""
    if name in seen:
        return
    seen.add(name)
    try:
        found: Any = get_template(name)
        nodes = found.template.nodelist
    except TemplateDoesNotExist:
        return
    for node in nodes.get_nodes_by_type(TranslateNode):
        literal = getattr(node.filter_expression.var, "literal", None)
        if isinstance(literal, str):
            yield _key(literal, node), literal
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        words, _names = node.render_token_list(node.singular)
        key = _key(words, node)
        yield ((key, 0) if node.plural else key), words
    for node in nodes.get_nodes_by_type((ExtendsNode, IncludeNode)):
        other: Any = node.parent_name if isinstance(node, ExtendsNode) else node.template
        if isinstance(other.var, str):
            yield from _sentences(other.var, seen)


def _key(words, node):
    """Return the key under which gettext keeps these words."""
    if node.message_context is None:
        return words
    return f"{node.message_context.resolve(Context())}\x04{words}"
