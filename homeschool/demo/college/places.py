"""Where the students of the demo college are at home: cities and counties of Liaoning.

Names and codes are those of the national list of administrative divisions (GB/T 2260).
"""

from homeschool.people.models import Region

PROVINCE = ("210000", "辽宁省")
# The homes that were visited lie here: 49 counties and districts in 11 cities.
VISITED = {
    ("210100", "沈阳市"): (
        ("210102", "和平区"), ("210103", "沈河区"), ("210106", "铁西区"), ("210112", "浑南区"),
        ("210114", "于洪区"), ("210124", "法库县"), ("210181", "新民市"),
    ),
    ("210200", "大连市"): (
        ("210204", "沙河口区"), ("210211", "甘井子区"), ("210213", "金州区"), ("210214", "普兰店区"),
        ("210281", "瓦房店市"), ("210283", "庄河市"),
    ),
    ("210300", "鞍山市"): (
        ("210302", "铁东区"), ("210303", "铁西区"), ("210321", "台安县"), ("210323", "岫岩满族自治县"),
        ("210381", "海城市"),
    ),
    ("210400", "抚顺市"): (
        ("210404", "望花区"), ("210411", "顺城区"), ("210422", "新宾满族自治县"),
        ("210423", "清原满族自治县"),
    ),
    ("210500", "本溪市"): (
        ("210502", "平山区"), ("210504", "明山区"), ("210521", "本溪满族自治县"),
        ("210522", "桓仁满族自治县"),
    ),
    ("210600", "丹东市"): (
        ("210603", "振兴区"), ("210624", "宽甸满族自治县"), ("210681", "东港市"), ("210682", "凤城市"),
    ),
    ("210700", "锦州市"): (
        ("210711", "太和区"), ("210726", "黑山县"), ("210727", "义县"), ("210782", "北镇市"),
    ),
    ("210800", "营口市"): (
        ("210802", "站前区"), ("210804", "鲅鱼圈区"), ("210881", "盖州市"), ("210882", "大石桥市"),
    ),
    ("211000", "辽阳市"): (("211002", "白塔区"), ("211021", "辽阳县"), ("211081", "灯塔市")),
    ("211200", "铁岭市"): (
        ("211202", "银州区"), ("211223", "西丰县"), ("211224", "昌图县"), ("211282", "开原市"),
    ),
    ("211300", "朝阳市"): (
        ("211302", "双塔区"), ("211322", "建平县"), ("211381", "北票市"), ("211382", "凌源市"),
    ),
}  # fmt: skip
# From here families were only called: these places count nowhere as visited.
CALLED = {
    ("210900", "阜新市"): (("210911", "细河区"), ("210922", "彰武县")),
    ("211100", "盘锦市"): (("211103", "兴隆台区"), ("211122", "盘山县")),
    ("211400", "葫芦岛市"): (("211402", "连山区"), ("211421", "绥中县"), ("211481", "兴城市")),
}


def load(world):
    """Make the places that are missing; `world.visited` and `world.called` hold the counties."""
    province = _region("province", *PROVINCE, None, world)
    world.visited, world.called = (_counties(world, table, province) for table in (VISITED, CALLED))


def _counties(world, table, province):
    """Return the counties of `table`, each with its city as `parent`."""
    found = []
    for (code, name), counties in table.items():
        city = _region("city", code, name, province, world)
        found += [_region("county", *county, city, world) for county in counties]
    return found


def _region(level, code, name, parent, world):
    """Return the place of this name; one that a school or an import brought is used as it is."""
    wanted = {"level": level, "name": name, "parent": parent}
    known = {"id": world.id("region", code), "code": code}
    region, new = Region.objects.get_or_create(**wanted, defaults=known)
    world.made += new
    return region


def path_of(region):
    """Return a county as a sheet names it: province/city/county."""
    return f"{region.parent.parent.name}/{region.parent.name}/{region.name}"
