import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ProblemError } from "../api/client.ts";
import { t } from "../i18n/index.ts";
import { Button, LinkButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import "./notice.css";

/** What happened, what it means, what to do, and the reference for whoever looks into it. */
export function ErrorNotice({
  error,
  retry,
  whole,
  children,
}: {
  error: ProblemError;
  retry?: () => void;
  /** There is nothing else on the page: its heading is the page's. */
  whole?: boolean;
  children?: ComponentChildren;
}) {
  const Heading = whole ? "h1" : "h2";
  const text = t.value.error;
  const { problem } = error;
  useEffect(() => {
    if (!error.offline || !retry) return;
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [error]);
  return (
    <section class="notice problem" role="alert">
      <Icon name={error.offline ? "wifi" : "error"} size={28} />
      <Heading>{error.offline ? text.offlineTitle : problem.title || text.generic}</Heading>
      <p>{error.offline ? text.offlineText : problem.detail}</p>
      <p class="quiet">{whatToDo(error)}</p>
      <div class="notice-actions">
        {problem.status === 404 && !children && (
          <LinkButton look="primary" to="/">
            {t.value.action.goHome}
          </LinkButton>
        )}
        {retry && problem.status !== 404 && (
          <Button look="primary" icon="refresh" onClick={retry}>
            {t.value.action.retry}
          </Button>
        )}
        {children}
      </div>
      {!error.offline && <ProblemDetails error={error} />}
    </section>
  );
}

/** The same in one line, for forms. */
export function ErrorLine({ error, text }: { error: ProblemError; text?: string }) {
  const { problem } = error;
  const words = t.value.error;
  const fields = problem.errors?.map((field) => field.message).join(" · ");
  return (
    <div class="error-line" role="alert">
      <Icon name="error" />
      <div>
        <p>
          {text ?? (error.offline ? words.offlineTitle : fields || problem.detail || problem.title || words.generic)}
        </p>
        {!text && <p class="quiet small">{whatToDo(error)}</p>}
        {!text && !error.offline && <ProblemDetails error={error} />}
      </div>
    </div>
  );
}

export function ProblemDetails({ error }: { error: ProblemError }) {
  const text = t.value.error;
  return (
    <details class="problem-details">
      <summary>{text.details}</summary>
      <dl>
        <dt>{text.code}</dt>
        <dd>{error.problem.code}</dd>
        {error.problem.correlation_id && (
          <>
            <dt>{text.correlation}</dt>
            <dd>{error.problem.correlation_id}</dd>
          </>
        )}
      </dl>
    </details>
  );
}

export function whatToDo(error: ProblemError): string {
  const { todo, waitSeconds } = t.value.error;
  const wait = error.problem.retry_after;
  if (wait) return waitSeconds(Math.ceil(wait));
  return todo[error.problem.category] ?? (todo.server as string);
}

export function Empty({
  icon,
  title,
  text,
  whole,
  children,
}: {
  icon: IconName;
  title: string;
  text?: string;
  /** There is nothing else on the page: its heading is the page's. */
  whole?: boolean;
  children?: ComponentChildren;
}) {
  const Heading = whole ? "h1" : "h2";
  return (
    <section class="notice">
      <Icon name={icon} size={32} />
      <Heading>{title}</Heading>
      {text && <p class="quiet">{text}</p>}
      {children && <div class="notice-actions">{children}</div>}
    </section>
  );
}

/** Shows its children only after 300 ms: what answers sooner needs no placeholder. */
export function Late({ children }: { children: ComponentChildren }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return <>{due && children}</>;
}
