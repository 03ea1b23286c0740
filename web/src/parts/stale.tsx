import type { Degraded } from "../api/types.ts";
import { age } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";
import "./stale.css";

/** Says that what is shown is the last that was known, and how old it is. Nothing where it is as it should be. */
export function Stale({ degraded }: { degraded: Degraded | null | undefined }) {
  if (!degraded) return null;
  return (
    <p class="stale" role="status">
      <Icon name="clock" size={16} />
      {t.value.fact.lastKnown(age(degraded.age))}
    </p>
  );
}
