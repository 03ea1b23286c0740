import { t } from "../../i18n/index.ts";
import { Dialog } from "../../parts/dialog.tsx";

const KEYS: [string[], keyof (typeof t.value)["player"]["key"]][] = [
  [["space", "K"], "play"],
  [["J"], "back"],
  [["L"], "on"],
  [["←", "→"], "small"],
  [["↑", "↓"], "volume"],
  [["0", "…", "9"], "digits"],
  [["Home", "End"], "edges"],
  [["M"], "mute"],
  [["C"], "captions"],
  [["<", ">"], "speed"],
  [["F"], "full"],
  [["I"], "pip"],
  [["⇧ N"], "next"],
  [["S"], "stats"],
  [["?"], "help"],
  [["Esc"], "leave"],
];

export function KeyList({ onClose }: { onClose: () => void }) {
  const text = t.value.player;
  return (
    <Dialog title={text.keys} onClose={onClose} wide>
      <dl class="key-list">
        {KEYS.map(([keys, name]) => (
          <div key={name}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key === "space" ? "␣" : key}</kbd>
              ))}
            </dt>
            <dd>{text.key[name]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
