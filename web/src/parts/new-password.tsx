import { personal } from "../i18n/personal.ts";
import { Field } from "./form.tsx";
import { passwordFault, passwordStrength } from "./password-strength.ts";
import "./new-password.css";

interface NewPasswordProps {
  label: string;
  /** Of the account, which the password must not be. */
  name?: string | undefined;
  value: string;
  /** Whether to say what is wrong although nothing was typed yet. */
  tried?: boolean;
  /** What the server said of it. */
  refused?: string | null;
  autofocus?: boolean;
  onChange: (value: string) => void;
}

/** A field for a password that is chosen, with how good it is. */
export function NewPassword({ label, name, value, tried, refused, autofocus, onChange }: NewPasswordProps) {
  const { strength, setup } = personal.value;
  const fault = passwordFault(value, name);
  const level = passwordStrength(value, name);
  const faults = { short: setup.passwordShort, name: strength.name, common: strength.common };
  const said = refused ?? (fault && (tried || (value && fault !== "short")) ? faults[fault] : null);
  return (
    <div class="new-password">
      <Field
        label={label}
        name="new"
        type="password"
        autocomplete="new-password"
        value={value}
        hint={setup.passwordHint}
        fault={said}
        autofocus={autofocus}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {value && (
        <div class={`strength level-${level}`}>
          <div
            class="strength-bars"
            role="meter"
            aria-label={strength.label}
            aria-valuemin={0}
            aria-valuemax={4}
            aria-valuenow={level}
            aria-valuetext={strength.levels[level]}
          >
            {[1, 2, 3, 4].map((step) => (
              <span key={step} class={step <= Math.max(1, level) ? "on" : ""} />
            ))}
          </div>
          <span class="small" aria-live="polite">
            {strength.levels[level]}
          </span>
        </div>
      )}
    </div>
  );
}
