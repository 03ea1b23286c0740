import { useState } from "preact/hooks";
import type { Role, Tier } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import type { ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field, Segments } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { navigate } from "../../router/router.ts";
import { tell } from "../../state/notices.ts";
import { asProblemError, invalidate } from "../../state/query.ts";

/** Makes an account for somebody, with a first password. */
export function NewUser({ onClose }: { onClose: () => void }) {
  const text = rooms.value.users;
  const [role, setRole] = useState<Role>("user");
  const [tier, setTier] = useState<Tier>("free");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(form.get("name")).trim();
    setBusy(true);
    setError(null);
    try {
      const made = await admin.createUser({ name, password: String(form.get("password")), role, tier });
      invalidate("users:");
      tell(text.created(made.name));
      navigate(`/users/${made.id}`);
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <Dialog title={text.add} onClose={onClose}>
      <form class="room-form" onSubmit={(event) => void submit(event)}>
        {error && <ErrorLine error={error} />}
        <Field label={text.name} name="name" autocomplete="off" autocapitalize="none" maxLength={64} required />
        <Field
          label={text.password}
          name="password"
          type="password"
          autocomplete="new-password"
          minLength={8}
          required
          hint={text.passwordText}
        />
        <Rank role={role} tier={tier} onRole={setRole} onTier={setTier} />
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

interface RankProps {
  role: Role;
  tier: Tier;
  onRole: (role: Role) => void;
  onTier: (tier: Tier) => void;
}

/** Role and tier, side by side. */
export function Rank({ role, tier, onRole, onTier }: RankProps) {
  const text = rooms.value.users;
  const roles = (["user", "admin"] as const).map((each) => [each, text.roles[each] as string] as const);
  const tiers = (["free", "premium", "api"] as const).map((each) => [each, text.tiers[each] as string] as const);
  return (
    <div class="rank">
      <div class="rank-part">
        <span>{text.role}</span>
        <Segments<Role> label={text.role} value={role} options={roles} onChoose={onRole} />
      </div>
      <div class="rank-part">
        <span>{text.tier}</span>
        <Segments<Tier> label={text.tier} value={tier} options={tiers} onChoose={onTier} />
      </div>
    </div>
  );
}
