import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { href } from "../router/router.ts";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";
import { gently } from "./spatial.ts";
import "./row.css";

/** A heading and things to scroll through sideways. */
export function Row({
  title,
  children,
  class: extra = "",
  still,
  to,
}: {
  title: string;
  children: ComponentChildren;
  class?: string;
  /** Nothing in it can be focused: the row itself is, to be scrolled by keyboard. */
  still?: boolean;
  /** Where all of it is. */
  to?: string;
}) {
  const track = useRef<HTMLUListElement>(null);
  const [room, setRoom] = useState({ back: false, on: false });
  const measure = () => {
    const el = track.current;
    if (!el) return;
    const back = el.scrollLeft > 4;
    const on = el.scrollLeft + el.clientWidth < el.scrollWidth - 4;
    setRoom((old) => (old.back === back && old.on === on ? old : { back, on }));
  };
  useEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (track.current) observer.observe(track.current);
    return () => observer.disconnect();
  }, [children]);
  const turn = (direction: 1 | -1) => {
    const el = track.current;
    el?.scrollBy({ left: direction * el.clientWidth * 0.85, behavior: gently() });
  };
  return (
    <section class={`row ${extra}`} aria-label={title}>
      <div class="row-head">
        <h2>
          {to ? (
            <a class="row-all" href={href(to)}>
              {title}
              <Icon name="right" size={20} />
            </a>
          ) : (
            title
          )}
        </h2>
        <div class="row-turn" aria-hidden={!room.back && !room.on}>
          <IconButton
            icon="left"
            label={t.value.home.scrollBack(title)}
            disabled={!room.back}
            tabIndex={-1}
            onClick={() => turn(-1)}
          />
          <IconButton
            icon="right"
            label={t.value.home.scrollOn(title)}
            disabled={!room.on}
            tabIndex={-1}
            onClick={() => turn(1)}
          />
        </div>
      </div>
      <ul class="row-track" ref={track} onScroll={measure} tabIndex={still ? 0 : undefined}>
        {children}
      </ul>
    </section>
  );
}
