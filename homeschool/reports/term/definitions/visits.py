"""What a term report counts of visits, meetings and promises.

In person = at home, elsewhere, at school; online = by video, by phone. A child reached both ways
counts once, as in person, so that in person + online = reached, in the whole and in every part.
"""

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.reports.term.parts import (
    ASPECT,
    DAYS,
    DIVISION,
    EVERY_VISIT,
    MODE,
    PARTS,
    REGION,
    SIDE,
    Measure,
)

OF_VISITS = (
    Measure(
        "students_on_roll", _("children on roll"), _("On roll"),
        _("Children of the school who are on roll on the day of the report. Of a term that is over: who "
          "was on roll on its last day, as far as the portal knows it. Then grade and class are those "
          "of that day too, under the names that the classes have today."),
        "students_on_roll",
    ),
    Measure(
        "students_reached", _("children reached"), _("Reached"),
        _("Children with at least one held visit in the term, in person or online. A child who "
          "has left since still was reached."),
        "students_on_roll", EVERY_VISIT, within=True,
    ),
    Measure(
        "students_reached_in_person", _("of them in person"), _("In person"),
        _("Children with at least one held visit at home, at school or somewhere else. Who was "
          "also met online counts here, and only here."),
        "students_on_roll", (ASPECT, *PARTS, REGION), within=True,
    ),
    Measure(
        "students_reached_online", _("of them online"), pgettext_lazy("met by video or phone", "Online"),
        _("Children who were met by video or by phone, and not in person."),
        "students_on_roll", (ASPECT, *PARTS), within=True,
    ),
    Measure(
        "households_visited", _("households visited at home"), _("Households"),
        _("Different households with a held visit at home. Where the school has written down "
          "no household, the children with the same first guardian are one."),
        "visits_held", (ASPECT, *PARTS, REGION),
    ),
    Measure(
        "visits_held", _("visits held"), _("Held"),
        _("Visits that took place in the term, by the calendar of the school. A visit to brothers "
          "and sisters is one visit; in each of their classes it counts once."),
        "visits_held", EVERY_VISIT,
    ),
    Measure(
        "regions_visited", _("areas visited"), _("Areas"),
        _("Different areas of the visits that were held in person."),
        "visits_held", (DIVISION,), is_of_people=False,
    ),
    Measure(
        "cities_visited", _("cities visited"), _("Cities"),
        _("Different cities of the visits that were held in person."),
        "visits_held", (DIVISION,), is_of_people=False,
    ),
    Measure(
        "visits_nobody_home", _("visits that met nobody"), _("Nobody met"),
        _("Attempts at which the visitors came, or called, and met nobody. They are not visits held."),
        "visits_held", (MODE, *PARTS),
    ),
    Measure(
        "visits_declined", _("visits that the family declined"), _("Declined"),
        _("Visits that were offered and that the family did not wish. A family needs no reason."),
        "visits_held", (MODE, *PARTS),
    ),
    Measure(
        "meetings_held", _("parent meetings held"), _("Meetings"),
        _("Meetings with the parents of one class or several that took place in the term."),
        "classes", is_of_people=False,
    ),
    Measure(
        "classes", _("classes"), _("Classes"),
        _("Homeroom classes with children on roll, as “children on roll” are counted."),
        "classes", (DIVISION,), is_of_people=False,
    ),
    Measure(
        "classes_with_meeting", _("classes with a parent meeting"), _("With a meeting"),
        _("Those of them whose parents met at least once in the term."),
        "classes", (DIVISION,), is_of_people=False, within=True,
    ),
    Measure(
        "promises_made", _("promises made"), _("Made"),
        _("Promises of the visits held in the term. The school’s are those of its staff and of "
          "others who help; the family’s are those of the family and the child."),
        "promises_made", (SIDE, *PARTS),
    ),
    Measure(
        "promises_kept", _("promises kept"), _("Kept"),
        _("Those of them that were marked as done by the day of the report."),
        "promises_made", (SIDE, *PARTS), within=True,
    ),
    Measure(
        "summaries_sent", _("summaries that families were told of"), _("Told"),
        _("Visits held in the term whose summary was published and announced to the family. Visits "
          "brought in from a spreadsheet are published without an announcement."),
        "visits_held",
    ),
    Measure(
        "summaries_confirmed", _("summaries confirmed"), _("Confirmed"),
        _("Those of them that somebody of the family confirmed as read."),
        "summaries_sent", within=True,
    ),
    Measure(
        "homes_noted", _("homes of which is noted whether they came"), _("Homes noted"),
        _("Different homes of children on roll in these classes, of which was noted at one meeting of "
          "the term at least whether somebody came."),
        "homes_noted",
    ),
    Measure(
        "homes_present", _("homes that came to a meeting"), _("Came"),
        _("Those of them from which somebody came at least once. A home is a household; where the "
          "school has written down no household, it is a person of the family."),
        "homes_noted", within=True,
    ),
    Measure(
        "visits_in_person", _("visits held in person"), _("In person"),
        _("Visits held at home, at school or somewhere else."),
        "visits_held", within=True,
    ),
    Measure(
        "visits_by_two", _("of them made by two or more"), _("By two or more"),
        _("Those of them that two members of staff or more made together."),
        "visits_in_person", within=True,
    ),
    Measure(
        "staff_taking_part", _("staff who took part"), _("Staff"),
        _("Different members of staff who made at least one of the visits held."),
        "staff_taking_part", is_of_people=False,
    ),
    Measure(
        "leaders_taking_part", _("leaders who took part"), _("Leaders"),
        _("Those of them who led the school, or a grade or college of it, at the time of their visit."),
        "staff_taking_part", is_of_people=False, within=True,
    ),
    Measure(
        "visits_logged", _("visits written down here"), _("Written here"),
        _("Visits held that were written down in this portal. Those brought in from a spreadsheet do "
          "not say when they were first written."),
        "visits_held", within=True,
    ),
    Measure(
        "logged_within_a_day", _("of them by the next day"), _("By the next day"),
        _("Those of them that were written down on the day of the visit or on the next one, by the "
          "calendar of the school."),
        "visits_logged", within=True,
    ),
    Measure(
        "days_to_log", _("days until a visit is written down"), _("Days, median"),
        _("Days from the end of the visit to the day on which it was written down: half of the visits "
          "took no longer."),
        "visits_logged", unit=DAYS,
    ),
)  # fmt: skip
