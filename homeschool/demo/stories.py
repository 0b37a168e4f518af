"""What was said and promised on the visits of the demo, as the families and the school say it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """What was said about one child."""

    child: str
    going_well: str = ""
    needs: tuple = ()
    needs_words: str = ""


@dataclass(frozen=True)
class Promised:
    """A promise, due and kept so many days from today (`kept` by the person `by`)."""

    what: str
    due: int
    side: str = "school"
    owner: str = ""
    child: int = 0
    kept: int | None = None
    by: str = ""


@dataclass(frozen=True)
class Visited:
    """A visit that was held `days` ago; `staff` are its visitors, the first one wrote it down.

    `home` is the key of the home in the world, `lines` has one for each child, `confirmed` are
    those of the family who said to have read the summary, `looked` who of the school read the record.
    """

    key: str
    days: int
    home: str
    lines: tuple
    staff: tuple
    present: tuple
    written_in: str
    mode: str = "home"
    at: tuple = (16, 30)
    minutes: int = 45
    spoken: str = "English"
    interpreter: str = ""
    aspects: tuple = ("academic_support",)
    hopes: str = ""
    wishes: str = ""
    worries: str = ""
    learning: str = ""
    explained: str = ""
    words: str = ""
    difficulties: tuple = ()
    situation: str = ""
    staff_note: str = ""
    kept_out: tuple = ()
    read_aloud: bool = False
    promises: tuple = ()
    shared: bool = True
    confidential: bool = False
    confirmed: tuple = ()
    looked: tuple = ()


HELD = (
    # --- 林小雨: a video talk, then the visit of the main story --------------------------------
    Visited(
        "xiaoyu-autumn", 52, "xiaoyu/0",
        (
            Line(
                "xiaoyu", "每天讲学校的事给外婆听，还教外婆认图画里的字。", ("reading",),
                "“作业里的应用题，我和外婆都不太会讲。”",
            ),
        ),
        ("mei_chen",), ("lin_mei", "xiaoyu"), "zh-hans",
        mode="video", at=(19, 0), minutes=25, spoken="中文",
        hopes="“希望她在学校有人问功课。”",
        explained="每周一、三、五下午有阅读小组，免费，不用交材料费。",
        words="谢谢您下班以后还和我们视频。",
        promises=(
            Promised("给小雨留一个早餐班的座位", -44, owner="daniel_okafor", kept=-46, by="daniel_okafor"),
        ),
        confirmed=("lin_mei",),
    ),
    Visited(
        "xiaoyu", 14, "xiaoyu/0",
        (
            Line(
                "xiaoyu", "画的连环画，全班都想看下一集。\n到校越来越稳，这个月没有迟到。", ("reading",),
                "“她在家不肯读出声，怕读错了我们笑她。”",
            ),
        ),
        ("mei_chen", "daniel_okafor"), ("lin_mei", "zhou_yulan", "xiaoyu"), "zh-hans",
        spoken="中文",
        hopes="“希望她回家也愿意读给外婆听，读错了也没关系。”",
        wishes="“老师有事请发语音，外婆听得懂。”",
        worries="“冬天天黑得早，她一个人走回来。”",
        learning="饭桌就是书桌，晚上七点以后安静。弟弟睡了，她才拿出画本。",
        difficulties=("learning", "care", "way"),
        explained="图画书可以借回家两周；读给外婆听，比读得对更要紧。",
        words="谢谢外婆的茶。小雨给我们看了她的画本，我们很高兴。",
        situation="妈妈在超市上晚班，到春节前每周三个晚上。外婆不识字，不要请她检查作业。",
        staff_note="她把画本一页一页讲给我们听，一点也不怕。下次从画本开始，不从课本开始。",
        read_aloud=True,
        promises=(
            Promised("借两本图画书给小雨带回家", -4, owner="mei_chen"),
            Promised("请小雨把连环画贴到班级墙上", -6, owner="daniel_okafor", kept=-7, by="daniel_okafor"),
            Promised("给小雨办一张图书馆借书证", -3, side="family", kept=-5, by="lin_mei"),
            Promised("每周二、周六晚上，小雨读十分钟给外婆听", 21, side="family"),
        ),
        confirmed=("lin_mei",), looked=("daniel_okafor",),
    ),
    # --- two children of one home; the grandmother wished something kept out -----------------------
    Visited(
        "wang", 21, "zihan/0",
        (
            Line("zihan", "回家自己写作业，写完了才看电视。", ("nothing",)),
            Line(
                "ziang", "会给妹妹讲数学题，讲得很耐心。", ("money", "travel"),
                "“取暖费还差一截，冬天的鞋也小了。”",
            ),
        ),
        ("mei_chen", "zhao_min"), ("zhao_xiuying", "zihan", "ziang"), "zh-hans",
        at=(17, 30), minutes=50, spoken="中文", aspects=("financial_aid", "overall_quality"),
        hopes="“只盼两个孩子平平安安，走得再远也是一起走。”",
        explained="校车三号线可以在路口停，不另收费。四年级周四有数学兴趣小组。",
        words="两个孩子都很懂事，谢谢您。这份小结家里和孩子的爸爸都会收到。",
        worries="“爸爸过年回不回得来，孩子天天问。”",
        difficulties=("money", "housing", "care"),
        situation="爸爸在外地工地，工资拖欠。奶奶膝盖不好，上下六楼很慢。",
        staff_note="奶奶不愿意让爸爸知道缺钱的事，怕他分心。困难补助学校来申请，只和奶奶说。",
        kept_out=("needs",),
        promises=(
            Promised("把数学兴趣小组的报名表送到家", 5, owner="zhao_min", child=1),
            Promised("请校车三号线在路口停一站", -12, owner="mei_chen", child=1, kept=-13, by="mei_chen"),
            Promised("子昂每天放学牵着妹妹坐车", 30, side="student", child=1),
        ),
    ),
    # --- Mateo: waits to be read by his mother --------------------------------------------------
    Visited(
        "mateo", 5, "mateo/0",
        (
            Line(
                "mateo",
                "Cada noche le cuenta a su hermana lo que construyó en el taller.\n"
                "Viene a clase también los días de lluvia.",
                ("reading", "travel"),
                "«Cuando termino el turno ya está dormido; nadie le lee las instrucciones.»",
            ),
        ),
        ("mei_chen", "daniel_okafor"), ("camila_ruiz", "rosa_hernandez", "mateo"), "es",
        at=(18, 15), spoken="español", interpreter="Lucía Vega",
        hopes="«Que lea él solo las instrucciones, sin esperarme.»",
        wishes="«Que nos avisen por mensaje: de noche no puedo llamar.»",
        worries="«Que su hermana deje de estudiar por cuidarlo.»",
        difficulties=("learning", "care", "way"),
        explained="Grupo de lectura tres veces por semana, hasta las ocho de la tarde. Transporte gratuito "
        "para familias a más de dos kilómetros.",
        words="Gracias por enseñarnos la maqueta del puente.",
        situation="La madre trabaja de noche hasta la primavera. La hermana tiene exámenes en junio: no "
        "cargarla a ella sola.",
        staff_note="Estaba orgulloso de su estantería. La próxima visita empieza ahí, no por la lectura.",
        promises=(
            Promised("Entregar a Mateo la tarjeta del autobús", 6, owner="daniel_okafor"),
            Promised("Leer diez minutos con Mateo, martes y sábados", 28, side="family"),
        ),
        looked=("daniel_okafor",),
    ),
    Visited(
        "sofia", 33, "sofia/0",
        (
            Line(
                "sofia", "Canta en casa todas las canciones del coro.\nAyuda a su padre con la cena.",
                ("nothing",),
            ),
        ),
        ("lucia_vega", "sun_lihua"), ("javier_morales", "sofia"), "es",
        spoken="español", aspects=("overall_quality",),
        hopes="«Que siga cantando y que no le dé vergüenza hablar en clase.»",
        explained="El coro ensaya los jueves; el concierto es en diciembre y las familias están invitadas.",
        words="Gracias por el café. Nos vemos en el concierto.",
        promises=(
            Promised("Guardar dos sitios en el concierto para la familia", -10, owner="sun_lihua",
                     kept=-15, by="sun_lihua"),
            Promised("Preparar una canción con su padre", -8, side="family", kept=-9, by="javier_morales"),
        ),
        confirmed=("javier_morales",),
    ),
    # --- parents who live apart: each home has its own talk ------------------------------------------
    Visited(
        "ethan-mother", 18, "ethan/0",
        (
            Line(
                "ethan", "Reads bird books aloud and asks for one more page.", ("wellbeing",),
                "“Sunday evenings are hard, when his bag moves house.”",
            ),
        ),
        ("mei_chen", "grace_miller"), ("karen_brooks", "ethan"), "en",
        hopes="“That he has one calm place for his homework, wherever he sleeps.”",
        explained="The school has a second set of books, which stays at school: a forgotten bag is no trouble.",
        words="Thank you for your time, and for the talk about birds.",
        situation="Parents live apart; neither home hears of the other through us.",
        staff_note="He told us about Sundays himself. Ask him how last Sunday went before anything else.",
        promises=(
            Promised("Have a second set of reading books ready for Ethan", -9, owner="grace_miller",
                     kept=-10, by="grace_miller"),
            Promised("A quiet half hour after school on Mondays", 12, side="family"),
        ),
        confirmed=("karen_brooks",),
    ),
    Visited(
        "ethan-father", 40, "ethan/1",
        (Line("ethan", "Waits for the slowest runner, on Saturdays too.", ("reading",)),),
        ("mei_chen",), ("steven_brooks", "ethan"), "en",
        mode="video", at=(18, 0), minutes=30,
        hopes="“I would like to know what he reads, so that we can go on here.”",
        explained="What the class reads stands on the class page every Monday.",
        words="Thank you for making the time after work.",
        promises=(
            Promised("Send Mr Brooks the reading list of the term", -34, owner="mei_chen",
                     kept=-36, by="mei_chen"),
        ),
        confirmed=("steven_brooks",),
    ),
    Visited(
        "lily", 28, "lily/0",
        (
            Line("lily", "Reads to the first graders every Friday and keeps a list of their favourites.",
                 ("wellbeing",)),
        ),
        ("lucia_vega", "helen_fraser"), ("hannah_carter", "lily"), "en",
        aspects=("mental_health",),
        hopes="“That Fridays stay hers.”",
        explained="Who may fetch Lily stands in writing at the gate, and the gate keeps to it.",
        words="Thank you for trusting us with your afternoon.",
        situation="A protection order is in force; see the note with her guardians.",
        staff_note="She sleeps well again. Do not ring in the evening: the mother wishes daytime calls.",
        promises=(
            Promised("Tell the new gate guard who may fetch Lily", -20, owner="helen_fraser",
                     kept=-24, by="helen_fraser"),
        ),
        confirmed=("hannah_carter",),
    ),
    # --- said in confidence: read by the counselor and the head of the school alone ------------------
    Visited(
        "lily-alone", 9, "lily/0",
        (Line("lily", "Asked for the talk herself.", ("wellbeing", "family"),
              "“I want to know whom I may tell what.”"),),
        ("lucia_vega",), ("lily",), "en",
        mode="school", at=(13, 10), minutes=30, aspects=("mental_health",),
        hopes="“That nobody asks me about it in class.”",
        difficulties=("feelings", "conflict"),
        situation="She heard of the court date from a cousin, not from home.",
        staff_note="Ask at the next talk who at home knows that we spoke.",
        promises=(Promised("A place to sit in the library on court days", 6, owner="lucia_vega"),),
        shared=False, confidential=True,
    ),
    Visited(
        "maria-fernanda", 25, "maria_fernanda/0",
        (
            Line(
                "maria_fernanda", "Escribe un cuento cada semana y lo lee en voz alta a sus primos.",
                ("travel",), "«El autobús pasa antes de que termine el taller de escritura.»",
            ),
        ),
        ("lucia_vega", "amara_nwosu"), ("guadalupe", "ernesto", "maria_fernanda"), "es",
        mode="school", at=(15, 0), minutes=40, spoken="español",
        hopes="«Que publique un cuento en la revista del colegio.»",
        explained="El taller de escritura puede empezar veinte minutos antes.",
        words="Gracias por venir los dos.",
        promises=(
            Promised("Adelantar el taller de escritura a las 15:10", 4, owner="amara_nwosu"),
            Promised("Elegir el cuento para la revista", -11, side="student", kept=-12, by="guadalupe"),
        ),
        confirmed=("guadalupe", "ernesto"),
    ),
    # --- held, and not shared yet ---------------------------------------------------------------------
    Visited(
        "aisha", 2, "aisha/0",
        (
            Line("aisha", "Explains fractions to her cousins with flatbread.", ("nothing",)),
        ),
        ("mei_chen",), ("nadia_rahman", "yusuf_rahman"), "en",
        mode="video", at=(19, 30), minutes=35,
        hopes="“A mathematics club, if there is one for girls who talk a lot.”",
        explained="The mathematics club meets on Wednesdays; she may try it without joining.",
        promises=(Promised("Ask the mathematics club for a trial afternoon", 8, owner="mei_chen"),),
        shared=False,
    ),
    # --- of age: she is the family; her father reads what she granted ---------------------------------
    Visited(
        "nora", 30, "nora/0",
        (Line("nora", "Runs the school radio and has trained two younger hosts.", ("nothing",)),),
        ("lucia_vega", "samuel_adeyemi"), ("nora",), "en",
        mode="school", at=(14, 0), minutes=40, aspects=("career_planning",),
        hopes="“Sound engineering, if I can stay near the sea.”",
        explained="How applications work, and that the school writes the letter of recommendation.",
        words="Thank you for the tour of the studio.",
        promises=(
            Promised("Write the letter of recommendation", 10, owner="samuel_adeyemi"),
            Promised("Visit the open day of the college", -14, side="student", kept=-15, by="nora_account"),
        ),
        confirmed=("nora_account",),
    ),
    Visited(
        "nora-call", 8, "nora/0",
        (Line("nora", "Came back from the open day with a plan.", ("travel",)),),
        ("lucia_vega",), ("nora",), "en",
        mode="phone", at=(12, 15), minutes=20, aspects=("career_planning",),
        explained="The fare to the interview can be paid by the school.",
        words="Good luck for the interview.",
    ),
    # --- ordinary children ------------------------------------------------------------------------------
    Visited(
        "first-grader", 47, "child-0/0",
        (Line("child-0", "第一个月就记住了全班的名字。", ("nothing",)),),
        ("zhao_min", "mei_chen"), ("adult-0-0", "child-0"), "zh-hans",
        at=(18, 0), minutes=35, spoken="中文", aspects=("overall_quality",),
        hopes="“希望他喜欢上学。”",
        explained="一年级没有书面家庭作业。",
        words="谢谢您的热情招待。",
        confirmed=("adult-0-0",),
    ),
    Visited(
        "second-grader", 36, "child-1/0",
        (Line("child-1", "Waters the plants of the whole corridor.", ("travel",)),),
        ("grace_miller",), ("adult-1-0",), "en",
        mode="phone", at=(12, 30), minutes=15,
        explained="The walking bus leaves from the library at 7:40.",
        words="Thank you for calling back.",
    ),
    Visited(
        "fifth-grader", 12, "child-5/0",
        (Line("child-5", "Reparó la bicicleta de su prima sin ayuda.", ("reading",)),),
        ("lucia_vega", "priya_nair"), ("adult-5-0", "child-5"), "es",
        at=(17, 0), spoken="español",
        hopes="«Que le guste leer tanto como las bicicletas.»",
        explained="La biblioteca tiene revistas de mecánica para llevar a casa.",
        words="Gracias por la visita al taller.",
        promises=(Promised("Apartar dos revistas de mecánica", 3, owner="priya_nair"),),
        looked=("priya_nair",),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """A visit that is still to come: in `days` school days; on the day itself `late` minutes after
    the first one of the day."""

    key: str
    days: int
    home: str
    children: tuple
    staff: tuple
    mode: str = "home"
    at: tuple = (16, 30)
    late: int = 0
    minutes: int = 40
    purpose: str = "relationship"
    spoken: str = ""
    status: str = "scheduled"


PLANNED = (
    Planned("today-first", 0, "child-9/0", ("child-9",), ("mei_chen", "zhao_min"), spoken="中文"),
    Planned(
        "today-video", 0, "zihan/1", ("zihan", "ziang"), ("mei_chen",),
        mode="video", late=135, minutes=30, purpose="targeted", spoken="中文",
    ),
    Planned("today-lucia", 0, "maria_fernanda/0", ("maria_fernanda",),
            ("lucia_vega", "amara_nwosu"), late=60, spoken="español"),
    Planned("again", 1, "child-2/0", ("child-2",), ("mei_chen", "tomas_ortega"), at=(17, 0), spoken="español"),
    Planned("xiaoyu-next", 3, "xiaoyu/0", ("xiaoyu",), ("mei_chen", "daniel_okafor"),
            purpose="targeted", spoken="中文"),
    Planned("lucia-phone", 1, "child-6/0", ("child-6",), ("lucia_vega",),
            mode="phone", at=(12, 30), minutes=20, spoken="中文"),
    Planned("lucia-home", 2, "child-4/0", ("child-4",), ("lucia_vega", "sun_lihua"), at=(18, 0)),
    # its record is begun and not finished
    Planned("begun", -1, "child-23/0", ("child-23",), ("lucia_vega", "priya_nair"), spoken="español"),
    # they came, and nobody was there
    Planned("nobody", -4, "child-2/0", ("child-2",), ("mei_chen", "tomas_ortega"),
            at=(17, 0), spoken="español", status="nobody_home"),
)  # fmt: skip

# What the mother of 林小雨 added to the record of the visit, so many days ago; nobody has read it.
ADDED = ("xiaoyu", "lin_mei", -2, "昨天她给外婆读了三页！外婆想问：能不能借字大一点的图画书？")


@dataclass(frozen=True)
class Begun:
    """A record that was begun on the day before and not finished; `of` is the key of a planned visit."""

    key: str
    by: str
    child: str
    step: int
    written_in: str
    answers: dict
    of: str = ""
    colleague: str = ""
    present: tuple = ()


BEGUN = (
    Begun(
        "draft-mei", "mei_chen", "child-10", 3, "en",
        {"mode": "home", "start": "17:00", "end": "17:40", "language_spoken": "English",
         "situation": "Both parents work shifts; an aunt fetches the child on Wednesdays."},
        colleague="grace_miller", present=("adult-10-0",),
    ),
    Begun(
        "draft-lucia", "lucia_vega", "child-23", 2, "es",
        {"mode": "home", "start": "16:30", "end": "17:10", "language_spoken": "español",
         "hopes": "«Que encuentre un amigo en la clase nueva.»"},
        of="begun", colleague="priya_nair", present=("adult-23-0",),
    ),
)  # fmt: skip

# theme, classes, days from today, whether it took place, who wrote it down
MEETINGS = (
    ("Reading at home · 在家一起读书 · Leer en casa", ("3a", "3b"), -20, True, "daniel_okafor"),
    ("The way to school in winter · 冬天上学路", ("1a", "2a", "3b"), 9, False, "mei_chen"),
)
