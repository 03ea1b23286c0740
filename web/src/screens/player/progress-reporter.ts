import type { ProgressBody } from "../../api/types.ts";

export interface Report {
  title: string;
  item: string | null;
  body: ProgressBody;
}

export interface ReporterPorts {
  /** Sends one report; rejects when it did not arrive. `last` means that the page may be going away. */
  send(report: Report, last: boolean): Promise<unknown>;
  /** Whether a failed report is worth keeping: the server did not answer. */
  worthKeeping(error: unknown): boolean;
  store: { read(): Report[]; write(reports: Report[]): void };
  now(): Date;
}

export const INTERVAL = 10;

/**
 * Says where somebody is in a video: every ten seconds while it plays, and at every pause, seek and end. Reports that the
 * server did not hear are kept, the newest of each item, and sent with the next one that arrives.
 */
export class ProgressReporter {
  private sequence = 0;
  private reported: number | null = null;

  constructor(
    private readonly title: string,
    private readonly item: string | null,
    private readonly device: string,
    private readonly ports: ReporterPorts,
  ) {}

  /** Called whenever the position has changed. */
  tick(position: number, duration: number): void {
    this.reported ??= position;
    if (Math.abs(position - this.reported) >= INTERVAL) this.report(position, duration, "playing");
  }

  /** Report now. */
  report(position: number, duration: number, state: ProgressBody["state"], last = false): void {
    if (!Number.isFinite(duration) || duration <= 0 || !Number.isFinite(position)) return;
    this.reported = position;
    const body: ProgressBody = {
      position: Math.min(Math.max(0, Math.round(position * 1000) / 1000), duration),
      duration,
      state,
      device: this.device,
      client_time: this.ports.now().toISOString(),
      sequence: ++this.sequence,
    };
    void this.deliver({ title: this.title, item: this.item, body }, last);
  }

  private async deliver(report: Report, last: boolean): Promise<void> {
    try {
      await this.ports.send(report, last);
    } catch (error) {
      if (this.ports.worthKeeping(error)) this.keep(report);
      return;
    }
    if (!last) await flush(this.ports);
  }

  private keep(report: Report): void {
    const others = this.ports.store.read().filter((kept) => kept.title !== report.title || kept.item !== report.item);
    this.ports.store.write([...others, report].slice(-50));
  }
}

/** Sends what was kept, oldest first, until one does not arrive. What the server refuses is dropped. */
export async function flush(ports: ReporterPorts): Promise<void> {
  for (const report of ports.store.read()) {
    try {
      await ports.send(report, false);
    } catch (error) {
      if (ports.worthKeeping(error)) return;
    }
    ports.store.write(ports.store.read().filter((kept) => kept.body.client_time !== report.body.client_time));
  }
}
