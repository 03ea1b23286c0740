import { Dialog } from "./dialog.tsx";
import "./key-list.css";

/** Keys, and what they do. */
export type KeyLines = readonly (readonly [keys: readonly string[], meaning: string])[];

export function KeyList({ title, lines, onClose }: { title: string; lines: KeyLines; onClose: () => void }) {
  return (
    <Dialog title={title} onClose={onClose} wide>
      <dl class="key-list">
        {lines.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
