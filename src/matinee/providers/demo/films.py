"""Films of the demo, in the order in which they are made: the ones that show most come first."""

from __future__ import annotations

from matinee.providers.demo.artwork.faces import HEAVY, PLAIN, TALL, THIN, WIDE
from matinee.providers.demo.titles import ClipStyle, DemoTitle, PosterStyle

FILMS: tuple[DemoTitle, ...] = (
    DemoTitle(
        slug="salt-and-silver",
        kind="movie",
        title="Salt and Silver",
        year=2016,
        tagline="The sea keeps its own accounts.",
        overview=(
            "When a bankrupt boat builder inherits half a map and a whole debt, she sails for the one island that no "
            "chart agrees on. Her passengers: a retired customs officer, a boy who cannot swim, and the owner of the "
            "other half."
        ),
        genres=("Adventure", "Family"),
        vote=7.4,
        votes=812,
        director="Ines Marlowe",
        writer="Tobias Quill",
        cast=(
            ("Greta Solheim", "Anneke Vos"),
            ("Idris Bell", "Officer Hale"),
            ("Noa Finch", "Pip"),
            ("Ruben Castellan", "Moraes"),
        ),
        scene="paper_sea",
        poster=PosterStyle(THIN, "Salt|and|Silver", 0.075, "#7d2a2a", None, "#eaf4f2", 0.062),
        clip=ClipStyle(24, "waves", drift=(1, 0.4), root=196.0, color="#fdfaf2", container="mp4"),
        spoken=(
            (
                "Half a map is enough, if you have half a mind to go.",
                "Eine halbe Karte genügt, wenn man nur halb bei Verstand ist.",
            ),
            ("The tide does not wait for signatures.", "Die Flut wartet nicht auf Unterschriften."),
            ("Land! Or a very patient cloud.", "Land! Oder eine sehr geduldige Wolke."),
        ),
        released=(6, 17),
    ),
    DemoTitle(
        slug="eleven-moons-of-ada",
        kind="movie",
        title="Eleven Moons of Ada",
        year=2023,
        tagline="Count them again.",
        overview=(
            "The survey vessel Pilgrim was sent to name ten moons. On the fortieth night its navigator counts eleven,"
            " and the eleventh is counting back. A quiet, wide-eyed first-contact story about arithmetic and "
            "homesickness."
        ),
        genres=("Science Fiction", "Mystery"),
        vote=8.1,
        votes=2304,
        director="Wen Adeyemi",
        writer="Wen Adeyemi",
        cast=(
            ("Maren Oduya", "Navigator Ilse Roth"),
            ("Caleb Storm", "Captain Vane"),
            ("Lucía Prado", "Dr. Okafor"),
            ("Jun Hale", "Pilgrim"),
        ),
        scene="planets",
        poster=PosterStyle(WIDE, "Eleven|Moons|of Ada", None, "#ffe8d0", "#12041f", "#f3cdb0", 0.05),
        clip=ClipStyle(
            24, "vectors", 1920, 1080, drift=(-1, 0.5), root=146.83, notes=(0, 7, 14, 19, 12, 7, 14, 10) * 2, color="#f1c9a4"
        ),
        spoken=(
            ("Ten moons. Log it.", "Zehn Monde. Fürs Protokoll."),
            ("Then what is that one doing?", "Und was macht dann der da?"),
            ("It moved. It counted us.", "Er hat sich bewegt. Er hat uns gezählt."),
        ),
        released=(10, 27),
    ),
    DemoTitle(
        slug="the-lamplighters-daughter",
        kind="movie",
        title="The Lamplighter's Daughter",
        year=2019,
        tagline="Some lights are lit to keep ships away.",
        overview=(
            "In the winter of 1911 a girl takes over her father's lighthouse and his one unwritten duty: on certain "
            "nights the lamp must stay dark. A slow-burning coastal mystery told in storms and letters."
        ),
        genres=("Drama", "Mystery"),
        vote=7.8,
        votes=1490,
        director="Orla Penhallow",
        writer="Fintan Graves",
        cast=(
            ("Saoirse Lund", "Morwen Tay"),
            ("Albert Rook", "Josiah Tay"),
            ("Emil Brandt", "The Inspector"),
            ("Hedda Croft", "Widow Carne"),
        ),
        scene="lighthouse",
        poster=PosterStyle(THIN, "The|Lamplighter's|Daughter", 0.07, "#fff1d6", "#070b1d", "#d8c8a8", 0.052),
        clip=ClipStyle(40, "gradient", drift=(0.7, 0.2), root=164.81, notes=(0, 3, 7, 12, 10, 7, 3, 7) * 2, color="#ffd27a"),
        spoken=(
            ("Father, why is the lamp cold?", "Vater, warum ist die Lampe kalt?"),
            ("Because tonight someone is coming home.", "Weil heute Nacht jemand heimkommt."),
            ("Write it down, then burn the book.", "Schreib es auf, und dann verbrenn das Buch."),
        ),
        released=(11, 8),
    ),
    DemoTitle(
        slug="dust-and-neon",
        kind="movie",
        title="Dust & Neon",
        year=1987,
        tagline="Full tank. No past. One more sunset.",
        overview=(
            "A courier with a stolen memory cartridge has until sunrise to cross six hundred miles of abandoned "
            "highway. Every radio station plays the same song, and it is about her."
        ),
        genres=("Action", "Science Fiction"),
        vote=6.9,
        votes=1733,
        director="Vic Tanaka",
        writer="R. J. Mercer",
        cast=(("Dana Volt", "Kit"), ("Chet Ransome", "The Dispatcher"), ("Yuki Stone", "Echo"), ("Bram Cutler", "Sheriff Ames")),
        scene="neon_sun",
        poster=PosterStyle(HEAVY, "Dust|& Neon", None, "#ffe98a", "#0b0320", "#8feaff", 0.075),
        clip=ClipStyle(
            26,
            "bars",
            drift=(1, 0),
            root=110.0,
            notes=(0, 12, 0, 10, 0, 12, 15, 10, 0, 12, 0, 10, 5, 17, 3, 15),
            color="#ff4fa4",
            container="mp4",
        ),
        spoken=(
            ("How far to sunrise?", "Wie weit noch bis Sonnenaufgang?"),
            ("Six hundred miles, and it is gaining.", "Tausend Kilometer, und sie holt auf."),
            ("Turn that song off.", "Mach das Lied aus."),
        ),
        released=(8, 14),
    ),
    DemoTitle(
        slug="the-clockmakers-alibi",
        kind="movie",
        title="The Clockmaker's Alibi",
        year=1962,
        tagline="At midnight he was in three places.",
        overview=(
            "Three witnesses saw the clockmaker at the stroke of twelve: at the opera, on the bridge and beside the "
            "body. Inspector Lavelle, who distrusts clocks and opera alike, has one night to find out which of them "
            "keeps time."
        ),
        genres=("Crime", "Comedy"),
        vote=7.6,
        votes=954,
        director="Armand Delacroix-Wells",
        writer="Sylvie Thorne",
        cast=(
            ("Leopold Finch", "Inspector Lavelle"),
            ("Mina Harrow", "Odette"),
            ("Gustav Pell", "The Clockmaker"),
            ("Rosa Winter", "Madame Brun"),
        ),
        scene="deco_clock",
        poster=PosterStyle(WIDE, "The|Clockmaker's|Alibi", None, "#e9c27a", None, "#b98a3c", 0.048),
        clip=ClipStyle(26, "testcard", drift=(0.4, -0.4), root=261.63, notes=(0, 4, 7, 4) * 4, color="#d9ac5a"),
        spoken=(
            ("All clocks lie, madame. Some do it on the hour.", "Alle Uhren lügen, Madame. Manche tun es pünktlich."),
            ("Then arrest the clock.", "Dann verhaften Sie die Uhr."),
            ("I already have.", "Das habe ich schon."),
        ),
        released=(3, 2),
    ),
    DemoTitle(
        slug="hour-of-the-heron",
        kind="movie",
        title="Hour of the Heron",
        year=2014,
        tagline="Stand still until the world begins.",
        overview=(
            "A sound engineer who has lost the hearing in one ear spends a year beside a northern lake, recording a "
            "bird that makes almost no sound at all. A film about patience, with the best silence of its decade."
        ),
        genres=("Drama", "Documentary"),
        vote=7.9,
        votes=640,
        director="Aino Kallas-Reed",
        writer="Aino Kallas-Reed",
        cast=(
            ("Petra Lindqvist", "Maja"),
            ("Omar Tindall", "The Ferryman"),
            ("Elsa Brook", "Maja's mother"),
            ("Toivo Lake", "Himself"),
        ),
        scene="heron",
        poster=PosterStyle(PLAIN, "Hour of|the Heron", 0.08, "#f7e9c8", "#1a2f3c", "#cfd6c0", 0.068),
        clip=ClipStyle(26, "gradient", drift=(0.6, 0.1), root=174.61, notes=(0, 0, 7, 7, 12, 12, 14, 14) * 2, color="#fff0c8"),
        spoken=(
            ("Day one hundred and twelve. It breathed.", "Tag einhundertzwölf. Er hat geatmet."),
            ("You can hear it if you stop wanting to.", "Man hört ihn, wenn man es nicht mehr will."),
            ("There.", "Da."),
        ),
        released=(5, 9),
    ),
    DemoTitle(
        slug="greenhouse",
        kind="movie",
        title="Greenhouse",
        year=2024,
        tagline="It has been so good to you.",
        overview=(
            "The last botanist of a shuttered institute is asked to switch off the lights in Greenhouse Four. The "
            "plants have prepared a counter-offer. An unsettling, beautiful chamber piece in every shade of green."
        ),
        genres=("Horror", "Science Fiction"),
        vote=7.1,
        votes=1188,
        director="Thea Moss",
        writer="Ben Achterberg",
        cast=(
            ("Vera Santangelo", "Dr. Iris Hahn"),
            ("Paul Okoro", "The Caretaker"),
            ("Lily Marsh", "Voice of Four"),
            ("Hugo Stern", "Director Wolff"),
        ),
        scene="leaves",
        poster=PosterStyle(TALL, "Greenhouse", None, "#eaffc4", "#04100a", "#b9dc8f", 0.11),
        clip=ClipStyle(24, "life", drift=(0.3, 0.5), root=123.47, notes=(0, 1, 7, 8, 12, 8, 7, 1) * 2, color="#9ee06a"),
        spoken=(
            ("Good morning, Four.", "Guten Morgen, Vier."),
            ("We let you sleep. You looked tired.", "Wir haben Sie schlafen lassen. Sie sahen müde aus."),
            ("Who is we?", "Wer ist wir?"),
        ),
        released=(2, 23),
    ),
    DemoTitle(
        slug="winter-tram",
        kind="movie",
        title="Winter Tram",
        year=2015,
        tagline="Last stop: each other.",
        overview=(
            "On the night the city freezes over, the last number eleven stays on its rails with nine strangers "
            "inside. By dawn there is one proposal, one birth, one recipe for soup and no more strangers."
        ),
        genres=("Romance", "Comedy"),
        vote=7.2,
        votes=1021,
        director="Klára Novotny",
        writer="Matthias Behr",
        cast=(
            ("Jana Weiss", "Lenka"),
            ("Piotr Hollander", "The Driver"),
            ("Samira Daoud", "Dr. Aziz"),
            ("Old Frantisek", "Himself, nearly"),
        ),
        scene="winter_street",
        poster=PosterStyle(PLAIN, "Winter|Tram", 0.075, "#f4f7ff", "#0d1735", "#27335c", 0.09),
        clip=ClipStyle(26, "none", drift=(-1, 0.1), root=293.66, notes=(0, 4, 7, 11, 12, 11, 7, 4) * 2, color="#ffe3a1"),
        spoken=(
            ("Ladies and gentlemen, we have arrived at nowhere.", "Meine Damen und Herren, wir sind im Nirgendwo angekommen."),
            ("Does anyone have a pot?", "Hat jemand einen Topf?"),
            ("I have a spoon.", "Ich habe einen Löffel."),
        ),
        released=(12, 4),
    ),
)
