import { t } from "../../i18n/index.ts";
import { KeyList } from "../../parts/key-list.tsx";

const KEYS: [string[], keyof (typeof t.value)["player"]["key"]][] = [
  [["␣", "K"], "play"],
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

export function PlayerKeys({ onClose }: { onClose: () => void }) {
  const text = t.value.player;
  return (
    <KeyList title={text.keys} lines={KEYS.map(([keys, name]) => [keys, text.key[name]] as const)} onClose={onClose} />
  );
}
