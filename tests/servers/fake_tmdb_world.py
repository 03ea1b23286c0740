"""Films, shows and people that do not exist, for the fake TMDB. Odd ones are there on purpose: see the comments."""

from __future__ import annotations

from tests.servers.fake_tmdb_records import Clip, Episode, Person, Role, Season, Title, World, world_of

_TOWNS = (
    "Aldermoor", "Brindle", "Carrow", "Dunmere", "Eastvale", "Fennick", "Garrow", "Hollin", "Inverlay", "Jesmund", "Kirrin",
    "Lowmarsh", "Merrow", "Nettlefold", "Oakhanger", "Pellworth", "Quarrel", "Rushby", "Saltley", "Thornby", "Underhay",
    "Varnish", "Wexcombe", "Yarrowby", "Zennet", "Ashgate", "Birchley", "Coldharbour", "Dryburn", "Elmstead", "Foxcote",
    "Greystoke", "Hartsease", "Ivelet", "Jackdaw", "Knapwell", "Larkrise", "Millbeck", "Northwell", "Otterby",
)  # fmt: skip

_PEOPLE = [
    Person(
        501,
        "Ines Halvard",
        biography="Plays keepers of all kinds.",
        birthday="1979-03-02",
        place="Tromvik",
        profile="/ines.jpg",
        gender=1,
        popularity=22.5,
    ),
    Person(502, "Tobias Renn", birthday="1966-11-30", deathday="2021-05-04", profile="/tobias.jpg", gender=2, popularity=14.0),
    Person(
        503,
        "Mireille Aubin",
        department="Directing",
        birthday="1971-07-14",
        place="Sainte-Orme",
        profile=None,
        gender=1,
        popularity=9.1,
    ),
    Person(504, "Jun Asakawa", department="Writing", profile="/jun.jpg", gender=3, popularity=7.7),
    Person(505, "Odile Marchetti", profile="/odile.jpg", gender=1, popularity=6.2),
    Person(506, "Rasmus Lindqvist", department="Production", gender=2, popularity=3.3),
    Person(507, "Zoë Ångström", profile="/zoe.jpg", gender=1, popularity=12.0),
    Person(508, "Kofi Mensah-Blake", profile="/kofi.jpg", gender=2, popularity=11.0),
]

_FILMS = [
    Title(
        id=1001,
        kind="movie",
        title="The Lantern Keepers",
        original_title="The Lantern Keepers",
        date="2011-09-16",
        genres=(12, 18, 14),
        overview="Two keepers of a lighthouse find that its light wakes something below the water.",
        tagline="Keep it burning.",
        runtime=118,
        popularity=88.5,
        vote_average=7.9,
        vote_count=5120,
        imdb="tt9001001",
        poster="/lantern.jpg",
        backdrop="/lantern-wide.jpg",
        keywords=("lighthouse", "sea", "myth"),
        roles=(
            Role(501, "Maren"),
            Role(502, "Old Jonas"),
            Role(507, "The Voice"),
            Role(503, job="Director", department="Directing"),
            Role(504, job="Screenplay", department="Writing"),
            Role(506, job="Producer", department="Production"),
        ),
        clips=(
            Clip("Official Trailer", "lanternTRL1"),
            Clip("Offizieller Trailer", "lanternDE01", language="de"),
            Clip("On the rocks", "76543210", site="Vimeo", type="Featurette", official=False),
        ),
        ratings={"US": "PG-13", "DE": "12", "GB": "12A"},
        translations={
            "de": {
                "title": "Die Hüter der Laterne",
                "overview": "Zwei Wärter eines Leuchtturms wecken etwas unter dem Wasser.",
                "tagline": "",
            }
        },
    ),
    # The German entry has a title only: overview and tagline come back empty in German.
    Title(
        id=1002,
        kind="movie",
        title="Saltwater Clockwork",
        original_title="Saltwater Clockwork",
        date="2018-02-23",
        genres=(878, 53),
        overview="A watchmaker repairs the tide.",
        tagline="Time floods.",
        runtime=104,
        popularity=61.2,
        vote_average=7.1,
        vote_count=2310,
        imdb="tt9001002",
        poster="/salt.jpg",
        backdrop="/salt-wide.jpg",
        keywords=("clock", "sea"),
        roles=(Role(507, "Ada Finch"), Role(508, "Mr. Low"), Role(503, job="Director", department="Directing")),
        clips=(Clip("Teaser", "saltTEASER1", type="Teaser"),),
        ratings={"US": "R", "DE": "16"},
        translations={"de": {"title": "Salzwasser-Uhrwerk", "overview": "", "tagline": ""}},
    ),
    # Not English, no German translation: the overview falls back to English, the title as well.
    Title(
        id=1003,
        kind="movie",
        title="The Garden of Hours",
        original_title="Le Jardin des heures",
        language="fr",
        date="1997-05-07",
        genres=(18, 10749),
        overview="A gardener counts the days of a marriage.",
        runtime=96,
        popularity=20.1,
        vote_average=7.4,
        vote_count=640,
        imdb="tt9001003",
        poster="/jardin.jpg",
        roles=(Role(505, "Claire"), Role(503, job="Director", department="Directing")),
        ratings={"FR": "U"},
        translations={
            "fr": {
                "title": "Le Jardin des heures",
                "overview": "Un jardinier compte les jours d'un mariage.",
                "tagline": "Chaque heure fleurit.",
            }
        },
    ),
    # No English text at all: what is left is the original language.
    Title(
        id=1004,
        kind="movie",
        title="",
        original_title="北の灯台",
        language="ja",
        date="2004-12-11",
        genres=(16, 10751),
        runtime=88,
        popularity=12.4,
        vote_average=6.8,
        vote_count=410,
        poster="/kita.jpg",
        backdrop="/kita-wide.jpg",
        roles=(Role(504, job="Director", department="Directing"),),
        ratings={"JP": "G"},
        translations={"ja": {"title": "北の灯台", "overview": "少女が灯台を守る。", "tagline": "光を。"}},
    ),
    # The same words twice: the year decides.
    Title(
        id=1005,
        kind="movie",
        title="Marble Orchard",
        original_title="Marble Orchard",
        date="1968-03-01",
        genres=(37,),
        overview="Dust and marble.",
        runtime=92,
        popularity=4.0,
        vote_average=6.0,
        vote_count=90,
        poster="/marble68.jpg",
    ),
    Title(
        id=1006,
        kind="movie",
        title="Marble Orchard",
        original_title="Marble Orchard",
        date="2015-10-09",
        genres=(27, 9648),
        overview="The stones walk.",
        runtime=101,
        popularity=30.0,
        vote_average=6.3,
        vote_count=1200,
        poster="/marble15.jpg",
    ),
    Title(
        id=1007,
        kind="movie",
        also=("Ninety Nine Hours",),
        title="Overtime 2: Double Shift",
        original_title="Overtime 2: Double Shift",
        date="2016-07-01",
        genres=(35, 28),
        overview="Nobody goes home.",
        runtime=99,
        popularity=25.0,
        vote_average=5.9,
        vote_count=900,
        poster="/over2.jpg",
    ),
    Title(
        id=1008,
        kind="movie",
        title="Overtime",
        original_title="Overtime",
        date="2013-07-05",
        genres=(35,),
        overview="Somebody goes home.",
        runtime=97,
        popularity=24.0,
        vote_average=6.4,
        vote_count=1500,
        poster="/over1.jpg",
    ),
    Title(
        id=1009,
        kind="movie",
        title="Amélise & Zoé",
        original_title="Amélise & Zoé",
        language="fr",
        date="2009-04-01",
        genres=(35, 10749),
        overview="Two bakers, one oven.",
        runtime=110,
        popularity=18.0,
        vote_average=7.7,
        vote_count=2100,
        poster="/amelise.jpg",
    ),
    Title(
        id=1010,
        kind="movie",
        title="7 Winters",
        original_title="7 Winters",
        date="2020-01-17",
        genres=(18, 36),
        overview="A house, seven times.",
        runtime=141,
        popularity=35.0,
        vote_average=8.2,
        vote_count=3300,
        poster="/winters.jpg",
        backdrop="/winters-wide.jpg",
    ),
    # Nothing but a name: no date, no picture, no votes, no runtime.
    Title(
        id=1011,
        kind="movie",
        title="Untold Harvest",
        original_title="Untold Harvest",
        runtime=0,
        popularity=0.1,
        status="Rumored",
    ),
    Title(
        id=1012,
        kind="movie",
        title="Der stille Hafen",
        original_title="Der stille Hafen",
        language="de",
        date="1986-09-11",
        genres=(18, 80),
        overview="A harbour keeps its secrets.",
        runtime=107,
        popularity=9.0,
        vote_average=7.0,
        vote_count=320,
        poster="/hafen.jpg",
        translations={"de": {"title": "Der stille Hafen", "overview": "Ein Hafen schweigt.", "tagline": ""}},
    ),
]


def _postcards() -> list[Title]:
    """Enough films for several pages, dearer ones first."""
    return [
        Title(
            id=1100 + number,
            kind="movie",
            title=f"Postcard from {town}",
            original_title=f"Postcard from {town}",
            date=f"{1980 + number}-06-{1 + number % 28:02}",
            genres=((99, 10402), (18, 10749), (35, 10751), (28, 53))[number % 4],
            overview=f"A letter arrives in {town}.",
            runtime=80 + number,
            popularity=60.0 - number,
            vote_average=round(5.0 + number / 12, 1),
            vote_count=2000 - 40 * number,
            imdb=f"tt9011{number:02}",
            poster=f"/postcard-{number}.jpg",
            backdrop=f"/postcard-{number}-wide.jpg",
            roles=(Role(505, f"The writer of {town}"),),
        )
        for number, town in enumerate(_TOWNS)
    ]


def _episodes(show: int, season: int, count: int, *, german: bool, year: int) -> tuple[Episode, ...]:
    return tuple(
        Episode(
            id=show * 10_000 + season * 100 + number,
            number=number,
            name=f"The {_TOWNS[(season * 7 + number) % len(_TOWNS)]} Letter",
            overview=f"What was found in {_TOWNS[number % len(_TOWNS)]}.",
            date=f"{year}-{1 + number % 12:02}-15",
            runtime=45 + number,
            still=f"/still-{show}-{season}-{number}.jpg",
            translations={"de": {"name": f"Brief {number}", "overview": f"Was in Folge {number} geschah."}} if german else {},
        )
        for number in range(1, count + 1)
    )


def _season(show: int, number: int, count: int, *, german: bool = False, year: int = 2014) -> Season:
    return Season(
        id=show * 100 + number,
        number=number,
        name="Specials" if number == 0 else f"Season {number}",
        overview=f"The {number}. year." if number else "",
        date=f"{year + number}-01-15",
        poster=f"/season-{show}-{number}.jpg",
        episodes=_episodes(show, number, count, german=german, year=year + number),
        translations={"de": {"name": "Extras" if number == 0 else f"Staffel {number}", "overview": ""}},
    )


_SHOWS = [
    Title(
        id=2001,
        kind="tv",
        title="Harbour Nine",
        original_title="Harbour Nine",
        date="2015-01-15",
        genres=(80, 18),
        overview="Nine cranes, nine crimes.",
        tagline="Every ship lies.",
        popularity=95.0,
        vote_average=8.4,
        vote_count=4100,
        status="Returning Series",
        imdb="tt9002001",
        tvdb=72001,
        poster="/harbour.jpg",
        backdrop="/harbour-wide.jpg",
        keywords=("harbour", "police"),
        roles=(
            Role(508, "Inspector Vale"),
            Role(501, "Greta"),
            Role(502, "The Admiral"),
            Role(504, job="Writer", department="Writing"),
        ),
        clips=(Clip("Season 1 Trailer", "harbourTRL1"),),
        ratings={"US": "TV-14", "DE": "16"},
        seasons=(_season(2001, 0, 2), _season(2001, 1, 6, german=True), _season(2001, 2, 4), _season(2001, 3, 3)),
        translations={"de": {"name": "Hafen Neun", "overview": "Neun Kräne, neun Verbrechen.", "tagline": ""}},
    ),
    Title(
        id=2002,
        kind="tv",
        title="The Quiet Signal",
        original_title="The Quiet Signal",
        date="2022-10-01",
        genres=(10765, 9648),
        overview="A radio that only listens.",
        popularity=70.0,
        vote_average=7.6,
        vote_count=1300,
        status="Ended",
        imdb="tt9002002",
        tvdb=72002,
        poster="/signal.jpg",
        backdrop="/signal-wide.jpg",
        roles=(Role(507, "Operator"),),
        ratings={"US": "TV-MA"},
        seasons=(_season(2002, 1, 8, year=2021),),
    ),
    # More seasons than one call may append.
    Title(
        id=2003,
        kind="tv",
        title="Mapmakers",
        original_title="Mapmakers",
        date="1990-01-15",
        genres=(99,),
        overview="They draw on.",
        popularity=15.0,
        vote_average=7.0,
        vote_count=300,
        status="Ended",
        imdb="tt9002003",
        tvdb=72003,
        poster="/maps.jpg",
        seasons=tuple(_season(2003, number, 2, year=1989) for number in range(1, 23)),
    ),
    # No season, no date, no picture.
    Title(
        id=2004, kind="tv", title="Kettle & Co.", original_title="Kettle & Co.", genres=(35,), popularity=0.6, status="Planned"
    ),
]


def _serials() -> list[Title]:
    return [
        Title(
            id=2100 + number,
            kind="tv",
            title=f"{town} Row",
            original_title=f"{town} Row",
            date=f"{1985 + number}-09-05",
            genres=((18,), (35,), (10764,))[number % 3],
            overview=f"Neighbours in {town}.",
            popularity=40.0 - number,
            vote_average=6.5,
            vote_count=500 - number,
            status="Ended",
            tvdb=73000 + number,
            poster=f"/row-{number}.jpg",
            seasons=(_season(2100 + number, 1, 3, year=1984 + number),),
        )
        for number, town in enumerate(_TOWNS[:26])
    ]


def invented() -> World:
    """The world of the tests."""
    return world_of([*_FILMS, *_postcards(), *_SHOWS, *_serials()], _PEOPLE)
