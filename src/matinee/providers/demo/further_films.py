"""More films of the demo."""

from __future__ import annotations

from matinee.providers.demo.artwork.faces import BOLD, HEAVY, PLAIN, TALL, THIN
from matinee.providers.demo.titles import ClipStyle, DemoTitle, PosterStyle

FURTHER_FILMS: tuple[DemoTitle, ...] = (
    DemoTitle(
        slug="paper-kites",
        kind="movie",
        title="Paper Kites",
        year=2020,
        tagline="Hold on. Let go. Repeat.",
        overview=(
            "Five cousins, one roof, and a summer without money for toys. When the eldest folds a kite from unpaid "
            "bills, the whole street looks up. A warm, funny film for everybody who ever waited for wind."
        ),
        genres=("Family", "Animation"),
        vote=7.7,
        votes=1377,
        director="Maya Lindholm",
        writer="Arjun Sethi",
        cast=(("Tilly Okonjo", "Bea"), ("Max Ferreira", "Grandpa Lou"), ("Aya Nord", "The Twins"), ("Sol Whitaker", "The Wind")),
        scene="kites",
        poster=PosterStyle(BOLD, "Paper|Kites", None, "#ffffff", "#1d5f8a", "#f0fbff", 0.085),
        clip=ClipStyle(
            26, "waves", drift=(0.5, 0.9), root=329.63, notes=(0, 4, 7, 12, 16, 12, 7, 4) * 2, color="#ffffff", container="mp4"
        ),
        spoken=(
            ("That is the electricity bill!", "Das ist die Stromrechnung!"),
            ("It was. Now it is a dragon.", "War es. Jetzt ist es ein Drache."),
            ("Then let it fly.", "Dann lass ihn fliegen."),
        ),
        released=(7, 3),
    ),
    DemoTitle(
        slug="northern-line-after-midnight",
        kind="movie",
        title="Northern Line After Midnight",
        year=2021,
        tagline="The last train is never empty.",
        overview=(
            "A night-shift track inspector finds a platform that is on no plan, with a bench that is still warm. "
            "Every night he walks a little further in; every morning the city has one station more."
        ),
        genres=("Thriller", "Mystery"),
        vote=7.3,
        votes=1602,
        director="Desmond Ware",
        writer="Lottie Grange",
        cast=(
            ("Kofi Renner", "Walter Dunn"),
            ("Imogen Slate", "Control"),
            ("Piers Locke", "The Passenger"),
            ("Ada Quist", "Mrs. Dunn"),
        ),
        scene="tunnel",
        poster=PosterStyle(TALL, "Northern Line|After|Midnight", 0.07, "#e6ffd0", "#020706", "#9cc48a", 0.06),
        clip=ClipStyle(26, "carpet", drift=(0.2, 0.2), root=98.0, notes=(0, 0, 6, 0, 7, 0, 6, 1) * 2, color="#c8ff9e"),
        spoken=(
            ("Control, I am on a platform. It has no name.", "Leitstelle, ich bin auf einem Bahnsteig. Er hat keinen Namen."),
            ("Walter, there is no platform there.", "Walter, da ist kein Bahnsteig."),
            ("Then who is on the bench?", "Und wer sitzt dann auf der Bank?"),
        ),
        released=(10, 29),
    ),
    DemoTitle(
        slug="the-infinite-coastline",
        kind="movie",
        title="The Infinite Coastline",
        year=2022,
        tagline="How long is the edge of the world?",
        overview=(
            "Two cartographers set out to measure the shore of one small island and find that the closer they look, "
            "the longer it grows. A playful documentary about maps, mathematics and the pleasure of never arriving."
        ),
        genres=("Documentary",),
        vote=8.0,
        votes=533,
        director="Beatriz Holm",
        writer="Ewan Strand",
        cast=(("Beatriz Holm", "Herself"), ("Ewan Strand", "Himself"), ("Una Fell", "Narrator")),
        scene="contours",
        poster=PosterStyle(THIN, "The|Infinite|Coastline", None, "#12404a", "#e9f3ef", "#2b5a63", 0.045),
        clip=ClipStyle(24, "fractal", drift=(0.3, -0.3), root=220.0, notes=(0, 2, 4, 7, 9, 12, 14, 16) * 2, color="#12404a"),
        spoken=(
            ("Yesterday it was ninety kilometres.", "Gestern waren es neunzig Kilometer."),
            ("Today we brought a shorter ruler.", "Heute haben wir ein kürzeres Lineal dabei."),
            ("Tomorrow we count the sand.", "Morgen zählen wir den Sand."),
        ),
        released=(4, 22),
    ),
    DemoTitle(
        slug="seven-locks",
        kind="movie",
        title="Seven Locks",
        year=2017,
        tagline="Six experts. One key.",
        overview=(
            "A vault built by a toymaker has seven locks, and each can only be opened by someone who has never stolen"
            " anything. The gang has eight days to find an honest person. A heist film with impeccable manners."
        ),
        genres=("Crime", "Comedy"),
        vote=7.5,
        votes=1876,
        director="Nico Ferrante",
        writer="Pam Ostrow",
        cast=(("Ludo Marchetti", "Fitz"), ("Carmen Vale", "The Duchess"), ("Theo Blum", "Numbers"), ("Agnes Park", "Agnes")),
        scene="bauhaus",
        poster=PosterStyle(HEAVY, "Seven|Locks", None, "#f7efdc", "#1c1c1c", "#e6dabf", 0.11, block=True),
        clip=ClipStyle(
            26, "testcard", drift=(1, 0.8), root=130.81, notes=(0, 7, 3, 10, 0, 7, 5, 12) * 2, color="#e8a72c", container="mp4"
        ),
        spoken=(
            ("Have you ever taken anything?", "Haben Sie schon einmal etwas genommen?"),
            ("A day off, in 1998.", "Einen Tag frei, 1998."),
            ("She is perfect.", "Sie ist perfekt."),
        ),
        released=(9, 15),
    ),
    DemoTitle(
        slug="a-field-guide-to-leaving",
        kind="movie",
        title="A Field Guide to Leaving",
        year=2018,
        tagline="Turn left where the barn used to be.",
        overview=(
            "After forty years behind the counter of a country petrol station, Walter gives directions to everyone "
            "but himself. Then someone leaves the keys of a small red car. A gentle comedy of detours."
        ),
        genres=("Comedy", "Drama"),
        vote=7.4,
        votes=902,
        director="June Ashby",
        writer="Cormac Field",
        cast=(("Harold Penn", "Walter"), ("Zadie Cole", "The Hitchhiker"), ("Ruth Alder", "Marguerite"), ("Biscuit", "The Dog")),
        scene="hills",
        poster=PosterStyle(PLAIN, "A Field Guide|to Leaving", 0.08, "#5a2f45", None, "#f5d9bd", 0.058),
        clip=ClipStyle(26, "waves", drift=(-0.8, 0.3), root=233.08, notes=(0, 4, 7, 9, 12, 9, 7, 4) * 2, color="#fff3d0"),
        spoken=(
            ("You cannot miss it.", "Sie können es nicht verfehlen."),
            ("I have missed it for forty years.", "Ich verfehle es seit vierzig Jahren."),
            ("Then it is about time, Walter.", "Dann wird es aber Zeit, Walter."),
        ),
        released=(5, 25),
    ),
    DemoTitle(
        slug="tidewater-blues",
        kind="movie",
        title="Tidewater Blues",
        year=2011,
        tagline="Every record has another side.",
        overview=(
            "A collector finds a pressing of a song that was never recorded, by a singer who never lived. The label "
            "reads: press again when the water rises. A music film with a flood in its heart."
        ),
        genres=("Music", "Drama"),
        vote=7.0,
        votes=711,
        director="Odell Rivers",
        writer="Odell Rivers",
        cast=(
            ("Marcus Teal", "Ray Dupont"),
            ("Coretta Gale", "Lady Tidewater"),
            ("Sid Barrow", "The Presser"),
            ("Nell Haynes", "June"),
        ),
        scene="vinyl",
        poster=PosterStyle(BOLD, "Tidewater|Blues", None, "#f7c873", "#072440", "#9fd0e0", 0.07, block=True),
        clip=ClipStyle(
            40,
            "bars",
            drift=(0.5, 0.2),
            root=146.83,
            notes=(0, 3, 5, 6, 7, 10, 12, 10, 7, 6, 5, 3, 0, 3, 0, 3),
            color="#f7c873",
            container="mp4",
        ),
        spoken=(
            ("Play it again, but slower.", "Spiel es noch einmal, aber langsamer."),
            ("It only has one speed, Ray.", "Es hat nur eine Geschwindigkeit, Ray."),
            ("So does water.", "Wasser auch."),
        ),
        released=(3, 18),
    ),
    DemoTitle(
        slug="rule-of-thirty",
        kind="movie",
        title="Rule of Thirty",
        year=2020,
        tagline="It began with a single square.",
        overview=(
            "A knitting pattern, a seashell and a broken random number generator share one tiny rule. A mathematician"
            " and a weaver follow it row by row, and the pattern never repeats. The most relaxing thriller about "
            "order you will see."
        ),
        genres=("Documentary", "Mystery"),
        vote=7.6,
        votes=418,
        director="Linnea Voss",
        writer="Dr. Hal Prime",
        cast=(("Dr. Hal Prime", "Himself"), ("Rosalind Weft", "Herself"), ("Una Fell", "Narrator")),
        scene="automaton",
        poster=PosterStyle(HEAVY, "Rule|of|Thirty", None, "#c33c3c", "#f6f1e6", "#16263f", 0.055),
        clip=ClipStyle(
            24,
            "cells",
            drift=(0.2, 0.6),
            root=349.23,
            notes=(0, 12, 7, 0, 12, 7, 0, 12, 7, 0, 12, 7, 0, 12, 7, 14),
            color="#16263f",
        ),
        spoken=(
            ("One black cell. That is all we give it.", "Eine schwarze Zelle. Mehr geben wir ihm nicht."),
            ("And then?", "Und dann?"),
            ("And then we try to keep up.", "Und dann versuchen wir mitzukommen."),
        ),
        released=(1, 30),
    ),
    DemoTitle(
        slug="the-long-intermission",
        kind="movie",
        title="The Long Intermission",
        year=1948,
        tagline="Please remain seated.",
        overview=(
            "The second reel has gone missing and the projectionist with it. For one night the ushers, the pianist "
            "and a very stubborn audience improvise the rest of the film. A lost comedy, restored from memory."
        ),
        genres=("Comedy", "Family"),
        vote=7.8,
        votes=365,
        director="Walter P. Lantern",
        writer="Edith Marble",
        cast=(
            ("Buster Crane", "The Usher"),
            ("Dolly Vance", "Miss Popkorn"),
            ("Ignatz Bloom", "The Pianist"),
            ("Clara Night", "The Audience"),
        ),
        scene="curtains",
        poster=PosterStyle(TALL, "The Long|Intermission", 0.15, "#f5f5f5", "#141414", "#c8c8c8", 0.075),
        clip=ClipStyle(
            24,
            "testcard",
            960,
            720,
            drift=(0.5, 0),
            root=277.18,
            notes=(0, 4, 7, 4, 0, 4, 8, 4, 0, 4, 9, 4, 0, 4, 10, 7),
            color="#ffffff",
            monochrome=True,
        ),
        spoken=(
            ("Reel two will follow in a moment.", "Die zweite Rolle folgt in einem Augenblick."),
            ("That was on Tuesday!", "Das war am Dienstag!"),
            ("It is a long film, madam.", "Es ist ein langer Film, gnädige Frau."),
        ),
        released=(4, 16),
    ),
)
