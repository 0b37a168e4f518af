"""The words of a sheet of past visits, as schools write them in three languages."""

from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.sheets import Columns, by_word
from visits.models import Visit

# Columns of the sheet, and the other headings by which each is known.
HEADINGS = {
    "student_number": ("number", "student no", "学号", "número de estudiante", "matrícula"),
    "happened_on": (
        "date", "day", "visited on", "日期", "家访日期", "走访日期", "fecha", "fecha de la visita",
    ),
    "mode": ("how", "方式", "家访方式", "走访方式", "形式", "modo", "modalidad", "forma"),
    "minutes": ("duration", "分钟", "时长", "时长（分钟）", "minutos", "duración"),
    "visitors": (
        "staff", "visited by", "走访人", "走访教师", "家访教师", "visitantes", "docentes",
    ),
    "aspects": ("aspect", "topics", "主题", "走访内容", "家访内容", "aspectos", "temas"),
    "region": ("area", "地区", "区域", "región", "zona"),
    "persons_met": (
        "met", "people met", "受访人", "受访家长", "在场人员", "personas presentes", "presentes",
    ),
    "wishes": ("hopes", "期望", "愿望", "家长期望", "家长诉求", "deseos", "esperanzas"),
    "difficulties": ("困难", "家庭困难", "dificultades"),
    "policies": ("explained", "政策", "政策宣传", "讲解的政策", "políticas", "lo explicado"),
    "promises_school": (
        "school promises", "学校承诺", "promesas de la escuela", "compromisos de la escuela",
    ),
    "promises_family": (
        "family promises", "家庭承诺", "家长承诺", "promesas de la familia",
        "compromisos de la familia",
    ),
    "shared_summary": ("summary", "小结", "家访小结", "走访小结", "resumen", "resumen compartido"),
    "staff_note": ("note", "internal note", "备注", "内部备注", "nota interna", "nota del personal"),
    "visit_ref": ("ref", "reference", "编号", "家访编号", "走访编号", "referencia"),
}  # fmt: skip
COLUMN_NAMES = {
    "student_number": _("Student number"),
    "happened_on": _("Day"),
    "mode": _("How they met"),
    "minutes": _("Minutes"),
    "visitors": _("Visitors"),
    "aspects": _("Aspects"),
    "region": _("Region"),
    "persons_met": _("Persons met"),
    "wishes": _("Wishes of the family"),
    "difficulties": _("Difficulties"),
    "policies": _("What the school explained"),
    "promises_school": _("Promises of the school"),
    "promises_family": _("Promises of the family"),
    "shared_summary": _("What the family reads"),
    "staff_note": _("Note for staff"),
    "visit_ref": _("Reference of the visit"),
}
REQUIRED = ("student_number", "happened_on", "mode", "visitors")
COLUMNS = Columns(HEADINGS, REQUIRED)

_M = Visit.Mode
_MODES = by_word(
    {
        _M.HOME: ("home", "at home", "在家", "家中", "入户", "上门", "casa", "en casa"),
        _M.SCHOOL: ("school", "at school", "学校", "在校", "到校", "escuela", "en la escuela"),
        _M.ELSEWHERE: ("elsewhere", "somewhere else", "别处", "其他地点", "otro lugar"),
        _M.VIDEO: ("video", "by video", "视频", "videollamada", "por video", "por vídeo"),
        _M.PHONE: ("phone", "by phone", "telephone", "电话", "teléfono", "por teléfono"),
    }
)


def mode_of(word):
    """Return the mode that a word names, or None."""
    return _MODES.get(names.plain(word))
