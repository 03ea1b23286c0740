export type Direction = "left" | "right" | "up" | "down";

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const KEYS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** The index of the box that lies nearest to `from` in `direction`, or -1. Pure. */
export function nearest(from: Box, boxes: readonly Box[], direction: Direction): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, box] of boxes.entries()) {
    const cost = distance(from, box, direction);
    if (cost < least) {
      least = cost;
      best = index;
    }
  }
  return best;
}

function distance(from: Box, to: Box, direction: Direction): number {
  const sideways = direction === "left" || direction === "right";
  const ahead = {
    left: from.left - to.right,
    right: to.left - from.right,
    up: from.top - to.bottom,
    down: to.top - from.bottom,
  }[direction];
  if (ahead < -2) return Number.POSITIVE_INFINITY;
  const [near, far] = sideways ? [from.top, from.bottom] : [from.left, from.right];
  const [start, end] = sideways ? [to.top, to.bottom] : [to.left, to.right];
  const aside = Math.max(0, start - far, near - end);
  // Sideways one stays on the line; up and down the next line counts more than being straight above or below.
  if (sideways && aside > 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, ahead) * (sideways ? 1 : 3) + aside + Math.abs((start + end) / 2 - (near + far) / 2) * 0.3;
}

const FOCUSABLE = "a[href], button:not([disabled]):not([tabindex='-1']), select, summary, input:not([disabled])";

/** Moves the focus by arrow key among everything that can be focused in `root` and the page's header. */
export function moveFocus(event: KeyboardEvent, root: HTMLElement): void {
  const direction = KEYS[event.key];
  const active = document.activeElement as HTMLElement | null;
  if (!direction || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!active || active.matches("input, select, textarea, [role='menuitemradio'], [role='menuitem']")) return;
  if (active.closest("[role='menu'], dialog")) return;
  const inside = root.contains(active);
  const found = [
    ...document.querySelectorAll<HTMLElement>(`header :is(${FOCUSABLE})`),
    ...root.querySelectorAll<HTMLElement>(FOCUSABLE),
  ];
  const others = found.filter((el) => el !== active && el.checkVisibility());
  if (!inside && (active === document.body || active === root)) {
    const first = others.find((el) => root.contains(el));
    if (direction === "down" && first) focus(event, first);
    return;
  }
  const index = nearest(
    active.getBoundingClientRect(),
    others.map((el) => el.getBoundingClientRect()),
    direction,
  );
  const target = others[index];
  if (target) focus(event, target);
}

function focus(event: KeyboardEvent, target: HTMLElement): void {
  event.preventDefault();
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest", inline: "nearest", behavior: gently() });
}

/** How to scroll: at once for who asked for less motion. */
export function gently(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
