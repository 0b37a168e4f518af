"""The families of the demo that are told in depth, and the ordinary ones beside them."""

import itertools
from dataclasses import dataclass, field

from homeschool import names


@dataclass(frozen=True)
class Child:
    """A child: `born` is (age today, month, day)."""

    key: str
    name: str
    class_code: str
    born: tuple
    sex: str = ""
    speaks: str = ""
    called: str = ""
    strengths: str = ""
    email: str = ""
    language: str = ""


@dataclass(frozen=True)
class Adult:
    """A guardian of all children of its family; `home` is the number of its home there."""

    key: str
    name: str
    relation: str
    language: str = "en"
    email: str = ""
    said: str = ""
    home: int = 0
    lives_with: bool = True
    legal: bool = True
    restricted_for: str = ""
    granted: tuple = ()


@dataclass(frozen=True)
class Home:
    """Where a family, or a part of it, lives."""

    region: str
    address: str


@dataclass(frozen=True)
class Family:
    children: tuple
    adults: tuple
    homes: tuple = field(default=())


TOLD = (
    # Reads Chinese, signs in on her phone: the family of the main job.
    Family(
        (
            Child(
                "xiaoyu", "林小雨", "3b", (9, 5, 4), "female", "中文（闽南话）", "小雨",
                "会照顾新同学，带他们熟悉校园。\n喜欢画漫画，全班都等着看下一期。",
            ),
        ),
        (
            Adult("lin_mei", "林梅", "mother", "zh-hans", "linmei@demo.example"),
            Adult("zhou_yulan", "周玉兰", "grandmother", "zh-hans", said="外婆", legal=False),
        ),
        (Home("沙河口区", "滨海路28号2单元501室"),),
    ),
    # Two children of one home; the grandmother has no e-mail, the father works far away.
    Family(
        (
            Child(
                "zihan", "王子涵", "1a", (6, 9, 12), "female", "中文", "涵涵",
                "记歌词特别快，愿意教别的小朋友。\n每天自己整理书包。",
            ),
            Child(
                "ziang", "王子昂", "4a", (10, 2, 3), "male", "中文", "",
                "数学课上总能想出第二种解法。\n放学路上一直牵着妹妹的手。",
            ),
        ),
        (
            Adult("zhao_xiuying", "赵秀英", "grandmother", "zh-hans", said="奶奶"),
            Adult(
                "wang_haitao", "王海涛", "father", "zh-hans", "wanghaitao@demo.example",
                home=1, lives_with=False,
            ),
        ),
        (Home("甘井子区", "华北路112号6楼东户"), Home("和平区", "南京南街9号工地宿舍")),
    ),
    # Parents who live apart and never see each other's address, messages or answers.
    Family(
        (
            Child(
                "ethan", "Ethan Brooks", "2a", (8, 3, 22), "male", "English", "",
                "Knows every bird in the school yard by its call.\nWaits for the slowest runner.",
            ),
        ),
        (
            Adult("karen_brooks", "Karen Whitfield", "mother", "en", "karenwhitfield@demo.example"),
            Adult("steven_brooks", "Steven Brooks", "father", "en", "stevenbrooks@demo.example", home=1),
        ),
        (Home("中山区", "7 Harbour Row"), Home("西岗区", "31 Station Street, flat 12")),
    ),
    # A father whose sight was withdrawn, with a contact restriction.
    Family(
        (
            Child(
                "lily", "Lily Carter", "6a", (11, 11, 2), "female", "English", "",
                "Reads aloud so that small children listen.\nAsks before she helps.",
            ),
        ),
        (
            Adult("hannah_carter", "Hannah Carter", "mother", "en", "hannahcarter@demo.example"),
            Adult(
                "mark_doyle", "Mark Doyle", "father", "en", "markdoyle@demo.example",
                home=1, lives_with=False, legal=False,
                restricted_for="Protection order of the family court, valid until further notice.",
            ),
        ),
        (Home("中山区", "18 Orchard Close"), Home("旅顺口区", "2 Quay Road")),
    ),
    Family(
        (
            Child(
                "mateo", "Mateo Hernández Ruiz", "3b", (9, 1, 19), "male", "español", "",
                "Construye lo que imagina y lo explica paso a paso.\nCuida de su hermana.",
            ),
        ),
        (
            Adult("camila_ruiz", "Camila Ruiz", "mother", "es", "camilaruiz@demo.example"),
            Adult("rosa_hernandez", "Rosa Hernández Ruiz", "sibling", "es", said="hermana mayor", legal=False),
        ),
        (Home("西岗区", "14 Mill Lane, flat 3"),),
    ),
    Family(
        (
            Child(
                "sofia", "Sofía Morales", "4a", (10, 7, 8), "female", "español", "",
                "Canta sin miedo delante de todos.\nSe acuerda del cumpleaños de cada compañero.",
            ),
        ),
        (Adult("javier_morales", "Javier Morales", "father", "es", "javiermorales@demo.example"),),
        (Home("旅顺口区", "Camino del Faro 6"),),
    ),
    # A name that must never be cut.
    Family(
        (
            Child(
                "maria_fernanda", "María Fernanda de los Ángeles Castillo-Villanueva", "5c", (11, 4, 30),
                "female", "español", "María Fernanda",
                "Organiza el equipo de limpieza sin que nadie se lo pida.\nEscribe cuentos de tres páginas.",
            ),
        ),
        (
            Adult(
                "guadalupe", "Guadalupe Villanueva de Castillo", "mother", "es",
                "guadalupevillanueva@demo.example",
            ),
            Adult("ernesto", "Ernesto Castillo", "father", "es", "ernestocastillo@demo.example"),
        ),
        (Home("甘井子区", "Avenida de los Ferrocarriles 210, interior 4"),),
    ),
    Family(
        (
            Child(
                "aisha", "Aisha Rahman", "6a", (12, 2, 14), "female", "বাংলা, English", "",
                "Learned the names of the whole class in a week.\nBest at explaining fractions.",
            ),
        ),
        (
            Adult("nadia_rahman", "Nadia Rahman", "mother", "en", "nadiarahman@demo.example"),
            Adult("yusuf_rahman", "Yusuf Rahman", "father", "en", "yusufrahman@demo.example"),
            # the mother once more, from another sheet: two accounts that are one person
            Adult("nadia_once_more", "Nadia Rahman", "mother", "en"),
        ),
        (Home("沙河口区", "5 Weaver Street"),),
    ),
    # Of age: she decides what her parents see, and lets her father see a part.
    Family(
        (
            Child(
                "nora", "Nora Lindgren", "12a", (19, 1, 6), "female", "Svenska, English", "",
                "Runs the school radio.\nTeaches first graders to swim.",
                "noralindgren@demo.example", "en",
            ),
        ),
        (
            Adult(
                "erik_lindgren", "Erik Lindgren", "father", "en", "eriklindgren@demo.example",
                granted=("basics", "visits"),
            ),
            Adult("astrid_lindgren", "Astrid Lindgren", "mother", "en", "astridlindgren@demo.example"),
        ),
        (Home("中山区", "22 Lighthouse Hill"),),
    ),
)  # fmt: skip


def _words(text):
    return text.split()


# surnames, given names (boy, girl, boy ...), names of parents (father, mother, father ...)
_ZH = (
    _words("张 李 王 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高"),
    _words("浩然 欣怡 梓轩 雨桐 宇航 诗涵 俊杰 思琪 天佑 佳宁 子墨 若曦 明哲 语嫣 铭宇"),
    _words("建国 丽娟 志强 秀兰 伟 静 磊 敏 军 燕 勇 艳 涛 芳"),
    "中文", "zh-hans",
)  # fmt: skip
_EN = (
    _words("Adams Baker Clarke Dixon Evans Foster Grant Hughes Irving Jackson Kerr Lloyd Mason Nolan Owens"),
    _words("Oliver Amelia Jack Isla Harry Emily Leo Grace Oscar Freya Arthur Poppy Theo Ruby Finn"),
    _words("David Sarah James Laura Peter Helen Paul Claire Simon Rachel Andrew Joanna Neil Alice"),
    "English", "en",
)  # fmt: skip
_ES = (
    _words("García López Pérez Gómez Díaz Torres Vargas Rojas Castro Ortiz Núñez Peña Silva Mora Ríos"),
    _words("Santiago Valentina Joaquín Isabella Diego Camila Lucas Daniela Tomás Elena Nicolás Julia Bruno Sara Iván"),
    _words("Carlos Ana Luis Marta José Elena Pedro Lucía Miguel Rosa Jorge Carmen Raúl Pilar"),
    "español", "es",
)  # fmt: skip
_STRENGTHS = {
    "zh-hans": (
        "乐于助人，常常帮同学讲题。",
        "跑步很快，接力赛第一棒。",
        "写字工整，黑板报的好帮手。",
    ),
    "en": (
        "Shares without being asked.",
        "Draws maps of everything.",
        "Keeps calm when others do not.",
    ),
    "es": ("Comparte sin que se lo pidan.", "Dibuja mapas de todo.", "Escucha antes de hablar."),
}
_STREETS = {
    "zh-hans": "{}号长春路{}室",
    "en": "{} Chestnut Street, flat {}",
    "es": "Calle del Olmo {}, piso {}",
}
# Classes of the ordinary children and the age of each.
_CLASSES = (
    ("1a", 6),
    ("2a", 7),
    ("3a", 8),
    ("3b", 8),
    ("4a", 9),
    ("5a", 10),
    ("5c", 10),
    ("6a", 11),
    ("12a", 16),
)
_REGIONS = ("中山区", "西岗区", "沙河口区", "甘井子区", "旅顺口区", "和平区", "沈河区")
ORDINARY = 63


def ordinary(taken):
    """Return the ordinary families: one child each, with one or two guardians, always the same.

    `taken` are addresses that others have.
    """
    taken = {*taken, *(adult.email for family in TOLD for adult in family.adults)}
    return [_ordinary(n, taken) for n in range(ORDINARY)]


def _ordinary(n, taken):
    surnames, given, parents, speaks, language = (_ZH, _EN, _ES)[n % 3]
    turn = n // 3
    his, hers = _surnames(surnames, turn, language)
    class_code, age = _CLASSES[n % len(_CLASSES)]
    place = turn * 7 % len(given)
    child = Child(
        f"child-{n}",
        _named(given[place], f"{his} {hers}" if language == "es" else his, language),
        class_code,
        (age, n * 5 % 12 + 1, n * 11 % 28 + 1),
        "female" if place % 2 else "male",
        speaks,
        strengths=_STRENGTHS[language][turn % 3],
    )
    first = turn % 2  # the mother first, then the father first
    adults = []
    for which in (1 - first, first)[: 2 if n % 4 else 1]:
        name = _named(parents[2 * (turn * 3 % 7) + which], (his, hers)[which], language)
        # every ninth first guardian has no e-mail: the school writes them letters
        email = "" if n % 9 == 4 and not adults else _address(name, taken)
        relation = ("father", "mother")[which]
        adults.append(Adult(f"adult-{n}-{len(adults)}", name, relation, language, email))
    home = Home(_REGIONS[n % len(_REGIONS)], _STREETS[language].format(n % 90 + 3, turn + 1))
    return Family((child,), tuple(adults), (home,))


def _surnames(surnames, turn, language):
    """Return the father's and the mother's: one for English families, two for the others."""
    his = surnames[(turn + turn // 15 * 4) % 15]
    return his, his if language == "en" else surnames[(turn + 6) % 15]


def _named(given, surname, language):
    return f"{surname}{given}" if language == "zh-hans" else f"{given} {surname}"


def _address(name, taken):
    plain = "".join(letter for letter in names.sort_key(name) if letter.isalnum())
    numbers = itertools.chain([""], itertools.count(2))
    found = next(a for a in (f"{plain}{n}@demo.example" for n in numbers) if a not in taken)
    taken.add(found)
    return found
