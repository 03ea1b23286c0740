"""The shows of the demo."""

from __future__ import annotations

from matinee.providers.demo.artwork.faces import HEAVY, WIDE
from matinee.providers.demo.titles import ClipStyle, DemoEpisode, DemoTitle, PosterStyle

SHOWS: tuple[DemoTitle, ...] = (
    DemoTitle(
        slug="station-keeping",
        kind="show",
        title="Station Keeping",
        year=2021,
        tagline="Cloudy, with a chance of everything.",
        overview=(
            "Four people and one opinionated thermostat keep a weather station in orbit long after the company that "
            "owns it has forgotten why. A workplace comedy at twenty-eight thousand kilometres an hour."
        ),
        genres=("Comedy", "Science Fiction"),
        vote=8.2,
        votes=2950,
        director="Priya Castell",
        writer="Gordon Ames",
        cast=(
            ("Nadia Frost", "Commander Lise Holt"),
            ("Ezra Bloom", "Benny"),
            ("Tomasz Reed", "Dr. Kowalczyk"),
            ("Ivy Chen", "Thermo"),
        ),
        scene="orbit",
        poster=PosterStyle(WIDE, "Station|Keeping", None, "#ffffff", "#031022", "#bfe3f2", 0.058),
        clip=ClipStyle(20, "vectors", drift=(0.7, 0.4), root=196.0, notes=(0, 7, 12, 16, 19, 16, 12, 7) * 2, color="#ffd77a"),
        spoken=(
            ("Station, this is Earth. Is anybody still up there?", "Station, hier Erde. Ist da oben noch jemand?"),
            ("Define anybody.", "Was heißt jemand?"),
        ),
        released=(1, 15),
        episodes=(
            DemoEpisode(
                1,
                1,
                "Partly Inhabited",
                "The relief crew arrives: one person, two suitcases, no relief. Benny has lost a hurricane.",
            ),
            DemoEpisode(
                1,
                2,
                "The Forecast Was Wrong",
                "Earth blames the station for a ruined royal wedding. The station blames the thermostat.",
            ),
            DemoEpisode(1, 3, "Leap Second", "For one second a year nobody is in charge. This year it lasts all day."),
            DemoEpisode(
                2, 1, "New Management", "The company has been sold to a maker of umbrellas, who has ideas about the weather."
            ),
            DemoEpisode(
                2,
                2,
                "Dr. Kowalczyk Goes Outside",
                "It takes six hours to prepare a space walk and four seconds to drop the only spanner.",
            ),
            DemoEpisode(
                2,
                3,
                "Home Is Where the Drag Is",
                "The orbit decays, tempers too. Thermo makes an offer that nobody can refuse twice.",
            ),
        ),
    ),
    DemoTitle(
        slug="marrow-street",
        kind="show",
        title="Marrow Street",
        year=2018,
        tagline="Open from four in the morning.",
        overview=(
            "Six bakeries, one street, and a feud about a recipe that nobody has dared to write down since 1931. "
            "Between the first dough and the last loaf, the neighbours of Marrow Street fall out, in love and over "
            "sacks of flour."
        ),
        genres=("Drama", "Comedy"),
        vote=7.9,
        votes=1640,
        director="Dorothea Lamb",
        writer="Ivo Castellani",
        cast=(
            ("Winnie Achebe", "Mrs. Adeline Crumb"),
            ("Jacek Polk", "Stan"),
            ("Lena Fornari", "Giulia"),
            ("Arthur Pye", "Old Pye"),
        ),
        scene="bakery_row",
        poster=PosterStyle(HEAVY, "Marrow|Street", 0.05, "#8a2a2a", None, "#f3d9b1", 0.075),
        clip=ClipStyle(
            20,
            "waves",
            drift=(1, 0.1),
            root=246.94,
            notes=(0, 4, 7, 12, 7, 4, 5, 9, 12, 9, 5, 2, 7, 11, 7, 2),
            color="#fff6e3",
            container="mp4",
        ),
        spoken=(
            ("Good morning, Marrow Street.", "Guten Morgen, Marrow Street."),
            ("It is four o'clock. It is night.", "Es ist vier Uhr. Es ist Nacht."),
        ),
        released=(9, 12),
        episodes=(
            DemoEpisode(1, 1, "First Batch", "Giulia reopens her grandfather's shop and by noon has three enemies and a cat."),
            DemoEpisode(1, 2, "The Sourdough Affair", "A jar goes missing. It was alive. Stan has an alibi made of butter."),
            DemoEpisode(1, 3, "Proof", "Two ovens fail in one night, and the rivals must share the third until morning."),
            DemoEpisode(
                2, 1, "Day-Old", "A supermarket opens at the corner. Old Pye declares war with a rolling pin and a megaphone."
            ),
            DemoEpisode(
                2, 2, "Salt Instead of Sugar", "The wedding cake of the year has one small mistake and four hundred guests."
            ),
            DemoEpisode(2, 3, "The Recipe", "Someone reads the page at last. It says only seven words, and changes everything."),
        ),
    ),
)
