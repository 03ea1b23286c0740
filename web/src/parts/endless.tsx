import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import type { Pages } from "../state/pages.ts";
import { Button } from "./button.tsx";
import { Late } from "./notice.tsx";
import "./row.css";

/** Below a paged list: reads the next page shortly before it comes into view. */
export function Endless({ pages, grid }: { pages: Pages<unknown>; grid?: boolean }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!pages.more || !end.current) return;
    const watch = (entries: IntersectionObserverEntry[]) =>
      entries.some((entry) => entry.isIntersecting) && pages.next();
    const observer = new IntersectionObserver(watch, { rootMargin: "800px" });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [pages.more, pages.items.length]);
  const first = pages.busy && pages.items.length === 0;
  const reading = pages.busy && pages.more;
  return (
    <div class="endless" ref={end} aria-busy={pages.busy}>
      {first && grid && (
        <Late>
          <div class="grid endless-bones">
            {Array.from({ length: 18 }, (_, n) => (
              <div class="bone card-bone" key={n} />
            ))}
          </div>
        </Late>
      )}
      {!first && reading && <span class="spinner" role="status" aria-label={t.value.library.loadingMore} />}
      {pages.more && !pages.busy && <Button onClick={pages.next}>{t.value.action.more}</Button>}
    </div>
  );
}
