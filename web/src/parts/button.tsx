import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { href } from "../router/router.ts";
import { Icon, type IconName } from "./icon.tsx";
import "./button.css";

interface Shared {
  icon?: IconName;
  look?: "primary" | "plain" | "quiet" | "danger";
  children?: ComponentChildren;
  class?: string;
}

type ButtonProps = Shared & Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "class"> & { busy?: boolean };

export function Button({ icon, look = "plain", children, busy, disabled, class: extra = "", ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class={`button ${look} ${extra}`} disabled={disabled || busy} aria-busy={busy}>
      {busy ? <span class="spinner" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function LinkButton({ icon, look = "plain", children, to, class: extra = "" }: Shared & { to: string }) {
  return (
    <a href={href(to)} class={`button ${look} ${extra}`}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

/** A button that is only a picture; `label` is its name. */
export function IconButton({ icon, label, ...rest }: { icon: IconName; label: string } & ButtonProps) {
  return (
    <button type="button" {...rest} class={`icon-button ${rest.class ?? ""}`} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
