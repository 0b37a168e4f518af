"""The regions that a sheet names: found by name, and made where they are missing."""

from homeschool import names
from homeschool.people.models import Region

PROVINCE, CITY, COUNTY = Region.Level.PROVINCE, Region.Level.CITY, Region.Level.COUNTY


class Regions:
    """All regions by name. A place is a tuple of names: (city, county) or (province, city, county).

    Where the province is not given, a city without one is meant, else the only city of that name.
    A city that is known without its province is not made a second time under it.
    """

    def __init__(self):
        self._load()

    def _load(self):
        rows = Region.objects.values_list("pk", "parent", "level", "name")
        self.rows = {pk: (parent, level, names.plain(name)) for pk, parent, level, name in rows}
        self.by_name = {row: pk for pk, row in self.rows.items()}
        self.cities = {}
        for pk, (_parent, level, name) in self.rows.items():
            if level == CITY:
                self.cities.setdefault(name, []).append(pk)

    def find(self, place):
        """Return the id of the county of a place, or None where it would have to be made."""
        city = self._city(place)
        return city and self.by_name.get((city, COUNTY, names.plain(place[-1])))

    def _city(self, place):
        name = names.plain(place[-2])
        alone = self.by_name.get((None, CITY, name))
        if len(place) == 3:
            province = self._province(place)
            return (province and self.by_name.get((province, CITY, name))) or alone
        namesakes = self.cities.get(name, [])
        return alone or (namesakes[0] if len(namesakes) == 1 else None)

    def _province(self, place):
        return (
            self.by_name.get((None, PROVINCE, names.plain(place[0]))) if len(place) == 3 else None
        )

    def is_at(self, pk, place):
        """Whether the region `pk` (or None) is the one that `place` names."""
        if pk is None or not place:
            return pk is None and not place
        path, parent = [], pk
        while parent:
            parent, _level, name = self.rows[parent]
            path.insert(0, name)
        return self.find(place) == pk or path[-len(place) :] == [names.plain(p) for p in place]

    def make(self, places):
        """Make the regions of these places that are missing; places with a province come first, so
        that the others find their cities."""
        whole = [place for place in places if len(place) == 3]
        bare = [place for place in places if len(place) == 2]
        self._make(PROVINCE, {(None, p[0]) for p in whole if not self._province(p)})
        self._make(CITY, {(self._province(p), p[1]) for p in whole if not self._city(p)})
        self._make(CITY, {(None, p[0]) for p in bare if not self._city(p)})
        self._make(COUNTY, {(self._city(p), p[-1]) for p in places if not self.find(p)})

    def _make(self, level, rows):
        """Make rows of (parent, name); what somebody else makes at this moment is taken as it is."""
        if rows:
            once = {(parent, names.plain(name)): name for parent, name in sorted(rows, key=str)}
            made = [Region(level=level, parent_id=key[0], name=name) for key, name in once.items()]
            Region.objects.bulk_create(made, ignore_conflicts=True)
            self._load()
