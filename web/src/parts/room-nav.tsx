import { useEffect, useRef } from "preact/hooks";
import { rooms } from "../i18n/rooms.ts";
import { href, place } from "../router/router.ts";
import { Icon, type IconName } from "./icon.tsx";
import "./room-nav.css";

const ROOMS = [
  ["manage", "folder"],
  ["users", "people"],
  ["invitations", "mail"],
  ["blocks", "shield"],
  ["limits", "gauge"],
  ["audit", "history"],
  ["jobs", "list"],
  ["services", "pulse"],
  ["cache", "database"],
] as const satisfies readonly (readonly [string, IconName])[];

/** The way between the operator's rooms. */
export function RoomNav() {
  const text = rooms.value.nav;
  const here = place.value.path.split("/")[1];
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [here]);
  return (
    <nav class="room-nav" aria-label={text.label}>
      <ul ref={list}>
        {ROOMS.map(([room, icon]) => (
          <li key={room}>
            <a href={href(`/${room}`)} aria-current={room === here ? "page" : undefined}>
              <Icon name={icon} size={18} />
              {text[room]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
