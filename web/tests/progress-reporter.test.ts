import { beforeEach, describe, expect, it, vi } from "vitest";
import { flush, ProgressReporter, type Report, type ReporterPorts } from "../src/screens/player/progress-reporter.ts";

let kept: Report[];
let sent: Report[];
let offline: boolean;
let time: number;

const ports: ReporterPorts = {
  send: async (report) => {
    if (offline) throw new Error("offline");
    sent.push(report);
  },
  worthKeeping: () => offline,
  store: { read: () => [...kept], write: (reports) => kept.splice(0, kept.length, ...reports) },
  now: () => new Date(time++ * 1000),
};

beforeEach(() => {
  kept = [];
  sent = [];
  offline = false;
  time = 1_700_000_000;
});

const settle = () => vi.waitFor(() => Promise.resolve());

describe("progress reporter", () => {
  it("reports every ten seconds of film while it plays, with a growing sequence", async () => {
    const reporter = new ProgressReporter("movie-1", "item-1", "Test", ports);
    for (let position = 100; position <= 125; position += 0.5) reporter.tick(position, 600);
    await settle();
    expect(sent.map((report) => report.body.position)).toEqual([110, 120]);
    expect(sent.map((report) => report.body.sequence)).toEqual([1, 2]);
  });

  it("does not report before the length is known", async () => {
    new ProgressReporter("movie-1", null, "Test", ports).report(5, Number.NaN, "paused");
    await settle();
    expect(sent).toEqual([]);
  });

  it("never says more than the length", async () => {
    new ProgressReporter("movie-1", null, "Test", ports).report(600.4, 600, "stopped");
    await settle();
    expect(sent[0]?.body.position).toBe(600);
  });

  it("keeps the newest report of each item while the server is away, and sends them when it is back", async () => {
    offline = true;
    const first = new ProgressReporter("movie-1", "item-1", "Test", ports);
    first.report(10, 600, "paused");
    first.report(20, 600, "paused");
    new ProgressReporter("movie-2", "item-2", "Test", ports).report(30, 600, "stopped");
    await settle();
    expect(kept.map((report) => report.body.position)).toEqual([20, 30]);
    offline = false;
    await flush(ports);
    expect(sent.map((report) => report.body.position)).toEqual([20, 30]);
    expect(kept).toEqual([]);
  });

  it("drops what the server refuses", async () => {
    kept = [
      {
        title: "movie-9",
        item: null,
        body: { position: 1, duration: 2, state: "paused", device: "", client_time: "x", sequence: 1 },
      },
    ];
    await flush({ ...ports, send: () => Promise.reject(new Error("refused")), worthKeeping: () => false });
    expect(kept).toEqual([]);
  });
});
