"""The words of a roster sheet, as schools and families write them in three languages."""

from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.people.models import Guardianship
from homeschool.sheets import Columns, by_word

# Columns of the sheet, and the other headings by which each is known.
HEADINGS = {
    "student_number": ("number", "student no", "学号", "número de estudiante", "matrícula"),
    "name": ("student", "student name", "姓名", "学生姓名", "nombre", "estudiante"),
    "class": ("class name", "班级", "clase", "grupo"),
    "guardian": (
        "guardian name",
        "监护人",
        "家长",
        "家长姓名",
        "监护人姓名",
        "tutor",
        "responsable",
    ),
    "relation": ("relationship", "关系", "relación", "parentesco"),
    "email": ("e-mail", "mail", "邮箱", "电子邮箱", "电子邮件", "correo", "correo electrónico"),
    "language": ("语言", "idioma"),
    "division": ("grade", "college", "年级", "学院", "grado", "curso", "facultad"),
}
COLUMN_NAMES = {
    "student_number": _("Student number"),
    "name": _("Name"),
    "class": _("Class"),
    "guardian": _("Guardian"),
    "relation": _("Relation"),
    "email": _("E-mail"),
    "language": _("Language"),
    "division": _("Grade or college"),
}
REQUIRED = ("student_number", "name", "class", "guardian", "relation", "email", "language")
# Those of them that no row leaves empty; the others may be missing where somebody says so.
MUST_STAND = ("student_number", "name", "class")

LANGUAGES = {
    "en": ("en", "english", "英语", "英文", "inglés"),
    "zh-hans": (
        "zh-hans",
        "zh",
        "zh-cn",
        "zh_cn",
        "zh_hans",
        "chinese",
        "mandarin",
        "中文",
        "汉语",
        "普通话",
        "chino",
    ),
    "es": ("es", "spanish", "español", "castellano", "西班牙语", "西班牙文"),
}

_R = Guardianship.Relation
# Words that say no more than the code does.
RELATIONS = {
    _R.MOTHER: ("mother", "mom", "mum", "mama", "妈妈", "母亲", "妈", "madre", "mamá"),
    _R.FATHER: ("father", "dad", "papa", "爸爸", "父亲", "爸", "padre", "papá"),
    _R.GRANDMOTHER: ("grandmother", "grandma", "祖母", "abuela"),
    _R.GRANDFATHER: ("grandfather", "grandpa", "祖父", "abuelo"),
    _R.STEPPARENT: ("stepparent", "step-parent", "继父母"),
    _R.SIBLING: ("sibling", "brother or sister", "兄弟姐妹"),
    _R.RELATIVE: ("relative", "亲戚", "亲属", "pariente", "familiar"),
    _R.FOSTER: ("foster", "foster parent", "寄养父母", "寄养家长", "familia de acogida"),
    _R.OTHER: ("other", "guardian", "其他", "监护人", "otro", "otra"),
}
# Words that say more than the code: kept beside it as the family says it.
FINER_RELATIONS = {
    _R.GRANDMOTHER: ("奶奶", "外婆", "姥姥", "外祖母"),
    _R.GRANDFATHER: ("爷爷", "外公", "姥爷", "外祖父"),
    _R.STEPPARENT: (
        "stepmother",
        "stepfather",
        "step-mother",
        "step-father",
        "继父",
        "继母",
        "madrastra",
        "padrastro",
    ),
    _R.SIBLING: ("brother", "sister", "哥哥", "姐姐", "弟弟", "妹妹", "hermano", "hermana"),
    _R.RELATIVE: (
        "aunt",
        "uncle",
        "cousin",
        "姑姑",
        "姑妈",
        "姨妈",
        "阿姨",
        "舅舅",
        "叔叔",
        "伯伯",
        "伯父",
        "tía",
        "tío",
        "prima",
        "primo",
    ),
    _R.FOSTER: ("foster mother", "foster father", "madre de acogida", "padre de acogida"),
}


COLUMNS = Columns(HEADINGS, REQUIRED)
_LANGUAGE = by_word(LANGUAGES)
_RELATION = by_word(RELATIONS)
_FINER = by_word(FINER_RELATIONS)


def language_of(word):
    """Return the language code that a word names, or None."""
    return _LANGUAGE.get(names.plain(word))


def relation_of(word):
    """Return (code, as the family says it): the word itself is kept where the code says less."""
    known = names.plain(word)
    if known in _RELATION or not known:
        return _RELATION.get(known, _R.OTHER), ""
    return _FINER.get(known, _R.OTHER), word
