import { useState } from "preact/hooks";
import type { Role, SecretLink, Tier } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import type { ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field, Segments } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { asProblemError } from "../../state/query.ts";
import { Rank } from "./new-user.tsx";

const DAY = 86_400;
const DAYS = ["1", "7", "30"] as const;
const USES = ["1", "5", "20"] as const;

export function NewInvitation({ onClose, onMade }: { onClose: () => void; onMade: (link: SecretLink) => void }) {
  const text = rooms.value.invitations;
  const [role, setRole] = useState<Role>("user");
  const [tier, setTier] = useState<Tier>("free");
  const [uses, setUses] = useState<(typeof USES)[number]>("1");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget as HTMLFormElement).get("note")).trim();
    setBusy(true);
    setError(null);
    try {
      onMade(await admin.invite({ tier, role, uses: Number(uses), expires_in: Number(days) * DAY, note }));
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <Dialog title={text.add} onClose={onClose}>
      <form class="room-form" onSubmit={(event) => void submit(event)}>
        {error && <ErrorLine error={error} />}
        <Field label={text.note} name="note" autocomplete="off" maxLength={100} hint={text.noteText} />
        <Rank role={role} tier={tier} onRole={setRole} onTier={setTier} />
        <div class="rank">
          <div class="rank-part">
            <span>{text.uses}</span>
            <Segments
              label={text.uses}
              value={uses}
              options={USES.map((each) => [each, `${each}×`] as const)}
              onChoose={setUses}
            />
          </div>
          <div class="rank-part">
            <span>{text.expires}</span>
            <Segments
              label={text.expires}
              value={days}
              options={DAYS.map((each) => [each, text.days(Number(each))] as const)}
              onChoose={setDays}
            />
          </div>
        </div>
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {text.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
