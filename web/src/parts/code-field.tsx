import { useEffect, useId, useRef } from "preact/hooks";
import "./code-field.css";

interface CodeFieldProps {
  label: string;
  hint?: string;
  fault?: string | null;
  value: string;
  /** Six digits of an app, or letters as well: a recovery code in place of them. */
  letters?: boolean;
  autofocus?: boolean;
  onChange: (code: string) => void;
}

const DIGITS = 6;
/** A recovery code with its dashes, and room for spaces. */
const LONGEST = 32;

/** Whether a code of an app is complete. */
export const isCode = (code: string): boolean => code.length === DIGITS;

/** The code of an authenticator app, which phones and password managers fill in by themselves. */
export function CodeField({ label, hint, fault, value, letters, autofocus, onChange }: CodeFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  // The attribute counts for a page that loads, not for what comes later.
  useEffect(() => {
    if (autofocus) input.current?.focus();
  }, []);
  const clean = (text: string) => (letters ? text : text.replace(/\D/g, "").slice(0, DIGITS));
  return (
    <div class="field code-field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          id={id}
          ref={input}
          type="text"
          name="code"
          inputMode={letters ? "text" : "numeric"}
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck={false}
          maxLength={LONGEST}
          required
          value={value}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault || hint ? `${id}-note` : undefined}
          onInput={(event) => {
            const code = clean(event.currentTarget.value);
            event.currentTarget.value = code;
            onChange(code);
          }}
        />
      </div>
      {(fault || hint) && (
        <p id={`${id}-note`} class={fault ? "field-fault" : "field-hint"} role={fault ? "alert" : undefined}>
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}
