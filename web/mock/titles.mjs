// Invented titles for trying the UI without a server.
const FILMS = [
  [
    "The Lantern Keepers",
    2021,
    ["Adventure", "Family"],
    "#7a3b1d",
    "Two sisters keep the last lighthouse of a coast that the maps have forgotten, until a ship answers.",
  ],
  ["Nightbus 41", 2019, ["Thriller"], "#1d2f4f", "One driver, eleven passengers, and a stop that is not on the line."],
  [
    "Paper Moons",
    2016,
    ["Drama", "Romance"],
    "#b08a4a",
    "A printer and a cartographer exchange letters for forty years and one afternoon.",
  ],
  [
    "The Quiet Orchard",
    2023,
    ["Drama"],
    "#4d6b2f",
    "After the harvest fails, a village finds out what the orchard was for.",
  ],
  [
    "Copper Sea",
    2020,
    ["Science Fiction", "Adventure"],
    "#a4552a",
    "Salvagers on a dry ocean floor wake something that remembers the water.",
  ],
  [
    "Seven Doors to Lisbon",
    2018,
    ["Mystery"],
    "#2b5c63",
    "A locksmith inherits seven keys and a city that keeps moving the doors.",
  ],
  [
    "Grandmaster Kid",
    2022,
    ["Comedy", "Family"],
    "#d9b23c",
    "She is nine, she never loses, and she would rather play football.",
  ],
  ["Winterreise", 2014, ["Music", "Drama"], "#8fa3b5", "A pianist walks home through a country under snow."],
  ["Static", 2024, ["Horror"], "#2a2a31", "The radio tells tomorrow's weather. Then tomorrow's names."],
  [
    "Überfahrt nach Ångström: Ein sehr langer Titel über das Meer",
    2011,
    ["Documentary"],
    "#27506e",
    "Six weeks aboard a container ship.",
  ],
  ["Bread & Thunder", 2017, ["Comedy"], "#93402f", "Two rival bakeries, one oven, a storm."],
  [
    "The Last Projectionist",
    2015,
    ["Drama", "History"],
    "#5a2140",
    "The picture house closes on Sunday. There are five reels left.",
  ],
  ["Orbit of Small Things", 2023, ["Science Fiction"], "#3c3a6e", "A repair crew of three and a toaster."],
  ["Halfway House", 2012, ["Crime"], "#3f4a3a", "Everyone here has done something. Only one did it twice."],
  ["Marigold Street", 2020, ["Romance"], "#c9772b", ""],
  ["Kilometre Zero", 2009, ["Action"], "#57402c", "The race begins where the road ends."],
];
const SHOWS = [
  [
    "Harbour Lights",
    2020,
    ["Drama", "Crime"],
    "#1f4a5a",
    "A harbour pilot, a customs officer, and the tide table that does not add up.",
  ],
  ["The Understudies", 2022, ["Comedy"], "#8a3556", "They know every line. Nobody has ever called."],
  ["Deep Field", 2024, ["Science Fiction"], "#262a55", "A telescope finds a light that looks back."],
];

const now = Date.now();
const color = (index, list) => list[index][3];

function card(kind, list, index) {
  const [title, year, genres, , overview] = list[index];
  const id = kind === "movie" ? `movie-${100 + index}` : `show-${200 + index}`;
  const begun = { 0: 0.45, 4: 0.12, 8: 0.8 }[index];
  const length = 5_780;
  const progress =
    kind === "movie" && begun
      ? { position: length * begun, duration: length, watched: false, item_id: `item-${id}` }
      : kind === "movie" && index === 5
        ? { position: length, duration: length, watched: true, item_id: `item-${id}` }
        : null;
  const bare = index === 13 || index === 9;
  return {
    id,
    kind,
    title,
    year,
    overview,
    poster: bare ? null : `/api/v1/images/poster/w342/${id}.svg`,
    poster_color: color(index, list),
    backdrop: bare ? null : `/api/v1/images/backdrop/w1280/${id}.svg`,
    genres,
    runtime: kind === "movie" ? 88 + index * 4 : 48,
    vote_average: 6.1 + (index % 7) * 0.4,
    added_at: new Date(now - index * 86_400_000).toISOString(),
    demo: true,
    progress,
  };
}

export const movies = FILMS.map((_, index) => card("movie", FILMS, index));
export const shows = SHOWS.map((_, index) => card("show", SHOWS, index));
export const all = [...movies, ...shows];
export const genres = [...new Set(all.flatMap((title) => title.genres))]
  .sort()
  .map((name) => ({ id: name.toLowerCase().replaceAll(" ", "-"), name }));

const PEOPLE = [
  "Mara Lindqvist",
  "Tomás Ferreira",
  "Ada Okonkwo",
  "Jun Watanabe",
  "Élodie Marchand",
  "Piotr Zieliński",
  "Sam Rivers",
  "Noor Haddad",
];
const ROLES = ["Ida", "The Captain", "Young Ida", "Dr Sato", "Madeleine", "The Postman", "Sam", "Leila"];

function item(title, season = null, episode = null, name = "") {
  const id = season ? `item-${title.id}-${season}-${episode}` : `item-${title.id}`;
  const file = {
    id: `file-${id}`,
    name: season ? `${title.title} S0${season}E0${episode}.mkv` : `${title.title} (${title.year}).mkv`,
    size: 4_312_445_120,
    container: "matroska",
    video_codec: "h264",
    height: 1080,
    hdr: null,
    duration: 120,
    state: "ok",
  };
  return {
    id,
    title_id: title.id,
    kind: season ? "episode" : "movie",
    season,
    episode,
    name,
    duration: 120,
    files: [file],
  };
}

const EPISODES = ["Slack Water", "The Manifest", "Fog Signal", "Two Anchors", "Lee Shore", "High Tide"];
export const episodeItems = (show) =>
  [1, 2].flatMap((season) => EPISODES.slice(0, 4).map((name, n) => item(show, season, n + 1, name)));

export function detail(title) {
  const items = title.kind === "movie" ? [item(title)] : episodeItems(title);
  return {
    ...title,
    original_title: title.title,
    tagline: title.id.endsWith("0") ? "The light remembers." : "",
    release_date: `${title.year}-09-14`,
    genres: title.genres.map((name) => ({ id: name.toLowerCase(), name })),
    vote_count: 1_243,
    credits: {
      cast: PEOPLE.map((name, n) => ({ id: `person-${n}`, name, character: ROLES[n], profile: null })),
      crew: [{ id: "person-9", name: "Greta Sandoval", job: "Director" }],
    },
    videos: [],
    external_ids: {},
    attribution: "Invented for the demo.",
    matched: title.id !== "movie-113",
    library: { available: true, items },
    seasons:
      title.kind === "show"
        ? [1, 2].map((number) => ({ number, name: `Season ${number}`, episode_count: 6, poster: null }))
        : undefined,
    progress:
      title.kind === "show"
        ? { position: 40, duration: 120, watched: false, item_id: `item-${title.id}-1-2` }
        : title.progress,
  };
}

export function season(show, number) {
  return {
    number,
    name: `Season ${number}`,
    overview: "",
    poster: null,
    episodes: EPISODES.map((name, n) => ({
      season: number,
      number: n + 1,
      name,
      overview: "The night shift finds a name on the manifest that was crossed out before the ship was built.",
      air_date: `202${number}-03-0${n + 1}`,
      runtime: 48,
      still: n === 3 ? null : `/api/v1/images/still/w300/${show.id}-${n}.svg`,
      item_id: n < 4 ? `item-${show.id}-${number}-${n + 1}` : null,
      progress:
        number === 1 && n === 0
          ? { position: 2_880, duration: 2_880, watched: true, item_id: "x" }
          : number === 1 && n === 1
            ? { position: 960, duration: 2_880, watched: false, item_id: "x" }
            : null,
    })),
  };
}

export const itemDetail = (id) => {
  const [, , season_, episode] = /item-((?:movie|show)-\d+)(?:-(\d)-(\d))?/.exec(id) ?? [];
  const title = all.find((each) => id.includes(each.id)) ?? movies[0];
  const base = item(
    title,
    season_ ? Number(season_) : null,
    episode ? Number(episode) : null,
    episode ? EPISODES[episode - 1] : "",
  );
  return {
    ...base,
    files: base.files.map((file) => ({
      ...file,
      path: `/media/films/${file.name}`,
      video: {
        codec: "h264",
        profile: "High",
        level: 41,
        width: 1920,
        height: 1080,
        bit_depth: 8,
        hdr: null,
        frame_rate: 23.976,
        rotation: 0,
      },
      audio: [
        { index: 1, codec: "eac3", channels: 6, language: "en", title: null, default: true },
        { index: 2, codec: "aac", channels: 2, language: "de", title: "Kommentar", default: false },
      ],
      subtitles: [
        {
          index: 3,
          codec: "subrip",
          language: "en",
          title: null,
          forced: false,
          default: false,
          text: true,
          external: false,
        },
      ],
      chapters: [
        { start: 0, end: 60, title: "Opening" },
        { start: 60, end: 120, title: "The Harbour" },
      ],
    })),
  };
};
