import { rooms } from "../../i18n/rooms.ts";

type Facts = Record<string, unknown>;

/** What was seen, name by name, behind a word to open it. Nothing where there is none. */
export function Evidence({ evidence, label }: { evidence: Facts; label?: string }) {
  const facts = flat(evidence);
  if (Object.keys(facts).length === 0) return null;
  return (
    <details class="evidence">
      <summary class="small">{label ?? rooms.value.blocks.evidence}</summary>
      <FactList facts={facts} />
    </details>
  );
}

function FactList({ facts }: { facts: Facts }) {
  const text = rooms.value.blocks;
  return (
    <dl>
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{text.rules[name] ?? text.facts[name] ?? name.replaceAll("_", " ")}</dt>
          <dd>
            {isGroup(value) ? (
              <FactList facts={value} />
            ) : Array.isArray(value) ? (
              value.map((each) => <code key={String(each)}>{shown(each)}</code>)
            ) : (
              shown(value, name)
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Of a block, its findings rule by rule; its score stands beside it already. Pure. */
export function flat(evidence: Facts): Facts {
  const { findings, score, ...rest } = evidence;
  return isGroup(findings) ? { ...rest, ...findings } : evidence;
}

function isGroup(value: unknown): value is Facts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of evidence as text. Pure. */
export function shown(value: unknown, name = ""): string {
  if (Array.isArray(value)) return value.map((each) => shown(each)).join(", ");
  if (isGroup(value))
    return Object.entries(value)
      .map(([key, each]) => `${key.replaceAll("_", " ")}: ${shown(each)}`)
      .join(", ");
  if (typeof value === "number") return `${Math.round(value * 100) / 100}${name === "seconds" ? " s" : ""}`;
  return String(value);
}
