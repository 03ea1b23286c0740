import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Chip, Field, Segments } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { asProblemError, invalidate } from "../../state/query.ts";
import { isAdmin } from "../../state/session.ts";

const DAY = 86_400;
const EXPIRIES = { never: null, month: 30 * DAY, quarter: 90 * DAY, year: 365 * DAY } as const;
const SCOPES = ["catalog:read", "library:read", "playback", "progress"];
const ADMIN_SCOPES = ["library:write", "admin"];

export function NewKey({ onClose }: { onClose: () => void }) {
  const text = personal.value.account;
  const [scopes, setScopes] = useState<string[]>(["catalog:read", "library:read"]);
  const [expiry, setExpiry] = useState<keyof typeof EXPIRIES>("never");
  const [created, setCreated] = useState<string | null>(null);
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const expiries = (Object.keys(EXPIRIES) as (keyof typeof EXPIRIES)[]).map(
    (key) => [key, text.expiries[key] as string] as const,
  );
  const toggle = (scope: string) =>
    setScopes((old) => (old.includes(scope) ? old.filter((each) => each !== scope) : [...old, scope]));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name")).trim();
    setBusy(true);
    setError(null);
    try {
      setCreated((await api.me.createKey({ name, scopes, expires_in: EXPIRIES[expiry] })).key);
      invalidate("api-keys");
    } catch (reason) {
      setError(asProblemError(reason));
    }
    setBusy(false);
  };
  if (created) return <CreatedKey secret={created} onClose={onClose} />;
  return (
    <Dialog title={text.newKey} onClose={onClose}>
      <form class="key-form" onSubmit={(event) => void submit(event)}>
        {error && <ErrorLine error={error} />}
        <Field label={text.keyName} name="name" required maxLength={64} autofocus autocomplete="off" />
        <fieldset>
          <legend>{text.keyScopes}</legend>
          <div class="key-scopes">
            {[...SCOPES, ...(isAdmin.value ? ADMIN_SCOPES : [])].map((scope) => (
              <Chip key={scope} on={scopes.includes(scope)} onClick={() => toggle(scope)}>
                {text.scopes[scope]}
              </Chip>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend>{text.keyExpiry}</legend>
          <Segments label={text.keyExpiry} value={expiry} options={expiries} onChoose={setExpiry} />
        </fieldset>
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={scopes.length === 0}>
            {text.createKey}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A secret that is shown this once. */
export function CreatedKey({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { account } = personal.value;
  const text = t.value;
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard?.writeText(secret).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <Dialog title={account.newSecret} onClose={onClose}>
      <p>{account.keyOnce}</p>
      <code class="key-secret">{secret}</code>
      <div class="dialog-actions">
        {/* Without TLS the browser offers no clipboard; the key can still be selected. */}
        {navigator.clipboard && (
          <Button look="primary" icon={copied ? "check" : "copy"} onClick={() => void copy()}>
            {copied ? text.action.copied : text.action.copy}
          </Button>
        )}
        <Button onClick={onClose}>{text.action.close}</Button>
      </div>
    </Dialog>
  );
}
