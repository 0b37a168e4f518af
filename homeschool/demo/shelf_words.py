"""The words of the demo's news and of what its parents may use, in three languages."""

EN, ZH, ES = "en", "zh-hans", "es"

# key: {language: (heading, text)}; {day} is a day of the demo's calendar.
NEWS = {
    "garden": {
        EN: (
            "The garden behind the gym",
            "Grade 3 dug, sowed and watered for six weeks. Now the beans are taller than the children.\n\n"
            "# Come and taste\nOn {day} at half past three we cook soup from what grew. Every family is "
            "welcome, little brothers and sisters too. Bring a bowl and a spoon.\n\n"
            "Thank you to the grandparents who showed us how to tie the poles.",
        ),
        ZH: (
            "体育馆后面的菜园",
            "三年级的孩子们翻土、播种、浇水，忙了六个星期。现在豆苗比孩子还高。\n\n"
            "# 来尝一尝\n{day}下午三点半，我们用自己种的菜煮汤。欢迎每个家庭，弟弟妹妹也一起来。请带一个碗和一把勺子。\n\n"
            "谢谢教我们搭豆架的爷爷奶奶们。",
        ),
        ES: (
            "El huerto detrás del gimnasio",
            "Tercer grado cavó, sembró y regó durante seis semanas. Ahora las judías son más altas que los "
            "niños.\n\n# Vengan a probar\nEl {day} a las tres y media cocinamos una sopa con lo que creció. "
            "Todas las familias son bienvenidas, también los hermanos pequeños. Traigan un plato hondo y "
            "una cuchara.\n\nGracias a los abuelos que nos enseñaron a atar las cañas.",
        ),
    },
    "evening": {
        EN: (
            "An evening to look around",
            "On {day} from six to eight all rooms are open. Your child shows you its place, its books and "
            "what it is proud of.\n\n- Somebody speaks Chinese and Spanish on every floor.\n"
            "- Small children can play in the library.\n- You need not sign up.",
        ),
        ZH: (
            "开放之夜",
            "{day}晚上六点到八点，所有教室都开放。孩子会带您看自己的座位、课本，还有让自己骄傲的东西。\n\n"
            "- 每层楼都有人说中文和西班牙语。\n- 小孩子可以在图书馆玩。\n- 不用报名。",
        ),
        ES: (
            "Una tarde para mirar",
            "El {day}, de seis a ocho, todas las aulas están abiertas. Su hijo le enseña su sitio, sus "
            "libros y aquello de lo que está orgulloso.\n\n- En cada planta alguien habla chino y español.\n"
            "- Los pequeños pueden jugar en la biblioteca.\n- No hace falta apuntarse.",
        ),
    },
    "reading": {
        EN: (
            "What class 3B reads",
            "A fox who cannot sleep, a bridge that sings: these are our two books until winter. Ten minutes "
            "of reading aloud at home are plenty, in any language.",
        ),
        ZH: (
            "3B 班在读什么",
            "一只睡不着的狐狸，一座会唱歌的桥：这是我们冬天以前读的两本书。在家大声读十分钟就够了，用哪种语言都可以。",
        ),
        ES: (
            "Lo que lee la clase 3B",
            "Un zorro que no puede dormir, un puente que canta: son nuestros dos libros hasta el invierno. "
            "Diez minutos de lectura en voz alta en casa bastan, en cualquier idioma.",
        ),
    },
    "cold": {
        EN: (
            "When a child should stay at home",
            "With a fever, or when it feels too ill to play: please keep it at home, and back it comes after "
            "one day without fever. With a cold and a good mood it is welcome here.\n\nA short message in "
            "the morning is enough.",
        ),
        ZH: (
            "孩子什么时候该在家休息",
            "发烧，或者难受得不想玩：请让孩子在家休息，退烧满一天再来。只是流鼻涕、精神好，就可以来上学。\n\n早上发一条短信息就够了。",
        ),
        ES: (
            "Cuándo debe quedarse en casa un niño",
            "Con fiebre, o si se siente demasiado mal para jugar: que se quede en casa, y vuelva tras un día "
            "sin fiebre. Con un resfriado y buen humor es bienvenido.\n\nBasta un mensaje corto por la mañana.",
        ),
    },
    "bell": {
        EN: (
            "The gate opens at half past seven",
            "From this month on the gate opens ten minutes earlier, so that nobody waits in the rain. "
            "Lessons begin at eight as before.",
        ),
        ZH: (
            "校门七点半开",
            "从这个月起，校门提前十分钟开，大家不用在雨里等。八点上课，和以前一样。",
        ),
        ES: (
            "La puerta se abre a las siete y media",
            "Desde este mes la puerta se abre diez minutos antes, para que nadie espere bajo la lluvia. Las "
            "clases empiezan a las ocho, como antes.",
        ),
    },
    "tables": {
        EN: (
            "Times tables, the quick way",
            "Five minutes a day beat an hour on Sunday. Each class now plays one round of cards before "
            "mathematics. Ask your child for the rules: it likes to win.",
        ),
        ZH: (
            "乘法口诀，轻松学",
            "每天五分钟，胜过星期天一小时。现在每个班上数学课以前都玩一轮牌。问问孩子怎么玩：孩子喜欢赢。",
        ),
        ES: (
            "Las tablas, por el camino corto",
            "Cinco minutos al día valen más que una hora el domingo. Cada clase juega ahora una ronda de "
            "cartas antes de matemáticas. Pregunte las reglas a su hijo: le gusta ganar.",
        ),
    },
    "football": {
        EN: (
            "Football with the neighbours",
            "The school across the river has asked us for a match. Who likes to come along tells me.",
        ),
        ES: (
            "Fútbol con los vecinos",
            "La escuela del otro lado del río nos propone un partido. Quien quiera venir, que me lo diga.",
        ),
    },
}
RESOURCES = {
    "welcome": {
        EN: (
            "Welcome: the first week",
            "It is good that you are here. Nobody needs to know everything on the first day.\n\n"
            "# What your child needs\n- a bag, a bottle of water, shoes for the gym\n- something it likes, "
            "to show the others\n\n# Whom you can ask\nThe class teacher for everything about lessons. The "
            "counselor for everything else: the way to school, money, worries. Write to us in your own "
            "language.\n\n# What happens on the first day\nA child of the class waits at the gate and stays "
            "beside yours until the afternoon.",
        ),
        ZH: (
            "欢迎：第一个星期",
            "很高兴你们来到这里。第一天不用什么都知道。\n\n# 孩子需要带什么\n- 书包、水壶、一双运动鞋\n- 一样自己喜欢的东西，给大家看看\n\n"
            "# 有事问谁\n学习上的事问班主任。其他的事问辅导老师：上学的路、费用、心里的担心。请用您自己的语言写给我们。\n\n"
            "# 第一天会怎样\n班里的一个孩子会在校门口等，一直陪您的孩子到下午。",
        ),
        ES: (
            "Bienvenidos: la primera semana",
            "Qué bueno que están aquí. Nadie tiene que saberlo todo el primer día.\n\n# Qué necesita su hijo\n"
            "- una mochila, una botella de agua, zapatos para el gimnasio\n- algo que le guste, para "
            "enseñarlo\n\n# A quién preguntar\nAl tutor, todo lo de las clases. A la consejera, todo lo demás: "
            "el camino, el dinero, las preocupaciones. Escríbannos en su idioma.\n\n# El primer día\nUn niño "
            "de la clase espera en la puerta y acompaña al suyo hasta la tarde.",
        ),
    },
    "homework": {
        EN: (
            "Homework at home: five small things",
            "You need not know the answers. You help most by making room for it.\n\n- The same place every "
            "day, even a corner of the kitchen table.\n- The same time. After something to eat is best.\n"
            "- First the hard thing, then the easy one.\n- Twenty minutes in grade 1 to 3, forty after that. "
            "Then stop, finished or not, and write us a line.\n- Ask “What was new today?” and not “Are you "
            "done?”",
        ),
        ZH: (
            "在家写作业：五件小事",
            "您不需要会做题。给孩子留出时间和地方，就是最大的帮助。\n\n- 每天同一个地方，厨房桌子的一角也行。\n- 每天同一个时间，吃点东西以后最好。\n"
            "- 先难后易。\n- 一到三年级二十分钟，以后四十分钟。到时间就停，没写完也停，给我们写一句话。\n- 问“今天学了什么新的？”，不问“写完了吗？”",
        ),
        ES: (
            "Los deberes en casa: cinco cosas pequeñas",
            "No hace falta saber las respuestas. Lo que más ayuda es hacerles sitio.\n\n- El mismo lugar cada "
            "día, aunque sea una esquina de la mesa.\n- La misma hora, mejor después de comer algo.\n- "
            "Primero lo difícil, luego lo fácil.\n- Veinte minutos de primero a tercero, cuarenta después. "
            "Luego se para, acabado o no, y nos escribe una línea.\n- Pregunte “¿qué hubo de nuevo hoy?”, "
            "no “¿has terminado?”",
        ),
    },
    "screens": {
        EN: (
            "Screens: rules that hold",
            "Few rules that always hold are better than many that change.\n\n- No telephone at the table, for "
            "grown-ups too.\n- It sleeps in the kitchen, the child in its bed.\n- One hour on a school day, "
            "and what your child makes with it counts less than what it only watches.\n\n# When there is a "
            "quarrel\nAgree on the end before it begins: “after this round”. And do something together "
            "afterwards, if only washing up.",
        ),
        ZH: (
            "手机和屏幕：管用的规矩",
            "规矩少而不变，好过多而常变。\n\n- 吃饭不看手机，大人也一样。\n- 手机睡在厨房，孩子睡在床上。\n- 上学的日子一小时。用它做东西，比光看要好。\n\n"
            "# 吵起来的时候\n开始以前先说好什么时候结束：“这一局以后”。结束以后一起做点事，一起洗碗也行。",
        ),
        ES: (
            "Pantallas: reglas que se mantienen",
            "Pocas reglas que valen siempre son mejores que muchas que cambian.\n\n- Nada de teléfono en la "
            "mesa, tampoco los mayores.\n- El teléfono duerme en la cocina, el niño en su cama.\n- Una hora "
            "en día de clase; crear con él cuenta menos que solo mirar.\n\n# Cuando hay pelea\nAcuerden el "
            "final antes de empezar: “después de esta partida”. Y luego hagan algo juntos, aunque sea fregar.",
        ),
    },
    "lunch": {
        EN: (
            "Breakfast and lunch at school",
            "From half past seven there is bread, fruit and warm milk for every child, free. Lunch costs 8 "
            "yuan; who finds that too much says so to the counselor, and nobody else learns of it.\n\n"
            "- Without pork and without meat: every day.\n- Allergies: please write to us before the first meal.",
        ),
        ZH: (
            "学校的早餐和午餐",
            "早上七点半起，每个孩子都有面包、水果和热牛奶，免费。午餐 8 元；觉得贵，请告诉辅导老师，别人不会知道。\n\n"
            "- 每天都有无猪肉和素食。\n- 食物过敏：请在第一次用餐以前写信告诉我们。",
        ),
        ES: (
            "Desayuno y almuerzo en la escuela",
            "Desde las siete y media hay pan, fruta y leche caliente para todos, gratis. El almuerzo cuesta 8 "
            "yuanes; a quien le parezca mucho, que lo diga a la consejera, y nadie más lo sabrá.\n\n- Sin "
            "cerdo y sin carne: cada día.\n- Alergias: escríbannos antes de la primera comida.",
        ),
    },
    "absences": {
        EN: (
            "When your child cannot come",
            "Every child is missed. That is why we ask the same morning.\n\n# What you do\n- Write to us "
            "before eight: one line, in any language.\n- After three days please send a doctor’s note, or the "
            "form that stands below the forms.\n- A family feast, a funeral, a journey: tell us before, and "
            "we find a way.\n\n# What we do\n- By nine we write to you if a child is not there and nobody "
            "said why.\n- We keep the work of the day for it.\n- After five days in a month the counselor "
            "asks how we can help. Nobody is scolded.",
        ),
        ZH: (
            "孩子不能来上学的时候",
            "少了哪个孩子，我们都惦记，所以当天早上就会问。\n\n# 您要做的\n- 八点以前写给我们：一句话就行，用哪种语言都可以。\n"
            "- 超过三天，请交医生证明，或者“表格”里的那张表。\n- 家里办喜事、丧事、出门：请提前说，我们一起想办法。\n\n"
            "# 我们要做的\n- 有孩子没到又没人说明，九点以前我们会写给您。\n- 我们给孩子留好当天的作业。\n- 一个月超过五天，辅导老师会来问怎么帮忙。没有人会受责备。",
        ),
        ES: (
            "Cuando su hijo no puede venir",
            "Echamos de menos a cada niño. Por eso preguntamos la misma mañana.\n\n# Lo que hace usted\n- "
            "Escríbanos antes de las ocho: una línea, en cualquier idioma.\n- Después de tres días, envíe un "
            "justificante médico o el formulario que está con los papeles.\n- Una fiesta, un entierro, un "
            "viaje: díganoslo antes y buscamos la manera.\n\n# Lo que hacemos\n- Antes de las nueve le "
            "escribimos si un niño falta y nadie dijo por qué.\n- Le guardamos el trabajo del día.\n- Tras "
            "cinco días en un mes, la consejera pregunta cómo ayudar. Nadie riñe a nadie.",
        ),
    },
    "form": {
        EN: (
            "Form: my child was absent",
            "Print it or write it by hand, and give it to the class teacher. Nothing else is needed.",
        ),
        ZH: ("表格：孩子请假", "打印出来，或者照着手写，交给班主任就可以。不需要别的材料。"),
        ES: (
            "Formulario: mi hijo faltó",
            "Imprímalo o cópielo a mano, y déselo al tutor. No hace falta nada más.",
        ),
    },
}
# The lines of the form, by language.
LINES = {
    EN: ("Name of the child", "Class", "Days", "Why (only if you like)", "Day and signature"),
    ZH: ("孩子姓名", "班级", "日期", "原因（可以不写）", "日期和签名"),
    ES: ("Nombre del niño", "Clase", "Días", "Por qué (solo si quiere)", "Fecha y firma"),
}
ALT = "Beans on poles in a garden bed, the sun above a gym"
