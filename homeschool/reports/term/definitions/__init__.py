"""Every measure of a term report, once: its words, its definition and its breakdowns."""

from .answers import OF_CAMPAIGNS, OF_OFFERS
from .families import OF_GIFTS, OF_ISSUES, OF_SUGGESTIONS, OF_VOICES
from .messages import OF_ANNOUNCEMENTS, OF_IDEAS, OF_MESSAGES, OF_NEWS
from .plans import OF_AGREEMENT, OF_GOALS, OF_HABITS, OF_PLANS, OF_REVIEWS
from .sessions import (
    OF_BANDS,
    OF_DOSAGE,
    OF_EVALUATION,
    OF_LINES,
    OF_PUPILS,
    OF_SEATS,
    OF_SESSIONS,
    OF_VOLUNTEERS,
)
from .visits import OF_VISITS

ALL = (
    *OF_VISITS,
    *OF_CAMPAIGNS,
    *OF_OFFERS,
    *OF_ISSUES,
    *OF_SUGGESTIONS,
    *OF_GIFTS,
    *OF_VOICES,
    *OF_PLANS,
    *OF_GOALS,
    *OF_REVIEWS,
    *OF_AGREEMENT,
    *OF_HABITS,
    *OF_PUPILS,
    *OF_SESSIONS,
    *OF_LINES,
    *OF_BANDS,
    *OF_DOSAGE,
    *OF_VOLUNTEERS,
    *OF_SEATS,
    *OF_EVALUATION,
    *OF_ANNOUNCEMENTS,
    *OF_MESSAGES,
    *OF_IDEAS,
    *OF_NEWS,
)
MEASURES = {measure.code: measure for measure in ALL}
