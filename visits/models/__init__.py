"""Face-to-face contact between home and school."""

from .conference import Booking, ConferenceDay, Slot
from .campaign import Campaign, CampaignChild, TargetRule, Team
from .campaign_count import CampaignChange, CampaignCount, CampaignFigure
from .draft import Draft
from .feed import Feed
from .meeting import Meeting, MeetingHome
from .offering import Holder, Offer, OfferedTime, Round
from .promise import Promise
from .record import Addendum, Participant, Summary, VisitChild, Visitor
from .visit import Aspect, Visit

__all__ = [
    "Addendum",
    "Aspect",
    "Campaign",
    "CampaignChange",
    "CampaignChild",
    "CampaignCount",
    "CampaignFigure",
    "Booking",
    "ConferenceDay",
    "Draft",
    "Feed",
    "Meeting",
    "Holder",
    "MeetingHome",
    "Offer",
    "OfferedTime",
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
