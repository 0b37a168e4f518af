"""Face-to-face contact between home and school."""

from .campaign import Campaign, CampaignChild, TargetRule, Team
from .campaign_count import CampaignChange, CampaignCount, CampaignFigure
from .conference import Booking, ConferenceDay, Slot
from .draft import Draft
from .feed import Feed
from .meeting import Meeting, MeetingHome
from .offering import Offer, Round
from .outing import Outing
from .promise import Promise
from .record import Addendum, Participant, Summary, VisitChild, Visitor
from .times import Holder, OfferedTime
from .visit import Aspect, Visit

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
    "Draft",
    "Feed",
    "Holder",
    "Meeting",
    "MeetingHome",
    "Offer",
    "OfferedTime",
    "Outing",
    "Participant",
    "Promise",
    "Round",
    "Slot",
    "Summary",
    "TargetRule",
    "Team",
    "Visit",
    "VisitChild",
    "Visitor",
]
