"""How two families of the demo want to be reached: each letter at once, and a night of their own."""

import datetime as dt

from homeschool.journal.models import Entry
from homeschool.people.models import Address, User

# Who tries the demo as 林梅 wants to see her letters at once.
AT_ONCE = "lin_mei"
EARLY_NIGHT = ("wang_haitao", dt.time(20), dt.time(6, 30))


def load(world):
    """Keep their wishes, once; what somebody chose while trying stays."""
    mother = getattr(world, AT_ONCE)
    address = Address.objects.get(user=mother, channel=Address.Channel.EMAIL, value=mother.email)
    if not Entry.objects.about(address).filter(verb="address.pace_changed").exists():
        Address.objects.filter(pk=address.pk).update(pace=Address.Pace.INSTANT)
        world.note("address.pace_changed", address, world.at(-20, 19), by_id=mother.pk)
    name, begins, ends = EARLY_NIGHT
    father = getattr(world, name)
    if not Entry.objects.about(father).filter(verb="person.quiet_changed").exists():
        User.objects.filter(pk=father.pk).update(quiet_from=begins, quiet_until=ends)
        world.note("person.quiet_changed", father, world.at(-20, 20), by_id=father.pk)
    world.save_notes()
