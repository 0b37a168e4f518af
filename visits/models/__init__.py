"""Face-to-face contact between home and school."""

from .addendum import Addendum
from .campaign import Campaign, CampaignChild, TargetRule, Team
from .campaign_count import CampaignChange, CampaignCount, CampaignFigure
from .conference import Booking, ConferenceDay, Slot
from .difficulty import Difficulty
from .draft import Draft
from .feed import Feed
from .gift import Gift
from .material import Material
from .meeting import Meeting, MeetingHome
from .need import Need
from .offering import Offer, Round
from .outing import Outing
from .photo import Photo
from .promise import Promise
from .record import Confidence, Participant, Summary, VisitChild, Visitor
from .story import Story
from .suggestion import FurtherAnswer, Suggestion
from .times import Holder, OfferedTime
from .visit import Aspect, Visit
from .voice import Voice

__all__ = [
    "Addendum",
    "Aspect",
    "Booking",
    "Campaign",
    "CampaignChange",
    "CampaignChild",
    "CampaignCount",
    "CampaignFigure",
    "ConferenceDay",
    "Confidence",
    "Difficulty",
    "Draft",
    "Feed",
    "FurtherAnswer",
    "Gift",
    "Holder",
    "Material",
    "Meeting",
    "MeetingHome",
    "Need",
    "Offer",
    "OfferedTime",
    "Outing",
    "Participant",
    "Photo",
    "Promise",
    "Round",
    "Slot",
    "Story",
    "Suggestion",
    "Summary",
    "TargetRule",
    "Team",
    "Visit",
    "VisitChild",
    "Visitor",
    "Voice",
]
