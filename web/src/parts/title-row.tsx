import { useEffect, useRef, useState } from "preact/hooks";
import type { TitleList } from "../api/types.ts";
import { useQuery } from "../state/query.ts";
import { Card } from "./card.tsx";
import { ErrorLine, Late } from "./notice.tsx";
import { Row } from "./row.tsx";
import { Stale } from "./stale.tsx";

interface TitleRowProps {
  /** Under which it is kept. */
  id: string;
  title: string;
  to?: string;
  load: (signal: AbortSignal) => Promise<TitleList>;
}

/** A row that is read when it comes near the screen; nothing where there is nothing in it. */
export function TitleRow({ id, title, to, load }: TitleRowProps) {
  const [near, setNear] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watch = (entries: IntersectionObserverEntry[]) => entries.some((one) => one.isIntersecting) && setNear(true);
    const observer = new IntersectionObserver(watch, { rootMargin: "600px" });
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const list = useQuery(near ? id : null, load);
  if (list.data?.items.length === 0) return null;
  return (
    <div ref={place} class="title-row" aria-busy={list.pending}>
      {list.error && (
        <div class="title-row-error">
          <ErrorLine error={list.error} />
        </div>
      )}
      {list.data && (
        <Row title={title} to={to}>
          {list.data.items.map((each) => (
            <li key={each.id}>
              <Card title={each} owned />
            </li>
          ))}
        </Row>
      )}
      {list.data?.degraded && (
        <div class="title-row-error">
          <Stale degraded={list.data.degraded} />
        </div>
      )}
      {list.pending && (
        <Late>
          <div class="row row-track">
            {[0, 1, 2, 3, 4, 5, 6, 7].map((n) => (
              <div class="bone card-bone" key={n} />
            ))}
          </div>
        </Late>
      )}
    </div>
  );
}
