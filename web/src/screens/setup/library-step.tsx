import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import type { SetupView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { type FolderDraft, FolderForm } from "../../parts/folder-form.tsx";
import { Choice } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { navigate } from "../../router/router.ts";
import { asProblemError } from "../../state/query.ts";

type Way = "folder" | "demo" | "later";

/** Chooses what to show first, as the account that was just created. */
export function LibraryStep({ state }: { state: SetupView }) {
  const text = personal.value.setup;
  const [way, setWay] = useState<Way>(state.folders.length ? "later" : "folder");
  const [folder, setFolder] = useState<FolderDraft>({ path: "", kind: "mixed" });
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const finish = async (event: SubmitEvent) => {
    event.preventDefault();
    if (way === "folder" && !folder.path.trim()) return setFault(t.value.folders.pathMissing);
    setBusy(true);
    setError(null);
    try {
      await begin(way, folder);
      navigate(way === "later" ? "/" : "/manage", { replace: true });
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <form class="door-panel wide" onSubmit={(event) => void finish(event)}>
      {state.folders.length > 0 && <Configured folders={state.folders} />}
      {error && <ErrorLine error={error} />}
      <div class="door-choices" role="radiogroup" aria-label={text.libraryTitle}>
        <Choice
          name="way"
          value="folder"
          chosen={way}
          onChoose={setWay}
          icon="folder"
          title={text.folder}
          text={text.folderText}
        >
          <FolderForm
            draft={folder}
            fault={fault}
            onChange={(draft) => {
              setFolder(draft);
              setFault(null);
            }}
          />
        </Choice>
        <Choice
          name="way"
          value="demo"
          chosen={way}
          onChoose={setWay}
          icon="sparkle"
          title={text.demo}
          text={text.demoText}
        />
        <Choice
          name="way"
          value="later"
          chosen={way}
          onChoose={setWay}
          icon="clock"
          title={text.later}
          text={text.laterText}
        />
      </div>
      <Button type="submit" look="primary" busy={busy}>
        {text.finish}
      </Button>
    </form>
  );
}

function Configured({ folders }: { folders: string[] }) {
  return (
    <div class="door-note">
      <div>
        <p>{personal.value.setup.configured}</p>
        {folders.map((folder) => (
          <p key={folder}>
            <code>{folder}</code>
          </p>
        ))}
      </div>
    </div>
  );
}

async function begin(way: Way, folder: FolderDraft): Promise<void> {
  if (way === "demo") await api.library.installDemo();
  if (way === "folder") await api.library.addFolder(folder.path.trim(), folder.kind);
}
