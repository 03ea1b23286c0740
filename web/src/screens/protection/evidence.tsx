import { rooms } from "../../i18n/rooms.ts";

/** What was seen, name by name, behind a word to open it. Nothing where there is none. */
export function Evidence({ evidence, label }: { evidence: Record<string, unknown>; label?: string }) {
  const facts = Object.entries(evidence);
  if (facts.length === 0) return null;
  return (
    <details class="evidence">
      <summary class="small">{label ?? rooms.value.blocks.evidence}</summary>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name.replaceAll("_", " ")}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** A value of evidence as text. Pure. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (value && typeof value === "object")
    return Object.entries(value)
      .map(([name, each]) => `${name.replaceAll("_", " ")}: ${shown(each)}`)
      .join(", ");
  if (typeof value === "number") return String(Math.round(value * 100) / 100);
  return String(value);
}
