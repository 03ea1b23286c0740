import type { ComponentChildren } from "preact";
import type { Pages } from "../state/pages.ts";
import { Endless } from "./endless.tsx";
import type { IconName } from "./icon.tsx";
import { Empty, ErrorNotice, Late } from "./notice.tsx";
import "./panel.css";

interface ListingProps<T> {
  pages: Pages<T>;
  /** What is listed, for screen readers. */
  label: string;
  /** What is said where there is nothing. */
  none: { icon: IconName; title: string; text: string };
  class?: string;
  children: (item: T) => ComponentChildren;
}

/** A list of a room, read page by page: on its way, refused, empty, or a panel with a line for each. */
export function Listing<T>({ pages, label, none, class: extra = "", children }: ListingProps<T>) {
  return (
    <>
      {pages.error && <ErrorNotice error={pages.error} retry={pages.retry} />}
      {pages.busy && pages.items.length === 0 && (
        <Late>
          <div class="bone room-bone" />
        </Late>
      )}
      {pages.empty && <Empty {...none} />}
      {pages.items.length > 0 && (
        <section class="panel" aria-label={label}>
          <ul class={`lines ${extra}`}>{pages.items.map(children)}</ul>
        </section>
      )}
      <Endless pages={pages} />
    </>
  );
}
