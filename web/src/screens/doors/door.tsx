import type { ComponentChildren } from "preact";
import { Wordmark } from "../../app/shell.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import "./door.css";

interface DoorProps {
  title: string;
  text?: string | undefined;
  wide?: boolean;
  children?: ComponentChildren;
}

/** A page in front of the house: the name of it, a heading and one thing to do. */
export function Door({ title, text, wide, children }: DoorProps) {
  return (
    <div class="door">
      <div class={wide ? "door-panel wide" : "door-panel"}>
        <p class="wordmark">
          <Wordmark />
        </p>
        <div class="door-head">
          <h1>{title}</h1>
          {text && <p class="quiet">{text}</p>}
        </div>
        {children}
      </div>
    </div>
  );
}

export function DoorNote({ icon = "info", children }: { icon?: IconName; children: ComponentChildren }) {
  return (
    <p class="door-note" role="status">
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  );
}
