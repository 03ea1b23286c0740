import { useState } from "preact/hooks";
import { api } from "../api/endpoints.ts";
import { t } from "../i18n/index.ts";
import { useQuery } from "../state/query.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";
import { ErrorLine, Late } from "./notice.tsx";
import "./folder-picker.css";

/** Looks through the folders of the server's machine. */
export function FolderPicker({ start, onPick }: { start?: string; onPick: (path: string) => void }) {
  const [path, setPath] = useState<string | null>(start || null);
  const { data, error, pending, reload } = useQuery(`browse:${path}`, (signal) => api.library.browse(path, signal));
  const text = t.value.folders;
  return (
    <div class="folder-picker">
      <div class="folder-here">
        <span class="quiet small">{text.current}</span>
        <code>{data?.path || path || text.roots}</code>
      </div>
      {error && <ErrorLine error={error} />}
      <ul class="folder-list" aria-busy={pending}>
        {data && data.parent !== null && (
          <li>
            <button type="button" onClick={() => setPath(data.parent)}>
              <Icon name="left" size={18} />
              {text.up}
            </button>
          </li>
        )}
        {data?.folders.map((folder) => (
          <li key={folder.path}>
            <button type="button" onClick={() => setPath(folder.path)}>
              <Icon name="folder" size={18} />
              <span>{folder.name}</span>
              <Icon name="right" size={16} />
            </button>
          </li>
        ))}
        {data?.folders.length === 0 && <li class="quiet small folder-none">{text.empty}</li>}
        {pending && (
          <Late>
            {[1, 2, 3].map((n) => (
              <li key={n} class="bone folder-bone" />
            ))}
          </Late>
        )}
      </ul>
      <div class="dialog-actions">
        {error && <Button onClick={reload}>{t.value.action.retry}</Button>}
        {error && path !== null && <Button onClick={() => setPath(null)}>{text.roots}</Button>}
        <Button look="primary" icon="check" disabled={!data?.path} onClick={() => data?.path && onPick(data.path)}>
          {text.here}
        </Button>
      </div>
    </div>
  );
}
