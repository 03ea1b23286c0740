import { useState } from "preact/hooks";
import { admin } from "../../api/admin.ts";
import type { ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field, Select } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell } from "../../state/notices.ts";
import { asProblemError, invalidate } from "../../state/query.ts";
import { fieldFault } from "../doors/field-fault.ts";
import "../users/users.css";

const DURATIONS = { hour: 3_600, day: 86_400, month: 30 * 86_400, forever: null } as const;
type Duration = keyof typeof DURATIONS;

/** Keeps an address or a network out by hand. */
export function NewBlock({ onClose }: { onClose: () => void }) {
  const text = rooms.value.blocks;
  const [duration, setDuration] = useState<Duration>("day");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const fault = fieldFault(error, "network");
  const options = (Object.keys(DURATIONS) as Duration[]).map((each) => [each, text.durations[each] as string] as const);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const network = String(form.get("network")).trim();
    setBusy(true);
    setError(null);
    try {
      const made = await admin.block({
        network,
        expires_in: DURATIONS[duration],
        note: String(form.get("note")).trim(),
      });
      invalidate("blocks");
      tell(text.blocked(made.network));
      onClose();
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <Dialog title={text.add} onClose={onClose}>
      <form class="room-form" onSubmit={(event) => void submit(event)}>
        {error && !fault && <ErrorLine error={error} />}
        <Field
          label={text.network}
          name="network"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          required
          hint={text.networkHint}
          fault={fault}
        />
        <Select stacked label={text.duration} value={duration} options={options} onChoose={setDuration} />
        <Field label={text.note} name="note" autocomplete="off" maxLength={200} />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="primary" icon="shield" busy={busy}>
            {text.block}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
