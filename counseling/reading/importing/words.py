"""The words of sheets of observations and of points, as schools write them in three languages."""

from django.utils.translation import gettext_lazy as _

from counseling.models import Observation
from homeschool import names
from homeschool.sheets import Columns, by_word
from visits.importing.words import HEADINGS as OF_VISITS

OBSERVATIONS, POINTS = "observations", "points"
_STUDENT = OF_VISITS["student_number"]
_DATE = ("day", "on", "日期", "考试日期", "fecha", "día")
_VALUE = ("points", "score", "result", "分数", "得分", "数值", "valor", "puntos", "puntuación")
_WORDS = ("sentence", "text", "评语", "说明", "内容", "frase", "texto", "comentarios")
# Columns of each sheet, and the other headings by which each is known.
HEADINGS = {
    OBSERVATIONS: {
        "student_number": _STUDENT,
        "kind": ("类别", "类型", "种类", "tipo", "clase de nota"),
        "subject": ("course", "科目", "学科", "课程", "asignatura", "materia"),
        "value": _VALUE,
        "out_of": ("of", "maximum", "满分", "总分", "sobre", "máximo"),
        "date": _DATE,
        "words": _WORDS,
        "teacher": ("by", "教师", "老师", "docente", "profesor", "profesora"),
    },
    POINTS: {
        "student_number": _STUDENT,
        "goal": ("measure", "目标", "指标", "objetivo", "meta", "medida"),
        "date": _DATE,
        "value": _VALUE,
        "words": _WORDS,
    },
}
COLUMN_NAMES = {
    "student_number": _("Student number"),
    "kind": _("Kind"),
    "subject": _("Subject"),
    "value": _("Value"),
    "out_of": _("Out of"),
    "date": _("Day"),
    "words": _("Sentence"),
    "teacher": _("Teacher"),
    "goal": _("Goal"),
}
REQUIRED = {
    OBSERVATIONS: ("student_number", "kind", "date"),
    POINTS: ("student_number", "goal", "date", "value"),
}
COLUMNS = {about: Columns(HEADINGS[about], REQUIRED[about]) for about in HEADINGS}

_K = Observation.Kind
_KINDS = by_word(
    {
        _K.MARK: ("mark", "marks", "grade", "test", "成绩", "分数", "考试", "nota", "calificación"),
        _K.ATTENDANCE: ("attendance", "出勤", "考勤", "asistencia"),
        _K.BEHAVIOUR: ("behaviour", "behavior", "行为", "表现", "conducta", "comportamiento"),
        _K.REMARK: ("remark", "comment", "note", "评语", "备注", "observación", "comentario"),
    }
)
THERE, HALF, AWAY = "1", "0.5", "0"
_ATTENDED = by_word(
    {
        THERE: ("present", "there", "yes", "late", "到", "出勤", "迟到", "presente", "sí", "tarde"),
        HALF: ("half", "half a day", "半天", "medio día"),
        AWAY: (
            "absent", "away", "no", "ill", "excused", "unexcused", "缺勤", "缺席", "请假", "病假",
            "旷课", "ausente", "falta", "enfermo", "enferma", "justificada",
        ),
    }
)  # fmt: skip


def kind_of(word):
    """Return the kind that a word names, or None."""
    return _KINDS.get(names.plain(word))


def attended(word):
    """Return the share of the day ("1", "0.5", "0") that a word of an attendance list says, or None."""
    return _ATTENDED.get(names.plain(word))


def about_of(header):
    """Return what a sheet with this header is about: points where a column names the goal."""
    columns = {COLUMNS[POINTS].of(heading) for heading in header}
    return POINTS if "goal" in columns and "kind" not in columns else OBSERVATIONS
