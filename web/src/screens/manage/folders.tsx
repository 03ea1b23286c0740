import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import type { Folder } from "../../api/types.ts";
import { ago } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { type FolderDraft, FolderForm } from "../../parts/folder-form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Empty, ErrorLine, Late } from "../../parts/notice.tsx";
import { place, setQuery } from "../../router/router.ts";
import { tell, tellProblem } from "../../state/notices.ts";
import { asProblemError, invalidate, useQuery } from "../../state/query.ts";

interface FoldersProps {
  busy: boolean;
  onStarted: (job: string) => void;
}

export function Folders({ busy, onStarted }: FoldersProps) {
  const text = rooms.value.manage;
  const folders = useQuery("folders", (signal) => api.library.folders(signal));
  const [removing, setRemoving] = useState<Folder | null>(null);
  const adding = place.value.query.has("add");
  const scan = (body: { folder_id?: string; full?: boolean }) =>
    api.library.scan(body).then(({ job_id }) => onStarted(job_id), tellProblem);
  const remove = async (folder: Folder) => {
    await api.library.removeFolder(folder.id).then(() => tell(text.removed), tellProblem);
    invalidate();
  };
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{text.folders}</h2>
        <div class="panel-actions">
          {!!folders.data?.items.length && (
            <Button icon="refresh" disabled={busy} onClick={() => void scan({})}>
              {text.scan}
            </Button>
          )}
          <Button look="primary" icon="plus" onClick={() => setQuery({ add: "1" })}>
            {text.add}
          </Button>
        </div>
      </div>
      {folders.error && <ErrorLine error={folders.error} />}
      {folders.pending && (
        <Late>
          <div class="bone line-bone" />
        </Late>
      )}
      {folders.data?.items.length === 0 && <Empty icon="folder" title={text.noFolders} text={text.noFoldersText} />}
      <ul class="lines">
        {folders.data?.items.map((folder) => (
          <li key={folder.id}>
            <Icon name="folder" size={24} />
            <div class="line-text">
              <code>{folder.path}</code>
              <p class="quiet small">
                {[t.value.folders.kinds[folder.kind], folder.scanned_at ? text.lastScan(ago(folder.scanned_at)) : null]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            <IconButton
              icon="refresh"
              label={text.scanFull}
              disabled={busy}
              onClick={() => void scan({ folder_id: folder.id, full: true })}
            />
            <IconButton icon="trash" label={t.value.action.remove} onClick={() => setRemoving(folder)} />
          </li>
        ))}
      </ul>
      {adding && <AddFolder />}
      {removing && (
        <Confirm
          title={text.removeAsk}
          text={text.removeText(removing.path)}
          action={t.value.action.remove}
          onConfirm={() => void remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </section>
  );
}

function AddFolder() {
  const text = t.value;
  const [draft, setDraft] = useState<FolderDraft>({ path: "", kind: "mixed" });
  const [fault, setFault] = useState<string | null>(null);
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const close = () => setQuery({ add: null });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!draft.path.trim()) return setFault(text.folders.pathMissing);
    setBusy(true);
    setError(null);
    try {
      await api.library.addFolder(draft.path.trim(), draft.kind);
      tell(rooms.value.manage.added);
      invalidate("folders");
      close();
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <Dialog title={rooms.value.manage.add} onClose={close} wide>
      <form class="form" onSubmit={(event) => void submit(event)}>
        {error && <ErrorLine error={error} />}
        <FolderForm
          draft={draft}
          fault={fault}
          onChange={(changed) => {
            setDraft(changed);
            setFault(null);
          }}
        />
        <div class="dialog-actions">
          <Button onClick={close}>{text.action.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {rooms.value.manage.add}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
