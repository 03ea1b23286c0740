import { t } from "../i18n/index.ts";
import { KeyList } from "../parts/key-list.tsx";

/** The keys of every page but the player. */
export function PageKeys({ onClose }: { onClose: () => void }) {
  const { keys, title } = t.value.keys;
  const lines = [
    [["/"], keys.search],
    [["↑", "↓", "←", "→"], keys.move],
    [["⏎"], keys.open],
    [["Esc"], keys.close],
    [["?"], keys.help],
  ] as const;
  return <KeyList title={title} lines={lines} onClose={onClose} />;
}
