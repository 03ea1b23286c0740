import type { ComponentChildren, TargetedInputEvent } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Icon, type IconName } from "./icon.tsx";
import "./form.css";

interface FieldProps {
  label: string;
  hint?: string;
  fault?: string | null;
  type?: "text" | "password";
  name?: string;
  value?: string;
  placeholder?: string;
  autocomplete?: string;
  autocapitalize?: "none";
  autofocus?: boolean;
  spellcheck?: boolean;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  onInput?: (event: TargetedInputEvent<HTMLInputElement>) => void;
}

export function Field({ label, hint, fault, type = "text", ...rest }: FieldProps) {
  const id = useId();
  const [visible, setVisible] = useState(false);
  const password = type === "password";
  const words = t.value.action;
  const described = {
    id,
    "aria-invalid": fault ? true : undefined,
    "aria-describedby": fault || hint ? `${id}-note` : undefined,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        {password && !visible ? (
          <input {...rest} {...described} type="password" />
        ) : (
          <input {...rest} {...described} type="text" />
        )}
        {password && (
          <button
            type="button"
            class="field-eye"
            aria-label={visible ? words.hidePassword : words.showPassword}
            aria-pressed={visible}
            onClick={() => setVisible(!visible)}
          >
            <Icon name="eye" />
          </button>
        )}
      </div>
      {(fault || hint) && (
        <p id={`${id}-note`} class={fault ? "field-fault" : "field-hint"}>
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  value: T;
  chosen: T;
  onChoose: (value: T) => void;
  title: string;
  text?: string;
  icon?: IconName;
  children?: ComponentChildren;
}

/** One of several ways, as a card with a radio button in it. */
export function Choice<T extends string>({
  name,
  value,
  chosen,
  onChoose,
  title,
  text,
  icon,
  children,
}: ChoiceProps<T>) {
  return (
    <div class={chosen === value ? "choice chosen" : "choice"}>
      <label>
        <input type="radio" name={name} value={value} checked={chosen === value} onChange={() => onChoose(value)} />
        {icon && <Icon name={icon} size={24} />}
        <span>
          <strong>{title}</strong>
          {text && <span class="quiet small">{text}</span>}
        </span>
      </label>
      {chosen === value && children}
    </div>
  );
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
  /** The label is beside it already, and only told to screen readers here. */
  quiet?: boolean;
  /** The label stands above it, as it does with the other fields of a form. */
  stacked?: boolean;
}

export function Select<T extends string>({ label, value, options, onChoose, quiet, stacked }: SelectProps<T>) {
  return (
    <label class={stacked ? "select stacked" : "select"}>
      <span class={quiet ? "hidden-visually" : "select-label"}>{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      <Icon name="down" size={16} />
    </label>
  );
}

/** Filters that are on or off. */
export function Chip({ on, children, onClick }: { on: boolean; children: ComponentChildren; onClick: () => void }) {
  return (
    <button type="button" class="chip" aria-pressed={on} onClick={onClick}>
      {on && <Icon name="check" size={16} />}
      {children}
    </button>
  );
}

/** A few exclusive choices side by side. */
export function Segments<T extends string>({ label, value, options, onChoose }: SelectProps<T>) {
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {options.map(([key, text]) => (
        <button key={key} type="button" role="radio" aria-checked={key === value} onClick={() => onChoose(key)}>
          {text}
        </button>
      ))}
    </div>
  );
}
