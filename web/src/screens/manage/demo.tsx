import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";

export function Demo({ onStarted }: { onStarted: (job: string) => void }) {
  const text = rooms.value.manage;
  const demo = useQuery("demo", (signal) => api.library.demo(signal));
  const [busy, setBusy] = useState(false);
  if (!demo.data) return null;
  const act = async (action: () => Promise<void>) => {
    setBusy(true);
    await action().catch(tellProblem);
    setBusy(false);
    invalidate();
  };
  const install = async () => {
    onStarted((await api.library.installDemo()).job_id);
    tell(text.demoStarted);
  };
  const remove = async () => {
    await api.library.removeDemo();
    tell(text.demoRemoved);
  };
  return (
    <section class="panel">
      <div class="panel-head">
        <div>
          <h2>{text.demo}</h2>
          <p class="quiet small">{text.demoText}</p>
        </div>
        {demo.data.installed ? (
          <Button icon="trash" busy={busy} onClick={() => void act(remove)}>
            {text.demoRemove}
          </Button>
        ) : (
          <Button icon="sparkle" busy={busy} onClick={() => void act(install)}>
            {text.demoInstall}
          </Button>
        )}
      </div>
    </section>
  );
}
