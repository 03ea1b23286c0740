import { useState } from "preact/hooks";
import type { Folder } from "../api/types.ts";
import { t } from "../i18n/index.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { FolderPicker } from "./folder-picker.tsx";
import { Field, Segments } from "./form.tsx";

export interface FolderDraft {
  path: string;
  kind: Folder["kind"];
}

interface FolderFormProps {
  draft: FolderDraft;
  fault?: string | null;
  onChange: (draft: FolderDraft) => void;
}

/** A folder of the server's machine, typed or looked for, and what is in it. */
export function FolderForm({ draft, fault, onChange }: FolderFormProps) {
  const [browsing, setBrowsing] = useState(false);
  const { folders } = t.value;
  const kinds = (["mixed", "movies", "shows"] as const).map((kind) => [kind, folders.kinds[kind] as string] as const);
  return (
    <div class="folder-form">
      <div class="folder-line">
        <Field
          label={folders.path}
          value={draft.path}
          fault={fault}
          placeholder="/media/movies"
          spellcheck={false}
          autocapitalize="none"
          onInput={(event) => onChange({ ...draft, path: event.currentTarget.value })}
        />
        <Button icon="folder" onClick={() => setBrowsing(true)}>
          {folders.browse}
        </Button>
      </div>
      <div class="folder-kind">
        <span class="small">{folders.kind}</span>
        <Segments
          label={folders.kind}
          value={draft.kind}
          options={kinds}
          onChoose={(kind) => onChange({ ...draft, kind })}
        />
      </div>
      {browsing && (
        <Dialog title={folders.choose} onClose={() => setBrowsing(false)}>
          <FolderPicker
            start={draft.path}
            onPick={(path) => {
              onChange({ ...draft, path });
              setBrowsing(false);
            }}
          />
        </Dialog>
      )}
    </div>
  );
}
