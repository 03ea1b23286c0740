import { describe, expect, it } from "vitest";
import { picture } from "../src/api/pictures.ts";
import type { ItemSummary, Job, Person, TitleProgress } from "../src/api/types.ts";
import { inkOn } from "../src/parts/color.ts";
import { nearest } from "../src/parts/spatial.ts";
import { watchPath } from "../src/parts/watch-path.ts";
import { match } from "../src/router/match.ts";
import { discovery, wantedOf } from "../src/screens/discover/filters.ts";
import { decades, yearParameters, yearsIn, yearsOf } from "../src/screens/library/years.ts";
import { roles } from "../src/screens/person/roles.ts";
import { seasonsOf } from "../src/screens/title/episode-order.ts";
import { lastPlayed, nextUp } from "../src/screens/title/next-up.ts";
import { trailerAddress } from "../src/screens/title/trailer-address.ts";
import { without } from "../src/screens/title/without.ts";
import { mergeJob } from "../src/state/jobs.ts";

describe("routes", () => {
  it("match by their parts and name the rest", () => {
    expect(match("/movies/:id", "/movies/movie-603")).toEqual({ id: "movie-603" });
    expect(match("/", "/")).toEqual({});
    expect(match("/movies/:id", "/movies")).toBeNull();
    expect(match("/movies/:id", "/shows/show-1")).toBeNull();
  });
});

describe("spatial navigation", () => {
  const box = (left: number, top: number) => ({ left, top, right: left + 100, bottom: top + 150 });
  it("stays in the row sideways", () => {
    expect(nearest(box(0, 0), [box(240, 0), box(120, 0), box(120, 200)], "right")).toBe(1);
    expect(nearest(box(240, 0), [box(0, 0), box(120, 200)], "left")).toBe(0);
    expect(nearest(box(240, 0), [box(120, 300)], "left")).toBe(-1);
  });
  it("goes to the next row, not to the one straight below it", () => {
    expect(nearest(box(300, 0), [box(0, 200), box(300, 600)], "down")).toBe(0);
    expect(nearest(box(300, 0), [box(0, 200), box(280, 200)], "down")).toBe(1);
  });
});

describe("ink on posters", () => {
  it("is dark on light colours and light on dark ones", () => {
    expect(inkOn("#f5e6b8")).toBe("#17120a");
    expect(inkOn("#1d2f4f")).toBe("#fff8ec");
    expect(inkOn(null)).toBe("#fff8ec");
    expect(inkOn("red")).toBe("#fff8ec");
  });
});

describe("the episode that Play plays", () => {
  const item = (season: number, episode: number) => ({ id: `${season}-${episode}`, season, episode }) as ItemSummary;
  const show = { library: { available: true, items: [item(0, 1), item(1, 2), item(1, 1), item(2, 1)] } };
  const played = (item_id: string, watched: boolean) => ({ item_id, watched, position: 1, duration: 2 });
  it("is the first at first, specials last", () => expect(nextUp(show, null)?.id).toBe("1-1"));
  it("is the one being watched", () => expect(nextUp(show, played("1-2", false))?.id).toBe("1-2"));
  it("is the one after the last watched", () => expect(nextUp(show, played("1-2", true))?.id).toBe("2-1"));
  it("is none where there is nothing", () => {
    expect(nextUp({ library: { available: false, items: [] } }, null)).toBeNull();
  });
  it("follows what was played last, if anything was", () => {
    const of = (progress: Partial<TitleProgress>) => lastPlayed(progress as TitleProgress);
    expect(of({ item_id: null, updated_at: null })).toBeNull();
    expect(of({ ...played("1-2", true), updated_at: "2026-01-01T00:00:00Z" })).toEqual(played("1-2", true));
    expect(lastPlayed(undefined)).toBeNull();
  });
});

describe("what is discovered", () => {
  const of = (text: string) => wantedOf(new URLSearchParams(text));
  it("is a row of every list at first", () => {
    expect(of("")).toMatchObject({ kind: "movie", listing: null, filtered: false });
  });
  it("is one list, unless there are filters", () => {
    expect(of("kind=show&list=upcoming")).toMatchObject({ kind: "show", listing: "upcoming", filtered: false });
    expect(of("list=upcoming&genre=drama")).toMatchObject({ listing: null, genre: "drama", filtered: true });
  });
  it("ignores what it does not know", () => {
    expect(of("list=nonsense&decade=1995&sort=colour")).toMatchObject({ listing: null, decade: null, filtered: false });
  });
  it("asks for whole decades, and for votes where the best are wanted", () => {
    const asked = discovery(of("decade=1990&sort=-vote_average"));
    expect(asked).toMatchObject({ year_from: 1990, year_to: 1999, votes_from: 50 });
    expect(discovery(of("genre=drama"))).toMatchObject({ year_from: null, year_to: null, votes_from: null });
  });
});

describe("similar titles", () => {
  it("are those that are not recommended already", () => {
    expect(without([{ id: "a" }, { id: "b" }], [{ id: "b" }, { id: "c" }])).toEqual([{ id: "a" }]);
  });
});

describe("trailers", () => {
  it("lead to sites that are known, with keys that are harmless", () => {
    expect(trailerAddress({ site: "YouTube", key: "vKQi3bBA1y8" })).toBe("https://www.youtube.com/watch?v=vKQi3bBA1y8");
    expect(trailerAddress({ site: "YouTube", key: "x&list=y" })).toBeNull();
    expect(trailerAddress({ site: "Elsewhere", key: "vKQi3bBA1y8" })).toBeNull();
  });
});

describe("what somebody was in", () => {
  const title = (id: string, department: "cast" | "crew", role: string) =>
    ({ id, department, role }) as Person["titles"][number];
  it("is told once for each side of the camera", () => {
    const all = [title("a", "crew", "Director"), title("a", "crew", "Writer"), title("a", "cast", "Herself")];
    expect(roles(all, "crew").map(({ role }) => role)).toEqual(["Director, Writer"]);
    expect(roles(all, "cast").map(({ role }) => role)).toEqual(["Herself"]);
  });
});

describe("jobs", () => {
  const job = (id: string, created_at: string, updated_at: string, done = 0) =>
    ({ id, created_at, updated_at, done }) as Job;
  it("are kept newest first", () => {
    const merged = mergeJob([job("a", "2026-01-01", "1")], job("b", "2026-01-02", "1"));
    expect(merged.map((each) => each.id)).toEqual(["b", "a"]);
  });
  it("do not go back when an older report arrives late", () => {
    const merged = mergeJob([job("a", "1", "2026-01-01T00:00:05Z", 5)], job("a", "1", "2026-01-01T00:00:04Z", 4));
    expect(merged[0]?.done).toBe(5);
  });
});

describe("years of the library", () => {
  const of = (text: string) => yearsOf(new URLSearchParams(text));
  it("are read from the address, and nonsense is no year", () => {
    expect(of("decade=1990")).toEqual({ year: null, decade: 1990 });
    expect(of("year=1994&decade=1990")).toEqual({ year: 1994, decade: 1990 });
    expect(of("year=soon")).toEqual({ year: null, decade: null });
  });
  it("narrow a list to a year or to ten", () => {
    expect(yearParameters(of("year=1994"))).toEqual({ year_from: 1994, year_to: 1994 });
    expect(yearParameters(of("decade=1990"))).toEqual({ year_from: 1990, year_to: 1999 });
    expect(yearParameters(of(""))).toEqual({ year_from: null, year_to: null });
  });
  it("are offered as far as there is something", () => {
    expect(decades(1987, 2004)).toEqual([2000, 1990, 1980]);
    expect(yearsIn(1980, 1987, 2004)).toEqual([1989, 1988, 1987]);
  });
});

describe("the files of a show", () => {
  const item = (season: number, episode: number) => ({ id: `${season}-${episode}`, season, episode }) as ItemSummary;
  it("are in order, specials last", () => {
    const seasons = seasonsOf([item(0, 1), item(2, 1), item(1, 2), item(1, 1)]);
    expect(seasons.map(([season, items]) => [season, items.map(({ episode }) => episode)])).toEqual([
      [1, [1, 2]],
      [2, [1]],
      [0, [1]],
    ]);
  });
});

describe("where a title is played", () => {
  it("names the item, and the start where it is wanted", () => {
    expect(watchPath("show-1")).toBe("/watch/show-1");
    expect(watchPath("show-1", "item 2", "start")).toBe("/watch/show-1?item=item+2&from=start");
  });
});

describe("pictures", () => {
  it("are offered in the sizes that the server makes", () => {
    const { src, srcset } = picture("/api/v1/images/profile/w185/face.jpg", "profile");
    expect(src).toBe("/api/v1/images/profile/w185/face.jpg");
    expect(srcset).toBe("/api/v1/images/profile/w185/face.jpg 185w, /api/v1/images/profile/h632/face.jpg 421w");
  });
  it("are left as they are where there is one size, or none is named", () => {
    expect(picture("/api/v1/images/still/w300/a.jpg", "still").srcset).toBeUndefined();
    expect(picture("/poster.svg", "poster")).toEqual({ src: "/poster.svg" });
  });
});
