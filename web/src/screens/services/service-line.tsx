import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { Breaker, Service } from "../../api/types.ts";
import { ago, number } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate } from "../../state/query.ts";

const ICONS: Record<Service["state"], IconName> = {
  up: "check",
  degraded: "warning",
  down: "error",
  disabled: "close",
};

interface ServiceLineProps {
  service: Service;
  breaker: Breaker | null;
}

/** One service: its state in words, its figures, and what an administrator may do about it. */
export function ServiceLine({ service, breaker }: ServiceLineProps) {
  const text = rooms.value.services;
  const [busy, setBusy] = useState(false);
  const act = async (action: Promise<unknown>, done?: string) => {
    setBusy(true);
    await action.then(() => done && tell(done), tellProblem);
    invalidate("services");
    invalidate("breakers");
    setBusy(false);
  };
  const open = breaker && breaker.state !== "closed";
  return (
    <li class={`service ${service.state}`}>
      <Icon name={ICONS[service.state]} size={24} />
      <div class="line-text">
        <p class="service-name">
          <strong>{nameOf(service.name)}</strong>
          <span class="service-state">{text.states[service.state]}</span>
          {open && <span class="badge">{breaker.forced ? text.tripped : text.breaker[breaker.state]}</span>}
        </p>
        {service.reason && <p class="small service-reason">{service.reason}</p>}
        <p class="quiet small numeric">{figures(service, breaker).join(" · ")}</p>
      </div>
      {service.state !== "disabled" && (
        <div class="service-actions">
          <Button disabled={busy} onClick={() => void act(api.services.check(service.name))}>
            {text.check}
          </Button>
          {breaker && !open && (
            <Button disabled={busy} onClick={() => void act(api.services.trip(service.name), text.tripDone)}>
              {text.trip}
            </Button>
          )}
          {open && (
            <Button
              look="primary"
              disabled={busy}
              onClick={() => void act(api.services.reset(service.name), text.resetDone)}
            >
              {text.reset}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

function figures(service: Service, breaker: Breaker | null): string[] {
  const text = rooms.value.services;
  if (service.state === "disabled") return [];
  const { latency_ms: typical, latency_p95_ms: slow, budget } = service;
  return [
    typical === null ? null : text.latency(number(typical, typical < 10 ? 1 : 0)),
    slow === null ? null : text.slowest(number(slow, slow < 10 ? 1 : 0)),
    breaker && breaker.tries > 0 ? text.window(breaker.tries, breaker.failed, breaker.slow) : null,
    budget ? text.budget(number(budget.left), number(budget.rate, budget.rate < 1 ? 2 : 0)) : null,
    budget && budget.paused_for > 0 ? text.paused(Math.ceil(budget.paused_for)) : null,
    breaker?.retry_after ? text.retryIn(Math.ceil(breaker.retry_after)) : null,
    service.checked_at ? text.checked(ago(service.checked_at)) : null,
  ].filter((part) => part !== null);
}

/** What a service is called. A provider of sign-ins bears the id that its setting gave it. */
function nameOf(name: string): string {
  const text = rooms.value.services;
  const oidc = /^oidc-(.+?)(-elsewhere)?$/.exec(name);
  return oidc?.[1] ? text.oidc(oidc[1], !!oidc[2]) : (text.names[name] ?? name);
}
