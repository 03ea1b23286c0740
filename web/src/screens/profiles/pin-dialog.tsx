import { useState } from "preact/hooks";
import type { Profile } from "../../api/account-types.ts";
import type { ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { asProblemError } from "../../state/query.ts";
import { fieldFault } from "../doors/field-fault.ts";
import { isPin } from "./ages.ts";

interface PinDialogProps {
  profile: Profile;
  onEnter: (pin: string) => Promise<void>;
  onClose: () => void;
}

/** Asks for the PIN of a profile. */
export function PinDialog({ profile, onEnter, onClose }: PinDialogProps) {
  const text = personal.value.profiles;
  const [pin, setPin] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const wrong = fieldFault(error, "pin") !== null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!isPin(pin)) return;
    setBusy(true);
    setError(null);
    try {
      await onEnter(pin);
    } catch (reason) {
      setError(asProblemError(reason));
      setPin("");
      setBusy(false);
    }
  };
  return (
    <Dialog title={text.pinAsk(profile.name)} onClose={onClose}>
      <form class="pin-form" onSubmit={(event) => void submit(event)}>
        <Avatar avatar={profile.avatar} name={profile.name} size={80} />
        <PinField
          label={text.pin}
          value={pin}
          fault={wrong ? text.pinWrong : null}
          autocomplete="off"
          onChange={setPin}
        />
        {error && !wrong && <ErrorLine error={error} />}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={!isPin(pin)}>
            {text.enter}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface PinFieldProps {
  label: string;
  value: string;
  fault?: string | null;
  hint?: string;
  autocomplete: string;
  onChange: (pin: string) => void;
}

/** Digits that are not shown. */
export function PinField({ label, value, fault, hint, autocomplete, onChange }: PinFieldProps) {
  return (
    <div class="field pin-field">
      <label for="pin">{label}</label>
      <div class="field-box">
        <input
          id="pin"
          type="password"
          inputMode="numeric"
          maxLength={8}
          autocomplete={autocomplete}
          value={value}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault || hint ? "pin-note" : undefined}
          onInput={(event) => onChange(event.currentTarget.value.replace(/\D/g, ""))}
        />
      </div>
      {(fault || hint) && (
        <p id="pin-note" class={fault ? "field-fault" : "field-hint"} role={fault ? "alert" : undefined}>
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}
